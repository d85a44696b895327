//! A database that can be away.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed},
};

use async_trait::async_trait;
use jiff::Timestamp;
use serde_json::Value;
use stagedoor_identity::EntityRef;
use stagedoor_storage::{
    FlowLedger, LeaseId, LeaseOutcome, PluginKeyStore, ProviderLogout, SessionFilter, SessionId,
    SessionOwner, SessionPlace, SessionRecord, SessionStore, SessionUpdate, SigningKeyStore,
    Storage, StorageError, StoredKey, UserInfoStore,
};

/// A real database behind a switch.
pub(crate) struct FaultyStorage {
    inner: Arc<dyn Storage>,
    away: AtomicBool,
    newest: Mutex<Option<SessionRecord>>,
    keys_stay: AtomicBool,
    stumbles: AtomicUsize,
    user_info_writes: AtomicUsize,
}

impl FaultyStorage {
    pub(crate) fn over(inner: Arc<dyn Storage>) -> Self {
        Self {
            inner,
            away: AtomicBool::new(false),
            newest: Mutex::new(None),
            keys_stay: AtomicBool::new(false),
            stumbles: AtomicUsize::new(0),
            user_info_writes: AtomicUsize::new(0),
        }
    }

    /// Every call fails, and says why in words nobody else should read.
    pub(crate) fn is_away(&self, away: bool) {
        self.away.store(away, Relaxed);
    }

    /// The next attempt to keep new tokens fails.
    pub(crate) fn stumbles(&self) {
        self.stumbles.store(1, Relaxed);
    }

    /// Keys can't be removed.
    pub(crate) fn keeps_keys(&self) {
        self.keys_stay.store(true, Relaxed);
    }

    /// The session last added, as it was then.
    pub(crate) fn newest(&self) -> SessionRecord {
        self.newest.lock().unwrap().clone().unwrap()
    }

    pub(crate) fn user_info_writes(&self) -> usize {
        self.user_info_writes.load(Relaxed)
    }

    fn inner(&self) -> Result<&dyn Storage, StorageError> {
        if self.away.load(Relaxed) {
            return Err(unavailable());
        }
        Ok(&*self.inner)
    }
}

fn unavailable() -> StorageError {
    StorageError::Corrupt {
        table: "stagedoor_sessions",
        reason: "secret internals".to_owned(),
    }
}

#[async_trait]
impl SessionStore for FaultyStorage {
    async fn insert_session(&self, session: &SessionRecord) -> Result<bool, StorageError> {
        let added = self.inner()?.insert_session(session).await?;
        if added {
            *self.newest.lock().unwrap() = Some(session.clone());
        }
        Ok(added)
    }

    async fn session(
        &self,
        id: SessionId,
        now: Timestamp,
    ) -> Result<Option<SessionRecord>, StorageError> {
        self.inner()?.session(id, now).await
    }

    async fn check(&self, now: Timestamp) -> Result<(), StorageError> {
        self.inner()?.check(now).await
    }

    async fn count_sessions(&self, now: Timestamp) -> Result<u64, StorageError> {
        self.inner()?.count_sessions(now).await
    }

