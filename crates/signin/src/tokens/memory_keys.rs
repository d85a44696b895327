//! Public keys of this process alone: `auth.keyStore.provider: memory`.

use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use stagedoor_storage::{SigningKeyStore, StorageError, StoredKey};

/// Keeps public keys in memory. Tokens don't outlive a restart.
#[derive(Debug, Default)]
pub struct MemoryKeyStore(Mutex<Vec<StoredKey>>);

impl MemoryKeyStore {
    fn keys(&self) -> std::sync::MutexGuard<'_, Vec<StoredKey>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl SigningKeyStore for MemoryKeyStore {
    async fn add_key(&self, key: &StoredKey) -> Result<(), StorageError> {
        self.keys().push(key.clone());
        Ok(())
    }

    async fn list_keys(&self) -> Result<Vec<StoredKey>, StorageError> {
        Ok(self.keys().clone())
    }

    async fn remove_keys(&self, kids: &[String]) -> Result<(), StorageError> {
        self.keys().retain(|key| !kids.contains(&key.kid));
        Ok(())
    }
}
