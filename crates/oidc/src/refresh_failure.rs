//! Why a refresh did not succeed.

use crate::{OidcError, RefreshToken};

/// Why a refresh did not succeed, and what has to be kept all the same.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{error}")]
pub struct RefreshFailure {
    /// What went wrong.
    pub error: OidcError,
    /// The refresh token that the provider gave before it went wrong, where
    /// another try may succeed: the one that was shown may be worthless by now.
    pub new_refresh_token: Option<RefreshToken>,
}

impl RefreshFailure {
    /// The provider gave tokens, and its ID token was not believed. That may
    /// pass when a clock is wrong, or the keys could not be fetched; an ID token
    /// that breaks another rule makes all that came with it worthless.
    pub(crate) fn of_id_token(error: OidcError, new_refresh_token: Option<RefreshToken>) -> Self {
        let passes = match &error {
            OidcError::Invalid(violation) => violation.is_of_time(),
            error => error.is_transient(),
        };
        Self {
            error,
            new_refresh_token: new_refresh_token.filter(|_| passes),
        }
    }
}

impl From<OidcError> for RefreshFailure {
    fn from(error: OidcError) -> Self {
        Self {
            error,
            new_refresh_token: None,
        }
    }
}

impl From<RefreshFailure> for OidcError {
    fn from(failure: RefreshFailure) -> Self {
        failure.error
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Place, Violation};

    fn kept(error: OidcError) -> bool {
        let token = RefreshToken::new("new".to_owned());
        let failure = RefreshFailure::of_id_token(error, Some(token));
        assert!(!format!("{failure:?}").contains("new\""));
        failure.new_refresh_token.is_some()
    }

    #[test]
    fn a_new_refresh_token_is_kept_where_another_try_may_succeed() {
        let at = Place::IdToken;
        let (iat, exp, now) = (7_200, 7_200, 3_600);
        assert!(kept(Violation::IssuedInFuture { at, iat, now }.into()));
        assert!(kept(Violation::Expired { at, exp, now }.into()));
        assert!(kept(OidcError::unavailable("the keys can't be fetched")));
        assert!(!kept(Violation::NonceMismatch.into()));
        assert!(!kept(Violation::AtHashMismatch.into()));
    }
}
