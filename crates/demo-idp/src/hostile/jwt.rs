//! A JWT taken apart, to be put together otherwise.

use aws_lc_rs::hmac;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::Members;

/// Header and claims of a JWT, whoever signs them.
#[derive(Debug, Clone)]
pub struct Jwt {
    /// The protected header.
    pub header: Members,
    /// The claims.
    pub claims: Members,
}

impl Jwt {
    /// Header and claims of `token`; none where it is no JWT.
    #[must_use]
    pub fn read(token: &str) -> Option<Self> {
        let mut parts = token.split('.').map(decode);
        Some(Self {
            header: parts.next()??,
            claims: parts.next()??,
        })
    }

    /// With `value` in the header under `name`.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.header.insert(name.to_owned(), value.into());
        self
    }

    /// What is signed: the first two parts.
    #[must_use]
    pub fn signing_input(&self) -> String {
        let part = |members: &Members| encode(Value::Object(members.clone()).to_string());
        format!("{}.{}", part(&self.header), part(&self.claims))
    }

    /// The token with these bytes for a signature.
    #[must_use]
    pub fn with_signature(&self, signature: &[u8]) -> String {
        format!("{}.{}", self.signing_input(), encode(signature))
    }

    /// The token with HMAC-SHA-256 of `secret` for a signature, and a header
    /// that says so.
    #[must_use]
    pub fn hs256(self, secret: &[u8]) -> String {
        let jwt = self.with_header("alg", json!("HS256"));
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
        jwt.with_signature(hmac::sign(&key, jwt.signing_input().as_bytes()).as_ref())
    }
}

fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn decode(part: &str) -> Option<Members> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}
