//! Why there is no session.

use std::sync::Arc;

/// Why a session could not be had.
///
/// Cheap to clone: all who waited for the same attempt get the same error.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum AuthError {
    /// The auth backend can't be reached, or can't answer at the moment. Says
    /// nothing about the session: it is kept.
    #[error("the auth backend can't be reached: {0}")]
    Connection(Arc<dyn std::error::Error + Send + Sync>),
    /// The auth backend refused.
    #[error("the auth backend refused: {message}")]
    Refused {
        /// Its machine-readable reason, such as `invalid_grant`.
        code: String,
        /// Its reason for people.
        message: String,
    },
    /// There is no session to go on with.
    #[error("nobody is signed in")]
    NotSignedIn,
    /// The person did not want to sign in.
    #[error("Login failed, rejected by user")]
    Rejected,
    /// Nobody signed in in time.
    #[error("Login failed, nobody signed in within {seconds} seconds")]
    TimedOut {
        /// How long was waited.
        seconds: u64,
    },
    /// The session has fewer scopes than were asked for.
    #[error("the session did not receive the required scopes")]
    MissingScopes,
    /// The provider gives none of what was asked for.
    #[error("the provider gives no {what}")]
    NotGiven {
        /// What it does not give.
        what: &'static str,
    },
    /// The answer is not what the protocol says.
    #[error("the auth backend's answer was not understood: {0}")]
    Answer(String),
    /// Something of this machine failed: no browser, no port, no file.
    #[error("{what}: {source}")]
    Local {
        /// What was tried.
        what: &'static str,
        /// Why it failed.
        source: Arc<dyn std::error::Error + Send + Sync>,
    },
}

impl AuthError {
    /// The auth backend can't be reached, because of `source`.
    pub fn connection(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Connection(source.into().into())
    }

    /// `what` failed on this machine, because of `source`.
    pub fn local(
        what: &'static str,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        let source = source.into().into();
        Self::Local { what, source }
    }

    /// Whether the auth backend said that the session can't go on: only this
    /// signs anyone out.
    #[must_use]
    pub fn ends_session(&self) -> bool {
        matches!(self, Self::Refused { .. } | Self::NotSignedIn)
    }
}
