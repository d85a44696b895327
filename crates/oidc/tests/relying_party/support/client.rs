//! A client of the test provider, on a clock that tests move.

use std::{collections::HashMap, sync::Arc};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use stagedoor_ambient::{Clock as _, ManualClock, SystemEntropy};
use stagedoor_oidc::{
    AuthorizationParams, AuthorizationRequest, CallbackParams, ClientSettings, HttpClient,
    HttpSettings, OidcError, OriginalSignIn, RefreshToken, RelyingParty, SigningAlg, TokenSet,
};
use url::Url;

use super::{keys::TestKey, provider::TestProvider};

pub(crate) const CLIENT_ID: &str = "stagedoor";
pub(crate) const SUBJECT: &str = "ann";

/// A provider and a client of it.
pub(crate) struct Client {
    pub(crate) provider: TestProvider,
    pub(crate) party: Arc<RelyingParty>,
    pub(crate) clock: Arc<ManualClock>,
}

impl Client {
    pub(crate) async fn new() -> Self {
        Self::with(|_| {}).await
    }

    /// A client whose settings are the usual ones with `change` made to them.
    pub(crate) async fn with(change: impl FnOnce(&mut ClientSettings)) -> Self {
        Self::with_key(TestKey::new(SigningAlg::RS256, "k1"), change).await
    }

    /// As [`Self::with`], of a provider that signs with `key`, and expecting so.
    pub(crate) async fn with_key(key: TestKey, change: impl FnOnce(&mut ClientSettings)) -> Self {
        let alg = key.alg;
        let provider = TestProvider::start(key).await;
        Self::of(provider, alg, http(), change)
    }

    /// A client of a provider that is there already.
    pub(crate) fn of(
        provider: TestProvider,
        alg: SigningAlg,
        http: HttpClient,
        change: impl FnOnce(&mut ClientSettings),
    ) -> Self {
        let mut settings = ClientSettings::new(
            provider.issuer.clone(),
            CLIENT_ID,
            "https://app.example/callback".parse().unwrap(),
        );
        settings.client_secret = Some("s3cret:&".into());
        settings.id_token_alg = alg;
        change(&mut settings);
        let clock = Arc::new(ManualClock::at(
            Timestamp::from_second(1_800_000_000).unwrap(),
        ));
        let client = Self {
            provider,
            party: Arc::new(RelyingParty::new(
                settings,
                http,
                Arc::clone(&clock) as _,
                Arc::new(SystemEntropy::default()),
            )),
            clock,
        };
        client.provider.claims(client.claims(None));
        client
    }

    pub(crate) fn now(&self) -> i64 {
        self.clock.now().as_second()
    }

    pub(crate) fn advance(&self, seconds: i64) {
        self.clock.advance(SignedDuration::from_secs(seconds));
    }

    /// The claims of a good ID token.
    pub(crate) fn claims(&self, nonce: Option<&str>) -> Value {
        let mut claims = json!({
            "iss": self.provider.issuer,
            "sub": SUBJECT,
            "aud": CLIENT_ID,
            "exp": self.now() + 300,
            "iat": self.now(),
            "sid": "session-1",
        });
        if let Some(nonce) = nonce {
            claims["nonce"] = json!(nonce);
        }
        claims
    }

    /// Starts a sign-in, and lets the provider answer with its nonce.
    pub(crate) async fn start(&self) -> AuthorizationRequest {
        let params = AuthorizationParams {
            scope: "openid",
            state: "state-1",
            ..Default::default()
        };
        let request = self.party.authorization_request(params).await.unwrap();
        let nonce = request.secrets.nonce.expose();
        self.provider.claims(self.claims(Some(nonce)));
        request
    }

    /// A whole sign-in.
    pub(crate) async fn sign_in(&self) -> Result<TokenSet, OidcError> {
        let request = self.start().await;
        self.party
            .exchange_code(&callback(&[("code", "code-1")]), &request.secrets)
            .await
    }

    /// A refresh of a session of [`SUBJECT`].
    pub(crate) async fn refresh(&self) -> Result<TokenSet, OidcError> {
        let token = RefreshToken::new("refresh-1");
        let refreshed = self.party.refresh(&token, OriginalSignIn::Of(SUBJECT));
        Ok(refreshed.await?)
    }
}

/// The reason code of what must have been refused.
pub(crate) fn refused<T, E>(outcome: Result<T, E>) -> &'static str
where
    T: std::fmt::Debug,
    E: std::fmt::Debug + Into<OidcError>,
{
    outcome.unwrap_err().into().code()
}

/// The parameters of a URL, none of which may occur twice.
pub(crate) fn query(url: &Url) -> HashMap<String, String> {
    let pairs: Vec<_> = url.query_pairs().into_owned().collect();
    let count = pairs.len();
    let map: HashMap<_, _> = pairs.into_iter().collect();
    assert_eq!(map.len(), count, "a parameter occurs twice: {url}");
    map
}

pub(crate) fn callback(pairs: &[(&str, &str)]) -> CallbackParams {
    CallbackParams::from_pairs(pairs.iter().copied()).unwrap()
}

fn http() -> HttpClient {
    HttpClient::new(HttpSettings {
        system_proxy: false,
        ..HttpSettings::default()
    })
    .unwrap()
}
