//! What `/v1/userinfo` answers from (contract §9).

use async_trait::async_trait;
use jiff::Timestamp;
use stagedoor_identity::EntityRef;

use crate::StorageError;

/// Keeps what was last issued for a user: in Backstage's table `user_info` where
/// the database is shared with one, else in `stagedoor_user_info`.
#[async_trait]
pub trait UserInfoStore: Send + Sync + 'static {
    /// Writes `{"claims": …}` for `user`, replacing what was there.
    async fn put_user_info(
        &self,
        user: &EntityRef,
        info: &serde_json::Value,
        now: Timestamp,
    ) -> Result<(), StorageError>;
    /// What was last written for `user`.
    async fn user_info(&self, user: &EntityRef) -> Result<Option<serde_json::Value>, StorageError>;
}
