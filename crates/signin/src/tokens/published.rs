//! The public keys as they are served.

use aws_lc_rs::digest;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use stagedoor_identity::KeySet;

/// A key set, rendered once.
#[derive(Debug, Clone, Default)]
pub struct PublishedKeys {
    set: KeySet,
    json: String,
    etag: String,
}

impl PublishedKeys {
    /// Renders `set`.
    #[must_use]
    pub fn new(set: KeySet) -> Self {
        let json = set.to_jwks_json();
        let digest = digest::digest(&digest::SHA256, json.as_bytes());
        let etag = format!("\"{}\"", URL_SAFE_NO_PAD.encode(&digest.as_ref()[..12]));
        Self { set, json, etag }
    }

    /// The keys.
    #[must_use]
    pub fn set(&self) -> &KeySet {
        &self.set
    }

    /// The JWKS document.
    #[must_use]
    pub fn json(&self) -> &str {
        &self.json
    }

    /// Its strong entity tag, quotes included.
    #[must_use]
    pub fn etag(&self) -> &str {
        &self.etag
    }
}
