//! All keys a provider publishes.

use serde_json::Value;

use super::{key::VerificationKey, rules::is_for_algorithm};
use crate::{
    signing_alg::SigningAlg,
    violation::{Place, Violation},
};

/// The most keys read of one set.
const MAX_KEYS: usize = 100;
/// The most keys tried for one signature.
const MAX_TRIED: usize = 4;

/// The usable keys of a JWK set (RFC 7517 §5).
#[derive(Debug)]
pub(crate) struct KeySet(Vec<VerificationKey>);

impl KeySet {
    /// Reads a JWK set; keys that are of no use are left out.
    ///
    /// # Errors
    /// [`Violation::Malformed`] when it is not a JWK set, or an absurdly large one.
    pub(crate) fn read(document: &Value) -> Result<Self, Violation> {
        let malformed = |detail: &str| Violation::Malformed {
            at: Place::Jwks,
            detail: detail.to_owned(),
        };
        let keys = document.get("keys").and_then(Value::as_array);
        let keys = keys.ok_or_else(|| malformed("no array 'keys'"))?;
        if keys.len() > MAX_KEYS {
            return Err(malformed("more than 100 keys"));
        }
        Ok(Self(
            keys.iter().filter_map(VerificationKey::read).collect(),
        ))
    }

    /// The keys that may have made a signature with `alg` under `kid`: those of
    /// that very id, or all that fit if the token names none (RFC 7515 §4.1.4,
    /// Core §10.1). At most a few: a token must not cost us many verifications.
    pub(super) fn candidates<'a>(
        &'a self,
        kid: Option<&'a str>,
        alg: SigningAlg,
    ) -> impl Iterator<Item = &'a VerificationKey> {
        self.0
            .iter()
            .filter(move |key| {
                key.kind == alg.key_kind()
                    && is_for_algorithm(key.alg.as_deref(), alg)
                    && kid.is_none_or(|kid| key.kid.as_deref() == Some(kid))
            })
            .take(MAX_TRIED)
    }
}

#[cfg(test)]
mod tests;
