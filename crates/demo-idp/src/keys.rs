//! The keys that sign ID tokens.

use std::{collections::VecDeque, fmt, sync::Arc};

use aws_lc_rs::{
    rand::SystemRandom,
    rsa::{KeyPair, KeySize},
    signature::{KeyPair as _, RSA_PKCS1_SHA256},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use tokio::sync::RwLock;

/// An RSA key could not be made, or did not sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no RSA key could be made or used to sign")]
pub struct NoSigningKey;

/// An RSA key of 2048 bits that signs with RS256.
pub(crate) struct SigningKey {
    kid: String,
    modulus: String,
    exponent: String,
    pair: KeyPair,
}

impl SigningKey {
    /// Makes a key; takes up to some hundred milliseconds. The randomness is
    /// that of aws-lc: it takes no other.
    fn generate() -> Result<Self, NoSigningKey> {
        let pair = KeyPair::generate(KeySize::Rsa2048).map_err(|_| NoSigningKey)?;
        let public = pair.public_key();
        let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let modulus = encode(public.modulus().big_endian_without_leading_zero());
        let exponent = encode(public.exponent().big_endian_without_leading_zero());
        // The thumbprint of RFC 7638.
        let thumb = format!(r#"{{"e":"{exponent}","kty":"RSA","n":"{modulus}"}}"#);
        let kid = encode(&Sha256::digest(thumb));
        Ok(Self {
            kid,
            modulus,
            exponent,
            pair,
        })
    }

    /// The key's `kid`.
    pub(crate) fn kid(&self) -> &str {
        &self.kid
    }

    /// The public half: modulus and exponent, base64url.
    pub(crate) fn public(&self) -> (&str, &str) {
        (&self.modulus, &self.exponent)
    }

    /// The public half as a JSON Web Key.
    fn jwk(&self) -> Value {
        json!({
            "kty": "RSA", "use": "sig", "alg": "RS256",
            "kid": self.kid, "n": self.modulus, "e": self.exponent,
        })
    }

    /// The header of what this key signs.
    pub(crate) fn header(&self) -> Map<String, Value> {
        Map::from_iter([
            ("typ".to_owned(), json!("JWT")),
            ("alg".to_owned(), json!("RS256")),
            ("kid".to_owned(), json!(self.kid)),
        ])
    }

    /// A compact JWS. Header and claims are signed as they are: the hostile
    /// provider needs headers that no JWT library would write.
    pub(crate) fn sign(
        &self,
        header: &Map<String, Value>,
        claims: &Map<String, Value>,
    ) -> Result<String, NoSigningKey> {
        let part = |map: &Map<String, Value>| {
            serde_json::to_vec(map)
                .map(|json| URL_SAFE_NO_PAD.encode(json))
                .map_err(|_| NoSigningKey)
        };
        let message = format!("{}.{}", part(header)?, part(claims)?);
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair
            .sign(
                &RSA_PKCS1_SHA256,
                &SystemRandom::new(),
                message.as_bytes(),
                &mut signature,
            )
            .map_err(|_| NoSigningKey)?;
        Ok(format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey")
            .field("kid", &self.kid)
            .finish_non_exhaustive()
    }
}

/// A key made ahead, for tests that start many providers: making one takes
/// longer than the rest of a start.
#[derive(Debug, Clone)]
pub struct DemoKey(Arc<SigningKey>);

impl DemoKey {
    /// Makes a key; takes up to some hundred milliseconds.
    ///
    /// # Errors
    /// When no key can be made.
    pub fn generate() -> Result<Self, NoSigningKey> {
        Ok(Self(Arc::new(SigningKey::generate()?)))
    }
}

/// The keys that are published, the newest of which signs.
#[derive(Debug)]
pub(crate) struct KeyRing(RwLock<VecDeque<Arc<SigningKey>>>);

impl KeyRing {
    /// More than this many published keys, and the oldest is dropped.
    const MAX_KEYS: usize = 4;

    /// Signs with `key`, or with one that the first to need it makes.
    pub(crate) fn new(key: Option<DemoKey>) -> Self {
        Self(RwLock::new(key.into_iter().map(|key| key.0).collect()))
    }

    /// The key that signs; the first call makes it, while others wait.
    pub(crate) async fn current(&self) -> Result<Arc<SigningKey>, NoSigningKey> {
        if let Some(key) = self.0.read().await.front() {
            return Ok(Arc::clone(key));
        }
        let mut keys = self.0.write().await;
        if keys.is_empty() {
            keys.push_front(generate().await?);
        }
        keys.front().cloned().ok_or(NoSigningKey)
    }

    /// Signs with a new key from now on; the earlier ones stay published.
    pub(crate) async fn rotate(&self) -> Result<(), NoSigningKey> {
        let key = generate().await?;
        let mut keys = self.0.write().await;
        keys.push_front(key);
        keys.truncate(Self::MAX_KEYS);
        Ok(())
    }

    /// Publishes only the key that signs.
    pub(crate) async fn retire_old(&self) {
        self.0.write().await.truncate(1);
    }

    /// The published key called `kid`.
    pub(crate) async fn find(&self, kid: &str) -> Option<Arc<SigningKey>> {
        self.0
            .read()
            .await
            .iter()
            .find(|key| key.kid() == kid)
            .cloned()
    }

    /// The key set (RFC 7517 §5).
    pub(crate) async fn jwks(&self) -> Result<Map<String, Value>, NoSigningKey> {
        self.current().await?;
        let keys: Vec<Value> = self.0.read().await.iter().map(|key| key.jwk()).collect();
        Ok(Map::from_iter([("keys".to_owned(), Value::Array(keys))]))
    }
}

async fn generate() -> Result<Arc<SigningKey>, NoSigningKey> {
    let made = tokio::task::spawn_blocking(SigningKey::generate).await;
    made.map_err(|_| NoSigningKey)?.map(Arc::new)
}
