//! What an app sees of a session: Backstage's interfaces.
//!
//! Where Backstage takes `{optional: true}`, there are two functions here, so
//! that only one of them may give nothing. Without `optional` in the name, a
//! function has somebody sign in when nobody is.

use async_trait::async_trait;
use stagedoor_identity::Profile;

use super::{AccessToken, AuthError, BackstageIdentityResponse, IdToken, Scopes, SessionStates};

/// Access tokens of the provider.
#[async_trait]
pub trait OAuthApi: Send + Sync {
    /// An access token with these scopes, among others.
    ///
    /// # Errors
    /// When nobody signed in.
    async fn get_access_token(&self, scopes: &Scopes) -> Result<AccessToken, AuthError>;

    /// The same, of who is signed in already.
    ///
    /// # Errors
    /// When it can't be told.
    async fn get_optional_access_token(
        &self,
        scopes: &Scopes,
    ) -> Result<Option<AccessToken>, AuthError>;
}

/// ID tokens of the provider.
#[async_trait]
pub trait OpenIdConnectApi: Send + Sync {
    /// The ID token.
    ///
    /// # Errors
    /// When nobody signed in, or the provider gives none.
    async fn get_id_token(&self) -> Result<IdToken, AuthError>;

    /// The same, of who is signed in already.
    ///
    /// # Errors
    /// When it can't be told.
    async fn get_optional_id_token(&self) -> Result<Option<IdToken>, AuthError>;
}

/// What to show of someone.
#[async_trait]
pub trait ProfileInfoApi: Send + Sync {
    /// E-mail, name, picture.
    ///
    /// # Errors
    /// When nobody signed in.
    async fn get_profile(&self) -> Result<Profile, AuthError>;

    /// The same, of who is signed in already.
    ///
    /// # Errors
    /// When it can't be told.
    async fn get_optional_profile(&self) -> Result<Option<Profile>, AuthError>;
}

/// Who someone is in Backstage.
#[async_trait]
pub trait BackstageIdentityApi: Send + Sync {
    /// The Backstage token and whom it speaks for.
    ///
    /// # Errors
    /// When nobody signed in, or the provider has no resolver.
    async fn get_backstage_identity(&self) -> Result<BackstageIdentityResponse, AuthError>;

    /// The same, of who is signed in already.
    ///
    /// # Errors
    /// When it can't be told.
    async fn get_optional_backstage_identity(
        &self,
    ) -> Result<Option<BackstageIdentityResponse>, AuthError>;
}

/// Signing in and out.
#[async_trait]
pub trait SessionApi: Send + Sync {
    /// Has somebody sign in, unless somebody is.
    ///
    /// # Errors
    /// When nobody signed in.
    async fn sign_in(&self) -> Result<(), AuthError>;

    /// Ends the session.
    ///
    /// # Errors
    /// When the auth backend could not be told. Here it is over in any case.
    async fn sign_out(&self) -> Result<(), AuthError>;

    /// Whether somebody is signed in, now and whenever it changes: Backstage's
    /// `sessionState$`.
    fn session_state(&self) -> SessionStates;
}
