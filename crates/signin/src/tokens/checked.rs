//! Tokens whose signature was checked a moment ago.
//!
//! Plugins ask about the same token again and again, and the signature is most
//! of what an answer costs. What is remembered is only that the signature was
//! good: by the hash of token and key set together, so that a key that is
//! published no more, or one that is new, has every token checked again. When
//! it expires is looked at each time.

use std::time::Duration;

use aws_lc_rs::digest;
use jiff::Timestamp;
use moka::sync::Cache;
use stagedoor_identity::{TokenError, UserTokenVerifier, VerifiedUser};

use super::PublishedKeys;

/// How many tokens are remembered: about a megabyte.
const REMEMBERED: u64 = 4_096;
/// For how long one is that nobody asks about.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(300);

/// Good tokens, by the hash of the token and of the keys it was checked with.
#[derive(Debug)]
pub(super) struct CheckedTokens(Cache<[u8; 32], VerifiedUser>);

impl Default for CheckedTokens {
    fn default() -> Self {
        let cache = Cache::builder()
            .max_capacity(REMEMBERED)
            .time_to_idle(FORGOTTEN_AFTER);
        Self(cache.build())
    }
}

impl CheckedTokens {
    /// As [`UserTokenVerifier::verify`], of tokens of one issuer.
    pub(super) fn verify(
        &self,
        token: &str,
        keys: &PublishedKeys,
        issuer: &str,
        now: Timestamp,
    ) -> Result<VerifiedUser, TokenError> {
        let hash = hash(token, keys);
        let known = self.0.get(&hash);
        if let Some(user) = known.filter(|user| now < user.expires_at) {
            return Ok(user);
        }
        // Strangers' tokens are not remembered: nobody can push others out.
        let user = UserTokenVerifier::verify(token, keys.set(), issuer, now)?;
        self.0.insert(hash, user.clone());
        Ok(user)
    }
}

fn hash(token: &str, keys: &PublishedKeys) -> [u8; 32] {
    let mut context = digest::Context::new(&digest::SHA256);
    // Of one length, so that nothing can move from one to the other.
    context.update(keys.etag().as_bytes());
    context.update(token.as_bytes());
    let mut hash = [0; 32];
    hash.copy_from_slice(context.finish().as_ref());
    hash
}
