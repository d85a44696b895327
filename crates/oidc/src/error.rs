//! Why something asked of a relying party did not succeed.

use stagedoor_ambient::NoEntropy;

use crate::{
    provider_text::{shown, shown_description},
    violation::Violation,
};

/// Why something asked of a relying party did not succeed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OidcError {
    /// The provider cannot be reached or does not answer sensibly: network,
    /// timeout, a 5xx status, not JSON, too big. Worth another try.
    #[error("the identity provider is unavailable: {reason}")]
    Unavailable {
        /// What happened, for the operator.
        reason: String,
    },
    /// The provider answered the authorization request with an error
    /// (RFC 6749 §4.1.2.1): the person refused, or may not sign in.
    #[error("the identity provider refused the sign-in: {error}{}", explained(description.as_deref()))]
    Denied {
        /// The registered error code, such as `access_denied`.
        error: String,
        /// The provider's explanation, shortened and cleaned.
        description: Option<String>,
    },
    /// The token or revocation endpoint answered with an error (RFC 6749 §5.2).
    #[error("the identity provider's token endpoint refused ({status}): {error}{}", explained(description.as_deref()))]
    TokenRefused {
        /// The registered error code, such as `invalid_grant`.
        error: String,
        /// The provider's explanation, shortened and cleaned.
        description: Option<String>,
        /// The HTTP status.
        status: u16,
    },
    /// The provider refused the pushed authorization request (RFC 9126 §2.3):
    /// the client or its settings are not as registered.
    #[error("the identity provider refused the authorization request ({status}): {error}{}", explained(description.as_deref()))]
    RequestRefused {
        /// The registered error code, such as `invalid_request`.
        error: String,
        /// The provider's explanation, shortened and cleaned.
        description: Option<String>,
        /// The HTTP status.
        status: u16,
    },
    /// The userinfo endpoint refused the access token (RFC 6750 §3.1).
    #[error("the identity provider's userinfo endpoint refused the access token ({status})")]
    UserinfoRefused {
        /// The HTTP status.
        status: u16,
    },
    /// The provider's answer breaks a rule: it is not used.
    #[error("{0}")]
    Invalid(#[from] Violation),
    /// The client's own settings cannot work.
    #[error("the client's settings are incomplete: {reason}")]
    Misconfigured {
        /// What to change.
        reason: String,
    },
    /// The operating system gave no randomness for a nonce.
    #[error(transparent)]
    NoEntropy(#[from] NoEntropy),
}

impl OidcError {
    pub(crate) fn unavailable(reason: impl Into<String>) -> Self {
        Self::Unavailable {
            reason: reason.into(),
        }
    }

    pub(crate) fn misconfigured(reason: impl Into<String>) -> Self {
        Self::Misconfigured {
            reason: reason.into(),
        }
    }

    pub(crate) fn denied(error: &str, description: Option<&str>) -> Self {
        Self::Denied {
            error: shown(error),
            description: description.map(shown_description),
        }
    }

    pub(crate) fn token_refused(error: &str, description: Option<&str>, status: u16) -> Self {
        Self::TokenRefused {
            error: shown(error),
            description: description.map(shown_description),
            status,
        }
    }

    pub(crate) fn request_refused(error: &str, description: Option<&str>, status: u16) -> Self {
        Self::RequestRefused {
            error: shown(error),
            description: description.map(shown_description),
            status,
        }
    }

    /// Whether the same call may succeed later without anyone changing anything.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Unavailable { .. } | Self::NoEntropy(_))
    }

    /// Whether the provider said that the grant is over (`invalid_grant`,
    /// RFC 6749 §5.2): the refresh token or code will never work again.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        matches!(self, Self::TokenRefused { error, .. } if error == "invalid_grant")
    }

    /// A stable reason code for logs and metrics.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unavailable { .. } => "provider_unavailable",
            Self::Denied { .. } => "provider_denied",
            Self::TokenRefused { .. } if self.is_refused() => "grant_refused",
            Self::TokenRefused { .. } => "token_refused",
            Self::RequestRefused { .. } => "authorization_request_refused",
            Self::UserinfoRefused { .. } => "userinfo_refused",
            Self::Invalid(violation) => violation.code(),
            Self::Misconfigured { .. } => "client_misconfigured",
            Self::NoEntropy(_) => "no_entropy",
        }
    }
}

fn explained(description: Option<&str>) -> String {
    description.map_or_else(String::new, |text| format!(" ({text})"))
}
