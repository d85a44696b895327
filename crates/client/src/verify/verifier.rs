//! Verifies Backstage tokens with the auth backend's keys.

use std::{
    fmt,
    sync::{Arc, atomic::AtomicU64},
};

use arc_swap::ArcSwapOption;
use stagedoor_ambient::{SharedClock, SystemClock};
use stagedoor_identity::{KeySet, TokenError, UserTokenKind, UserTokenVerifier, VerifiedUser};
use tokio::sync::Mutex;
use url::Url;

use super::{SetupError, VerifyError, fetch, jwks::RemoteKeys};

/// Verifies the tokens that a Backstage frontend, backend or command line sends
/// along: signature, type, issuer, audience and times (contract §9).
///
/// The keys are fetched when the first token comes, kept for ten minutes and
/// fetched again for a key that is not among them, but at most every five
/// seconds. Cheap to clone; all clones share the keys.
#[derive(Clone)]
pub struct BackstageTokenVerifier(Arc<Inner>);

struct Inner {
    issuer: String,
    keys: Arc<RemoteKeys>,
    clock: SharedClock,
    accepts_limited: bool,
}

impl BackstageTokenVerifier {
    /// For the tokens of the auth backend at `auth_url`, which is
    /// `{backend.baseUrl}/api/auth`.
    ///
    /// # Errors
    /// When that is no address.
    pub fn new(auth_url: &str) -> Result<Self, SetupError> {
        Self::builder(auth_url).build()
    }

    /// The same with more to say.
    #[must_use]
    pub fn builder(auth_url: &str) -> BackstageTokenVerifierBuilder {
        BackstageTokenVerifierBuilder {
            issuer: auth_url.trim_end_matches('/').to_owned(),
            jwks_url: None,
            client: None,
            clock: Arc::new(SystemClock),
            accepts_limited: false,
        }
    }

    /// The user that `token` speaks for.
    ///
    /// # Errors
    /// When it proves nothing, or the keys can't be had.
    pub async fn verify(&self, token: &str) -> Result<VerifiedUser, VerifyError> {
        let kept = self.0.keys.get().await?;
        let outcome = match self.check(token, &kept.keys) {
            Err(error) if error.is_unknown_key() => match self.0.keys.look_again().await {
                Some(kept) => self.check(token, &kept.keys),
                None => Err(error),
            },
            outcome => outcome,
        };
        let user = outcome?;
        match user.token_kind {
            UserTokenKind::LimitedUser if !self.0.accepts_limited => Err(VerifyError::Limited),
            _ => Ok(user),
        }
    }

    fn check(&self, token: &str, keys: &KeySet) -> Result<VerifiedUser, TokenError> {
        UserTokenVerifier::verify(token, keys, &self.0.issuer, self.0.clock.now())
    }
}

impl fmt::Debug for BackstageTokenVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BackstageTokenVerifier")
            .field("issuer", &self.0.issuer)
            .field("keys", &self.0.keys)
            .finish_non_exhaustive()
    }
}

/// Makes a [`BackstageTokenVerifier`].
#[derive(Debug, Clone)]
pub struct BackstageTokenVerifierBuilder {
    issuer: String,
    jwks_url: Option<String>,
    client: Option<reqwest::Client>,
    clock: SharedClock,
    accepts_limited: bool,
}

impl BackstageTokenVerifierBuilder {
    /// Fetches the keys there, where the auth backend has another address inside
    /// than it names in tokens.
    #[must_use]
    pub fn jwks_url(mut self, url: impl Into<String>) -> Self {
        self.jwks_url = Some(url.into());
        self
    }

    /// Fetches the keys with this client, which may know of proxies and
    /// certificates. It had better follow no redirects.
    #[must_use]
    pub fn http_client(mut self, client: reqwest::Client) -> Self {
        self.client = Some(client);
        self
    }

    /// Goes by this clock.
    #[must_use]
    pub fn clock(mut self, clock: SharedClock) -> Self {
        self.clock = clock;
        self
    }

    /// Also accepts limited user tokens, which cookies hold: they say who the
    /// user is, and were not meant to change anything.
    #[must_use]
    pub fn accept_limited_user_tokens(mut self) -> Self {
        self.accepts_limited = true;
        self
    }

    /// The verifier. Nothing is fetched yet.
    ///
    /// # Errors
    /// When an address is none, or without an HTTP client.
    pub fn build(self) -> Result<BackstageTokenVerifier, SetupError> {
        read_url(&self.issuer)?;
        let well_known = || format!("{}/.well-known/jwks.json", self.issuer);
        let url = read_url(&self.jwks_url.unwrap_or_else(well_known))?;
        let client = match self.client {
            Some(client) => client,
            None => reqwest::Client::builder()
                .redirect(reqwest::redirect::Policy::none())
                .connect_timeout(fetch::TIMEOUT)
                .build()?,
        };
        Ok(BackstageTokenVerifier(Arc::new(Inner {
            issuer: self.issuer,
            keys: Arc::new(RemoteKeys {
                client,
                url,
                clock: self.clock.clone(),
                kept: ArcSwapOption::empty(),
                attempts: AtomicU64::new(0),
                last: Mutex::new(None),
            }),
            clock: self.clock,
            accepts_limited: self.accepts_limited,
        })))
    }
}

fn read_url(url: &str) -> Result<Url, SetupError> {
    let parsed = Url::parse(url).ok();
    parsed
        .filter(|url| matches!(url.scheme(), "http" | "https"))
        .ok_or_else(|| SetupError::Url {
            url: url.to_owned(),
        })
}
