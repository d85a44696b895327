//! An identity provider that does what a test tells it to.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard},
};

use async_trait::async_trait;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::SignedDuration;
use serde_json::{Value, json};
use stagedoor_ambient::{Clock, ManualClock};
use stagedoor_identity::Profile;
use stagedoor_oidc::{
    AccessToken, CallbackParams, Claims, CodeVerifier, FlowSecrets, Nonce, OidcError,
    ProviderStatus, RefreshFailure, RefreshToken, RequiredAuthentication, TokenSet,
    VerifiedIdToken, VerifiedLogoutToken, Violation,
};
use stagedoor_signin::{
    authenticator::{
        Authenticator, AuthorizationInput, AuthorizationStart, Before, OidcResult, RefreshResult,
    },
    claims::ProfileClaims,
    profile_of,
};
use tokio::sync::watch;
use url::Url;

/// How a provider behaves; a test changes what it is about.
pub(crate) struct Behaviour {
    /// The userinfo of whoever signs in.
    pub(crate) userinfo: Value,
    /// A refresh gives a new refresh token, and the old one is refused; its use
    /// ends the grant, as RFC 9700 §4.14.2 tells providers.
    pub(crate) rotates: bool,
    /// A sign-in gives a refresh token.
    pub(crate) gives_refresh_tokens: bool,
    /// A refresh gives an ID token and userinfo.
    pub(crate) identifies_on_refresh: bool,
    /// A refresh that identifies does so by an ID token, too.
    pub(crate) gives_id_tokens_on_refresh: bool,
    /// The access token's lifetime.
    pub(crate) expires_in: Option<u64>,
    /// What it says of the scopes it gave.
    pub(crate) scope: Option<&'static str>,
    /// A refresh token it is told to forget is refused from then on.
    pub(crate) forgets_on_logout: bool,
    /// Userinfo fails so, after the tokens were given.
    pub(crate) userinfo_failure: Option<OidcError>,
    /// Its `end_session_endpoint`.
    pub(crate) end_session_endpoint: Option<&'static str>,
    /// What a logout token is answered with: each one that is good, by its text.
    pub(crate) logout_tokens: HashMap<&'static str, VerifiedLogoutToken>,
    /// Every call fails so.
    pub(crate) failure: Option<OidcError>,
}

/// A provider for one person. Each of its answers takes a second.
pub(crate) struct FakeProvider {
    clock: Arc<ManualClock>,
    state: Mutex<State>,
    held: watch::Sender<bool>,
    refreshes: watch::Sender<usize>,
}

struct State {
    behaviour: Behaviour,
    tokens_given: u32,
    good_refresh_tokens: HashSet<String>,
    flows: Vec<FlowSecrets>,
    exchanges: usize,
    refreshed: Vec<(String, Option<String>)>,
    told_of_logout: Vec<String>,
}

