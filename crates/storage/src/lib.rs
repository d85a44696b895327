//! What outlives a request: sessions, public signing keys, user info and the
//! flows already used.
//!
//! The traits here are the whole interface; they speak of opaque, already
//! encrypted bytes where secrets are concerned, so that no storage can leak a
//! token.

mod error;
mod keys;
mod session;
mod user_info;

pub use error::StorageError;
pub use keys::{SigningKeyStore, StoredKey};
pub use session::{
    FlowLedger, LeaseId, LeaseOutcome, SecretHash, SessionId, SessionRecord, SessionStore,
    SessionUpdate,
};
pub use user_info::UserInfoStore;

/// Everything sign-in keeps, in one place.
pub trait Storage: SessionStore + FlowLedger + SigningKeyStore + UserInfoStore {}

impl<T: SessionStore + FlowLedger + SigningKeyStore + UserInfoStore> Storage for T {}
