//! Backstage tokens: issued, verified, and remembered for `/v1/userinfo`
//! (contract §9).

use std::sync::Arc;

use aws_lc_rs::digest;
use jiff::SignedDuration;
use moka::sync::Cache;
use serde_json::{Value, json};
use stagedoor_ambient::SharedClock;
use stagedoor_identity::{
    BackstageIdentity, EntityRef, UserClaims, UserTokenIssuer, UserTokenVerifier, VerifiedUser,
};
use stagedoor_storage::UserInfoStore;

mod error;
mod key_ring;
mod memory_keys;
mod published;

pub use error::TokenError;
pub use key_ring::{KeyRing, KeyRingSettings, KeySource};
pub use memory_keys::MemoryKeyStore;
pub use published::PublishedKeys;

/// How many users' last written info is remembered, so that an unchanged one
/// is not written again at every refresh.
const REMEMBERED_USERS: u64 = 20_000;
/// A Backstage on the same database may write there too: after this long the
/// info is written again, changed or not.
const REMEMBERED_FOR: std::time::Duration = std::time::Duration::from_secs(300);

/// Issues and verifies Backstage tokens.
pub struct TokenService {
    issuer: UserTokenIssuer,
    keys: Arc<KeyRing>,
    user_info: Arc<dyn UserInfoStore>,
    written: Cache<EntityRef, [u8; 32]>,
    clock: SharedClock,
}

impl TokenService {
    /// A service that signs with `keys` and writes to `user_info`.
    #[must_use]
    pub fn new(
        issuer: UserTokenIssuer,
        keys: Arc<KeyRing>,
        user_info: Arc<dyn UserInfoStore>,
        clock: SharedClock,
    ) -> Self {
        let written = Cache::builder()
            .max_capacity(REMEMBERED_USERS)
            .time_to_live(REMEMBERED_FOR)
            .build();
        Self {
            issuer,
            keys,
            user_info,
            written,
            clock,
        }
    }

    /// Issues a user token and writes the user info that goes with it.
    ///
    /// # Errors
    /// When there is no key, the token would be too long, or the user info
    /// can't be written.
    pub async fn issue_user_token(
        &self,
        claims: UserClaims,
    ) -> Result<BackstageIdentity, TokenError> {
        let key = self.keys.current().await?;
        let identity = self.issuer.issue(&key, &claims, self.clock.now())?;
        self.write_user_info(&claims).await?;
        Ok(identity)
    }

    async fn write_user_info(&self, claims: &UserClaims) -> Result<(), TokenError> {
        let info = json!({ "claims": claims_json(claims) });
        let digest = digest::digest(&digest::SHA256, info.to_string().as_bytes());
        let mut fingerprint = [0; 32];
        fingerprint.copy_from_slice(digest.as_ref());
        if self.written.get(&claims.sub) == Some(fingerprint) {
            return Ok(());
        }
        self.user_info
            .put_user_info(&claims.sub, &info, self.clock.now())
            .await?;
        self.written.insert(claims.sub.clone(), fingerprint);
        Ok(())
    }

    /// Who a user token, or limited user token, belongs to.
    ///
    /// # Errors
    /// [`TokenError::Refused`] when it is not one of ours, or not any more.
    pub async fn verify_user_token(&self, token: &str) -> Result<VerifiedUser, TokenError> {
        let verify = |keys: &PublishedKeys| {
            UserTokenVerifier::verify(token, keys.set(), &self.issuer.issuer, self.clock.now())
        };
        let keys = self.keys.published().await?;
        match verify(&keys) {
            // A node that has just started may have signed it with a key that
            // is not known here yet.
            Err(stagedoor_identity::TokenError::UnknownKey { .. }) => {
                let fresh = self.keys.reload().await?;
                Ok(verify(&fresh)?)
            }
            outcome => Ok(outcome?),
        }
    }

    /// What was last issued for `user`: the body of `/v1/userinfo`.
    ///
    /// # Errors
    /// When the database can't be asked.
    pub async fn user_info(&self, user: &EntityRef) -> Result<Option<Value>, TokenError> {
        Ok(self.user_info.user_info(user).await?)
    }

    /// The keys that user tokens are signed with.
    #[must_use]
    pub fn keys(&self) -> &KeyRing {
        &self.keys
    }

    /// How long a token lives.
    #[must_use]
    pub fn lifetime(&self) -> SignedDuration {
        self.issuer.lifetime
    }
}

fn claims_json(claims: &UserClaims) -> Value {
    let mut json = serde_json::Map::new();
    json.insert("sub".to_owned(), json!(claims.sub));
    json.insert("ent".to_owned(), json!(claims.ent));
    for (name, value) in &claims.extra {
        json.entry(name.clone()).or_insert_with(|| value.clone());
    }
    Value::Object(json)
}
