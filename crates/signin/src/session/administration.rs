//! Sessions, managed: listed, and ended before their time.

use std::sync::Arc;

use jiff::Timestamp;
use serde::Serialize;
use stagedoor_ambient::SharedClock;
use stagedoor_identity::{EntityRef, EntityRefDefaults, EntityRefError};
use stagedoor_storage::{
    SessionFilter, SessionId, SessionPlace, SessionRecord, Storage, StorageError,
};

use crate::audit;

/// How many sessions are ended at a time, so that nobody waits long for the
/// database.
const BATCH: u32 = 500;

/// Lists sessions and ends them, on all nodes at once: none keeps a session
/// anywhere but in the database.
#[derive(Clone)]
pub struct SessionAdministration {
    storage: Arc<dyn Storage>,
    clock: SharedClock,
}

impl std::fmt::Debug for SessionAdministration {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SessionAdministration")
            .finish_non_exhaustive()
    }
}

/// What may be shown of a session.
#[derive(Debug, Clone, Serialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct SessionSummary {
    /// Names it; opens nothing.
    pub id: String,
    /// The User entity, where a resolver found one.
    pub user: Option<String>,
    /// The provider's id.
    pub provider: String,
    /// The environment under the provider.
    pub environment: String,
    /// The `sub` the provider knows the person by; empty where it has not said
    /// yet, of a session taken over from Backstage.
    pub subject: String,
    /// When the person signed in.
    pub created_at: Timestamp,
    /// When it was last refreshed.
    pub refreshed_at: Timestamp,
    /// When it is over, unless it is refreshed before.
    pub expires_at: Timestamp,
}

impl From<SessionRecord> for SessionSummary {
    fn from(record: SessionRecord) -> Self {
        Self {
            id: record.id.to_string(),
            user: record.user_entity_ref,
            provider: record.provider,
            environment: record.environment,
            subject: record.subject,
            created_at: record.created_at,
            refreshed_at: record.refreshed_at,
            expires_at: record.expires_at,
        }
    }
}

/// A part of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionPage {
    /// The sessions, newest sign-in first.
    pub sessions: Vec<SessionSummary>,
    /// Where the list goes on; `None` at its end.
    pub next: Option<SessionPlace>,
}

/// The User entity that someone has written: `user:default/ada`, or what may be
/// left out of it.
///
/// # Errors
/// When it is no entity ref.
pub fn user_named(text: &str) -> Result<EntityRef, EntityRefError> {
    let defaults = EntityRefDefaults {
        kind: Some("user"),
        ..EntityRefDefaults::default()
    };
    EntityRef::parse_with(text, defaults)
}

impl SessionAdministration {
    /// Over these sessions.
    #[must_use]
    pub fn new(storage: Arc<dyn Storage>, clock: SharedClock) -> Self {
        Self { storage, clock }
    }

    /// At most `limit` of the sessions that fit `filter`, after `after`.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn list(
        &self,
        filter: &SessionFilter,
        after: Option<&SessionPlace>,
        limit: u32,
    ) -> Result<SessionPage, StorageError> {
        let one_more = limit.saturating_add(1);
        let now = self.clock.now();
        let found = self.storage.sessions(filter, now, after, one_more);
        let mut found = found.await?;
        let goes_on = found.len() > limit as usize;
        found.truncate(limit as usize);
        let next = found.last().filter(|_| goes_on).map(|last| SessionPlace {
            created_at: last.created_at,
            id: last.id,
        });
        Ok(SessionPage {
            sessions: found.into_iter().map(SessionSummary::from).collect(),
            next,
        })
    }

    /// Ends one session in the name of `by`. `false` when there is none.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn revoke(&self, id: SessionId, by: &str) -> Result<bool, StorageError> {
        let session = self.storage.session(id, self.clock.now()).await?;
        let (Some(session), true) = (session, self.storage.delete_session(id).await?) else {
            return Ok(false);
        };
        audit::session_revoked(&session, by);
        Ok(true)
    }

    /// Ends every session that fits `filter`, in the name of `by`; how many
    /// there were.
    ///
    /// # Errors
    /// When the database refuses; those before are ended all the same.
    pub async fn revoke_all(&self, filter: &SessionFilter, by: &str) -> Result<u64, StorageError> {
        let now = self.clock.now();
        let mut ended = 0;
        let outcome = loop {
            match self.storage.delete_sessions(filter, now, BATCH).await {
                Ok(0) => break Ok(ended),
                Ok(some) => ended += some,
                Err(error) => break Err(error),
            }
        };
        audit::sessions_revoked(filter, by, ended);
        outcome
    }
}
