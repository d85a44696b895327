//! What a provider says when it has ended a session of its own.

use jiff::Timestamp;

/// A provider's word that someone is logged out, which counts once.
#[derive(Debug, Clone)]
pub struct ProviderLogout {
    /// Names the message that says so, among used flows: a hash, so that it
    /// can't be one of theirs.
    pub message: [u8; 16],
    /// Until when the message is remembered.
    pub remember_until: Timestamp,
    /// The provider's id, as in `auth.providers`.
    pub provider: String,
    /// The environment under the provider.
    pub environment: String,
    /// Whose sessions are over.
    pub whose: LoggedOut,
}

/// Whose sessions are over (OpenID Connect Back-Channel Logout 1.0 §2.7).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LoggedOut {
    /// All sessions of that `sub`.
    Subject(String),
    /// Those of that `sid`.
    Session {
        /// `sid`
        provider_session: String,
        /// `sub`, where the provider says it: sessions of theirs that know no
        /// `sid` end too, for they may be meant.
        subject: Option<String>,
    },
}
