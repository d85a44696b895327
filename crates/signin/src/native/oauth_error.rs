//! Errors as programs know them (RFC 6749 §4.1.2.1, §5.2).

use crate::{ErrorName, SignInError};

/// The `error` of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OAuthErrorCode {
    /// Something is missing, doubled or malformed.
    InvalidRequest,
    /// No such client.
    InvalidClient,
    /// The code or refresh token is not good, or no longer.
    InvalidGrant,
    /// Another `response_type` than `code`.
    UnsupportedResponseType,
    /// Another `grant_type` than we know.
    UnsupportedGrantType,
    /// The person, the provider or the resolver said no.
    AccessDenied,
    /// Something of ours failed.
    ServerError,
    /// It may work in a moment.
    TemporarilyUnavailable,
}

impl OAuthErrorCode {
    /// As it stands in an answer.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::InvalidClient => "invalid_client",
            Self::InvalidGrant => "invalid_grant",
            Self::UnsupportedResponseType => "unsupported_response_type",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::AccessDenied => "access_denied",
            Self::ServerError => "server_error",
            Self::TemporarilyUnavailable => "temporarily_unavailable",
        }
    }
}

/// Why a program does not get what it asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {description}", code.as_str())]
pub struct OAuthError {
    /// For the program.
    pub code: OAuthErrorCode,
    /// For people; nothing an attacker can use.
    pub description: String,
}

impl OAuthError {
    pub(super) fn new(code: OAuthErrorCode, description: impl Into<String>) -> Self {
        Self {
            code,
            description: description.into(),
        }
    }

    pub(super) fn invalid_request(description: impl Into<String>) -> Self {
        Self::new(OAuthErrorCode::InvalidRequest, description)
    }

    pub(super) fn unknown_client() -> Self {
        Self::new(
            OAuthErrorCode::InvalidClient,
            "The client is not known here",
        )
    }

    /// One answer for all that is wrong with a code.
    pub(super) fn bad_code() -> Self {
        let description = "The authorization code is not valid, or no longer";
        Self::new(OAuthErrorCode::InvalidGrant, description)
    }

    /// One answer for all that is wrong with a refresh token.
    pub(super) fn bad_refresh_token() -> Self {
        let description = "The refresh token is not valid, or no longer";
        Self::new(OAuthErrorCode::InvalidGrant, description)
    }

    /// What a failed sign-in is to a program.
    pub(super) fn of_sign_in(error: &SignInError) -> Self {
        let code = match error.name() {
            // Of people whom no resolver finds, whatever Backstage calls it.
            _ if error.asks_for_another_account() => OAuthErrorCode::AccessDenied,
            ErrorName::ServiceUnavailableError => OAuthErrorCode::TemporarilyUnavailable,
            ErrorName::Error => OAuthErrorCode::ServerError,
            _ => OAuthErrorCode::AccessDenied,
        };
        Self::new(code, error.to_string())
    }

    /// What a session that can't go on is to a program: only what can't be
    /// mended by waiting ends its grant.
    pub(super) fn of_session(error: &SignInError) -> Self {
        let cause = match error {
            SignInError::RefreshFailed(cause) => cause,
            error => error,
        };
        let error = Self::of_sign_in(cause);
        match error.code {
            OAuthErrorCode::AccessDenied => Self {
                code: OAuthErrorCode::InvalidGrant,
                ..error
            },
            _ => error,
        }
    }
}