impl FakeProvider {
    pub(crate) fn new(clock: Arc<ManualClock>) -> Self {
        let behaviour = Behaviour {
            userinfo: json!({
                "sub": "ada-at-idp",
                "email": "ada@example.com",
                "email_verified": true,
                "name": "Ada Lovelace",
                "preferred_username": "ada",
            }),
            rotates: true,
            gives_refresh_tokens: true,
            identifies_on_refresh: true,
            gives_id_tokens_on_refresh: true,
            expires_in: Some(300),
            scope: None,
            forgets_on_logout: true,
            userinfo_failure: None,
            end_session_endpoint: Some("https://idp.example.com/logout"),
            logout_tokens: HashMap::new(),
            failure: None,
        };
        Self {
            clock,
            state: Mutex::new(State {
                behaviour,
                tokens_given: 0,
                good_refresh_tokens: HashSet::new(),
                flows: vec![],
                exchanges: 0,
                refreshed: vec![],
                told_of_logout: vec![],
            }),
            held: watch::Sender::new(false),
            refreshes: watch::Sender::new(0),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// Changes how it behaves from now on.
    pub(crate) fn now(&self, change: impl FnOnce(&mut Behaviour)) {
        change(&mut self.state().behaviour);
    }

    pub(crate) fn fails_transiently(&self) {
        let reason = "the network is down".to_owned();
        self.now(|b| b.failure = Some(OidcError::Unavailable { reason }));
    }

    /// Ends the grant: every refresh token is refused from now on.
    pub(crate) fn ends_the_grant(&self) {
        self.state().good_refresh_tokens.clear();
    }

    pub(crate) fn recovers(&self) {
        self.now(|b| b.failure = None);
    }

    /// A refresh token given to someone else, such as a Backstage.
    pub(crate) fn has_given(&self, refresh_token: &str) {
        let mut state = self.state();
        state.good_refresh_tokens.insert(refresh_token.to_owned());
    }

    /// Lets no code or refresh token be answered until [`FakeProvider::release`].
    pub(crate) fn hold(&self) {
        self.held.send_replace(true);
    }

    pub(crate) fn release(&self) {
        self.held.send_replace(false);
    }

    /// Waits until that many refreshes have been asked for.
    pub(crate) async fn until_asked(&self, times: usize) {
        let mut asked = self.refreshes.subscribe();
        asked.wait_for(|asked| *asked >= times).await.unwrap();
    }

    /// How many refreshes have been asked for.
    pub(crate) fn refreshes(&self) -> usize {
        *self.refreshes.borrow()
    }

    /// The refresh tokens it was asked to refresh, and the subject named.
    pub(crate) fn refreshed(&self) -> Vec<(String, Option<String>)> {
        self.state().refreshed.clone()
    }

    /// How many codes were exchanged.
    pub(crate) fn exchanges(&self) -> usize {
        self.state().exchanges
    }

    /// The refresh tokens it was told to forget.
    pub(crate) fn told_of_logout(&self) -> Vec<String> {
        self.state().told_of_logout.clone()
    }

    async fn answers(&self) -> Result<(), OidcError> {
        self.held
            .subscribe()
            .wait_for(|held| !held)
            .await
            .map_err(|_| invalid_grant())?;
        self.clock.advance(SignedDuration::from_secs(1));
        self.may_fail()
    }

    fn may_fail(&self) -> Result<(), OidcError> {
        match &self.state().behaviour.failure {
            Some(error) => Err(error.clone()),
            None => Ok(()),
        }
    }
}

impl State {
    fn result(
        &mut self,
        clock: &ManualClock,
        refresh_token: Option<String>,
        identifies: bool,
    ) -> OidcResult {
        self.tokens_given += 1;
        let behaviour = &self.behaviour;
        OidcResult {
            userinfo: match identifies {
                true => behaviour.userinfo.clone().try_into().unwrap(),
                false => Claims::empty(),
            },
            tokenset: TokenSet {
                access_token: AccessToken::new(format!("access-{}", self.tokens_given)),
                token_type: "Bearer".to_owned(),
                expires_in: behaviour.expires_in,
                scope: behaviour.scope.map(str::to_owned),
                refresh_token: refresh_token.map(RefreshToken::new),
                id_token: identifies.then(|| id_token(&behaviour.userinfo, clock)),
            },
        }
    }

    fn new_refresh_token(&mut self) -> String {
        let token = format!("refresh-{}", self.tokens_given + 1);
        self.good_refresh_tokens.insert(token.clone());
        token
    }
}

/// An ID token for ten minutes, as a session keeps one that was verified.
fn id_token(userinfo: &Value, clock: &ManualClock) -> VerifiedIdToken {
    let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let header = part(json!({"alg": "RS256"}));
    let payload = part(json!({
        "iss": "https://idp.example.com",
        "sub": userinfo["sub"],
        "sid": "session-at-idp",
        "department": "engines",
        "exp": clock.now().as_second() + 600,
    }));
    serde_json::from_value(json!(format!("{header}.{payload}.c2ln"))).unwrap()
}

fn invalid_grant() -> OidcError {
    OidcError::TokenRefused {
        error: "invalid_grant".to_owned(),
        description: None,
        status: 400,
    }
}

#[async_trait]
impl Authenticator for FakeProvider {
    fn required_scopes(&self) -> &[&str] {
        &["openid", "profile", "email"]
    }

    async fn start(&self, input: AuthorizationInput<'_>) -> Result<AuthorizationStart, OidcError> {
        self.may_fail()?;
        let mut known = self.state();
        let secrets = FlowSecrets {
            nonce: Nonce::new(format!("nonce-{}", known.flows.len())),
            code_verifier: CodeVerifier::new(format!("verifier-{}", known.flows.len())),
            issuer: "https://idp.example.com".to_owned(),
            authentication: RequiredAuthentication::default(),
        };
        known.flows.push(secrets.clone());
        let mut url = Url::parse("https://idp.example.com/authorize").unwrap();
        url.query_pairs_mut()
            .append_pair("scope", input.scope)
            .append_pair("state", input.state);
        if input.another_account {
            url.query_pairs_mut()
                .append_pair("prompt", "select_account");
        }
        Ok(AuthorizationStart { url, secrets })
    }

    async fn authenticate(
        &self,
        callback: &CallbackParams,
        secrets: &FlowSecrets,
    ) -> Result<OidcResult, OidcError> {
        if let Some(error) = &callback.error {
            return Err(OidcError::Denied {
                error: error.clone(),
                description: callback.error_description.clone(),
            });
        }
        self.answers().await?;
        let mut state = self.state();
        state.exchanges += 1;
        if callback.code.as_deref() != Some("good-code") || !state.flows.contains(secrets) {
            return Err(invalid_grant());
        }
        let gives = state.behaviour.gives_refresh_tokens;
        let refresh_token = gives.then(|| state.new_refresh_token());
        Ok(state.result(&self.clock, refresh_token, true))
    }

    async fn refresh(
        &self,
        refresh_token: &RefreshToken,
        before: Before<'_>,
    ) -> Result<RefreshResult, RefreshFailure> {
        let token = refresh_token.expose().to_owned();
        let subject = match before {
            Before::IdToken(id_token) => Some(id_token.subject()),
            Before::Backstage(session) => session.subject(),
            Before::Nothing => None,
        };
        let subject = subject.map(str::to_owned);
        let asked = (token.clone(), subject);
        self.state().refreshed.push(asked);
        self.refreshes.send_modify(|refreshes| *refreshes += 1);
        self.answers().await?;
        let mut state = self.state();
        if !state.good_refresh_tokens.contains(&token) {
            state.good_refresh_tokens.clear();
            return Err(invalid_grant().into());
        }
        let rotated = state.behaviour.rotates.then(|| {
            state.good_refresh_tokens.remove(&token);
            state.new_refresh_token()
        });
        let identifies = state.behaviour.identifies_on_refresh;
        let mut result = state.result(&self.clock, rotated, identifies);
        if !state.behaviour.gives_id_tokens_on_refresh {
            result.tokenset.id_token = None;
        }
        let userinfo = match &state.behaviour.userinfo_failure {
            Some(error) => Err(error.clone()),
            None => Ok(result.userinfo),
        };
        Ok(RefreshResult {
            tokenset: result.tokenset,
            userinfo,
        })
    }

    async fn logout(&self, refresh_token: &RefreshToken) -> Result<(), OidcError> {
        self.may_fail()?;
        let mut state = self.state();
        if state.behaviour.forgets_on_logout {
            state.good_refresh_tokens.remove(refresh_token.expose());
        }
        state.told_of_logout.push(refresh_token.expose().to_owned());
        Ok(())
    }

    async fn end_session_url(
        &self,
        id_token: Option<&VerifiedIdToken>,
        return_url: &Url,
    ) -> Option<Url> {
        let endpoint = self.state().behaviour.end_session_endpoint?;
        let mut url = Url::parse(endpoint).unwrap();
        let mut query = url.query_pairs_mut();
        query.append_pair("return", return_url.as_str());
        if let Some(id_token) = id_token {
            query.append_pair("of", id_token.subject());
        }
        drop(query);
        Some(url)
    }

    async fn verify_logout_token(&self, token: &str) -> Result<VerifiedLogoutToken, OidcError> {
        self.may_fail()?;
        let state = self.state();
        let known = state.behaviour.logout_tokens.get(token);
        known
            .cloned()
            .ok_or(OidcError::Invalid(Violation::NotALogout))
    }

    async fn is_issuer(&self, issuer: &str) -> Result<bool, OidcError> {
        self.may_fail()?;
        Ok(issuer == "https://idp.example.com")
    }

    fn profile(&self, result: &OidcResult) -> Profile {
        profile_of(&result.userinfo, &ProfileClaims::default())
    }

    fn status(&self) -> ProviderStatus {
        ProviderStatus::NotTried
    }
}