    async fn lease_session(
        &self,
        id: SessionId,
        lease: LeaseId,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<LeaseOutcome, StorageError> {
        self.inner()?.lease_session(id, lease, now, until).await
    }

    async fn renew_lease(
        &self,
        id: SessionId,
        lease: LeaseId,
        until: Timestamp,
    ) -> Result<bool, StorageError> {
        self.inner()?.renew_lease(id, lease, until).await
    }

    async fn commit_refresh(
        &self,
        id: SessionId,
        lease: LeaseId,
        update: &SessionUpdate,
    ) -> Result<bool, StorageError> {
        if self.stumbles.swap(0, Relaxed) > 0 {
            return Err(unavailable());
        }
        self.inner()?.commit_refresh(id, lease, update).await
    }

    async fn set_session_user(
        &self,
        id: SessionId,
        user_entity_ref: Option<&str>,
    ) -> Result<(), StorageError> {
        self.inner()?.set_session_user(id, user_entity_ref).await
    }

    async fn release_lease(&self, id: SessionId, lease: LeaseId) -> Result<(), StorageError> {
        self.inner()?.release_lease(id, lease).await
    }

    async fn delete_session(&self, id: SessionId) -> Result<bool, StorageError> {
        self.inner()?.delete_session(id).await
    }

    async fn sessions(
        &self,
        filter: &SessionFilter,
        now: Timestamp,
        after: Option<&SessionPlace>,
        limit: u32,
    ) -> Result<Vec<SessionRecord>, StorageError> {
        self.inner()?.sessions(filter, now, after, limit).await
    }

    async fn delete_sessions(
        &self,
        filter: &SessionFilter,
        now: Timestamp,
        limit: u32,
    ) -> Result<u64, StorageError> {
        self.inner()?.delete_sessions(filter, now, limit).await
    }

    async fn delete_least_used(
        &self,
        owner: SessionOwner<'_>,
        keep: SessionId,
        others: u32,
        now: Timestamp,
    ) -> Result<u64, StorageError> {
        let inner = self.inner()?;
        inner.delete_least_used(owner, keep, others, now).await
    }

    async fn replace_sealed_tokens(
        &self,
        id: SessionId,
        before: &[u8],
        after: &[u8],
    ) -> Result<bool, StorageError> {
        let inner = self.inner()?;
        inner.replace_sealed_tokens(id, before, after).await
    }

    async fn delete_sessions_of_provider_session(
        &self,
        provider: &str,
        environment: &str,
        provider_session: &str,
    ) -> Result<u64, StorageError> {
        let inner = self.inner()?;
        inner
            .delete_sessions_of_provider_session(provider, environment, provider_session)
            .await
    }

    async fn delete_sessions_of_subject(
        &self,
        provider: &str,
        environment: &str,
        subject: &str,
    ) -> Result<u64, StorageError> {
        let inner = self.inner()?;
        inner
            .delete_sessions_of_subject(provider, environment, subject)
            .await
    }

    async fn log_out_at_provider(
        &self,
        logout: &ProviderLogout,
    ) -> Result<Option<u64>, StorageError> {
        self.inner()?.log_out_at_provider(logout).await
    }

    async fn delete_expired(&self, now: Timestamp, limit: u32) -> Result<u64, StorageError> {
        self.inner()?.delete_expired(now, limit).await
    }
}

#[async_trait]
impl FlowLedger for FaultyStorage {
    async fn use_flow(&self, flow: [u8; 16], expires_at: Timestamp) -> Result<bool, StorageError> {
        self.inner()?.use_flow(flow, expires_at).await
    }
}

#[async_trait]
impl SigningKeyStore for FaultyStorage {
    async fn add_key(&self, key: &StoredKey) -> Result<(), StorageError> {
        self.inner()?.add_key(key).await
    }

    async fn list_keys(&self) -> Result<Vec<StoredKey>, StorageError> {
        self.inner()?.list_keys().await
    }

    async fn remove_keys(&self, kids: &[String]) -> Result<(), StorageError> {
        if self.keys_stay.load(Relaxed) {
            return Err(unavailable());
        }
        self.inner()?.remove_keys(kids).await
    }
}

#[async_trait]
impl PluginKeyStore for FaultyStorage {
    async fn add_plugin_key(&self, key: &StoredKey) -> Result<(), StorageError> {
        self.inner()?.add_plugin_key(key).await
    }

    async fn list_plugin_keys(&self) -> Result<Vec<StoredKey>, StorageError> {
        self.inner()?.list_plugin_keys().await
    }

    async fn remove_plugin_keys(&self, kids: &[String]) -> Result<(), StorageError> {
        self.inner()?.remove_plugin_keys(kids).await
    }
}

#[async_trait]
impl UserInfoStore for FaultyStorage {
    async fn put_user_info(
        &self,
        user: &EntityRef,
        info: &Value,
        now: Timestamp,
    ) -> Result<(), StorageError> {
        self.user_info_writes.fetch_add(1, Relaxed);
        self.inner()?.put_user_info(user, info, now).await
    }

    async fn user_info(&self, user: &EntityRef) -> Result<Option<Value>, StorageError> {
        self.inner()?.user_info(user).await
    }
}
