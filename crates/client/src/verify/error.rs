//! Why it is not known who sends a request.

use stagedoor_identity::TokenError;

/// Why a token was not accepted. For the log: the one who sent it learns only
/// that it was refused.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// It proves nothing.
    #[error(transparent)]
    Refused(#[from] TokenError),
    /// It only says who the user is, and requests need more.
    #[error("a limited user token is not accepted here")]
    Limited,
    /// It can't be told: there are no keys to verify it with.
    #[error(transparent)]
    KeysUnavailable(#[from] KeysUnavailable),
}

/// Why there are no keys.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeysUnavailable {
    /// The auth backend can't be reached.
    #[error("the keys of the auth backend could not be fetched: {0}")]
    Unreachable(String),
    /// It answers with something else.
    #[error("the keys of the auth backend could not be fetched: it answers with status {0}")]
    Status(u16),
    /// The answer is no JWK Set, or too large.
    #[error("the auth backend's answer is no set of keys, or too large")]
    NoKeySet,
}

/// Why there is no verifier.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SetupError {
    /// The address is none.
    #[error("{url:?} is not the http or https address of an auth backend")]
    Url {
        /// The address.
        url: String,
    },
    /// No HTTP client.
    #[error("no HTTP client could be made: {0}")]
    Client(#[from] reqwest::Error),
}
