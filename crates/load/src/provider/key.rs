//! The key that signs ID tokens.

use aws_lc_rs::{
    rand::SystemRandom,
    rsa::{KeyPair, KeySize},
    signature::{KeyPair as _, RSA_PKCS1_SHA256},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

const KID: &str = "load-1";

/// An RSA key of 2048 bits, for RS256: what most providers have.
pub(super) struct SigningKey {
    pair: KeyPair,
    header: String,
}

impl SigningKey {
    /// A new one, or none when the library can't make any.
    pub(super) fn generate() -> Option<Self> {
        let pair = KeyPair::generate(KeySize::Rsa2048).ok()?;
        let header = json!({ "typ": "JWT", "alg": "RS256", "kid": KID }).to_string();
        Some(Self {
            pair,
            header: URL_SAFE_NO_PAD.encode(header),
        })
    }

    /// The published key set.
    pub(super) fn jwks(&self) -> Value {
        let public = self.pair.public_key();
        let modulus = URL_SAFE_NO_PAD.encode(public.modulus().big_endian_without_leading_zero());
        let exponent = URL_SAFE_NO_PAD.encode(public.exponent().big_endian_without_leading_zero());
        json!({ "keys": [
            { "kty": "RSA", "use": "sig", "alg": "RS256", "kid": KID, "n": modulus, "e": exponent },
        ] })
    }

    /// A token with these claims.
    pub(super) fn sign(&self, claims: &Value) -> Option<String> {
        let message = format!(
            "{}.{}",
            self.header,
            URL_SAFE_NO_PAD.encode(claims.to_string())
        );
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair
            .sign(
                &RSA_PKCS1_SHA256,
                &SystemRandom::new(),
                message.as_bytes(),
                &mut signature,
            )
            .ok()?;
        Some(format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }
}
