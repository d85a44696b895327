//! Where a session is kept between its uses.

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::{Mutex, OwnedMutexGuard};

use crate::auth::{AuthError, OAuth2Session};

/// A session, as it is kept.
#[derive(Clone, Serialize, Deserialize)]
pub struct StoredSession {
    /// The auth backend that gave it.
    pub auth_url: String,
    /// Whom it was given to.
    pub client_id: String,
    /// Goes on with it.
    #[serde(serialize_with = "in_clear")]
    pub(super) refresh_token: SecretString,
    /// What was told of it.
    pub(super) session: Value,
    /// When that was.
    pub(super) received_at: Timestamp,
}

impl StoredSession {
    /// What was told of it last.
    ///
    /// # Errors
    /// When it can't be read.
    pub fn session(&self) -> Result<OAuth2Session, AuthError> {
        OAuth2Session::from_json(self.session.to_string().as_bytes(), self.received_at)
    }
}

impl fmt::Debug for StoredSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredSession")
            .field("auth_url", &self.auth_url)
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}

/// Into the store alone.
fn in_clear<S: serde::Serializer>(secret: &SecretString, to: S) -> Result<S::Ok, S::Error> {
    secret.expose_secret().serialize(to)
}

/// Keeps one session.
#[async_trait]
pub trait SessionStore: Send + Sync + 'static {
    /// The store, for the caller alone until it is dropped: a refresh token is
    /// used once, and the next one must be kept before anyone else reads it.
    ///
    /// # Errors
    /// When it can't be had.
    async fn open(&self) -> Result<Box<dyn OpenSessionStore>, AuthError>;
}

/// A store that nobody else has open.
pub trait OpenSessionStore: Send {
    /// What is kept.
    ///
    /// # Errors
    /// When it can't be read.
    fn read(&mut self) -> Result<Option<StoredSession>, AuthError>;

    /// Keeps `session`, or nothing.
    ///
    /// # Errors
    /// When it can't be written.
    fn write(&mut self, session: Option<&StoredSession>) -> Result<(), AuthError>;
}

/// Keeps a session as long as the process lives.
#[derive(Debug, Clone, Default)]
pub struct MemorySessionStore(Arc<Mutex<Option<StoredSession>>>);

#[async_trait]
impl SessionStore for MemorySessionStore {
    async fn open(&self) -> Result<Box<dyn OpenSessionStore>, AuthError> {
        Ok(Box::new(self.0.clone().lock_owned().await))
    }
}

impl OpenSessionStore for OwnedMutexGuard<Option<StoredSession>> {
    fn read(&mut self) -> Result<Option<StoredSession>, AuthError> {
        Ok((**self).clone())
    }

    fn write(&mut self, session: Option<&StoredSession>) -> Result<(), AuthError> {
        **self = session.cloned();
        Ok(())
    }
}
