//! Public keys of plugin tokens, in the table a running Backstage shares
//! (contract §10).

use std::sync::Arc;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use stagedoor_identity::PLUGIN_TOKEN_LIFETIME;

use crate::{PUBLISHED_LIFETIMES, SigningKeyStore, StorageError, StoredKey, row::corrupt};

/// Keeps the public keys of plugin tokens: in Backstage's table
/// `backstage_backend_public_keys__keys` where the database is shared with one,
/// else in `stagedoor_plugin_keys`. So whichever node, or Backstage, is asked
/// for keys knows those of all.
#[async_trait]
pub trait PluginKeyStore: Send + Sync + 'static {
    /// Adds a key. An error when its id is taken.
    async fn add_plugin_key(&self, key: &StoredKey) -> Result<(), StorageError>;
    /// Every key of every node, expired ones included, oldest first.
    async fn list_plugin_keys(&self) -> Result<Vec<StoredKey>, StorageError>;
    /// Removes keys by id.
    async fn remove_plugin_keys(&self, kids: &[String]) -> Result<(), StorageError>;
}

/// The keys of plugin tokens, for those who work with either kind of key.
pub struct PluginKeys(Arc<dyn PluginKeyStore>);

impl PluginKeys {
    /// Those that `store` keeps.
    #[must_use]
    pub fn of(store: Arc<dyn PluginKeyStore>) -> Self {
        Self(store)
    }
}

#[async_trait]
impl SigningKeyStore for PluginKeys {
    async fn add_key(&self, key: &StoredKey) -> Result<(), StorageError> {
        self.0.add_plugin_key(key).await
    }

    async fn list_keys(&self) -> Result<Vec<StoredKey>, StorageError> {
        self.0.list_plugin_keys().await
    }

    async fn remove_keys(&self, kids: &[String]) -> Result<(), StorageError> {
        self.0.remove_plugin_keys(kids).await
    }
}

/// How long a key is published: Backstage writes when that is over, and not
/// when it began.
fn published_for() -> SignedDuration {
    PLUGIN_TOKEN_LIFETIME * PUBLISHED_LIFETIMES
}

/// `expires_at` as JavaScript's `toISOString` writes it.
pub(crate) fn expires_at(key: &StoredKey) -> String {
    let expires_at = key.created_at + published_for();
    expires_at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

/// `created_at` as it follows from `expires_at`.
pub(crate) fn created_at(expires_at: &str, table: &'static str) -> Result<Timestamp, StorageError> {
    expires_at
        .parse::<Timestamp>()
        .ok()
        .and_then(|expires_at| expires_at.checked_sub(published_for()).ok())
        .ok_or_else(|| corrupt(table, "expires_at is not a time".into()))
}

/// The statements of one table.
pub(crate) struct Statements {
    pub(crate) table: &'static str,
    pub(crate) add: &'static str,
    pub(crate) list: &'static str,
}

macro_rules! statements {
    ($table:literal) => {
        Statements {
            table: $table,
            add: concat!(
                "INSERT INTO ",
                $table,
                " (id, key, expires_at) VALUES ($1, $2, $3)"
            ),
            list: concat!(
                "SELECT id, key, expires_at FROM ",
                $table,
                " ORDER BY expires_at, id"
            ),
        }
    };
}

pub(crate) static OURS: Statements = statements!("stagedoor_plugin_keys");
pub(crate) static BACKSTAGES: Statements = statements!("backstage_backend_public_keys__keys");
