//! What outlives a request: sessions, public signing keys, user info and the
//! flows already used.
//!
//! The traits here are the whole interface; they speak of opaque, already
//! encrypted bytes where secrets are concerned, so that no storage can leak a
//! token. [`open`] gives them over SQLite or PostgreSQL:
//!
//! ```
//! # use stagedoor_storage::{DatabaseLocation, StorageError, open};
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), StorageError> {
//! use jiff::{SignedDuration, Timestamp};
//!
//! let storage = open(&DatabaseLocation::SqliteMemory).await?;
//! let until = Timestamp::now() + SignedDuration::from_mins(10);
//! assert!(storage.use_flow([7; 16], until).await?);
//! assert!(!storage.use_flow([7; 16], until).await?);
//! # Ok(())
//! # }
//! ```

mod error;
mod inspect;
mod inspection;
mod keys;
mod last_write;
mod location;
mod migrations;
mod open;
mod plugin_keys;
mod postgres;
mod provider_logout;
mod row;
mod session;
mod session_filter;
mod session_id;
mod session_store;
mod shared;
mod sql;
mod sql_time;
mod sqlite;
mod statement;
mod timing;
mod user_info;

pub use error::{DatabaseError, StorageError};
pub use inspect::inspect;
pub use inspection::{Inspection, Obstacle, PendingMigration};
pub use keys::{PUBLISHED_LIFETIMES, SigningKeyStore, StoredKey};
pub use location::{
    DatabaseLocation, PostgresClientCertificate, PostgresLocation, PostgresTls, PostgresTrust,
};
pub use open::open;
pub use plugin_keys::{PluginKeyStore, PluginKeys};
pub use postgres::PostgresStorage;
pub use provider_logout::{LoggedOut, ProviderLogout};
pub use session::{
    FlowLedger, LeaseId, LeaseOutcome, SecretHash, SessionRecord, SessionStore, SessionUpdate,
};
pub use session_filter::{NotASessionPlace, SessionFilter, SessionOwner, SessionPlace};
pub use session_id::{NotASessionId, SessionId};
pub use sqlite::SqliteStorage;
pub use user_info::UserInfoStore;

/// Everything sign-in keeps, in one place.
pub trait Storage:
    SessionStore + FlowLedger + SigningKeyStore + PluginKeyStore + UserInfoStore
{
}

impl<T: SessionStore + FlowLedger + SigningKeyStore + PluginKeyStore + UserInfoStore> Storage
    for T
{
}
