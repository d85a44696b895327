//! Signs in through the browser, and keeps the session.

use std::{fmt, sync::Arc, time::Duration};

use async_trait::async_trait;
use jiff::SignedDuration;
use secrecy::ExposeSecret;
use stagedoor_ambient::{SharedClock, SharedEntropy, SystemClock, SystemEntropy};
use url::Url;

use super::{
    Browser, MemorySessionStore, OpenSessionStore, SessionStore, StoredSession, SystemBrowser,
    listener::{Listener, Returned},
    page::Said,
    pkce::Secrets,
    token_endpoint::{self, Tokens},
};
use crate::{
    auth::{AuthConnector, AuthError, AuthProviderInfo, OAuth2Session, Scopes},
    discovery::DiscoveryApi,
};

/// A session of which less is left is refreshed; one that another process has
/// refreshed meanwhile is taken as it is.
const AHEAD: SignedDuration = SignedDuration::from_mins(3);
/// How long somebody may take to sign in: as long as the auth backend lets them.
const PATIENCE: Duration = Duration::from_secs(10 * 60);

/// How a [`LoopbackAuthConnector`] goes about it.
#[derive(Clone)]
pub struct LoopbackOptions {
    /// Where the auth backend is.
    pub discovery: Arc<dyn DiscoveryApi>,
    /// The program, as the operator names it in `stagedoor.nativeClients`.
    pub client_id: String,
    /// The provider to sign in with; `None` lets people choose.
    pub provider: Option<AuthProviderInfo>,
    /// `env`; `None` is the auth backend's own (`auth.environment`).
    pub environment: Option<String>,
    /// Keeps the session.
    pub store: Arc<dyn SessionStore>,
    /// Shows the page.
    pub browser: Arc<dyn Browser>,
    /// How long to wait for somebody to sign in.
    pub patience: Duration,
    /// Tells when tokens end.
    pub clock: SharedClock,
    /// Gives randomness.
    pub entropy: SharedEntropy,
}

impl LoopbackOptions {
    /// The program `client_id`, whose people sign in with the system's browser
    /// and stay so as long as the process lives.
    #[must_use]
    pub fn new(discovery: Arc<dyn DiscoveryApi>, client_id: impl Into<String>) -> Self {
        Self {
            discovery,
            client_id: client_id.into(),
            provider: None,
            environment: None,
            store: Arc::new(MemorySessionStore::default()),
            browser: Arc::new(SystemBrowser),
            patience: PATIENCE,
            clock: Arc::new(SystemClock),
            entropy: Arc::new(SystemEntropy::default()),
        }
    }
}

impl fmt::Debug for LoopbackOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LoopbackOptions")
            .field("client_id", &self.client_id)
            .field("provider", &self.provider)
            .field("environment", &self.environment)
            .finish_non_exhaustive()
    }
}

/// Signs in through the browser (RFC 8252).
#[derive(Debug)]
pub struct LoopbackAuthConnector {
    options: LoopbackOptions,
    http: reqwest::Client,
}

impl LoopbackAuthConnector {
    /// # Errors
    /// Without an HTTP client.
    pub fn new(options: LoopbackOptions) -> Result<Self, AuthError> {
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|error| AuthError::local("no HTTP client could be made", error))?;
        Ok(Self { options, http })
    }

    async fn auth_url(&self) -> Result<String, AuthError> {
        let url = self.options.discovery.get_base_url("auth").await?;
        Ok(url.as_str().trim_end_matches('/').to_owned())
    }

    fn authorize_url(
        &self,
        auth_url: &str,
        redirect_uri: &str,
        scopes: &Scopes,
        secrets: &Secrets,
    ) -> Result<Url, AuthError> {
        let no_address = |error| AuthError::local("the auth backend has no address", error);
        let mut url = Url::parse(&format!("{auth_url}/v1/authorize")).map_err(no_address)?;
        let challenge = secrets.challenge();
        let scopes = scopes.to_string();
        let required = [
            ("response_type", "code"),
            ("client_id", self.options.client_id.as_str()),
            ("redirect_uri", redirect_uri),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
            ("state", secrets.state()),
        ];
        let provider = self.options.provider.as_ref();
        let optional = [
            (
                "scope",
                Some(scopes.as_str()).filter(|scopes| !scopes.is_empty()),
            ),
            ("provider", provider.map(|provider| provider.id.as_str())),
            ("env", self.options.environment.as_deref()),
        ];
        let optional = optional
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)));
        url.query_pairs_mut()
            .extend_pairs(required.into_iter().chain(optional));
        Ok(url)
    }

    /// The code that came back, from the auth backend that was asked (RFC 9207).
    fn code<'a>(&self, auth_url: &str, returned: &'a Returned) -> Result<&'a str, AuthError> {
        if returned.one("iss") != Some(auth_url) {
            let wrong = "it comes from another auth backend than was asked";
            return Err(AuthError::Answer(wrong.to_owned()));
        }
        match (returned.one("error"), returned.one("code")) {
            (None, Some(code)) => Ok(code),
            (Some(code), _) => Err(AuthError::Refused {
                code: code.to_owned(),
                message: returned.one("error_description").unwrap_or(code).to_owned(),
            }),
            _ => Err(AuthError::Answer("it has no code".to_owned())),
        }
    }

    /// Exchanges the code, and keeps what it gives.
    async fn finish(
        &self,
        auth_url: &str,
        redirect_uri: &str,
        returned: &Returned,
        secrets: &Secrets,
    ) -> Result<OAuth2Session, AuthError> {
        let code = self.code(auth_url, returned)?;
        let form = [
            ("grant_type", "authorization_code"),
            ("client_id", &self.options.client_id),
            ("code", code),
            ("redirect_uri", redirect_uri),
            ("code_verifier", secrets.verifier()),
        ];
        let mut store = self.options.store.open().await?;
        let url = format!("{auth_url}/v1/token");
        let tokens = token_endpoint::ask(&self.http, &url, &form).await?;
        let before = store.read().ok().flatten();
        let session = self.keep(&mut *store, auth_url, tokens)?;
        if let Some(before) = before {
            // It is replaced: nobody would end it any more.
            let _ = self.revoke(&before).await;
        }
        Ok(session)
    }

    fn keep(
        &self,
        store: &mut dyn OpenSessionStore,
        auth_url: &str,
        tokens: Tokens,
    ) -> Result<OAuth2Session, AuthError> {
        let stored = StoredSession {
            auth_url: auth_url.to_owned(),
            client_id: self.options.client_id.clone(),
            refresh_token: tokens.refresh_token,
            session: tokens.session,
            received_at: self.options.clock.now(),
        };
        let session = stored.session()?;
        store.write(Some(&stored))?;
        Ok(session)
    }

    async fn revoke(&self, stored: &StoredSession) -> Result<(), AuthError> {
        let form = [
            ("client_id", stored.client_id.as_str()),
            ("token", stored.refresh_token.expose_secret()),
        ];
        let url = format!("{}/v1/revoke", stored.auth_url);
        token_endpoint::tell(&self.http, &url, &form).await
    }

    fn left_of(&self, session: &OAuth2Session) -> Option<SignedDuration> {
        let now = self.options.clock.now();
        session.expires_at().map(|end| end.duration_since(now))
    }
}

