//! How sessions come and go.

use async_trait::async_trait;

use super::{AuthError, OAuth2Session, Scopes};

/// Makes, refreshes and removes sessions at the auth backend: Backstage's
/// `AuthConnector`.
#[async_trait]
pub trait AuthConnector: Send + Sync + 'static {
    /// Has somebody sign in, with these scopes. Stops when the future is dropped.
    ///
    /// # Errors
    /// When nobody signed in.
    async fn create_session(&self, scopes: &Scopes) -> Result<OAuth2Session, AuthError>;

    /// Goes on with the session there is, asking nobody.
    ///
    /// # Errors
    /// [`AuthError::NotSignedIn`] when there is none, [`AuthError::Refused`]
    /// when it is over, [`AuthError::Connection`] when it can't be told.
    async fn refresh_session(&self, scopes: &Scopes) -> Result<OAuth2Session, AuthError>;

    /// Ends the session there is, here in any case.
    ///
    /// # Errors
    /// When the auth backend could not be told.
    async fn remove_session(&self) -> Result<(), AuthError>;
}
