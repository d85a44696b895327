//! Public signing keys, in the table a running Backstage shares (contract §9).

use async_trait::async_trait;
use jiff::Timestamp;

use crate::StorageError;

/// A key is published for this many token lifetimes after it was made, so that
/// the last token it signed has long expired.
pub const PUBLISHED_LIFETIMES: i32 = 3;

/// A public key as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredKey {
    /// The key id.
    pub kid: String,
    /// The public JWK.
    pub jwk: serde_json::Value,
    /// When it was made, kept to the second; it is published until
    /// [`PUBLISHED_LIFETIMES`] later.
    pub created_at: Timestamp,
}

/// Keeps public signing keys: in Backstage's table `signing_keys` where the
/// database is shared with one, else in `stagedoor_signing_keys`.
#[async_trait]
pub trait SigningKeyStore: Send + Sync + 'static {
    /// Adds a key. An error when its id is taken.
    async fn add_key(&self, key: &StoredKey) -> Result<(), StorageError>;
    /// Every key of every node, expired ones included, oldest first.
    async fn list_keys(&self) -> Result<Vec<StoredKey>, StorageError>;
    /// Removes keys by id.
    async fn remove_keys(&self, kids: &[String]) -> Result<(), StorageError>;
}
