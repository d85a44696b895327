//! Tokens that Backstage itself issued, see `tests/fixtures/README.md`.
#![allow(dead_code, clippy::unwrap_used, unreachable_pub)]

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value};
use stagedoor_identity::{KeySet, PublicJwk, SigningKey};

#[derive(Deserialize)]
pub struct Fixtures {
    now: i64,
    pub issuer: String,
    pub claims: Map<String, Value>,
    pub vectors: Vec<Vector>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Vector {
    pub algorithm: String,
    pub private_pem: String,
    pub public_pem: String,
    pub public_jwk: Value,
    pub user_token: String,
    pub user_token_with_ownership: String,
    pub limited_token: String,
    pub plugin_token: String,
}

pub fn fixtures() -> Fixtures {
    serde_json::from_str(include_str!("../fixtures/backstage-tokens.json")).unwrap()
}

impl Fixtures {
    pub fn now(&self) -> Timestamp {
        Timestamp::from_second(self.now).unwrap()
    }

    pub fn keys(&self) -> KeySet {
        let jwk = |vector: &Vector| PublicJwk::from_json(vector.public_jwk.clone()).unwrap();
        self.vectors.iter().map(jwk).collect()
    }

    pub fn vector(&self, algorithm: &str) -> &Vector {
        let mut vectors = self.vectors.iter();
        vectors.find(|v| v.algorithm == algorithm).unwrap()
    }
}

impl Vector {
    pub fn key(&self) -> SigningKey {
        let kid = self.public_jwk["kid"].as_str().unwrap();
        let algorithm = self.algorithm.parse().unwrap();
        SigningKey::from_pem(&self.private_pem, &self.public_pem, kid, algorithm).unwrap()
    }
}

/// Header and payload of `token` as the text they are.
pub fn texts(token: &str) -> [String; 2] {
    let mut parts = token.split('.').map(|part| {
        let json = URL_SAFE_NO_PAD.decode(part).unwrap_or_default();
        String::from_utf8(json).unwrap_or_default()
    });
    [parts.next().unwrap(), parts.next().unwrap()]
}
