//! Someone with keys of their own.

use std::{fmt, sync::Arc};

use aws_lc_rs::{
    rand::SystemRandom,
    rsa::{KeyPair as RsaKeyPair, KeySize},
    signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, RSA_PKCS1_SHA256,
        RSA_PKCS1_SHA512,
    },
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::Jwt;
use crate::NoSigningKey;

/// A key pair that is not the provider's. Clones share it.
#[derive(Clone)]
pub struct Forger {
    kid: String,
    pair: Arc<Pair>,
}

enum Pair {
    Rsa(RsaKeyPair),
    P256(EcdsaKeyPair),
}

impl Forger {
    /// The `kid` of a forger's key unless it has another.
    pub const KID: &str = "forger";

    /// Someone with an RSA key of 2048 bits.
    ///
    /// # Errors
    /// When no key can be made.
    pub fn rsa() -> Result<Self, NoSigningKey> {
        let pair = RsaKeyPair::generate(KeySize::Rsa2048).map_err(|_| NoSigningKey)?;
        Ok(Self::of(Pair::Rsa(pair)))
    }

    /// Someone with a P-256 key.
    ///
    /// # Errors
    /// When no key can be made.
    pub fn p256() -> Result<Self, NoSigningKey> {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING);
        pair.map(|pair| Self::of(Pair::P256(pair)))
            .map_err(|_| NoSigningKey)
    }

    fn of(pair: Pair) -> Self {
        Self {
            kid: Self::KID.to_owned(),
            pair: Arc::new(pair),
        }
    }

    /// The same key under the name `kid`.
    #[must_use]
    pub fn called(mut self, kid: &str) -> Self {
        kid.clone_into(&mut self.kid);
        self
    }

    /// The key's name.
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The public half as a JSON Web Key.
    #[must_use]
    pub fn jwk(&self) -> Value {
        let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        match &*self.pair {
            Pair::Rsa(pair) => {
                let public = pair.public_key();
                json!({
                    "kty": "RSA", "use": "sig", "kid": self.kid,
                    "n": encode(public.modulus().big_endian_without_leading_zero()),
                    "e": encode(public.exponent().big_endian_without_leading_zero()),
                })
            }
            Pair::P256(pair) => {
                let point = pair.public_key().as_ref();
                let (x, y) = point[1..].split_at(32);
                json!({
                    "kty": "EC", "crv": "P-256", "use": "sig", "kid": self.kid,
                    "x": encode(x), "y": encode(y),
                })
            }
        }
    }

    /// `jwt` signed with this key, under its name: `RS256` or `RS512` with an
    /// RSA key, `ES256` with the other, whatever `alg` is.
    ///
    /// # Errors
    /// When the key does not sign.
    pub fn sign(&self, alg: &str, jwt: Jwt) -> Result<String, NoSigningKey> {
        self.sign_as(&self.kid, alg, jwt)
    }

    /// As [`sign`](Self::sign), under the name of another's key.
    ///
    /// # Errors
    /// When the key does not sign.
    pub fn sign_as(&self, kid: &str, alg: &str, jwt: Jwt) -> Result<String, NoSigningKey> {
        self.sign_as_it_is(jwt.with_header("kid", kid).with_header("alg", alg))
    }

    /// As [`sign`](Self::sign), with the header as it is.
    ///
    /// # Errors
    /// When the key does not sign.
    #[expect(clippy::needless_pass_by_value, reason = "as the others")]
    pub fn sign_as_it_is(&self, jwt: Jwt) -> Result<String, NoSigningKey> {
        let message = jwt.signing_input();
        let random = SystemRandom::new();
        let signature = match &*self.pair {
            Pair::Rsa(pair) => {
                let scheme = match jwt.header.get("alg").and_then(Value::as_str) {
                    Some("RS512") => &RSA_PKCS1_SHA512,
                    _ => &RSA_PKCS1_SHA256,
                };
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(scheme, &random, message.as_bytes(), &mut signature)
                    .map_err(|_| NoSigningKey)?;
                signature
            }
            Pair::P256(pair) => pair
                .sign(&random, message.as_bytes())
                .map_err(|_| NoSigningKey)?
                .as_ref()
                .to_vec(),
        };
        Ok(jwt.with_signature(&signature))
    }
}

impl fmt::Debug for Forger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Forger")
            .field("kid", &self.kid)
            .finish_non_exhaustive()
    }
}
