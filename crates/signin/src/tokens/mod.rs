//! Backstage tokens: issued, verified, and remembered for `/v1/userinfo`
//! (contract §9).

use std::sync::Arc;

use aws_lc_rs::digest;
use jiff::SignedDuration;
use moka::sync::Cache;
use serde_json::{Value, json};
use stagedoor_ambient::SharedClock;
use stagedoor_identity::{BackstageIdentity, EntityRef, UserClaims, UserTokenIssuer, VerifiedUser};
use stagedoor_storage::UserInfoStore;

mod checked;
mod error;
mod key_ring;
mod memory_keys;
mod published;

use checked::CheckedTokens;

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
/// Of how many users the info is answered from memory, and how old it may be:
/// as old as the published keys.
const ANSWERED_USERS: u64 = 1_024;
const ANSWERED_FOR: std::time::Duration = std::time::Duration::from_secs(1);

/// Issues and verifies Backstage tokens.
pub struct TokenService {
    issuer: UserTokenIssuer,
    keys: Arc<KeyRing>,
    user_info: Arc<dyn UserInfoStore>,
    written: Cache<EntityRef, [u8; 32]>,
    answered: Cache<EntityRef, Arc<Value>>,
    checked: CheckedTokens,
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
        let answered = Cache::builder()
            .max_capacity(ANSWERED_USERS)
            .time_to_live(ANSWERED_FOR)
            .build();
        Self {
            issuer,
            keys,
            user_info,
            written,
            answered,
            checked: CheckedTokens::default(),
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
        let fingerprint = fingerprint(claims);
        if fingerprint.is_some() && self.written.get(&claims.sub) == fingerprint {
            return Ok(());
        }
        let info = json!({ "claims": claims_json(claims) });
        self.user_info
            .put_user_info(&claims.sub, &info, self.clock.now())
            .await?;
        if let Some(fingerprint) = fingerprint {
            self.written.insert(claims.sub.clone(), fingerprint);
        }
        self.answered.insert(claims.sub.clone(), Arc::new(info));
        Ok(())
    }

    /// Who a user token, or limited user token, belongs to.
    ///
    /// # Errors
    /// [`TokenError::Refused`] when it is not one of ours, or not any more.
    pub async fn verify_user_token(&self, token: &str) -> Result<VerifiedUser, TokenError> {
        let verify = |keys: &PublishedKeys| {
            let issuer = &self.issuer.issuer;
            self.checked.verify(token, keys, issuer, self.clock.now())
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

    /// What was last issued for `user`, by another node a second ago at the
    /// latest: the body of `/v1/userinfo`.
    ///
    /// # Errors
    /// When the database can't be asked.
    pub async fn user_info(&self, user: &EntityRef) -> Result<Option<Arc<Value>>, TokenError> {
        if let Some(info) = self.answered.get(user) {
            return Ok(Some(info));
        }
        let Some(info) = self.user_info.user_info(user).await? else {
            return Ok(None);
        };
        // What was written here meanwhile is newer, and stays.
        let entry = self.answered.entry_by_ref(user);
        Ok(Some(entry.or_insert(Arc::new(info)).into_value()))
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

/// The same for the same claims. There is none only where they can't be written
/// as JSON, which these always can.
fn fingerprint(claims: &UserClaims) -> Option<[u8; 32]> {
    let text = serde_json::to_vec(&(&claims.sub, &claims.ent, &claims.extra)).ok()?;
    let digest = digest::digest(&digest::SHA256, &text);
    digest.as_ref().try_into().ok()
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
