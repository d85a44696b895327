//! Sessions, and the flows already used.

use std::fmt;

use async_trait::async_trait;
use jiff::Timestamp;

use crate::{ProviderLogout, SessionFilter, SessionId, SessionOwner, SessionPlace, StorageError};

/// SHA-256 of the secret half of a session's first cookie.
#[derive(Clone, Copy)]
pub struct SecretHash(pub [u8; 32]);

impl fmt::Debug for SecretHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretHash(…)")
    }
}

/// Who holds a session's refresh lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeaseId(pub [u8; 16]);

/// A session as it is stored. Its times are kept to the millisecond.
#[derive(Debug, Clone)]
pub struct SessionRecord {
    /// Its id.
    pub id: SessionId,
    /// Compared, in constant time, with a cookie's secret. Never changes: the
    /// secrets that come after the first are known by `sealed_tokens`.
    pub secret_hash: SecretHash,
    /// The provider's id, as in `auth.providers`.
    pub provider: String,
    /// The environment under the provider.
    pub environment: String,
    /// The `sub` the provider knows the person by.
    pub subject: String,
    /// The provider's own session id (`sid`), for back-channel logout.
    pub provider_session: Option<String>,
    /// The User entity, when a resolver found one.
    pub user_entity_ref: Option<String>,
    /// The provider's tokens and claims, sealed and bound to this row.
    pub sealed_tokens: Vec<u8>,
    /// When the person signed in.
    pub created_at: Timestamp,
    /// When it was last refreshed.
    pub refreshed_at: Timestamp,
    /// From then on the session is over.
    pub expires_at: Timestamp,
}

/// What a refresh changes in a session.
#[derive(Debug, Clone)]
pub struct SessionUpdate {
    /// The `sub` the provider knows the person by, where it changes: a session
    /// taken over from elsewhere learns it at its first refresh.
    pub subject: Option<String>,
    /// The provider's own session id (`sid`), where it changes.
    pub provider_session: Option<String>,
    /// The new tokens, sealed.
    pub sealed_tokens: Vec<u8>,
    /// When the session was refreshed.
    pub refreshed_at: Timestamp,
    /// From then on the session is over.
    pub expires_at: Timestamp,
}

/// What came of asking for a lease.
#[derive(Debug)]
pub enum LeaseOutcome {
    /// The caller may refresh; here is the session as it stands.
    Acquired(Box<SessionRecord>),
    /// Another refresh is under way; here is the session as it stands.
    Held(Box<SessionRecord>),
    /// There is no such session, or it has expired.
    Gone,
}

/// Keeps sessions.
#[async_trait]
pub trait SessionStore: Send + Sync + 'static {
    /// Adds a session. `false` when the id was already there, which changes nothing.
    async fn insert_session(&self, session: &SessionRecord) -> Result<bool, StorageError>;

    /// The session, unless it has expired by `now`.
    async fn session(
        &self,
        id: SessionId,
        now: Timestamp,
    ) -> Result<Option<SessionRecord>, StorageError>;

    /// Takes the session's refresh lease until `until`, if nobody holds it at
    /// `now`: one atomic step across all nodes. A lease that ends later than
    /// twice the time asked for is nobody's: the clock was put back since.
    async fn lease_session(
        &self,
        id: SessionId,
        lease: LeaseId,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<LeaseOutcome, StorageError>;

    /// Holds a lease until `until`. `false`, changing nothing, when it was
    /// given back, or lost to another.
    async fn renew_lease(
        &self,
        id: SessionId,
        lease: LeaseId,
        until: Timestamp,
    ) -> Result<bool, StorageError>;

    /// Writes a refresh's result and gives the lease back. `false`, changing
    /// nothing, when the session is gone or the lease was lost.
    async fn commit_refresh(
        &self,
        id: SessionId,
        lease: LeaseId,
        update: &SessionUpdate,
    ) -> Result<bool, StorageError>;

    /// Notes which User entity the session belongs to now.
    async fn set_session_user(
        &self,
        id: SessionId,
        user_entity_ref: Option<&str>,
    ) -> Result<(), StorageError>;

    /// Gives the lease back, leaving the session as it is.
    async fn release_lease(&self, id: SessionId, lease: LeaseId) -> Result<(), StorageError>;

    /// Ends a session. `true` when there was one.
    async fn delete_session(&self, id: SessionId) -> Result<bool, StorageError>;

    /// The sessions that fit `filter` and have not expired by `now`, newest
    /// sign-in first: at most `limit` of those after `after`.
    async fn sessions(
        &self,
        filter: &SessionFilter,
        now: Timestamp,
        after: Option<&SessionPlace>,
        limit: u32,
    ) -> Result<Vec<SessionRecord>, StorageError>;

    /// Ends at most `limit` of the sessions that fit `filter` and have not
    /// expired by `now`; how many it ended. Call it again until it ends none.
    async fn delete_sessions(
        &self,
        filter: &SessionFilter,
        now: Timestamp,
        limit: u32,
    ) -> Result<u64, StorageError>;

    /// Of the sessions of `owner`, leaves `keep` and those `others` that were
    /// refreshed last, and ends the rest, some hundred at a time; how many it
    /// ended.
    async fn delete_least_used(
        &self,
        owner: SessionOwner<'_>,
        keep: SessionId,
        others: u32,
        now: Timestamp,
    ) -> Result<u64, StorageError>;

    /// Puts `after` in place of the sealed tokens `before`. `false`, changing
    /// nothing, when they are others by now, or the session is gone.
    async fn replace_sealed_tokens(
        &self,
        id: SessionId,
        before: &[u8],
        after: &[u8],
    ) -> Result<bool, StorageError>;

    /// Ends every session the provider knows as `provider_session` (`sid`);
    /// how many there were (OpenID Connect Back-Channel Logout 1.0 §2.7).
    async fn delete_sessions_of_provider_session(
        &self,
        provider: &str,
        environment: &str,
        provider_session: &str,
    ) -> Result<u64, StorageError>;

    /// Ends every session of `subject` (`sub`) at the provider, for a logout
    /// that names no `sid`; how many there were (the same section).
    async fn delete_sessions_of_subject(
        &self,
        provider: &str,
        environment: &str,
        subject: &str,
    ) -> Result<u64, StorageError>;

    /// Ends the sessions that a provider says are over; how many there were.
    /// `None`, changing nothing, when that message was used before: one atomic
    /// step across all nodes, so that a message whose sessions could not be
    /// ended is good for another try.
    async fn log_out_at_provider(
        &self,
        logout: &ProviderLogout,
    ) -> Result<Option<u64>, StorageError>;

    /// Whether the database does its work: it is asked what costs it nothing
    /// or, when the last write failed, for a write.
    ///
    /// # Errors
    /// When it does not.
    async fn check(&self, now: Timestamp) -> Result<(), StorageError>;

    /// How many sessions there are that have not expired by `now`: reads an
    /// index from end to end, so not for every request.
    async fn count_sessions(&self, now: Timestamp) -> Result<u64, StorageError>;

    /// Removes at most `limit` sessions and used flows that had expired by
    /// `now`; how many it removed. Call it again until it removes none.
    async fn delete_expired(&self, now: Timestamp, limit: u32) -> Result<u64, StorageError>;
}

/// Remembers the flows already finished, so that each finishes once.
#[async_trait]
pub trait FlowLedger: Send + Sync + 'static {
    /// Marks a flow as used until `expires_at`. `true` the first time only.
    async fn use_flow(&self, flow: [u8; 16], expires_at: Timestamp) -> Result<bool, StorageError>;
}