#[async_trait]
impl AuthConnector for LoopbackAuthConnector {
    async fn create_session(&self, scopes: &Scopes) -> Result<OAuth2Session, AuthError> {
        let auth_url = self.auth_url().await?;
        let secrets = Secrets::generate(&*self.options.entropy)
            .map_err(|error| AuthError::local("no secret could be made", error))?;
        let no_port = |error| AuthError::local("no port could be listened on", error);
        let listener = Listener::bind().await.map_err(no_port)?;
        let redirect_uri = listener.redirect_uri();
        let url = self.authorize_url(&auth_url, &redirect_uri, scopes, &secrets)?;
        token_endpoint::try_page(&self.http, &url).await?;
        self.options.browser.open(&url)?;
        let waiting = listener.returned(|state| secrets.is_state(state));
        let seconds = self.options.patience.as_secs();
        let returned = tokio::time::timeout(self.options.patience, waiting)
            .await
            .map_err(|_| AuthError::TimedOut { seconds })?
            .map_err(no_port)?;
        let outcome = self
            .finish(&auth_url, &redirect_uri, &returned, &secrets)
            .await;
        returned.close(last_page(&outcome)).await;
        outcome
    }

    async fn refresh_session(&self, scopes: &Scopes) -> Result<OAuth2Session, AuthError> {
        let auth_url = self.auth_url().await?;
        let mut store = self.options.store.open().await?;
        let is_ours = |stored: &StoredSession| {
            stored.auth_url == auth_url && stored.client_id == self.options.client_id
        };
        let stored = store
            .read()?
            .filter(is_ours)
            .ok_or(AuthError::NotSignedIn)?;
        let before = stored.session().ok();
        let before = before.filter(|session| session.provider_info.scopes.has_all(scopes));
        let left = before.as_ref().and_then(|session| self.left_of(session));
        if let (Some(session), true) = (&before, left > Some(AHEAD)) {
            return Ok(session.clone());
        }
        let scopes = scopes.to_string();
        let form = [
            ("grant_type", "refresh_token"),
            ("client_id", stored.client_id.as_str()),
            ("refresh_token", stored.refresh_token.expose_secret()),
            ("scope", &scopes),
        ];
        let url = format!("{auth_url}/v1/token");
        match token_endpoint::ask(&self.http, &url, &form).await {
            Ok(tokens) => self.keep(&mut *store, &auth_url, tokens),
            Err(error) if error.ends_session() => {
                store.write(None)?;
                Err(error)
            }
            // It is refreshed ahead of time: what is left of it is still good.
            Err(error) => match before.filter(|_| left > Some(SignedDuration::ZERO)) {
                Some(session) => Ok(session),
                None => Err(error),
            },
        }
    }

    async fn remove_session(&self) -> Result<(), AuthError> {
        let mut store = self.options.store.open().await?;
        let stored = store.read()?;
        store.write(None)?;
        match stored {
            Some(stored) => self.revoke(&stored).await,
            None => Ok(()),
        }
    }
}

fn last_page<T>(outcome: &Result<T, AuthError>) -> Said<'static> {
    match outcome {
        Ok(_) => Said {
            status: "200 OK",
            title: "You are signed in",
            text: "You can close this window.",
        },
        Err(_) => Said {
            status: "200 OK",
            title: "Signing in did not work",
            text: "Go back to where you started it: there it says why. You can close this window.",
        },
    }
}
