//! `logout`: a session ends (contract §8).

use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};
use stagedoor_oidc::RefreshToken;
use tracing::Instrument;
use url::Url;

use crate::{
    SignIn, SignInError, audit,
    provider::Provider,
    session::{Presented, SessionCookie, SessionTokens},
};

/// What the frontend asks for.
#[derive(Debug, Default)]
pub struct LogoutRequest {
    /// The provider's id, from the path.
    pub provider: String,
    /// `env`
    pub environment: Option<String>,
    /// Whether `X-Requested-With: XMLHttpRequest` is there.
    pub from_frontend: bool,
    /// The `Origin` header.
    pub origin: Option<String>,
    /// The session cookie.
    pub session_cookie: Option<SecretString>,
}

/// A session that is over.
#[derive(Debug)]
pub struct LoggedOut {
    /// Which provider; the cookies' path depends on it.
    pub provider: Arc<Provider>,
    /// Where the browser goes to end the provider's own session.
    pub logout_url: Option<Url>,
}

impl SignIn {
    /// Ends a session: here at once, and at the provider as far as it can be
    /// reached.
    ///
    /// # Errors
    /// When the request is not from the frontend, or the session can't be
    /// removed.
    pub async fn logout(
        self: &Arc<Self>,
        request: LogoutRequest,
    ) -> Result<LoggedOut, SignInError> {
        let live = self.live();
        let provider = live
            .providers
            .find(&request.provider, request.environment.as_deref())?;
        if !request.from_frontend {
            return Err(SignInError::NotFromFrontend);
        }
        if let Some(origin) = &request.origin {
            live.origins
                .check(origin)
                .map_err(|_| SignInError::OriginNotAllowed(origin.chars().take(200).collect()))?;
        }
        let presented = request
            .session_cookie
            .and_then(|value| Presented::parse(value.expose_secret()));
        let refresh_token = match presented {
            Some(Presented::Ours(cookie)) => self.end_session(&provider, &cookie).await?,
            Some(Presented::FromBackstage(token)) => self.end_taken_over(&provider, token).await?,
            None => None,
        };
        if let Some(token) = refresh_token {
            self.revoke(provider.clone(), token).await;
        }
        Ok(LoggedOut {
            provider,
            logout_url: None,
        })
    }

    /// Removes the session; its refresh token, when there is one.
    async fn end_session(
        &self,
        provider: &Provider,
        cookie: &SessionCookie,
    ) -> Result<Option<RefreshToken>, SignInError> {
        let Some(record) = self.storage.session(cookie.id(), self.clock.now()).await? else {
            return Ok(None);
        };
        let is_theirs = cookie.opens(&record.secret_hash)
            && record.provider == provider.id
            && record.environment == provider.environment;
        if !is_theirs {
            return Ok(None);
        }
        self.storage.delete_session(record.id).await?;
        audit::signed_out(provider, record.user_entity_ref.as_deref());
        let tokens = SessionTokens::open(&self.keychain(), record.id, &record.sealed_tokens);
        Ok(tokens.ok().and_then(|tokens| tokens.tokenset.refresh_token))
    }

    /// Removes the session that was made of Backstage's cookie, when there is
    /// one; the refresh token that is good now.
    async fn end_taken_over(
        &self,
        provider: &Provider,
        token: RefreshToken,
    ) -> Result<Option<RefreshToken>, SignInError> {
        match self.taken_over(provider, &token, self.clock.now()).await? {
            Some(cookie) => self.end_session(provider, &cookie).await,
            None => Ok(Some(token)),
        }
    }

    /// Tells the provider, also when the client goes away meanwhile.
    async fn revoke(&self, provider: Arc<Provider>, token: RefreshToken) {
        let telling = async move { tell_of_logout(&provider, &token).await };
        let _ = tokio::spawn(telling.in_current_span()).await;
    }
}

/// Tells the provider that a session is over. It is over here in any case, so a
/// provider that can't be told is a line in the log.
pub(super) async fn tell_of_logout(provider: &Provider, token: &RefreshToken) {
    if let Err(error) = provider.authenticator.logout(token).await {
        tracing::warn!(provider = provider.id, %error, "the provider could not be told of a logout");
    }
}
