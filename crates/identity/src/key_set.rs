//! All public keys that may have signed a token which is still valid.

use std::collections::HashMap;

use serde::Serialize;

use crate::PublicJwk;

/// Public keys by their id.
#[derive(Debug, Clone, Default)]
pub struct KeySet {
    keys: Vec<PublicJwk>,
    by_kid: HashMap<String, usize>,
}

impl KeySet {
    /// Of several keys with one id, the first counts.
    #[must_use]
    pub fn new(keys: impl IntoIterator<Item = PublicJwk>) -> Self {
        let mut set = Self::default();
        for key in keys {
            if !set.by_kid.contains_key(key.kid()) {
                set.by_kid.insert(key.kid().to_owned(), set.keys.len());
                set.keys.push(key);
            }
        }
        set
    }

    /// The key with that id.
    #[must_use]
    pub fn find(&self, kid: &str) -> Option<&PublicJwk> {
        self.by_kid.get(kid).and_then(|&index| self.keys.get(index))
    }

    /// The keys, in the order they were given.
    pub fn iter(&self) -> impl Iterator<Item = &PublicJwk> {
        self.keys.iter()
    }

    /// How many keys there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether there is no key.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The JWK Set document, `{"keys":[…]}` (RFC 7517 §5).
    #[must_use]
    pub fn to_jwks_json(&self) -> String {
        #[derive(Serialize)]
        struct Jwks<'a> {
            keys: &'a [PublicJwk],
        }
        // Maps with text keys always serialize.
        serde_json::to_string(&Jwks { keys: &self.keys }).unwrap_or_default()
    }
}

impl FromIterator<PublicJwk> for KeySet {
    fn from_iter<I: IntoIterator<Item = PublicJwk>>(keys: I) -> Self {
        Self::new(keys)
    }
}
