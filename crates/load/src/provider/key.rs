//! The key that signs ID tokens.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use aws_lc_rs::{
    rand::SystemRandom,
    rsa::{KeyPair, KeySize},
    signature::{KeyPair as _, RSA_PKCS1_SHA256},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

const KID_LENGTH: usize = 16;

/// An RSA key of 2048 bits, for RS256: what most providers have.
pub(super) struct SigningKey {
    pair: KeyPair,
    kid: String,
    header: String,
    signed: Mutex<Signed>,
}

/// What was signed in one second.
#[derive(Default)]
struct Signed {
    second: i64,
    tokens: HashMap<String, String>,
}

impl SigningKey {
    /// A new one, or none when the library can't make any.
    pub(super) fn generate() -> Option<Self> {
        let pair = KeyPair::generate(KeySize::Rsa2048).ok()?;
        // Another key has another name: a provider may be started again.
        let modulus = pair.public_key().modulus();
        let kid: String = URL_SAFE_NO_PAD
            .encode(modulus.big_endian_without_leading_zero())
            .chars()
            .take(KID_LENGTH)
            .collect();
        let header = json!({ "typ": "JWT", "alg": "RS256", "kid": kid }).to_string();
        Some(Self {
            pair,
            kid,
            header: URL_SAFE_NO_PAD.encode(header),
            signed: Mutex::default(),
        })
    }

    /// The published key set.
    pub(super) fn jwks(&self) -> Value {
        let public = self.pair.public_key();
        let modulus = URL_SAFE_NO_PAD.encode(public.modulus().big_endian_without_leading_zero());
        let exponent = URL_SAFE_NO_PAD.encode(public.exponent().big_endian_without_leading_zero());
        json!({ "keys": [
            { "kty": "RSA", "use": "sig", "alg": "RS256", "kid": self.kid, "n": modulus, "e": exponent },
        ] })
    }

    /// A token with these claims, of which `iat` is that second. RS256 gives the
    /// same claims the same signature, so they are signed once: a refresh would
    /// cost the provider more than it costs the server.
    pub(super) fn token(&self, claims: &Value, second: i64) -> Option<String> {
        let claims = claims.to_string();
        if let Some(token) = self.signed_before(&claims, second) {
            return Some(token);
        }
        let token = self.sign(&claims)?;
        let mut signed = self.signed.lock().unwrap_or_else(PoisonError::into_inner);
        signed.tokens.insert(claims, token.clone());
        Some(token)
    }

    fn signed_before(&self, claims: &str, second: i64) -> Option<String> {
        let mut signed = self.signed.lock().unwrap_or_else(PoisonError::into_inner);
        if signed.second != second {
            *signed = Signed {
                second,
                tokens: HashMap::new(),
            };
        }
        signed.tokens.get(claims).cloned()
    }

    fn sign(&self, claims: &str) -> Option<String> {
        let message = format!("{}.{}", self.header, URL_SAFE_NO_PAD.encode(claims));
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
