//! `logout`: a session ends (contract §8).

use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};
use stagedoor_oidc::{RefreshToken, VerifiedIdToken};
use tokio::sync::OwnedSemaphorePermit;
use url::Url;

use crate::{
    SignIn, SignInError, audit,
    provider::Provider,
    session::{Presented, SessionCookie, SessionTokens, Standing},
    to_the_end::ToTheEnd,
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

/// What an ended session leaves: what the provider is told with.
#[derive(Default)]
struct Ended {
    refresh_token: Option<RefreshToken>,
    id_token: Option<VerifiedIdToken>,
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
        let unproven = self.room_for(presented.as_ref()).await?;
        let ended = match presented {
            Some(Presented::Ours(cookie)) => self.end_session(&provider, &cookie, false).await?,
            Some(Presented::FromBackstage(token)) => self.end_taken_over(&provider, token).await?,
            None => None,
        };
        let logout_url = match ended {
            Some(ended) => self.end_at_provider(&provider, ended, unproven).await,
            None => None,
        };
        Ok(LoggedOut {
            provider,
            logout_url,
        })
    }

    /// Makes the tokens worthless; where the browser goes for the rest.
    async fn end_at_provider(
        &self,
        provider: &Arc<Provider>,
        ended: Ended,
        unproven: Option<OwnedSemaphorePermit>,
    ) -> Option<Url> {
        if let Some(token) = ended.refresh_token {
            self.revoke(provider, token, unproven).await;
        }
        let return_url = provider.logout_return_url.as_ref()?;
        let id_token = ended.id_token.as_ref();
        let authenticator = &provider.authenticator;
        let url = authenticator.end_session_url(id_token, return_url).await?;
        if is_followed(&url) {
            return Some(url);
        }
        tracing::warn!(
            provider = provider.id,
            "the provider's end_session_endpoint is not https: frontends do not go there"
        );
        None
    }

    /// Removes the session, when there is one of this provider that the cookie
    /// is or was of.
    async fn end_session(
        &self,
        provider: &Provider,
        cookie: &SessionCookie,
        of_backstage: bool,
    ) -> Result<Option<Ended>, SignInError> {
        let now = self.clock.now();
        let Some(record) = self.storage.session(cookie.id(), now).await? else {
            return Ok(None);
        };
        let tokens = SessionTokens::open(&self.keychain(), &record).ok();
        let rotation = tokens.as_ref().and_then(|it| it.rotation.as_ref());
        let standing = Standing::of(cookie, &record, rotation, now);
        if standing == Standing::Unknown || !provider.is_of(&record) {
            return Ok(None);
        }
        let ended = self.storage.delete_session(record.id).await?;
        match standing {
            Standing::RotatedOut if ended && !of_backstage => audit::session_secret_reused(&record),
            _ => audit::signed_out(&record),
        }
        Ok(Some(tokens.map_or_else(Ended::default, |tokens| Ended {
            refresh_token: tokens.tokenset.refresh_token,
            id_token: tokens.tokenset.id_token,
        })))
    }

    /// Removes the session that was made of Backstage's cookie, when there is
    /// one; else the cookie is all there is of it.
    async fn end_taken_over(
        &self,
        provider: &Provider,
        token: RefreshToken,
    ) -> Result<Option<Ended>, SignInError> {
        match self.taken_over(provider, &token, self.clock.now()).await? {
            Some((cookie, _)) => self.end_session(provider, &cookie, true).await,
            None => Ok(Some(Ended {
                refresh_token: Some(token),
                id_token: None,
            })),
        }
    }

    /// Tells the provider, also when the client goes away meanwhile.
    async fn revoke(
        &self,
        provider: &Arc<Provider>,
        token: RefreshToken,
        unproven: Option<OwnedSemaphorePermit>,
    ) {
        let Ok(room) = self.rooms.enter(provider) else {
            tracing::warn!(
                provider = provider.id,
                "the provider is not told of a logout: too many wait for it"
            );
            return;
        };
        let provider = provider.clone();
        let telling = ToTheEnd::of(async move {
            let _held = (room, unproven);
            tell_of_logout(&provider, &token).await;
        });
        telling.await;
    }
}

/// Backstage's frontend follows a `logoutUrl` only to there, and so its server
/// gives no other (contract §8).
fn is_followed(url: &Url) -> bool {
    url.scheme() == "https" || url.host_str() == Some("localhost")
}

/// Tells the provider that a session is over. It is over here in any case, so a
/// provider that can't be told is a line in the log.
pub(super) async fn tell_of_logout(provider: &Provider, token: &RefreshToken) {
    if let Err(error) = provider.authenticator.logout(token).await {
        tracing::warn!(provider = provider.id, %error, "the provider could not be told of a logout");
    }
}
