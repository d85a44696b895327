//! A session behind Backstage's interfaces.

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use stagedoor_ambient::{SharedClock, SystemClock};
use stagedoor_identity::Profile;

use super::{
    AccessToken, AuthConnector, AuthError, BackstageIdentityApi, BackstageIdentityResponse,
    IdToken, OAuth2Session, OAuthApi, OpenIdConnectApi, ProfileInfoApi, Scopes, SessionApi,
    SessionStates, session_manager::SessionManager,
};

/// How an [`OAuth2`] behaves.
#[derive(Debug, Clone)]
pub struct SessionOptions {
    /// What is asked for at every sign-in.
    pub default_scopes: Scopes,
    /// Tells when tokens end.
    pub clock: SharedClock,
}

impl Default for SessionOptions {
    fn default() -> Self {
        Self {
            default_scopes: Scopes::NONE,
            clock: Arc::new(SystemClock),
        }
    }
}

/// A session with one provider: Backstage's `OAuth2`.
///
/// It is kept in memory. The first use goes on with the session the connector
/// still knows, if there is one; after that, the session is refreshed when less
/// than three minutes are left of it, once for all who ask at that time. That
/// the auth backend can't be reached signs nobody out; that it refuses does.
///
/// Cheap to clone, and all clones share the session. Needs a Tokio runtime.
#[derive(Clone)]
pub struct OAuth2 {
    sessions: SessionManager,
}

impl OAuth2 {
    /// A session that `connector` makes.
    #[must_use]
    pub fn new(connector: Arc<dyn AuthConnector>, options: SessionOptions) -> Self {
        let SessionOptions {
            default_scopes,
            clock,
        } = options;
        Self {
            sessions: SessionManager::new(connector, default_scopes, clock),
        }
    }

    async fn any(&self) -> Result<Arc<OAuth2Session>, AuthError> {
        self.sessions.session(&Scopes::NONE).await
    }

    async fn optional(&self) -> Result<Option<Arc<OAuth2Session>>, AuthError> {
        self.sessions.optional_session(&Scopes::NONE).await
    }
}

impl fmt::Debug for OAuth2 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OAuth2")
    }
}

#[async_trait]
impl OAuthApi for OAuth2 {
    async fn get_access_token(&self, scopes: &Scopes) -> Result<AccessToken, AuthError> {
        let session = self.sessions.session(scopes).await?;
        Ok(session.provider_info.access_token.clone())
    }

    async fn get_optional_access_token(
        &self,
        scopes: &Scopes,
    ) -> Result<Option<AccessToken>, AuthError> {
        let session = self.sessions.optional_session(scopes).await?;
        Ok(session.map(|session| session.provider_info.access_token.clone()))
    }
}

#[async_trait]
impl OpenIdConnectApi for OAuth2 {
    async fn get_id_token(&self) -> Result<IdToken, AuthError> {
        let session = self.sessions.session(&Scopes::parse("openid")).await?;
        let token = session.provider_info.id_token.clone();
        token.ok_or(AuthError::NotGiven { what: "ID token" })
    }

    async fn get_optional_id_token(&self) -> Result<Option<IdToken>, AuthError> {
        let openid = Scopes::parse("openid");
        let session = self.sessions.optional_session(&openid).await?;
        Ok(session.and_then(|session| session.provider_info.id_token.clone()))
    }
}

#[async_trait]
impl ProfileInfoApi for OAuth2 {
    async fn get_profile(&self) -> Result<Profile, AuthError> {
        Ok(self.any().await?.profile.clone())
    }

    async fn get_optional_profile(&self) -> Result<Option<Profile>, AuthError> {
        let session = self.optional().await?;
        Ok(session.map(|session| session.profile.clone()))
    }
}

#[async_trait]
impl BackstageIdentityApi for OAuth2 {
    async fn get_backstage_identity(&self) -> Result<BackstageIdentityResponse, AuthError> {
        let identity = self.any().await?.backstage_identity.clone();
        identity.ok_or(AuthError::NotGiven {
            what: "Backstage identity",
        })
    }

    async fn get_optional_backstage_identity(
        &self,
    ) -> Result<Option<BackstageIdentityResponse>, AuthError> {
        let session = self.optional().await?;
        Ok(session.and_then(|session| session.backstage_identity.clone()))
    }
}

#[async_trait]
impl SessionApi for OAuth2 {
    async fn sign_in(&self) -> Result<(), AuthError> {
        self.any().await.map(drop)
    }

    async fn sign_out(&self) -> Result<(), AuthError> {
        self.sessions.remove().await
    }

    fn session_state(&self) -> SessionStates {
        self.sessions.states()
    }
}
