//! Authorization requests and where their answers go.

use axum::{
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use stagedoor_ambient::NoEntropy;
use url::Url;

use crate::{
    DemoClient,
    grants::CodeChallenge,
    pages::Problem,
    parameters::{BadParameters, Parameters},
    provider::Provider,
    scope::{BadScope, Scope},
};

/// An authorization request whose recipient is known and whose parameters
/// make sense (OpenID Connect Core §3.1.2.1).
#[derive(Debug, Clone)]
pub(crate) struct AuthorizationRequest {
    pub(crate) client_id: String,
    pub(crate) return_to: ReturnTo,
    pub(crate) scope: Scope,
    pub(crate) nonce: Option<String>,
    pub(crate) challenge: Option<CodeChallenge>,
    pub(crate) prompt: Prompt,
    /// How old a sign-in may be, in seconds.
    pub(crate) max_age: Option<i64>,
    /// Who the relying party thinks will sign in.
    pub(crate) login_hint: Option<String>,
}

/// Whether the person is to be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Prompt {
    /// Only when nobody is signed in.
    IfNeeded,
    /// Never: `prompt=none`.
    Never,
    /// Always: `login`, `select_account`, `consent`; choosing does for all.
    Always,
}

/// A redirect URI that is registered, and the state to bring back.
#[derive(Debug, Clone)]
pub(crate) struct ReturnTo {
    pub(crate) redirect_uri: Url,
    pub(crate) state: Option<String>,
}

/// Why an authorization request is not carried out.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// Whom to tell is unknown, so only the person at the browser is told.
    Page(Problem),
    /// The relying party is told.
    Back(Box<ReturnTo>, AuthorizationError),
}

/// An error for the relying party (RFC 6749 §4.1.2.1, OpenID Connect Core
/// §3.1.2.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum AuthorizationError {
    #[error("{0}")]
    Parameters(#[from] BadParameters),
    #[error("code_challenge_method must be S256 and code_challenge 32 bytes in base64url")]
    CodeChallenge,
    #[error("a client without a secret must send a code_challenge")]
    PublicWithoutPkce,
    #[error("prompt must be none, or some of login, select_account and consent")]
    Prompt,
    #[error("max_age must be a number of seconds")]
    MaxAge,
    #[error("response_mode must be query")]
    ResponseMode,
    #[error("the only response_type is code")]
    ResponseType,
    #[error("the scope must be well formed and contain openid")]
    Scope,
    #[error("request objects are not supported")]
    RequestObject,
    #[error("request objects by reference are not supported")]
    RequestUri,
    #[error("nobody is signed in")]
    LoginRequired,
    #[error("the person declined to sign in")]
    Declined,
    #[error("the demo identity provider could not answer")]
    Server,
}

impl AuthorizationError {
    fn code(self) -> &'static str {
        match self {
            Self::ResponseType => "unsupported_response_type",
            Self::Scope => "invalid_scope",
            Self::RequestObject => "request_not_supported",
            Self::RequestUri => "request_uri_not_supported",
            Self::LoginRequired => "login_required",
            Self::Declined => "access_denied",
            Self::Server => "server_error",
            _ => "invalid_request",
        }
    }
}

impl From<NoEntropy> for AuthorizationError {
    fn from(_: NoEntropy) -> Self {
        Self::Server
    }
}

impl From<BadScope> for AuthorizationError {
    fn from(_: BadScope) -> Self {
        Self::Scope
    }
}

impl AuthorizationRequest {
    /// Checks the recipient first: until it is known to be right, nothing may
    /// be sent there.
    pub(crate) fn parse(parameters: &Parameters, provider: &Provider) -> Result<Self, Refusal> {
        let (client, redirect_uri) = recipient(parameters, provider).map_err(Refusal::Page)?;
        let state = parameters.get("state").ok().flatten().map(str::to_owned);
        let return_to = ReturnTo {
            redirect_uri,
            state,
        };
        Self::terms(parameters, &client, &return_to)
            .map_err(|error| Refusal::Back(Box::new(return_to), error))
    }

    fn terms(
        parameters: &Parameters,
        client: &DemoClient,
        return_to: &ReturnTo,
    ) -> Result<Self, AuthorizationError> {
        parameters.get("state")?;
        supported(parameters)?;
        let scope = Scope::parse(parameters.get("scope")?.unwrap_or_default())?;
        if !scope.has("openid") {
            return Err(AuthorizationError::Scope);
        }
        Ok(Self {
            client_id: client.client_id.clone(),
            return_to: return_to.clone(),
            scope,
            nonce: parameters.get("nonce")?.map(str::to_owned),
            challenge: challenge(parameters, client)?,
            prompt: prompt(parameters)?,
            max_age: max_age(parameters)?,
            login_hint: parameters.get("login_hint")?.map(str::to_owned),
        })
    }
}

fn recipient(parameters: &Parameters, provider: &Provider) -> Result<(DemoClient, Url), Problem> {
    let client_id = parameters.require("client_id")?;
    let client = provider.client(client_id).ok_or_else(|| {
        Problem::bad_request("This application is not known here")
            .text("Add its client_id to the clients of the demo identity provider.")
            .detail("client_id", client_id)
    })?;
    let sent = parameters.require("redirect_uri")?;
    let registered = client
        .redirect_uris
        .iter()
        .find(|uri| uri.as_str() == sent)
        .cloned();
    match registered {
        Some(uri) => Ok((client, uri)),
        None => Err(unknown_redirect_uri(&client, sent)),
    }
}

fn unknown_redirect_uri(client: &DemoClient, sent: &str) -> Problem {
    let problem = Problem::bad_request("The way back is not registered")
        .text(
            "The redirect_uri must be, letter for letter, one that is registered for this client.",
        )
        .detail("client_id", &client.client_id)
        .detail("redirect_uri", sent);
    client.redirect_uris.iter().fold(problem, |problem, uri| {
        problem.detail("registered", uri.as_str())
    })
}

fn supported(parameters: &Parameters) -> Result<(), AuthorizationError> {
    if parameters.get("request")?.is_some() {
        return Err(AuthorizationError::RequestObject);
    }
    if parameters.get("request_uri")?.is_some() {
        return Err(AuthorizationError::RequestUri);
    }
    if parameters.require("response_type")? != "code" {
        return Err(AuthorizationError::ResponseType);
    }
    match parameters.get("response_mode")? {
        None | Some("query") => Ok(()),
        Some(_) => Err(AuthorizationError::ResponseMode),
    }
}

fn challenge(
    parameters: &Parameters,
    client: &DemoClient,
) -> Result<Option<CodeChallenge>, AuthorizationError> {
    match (
        parameters.get("code_challenge")?,
        parameters.get("code_challenge_method")?,
    ) {
        (Some(challenge), Some("S256")) => CodeChallenge::parse(challenge)
            .map(Some)
            .ok_or(AuthorizationError::CodeChallenge),
        (None, None) if client.client_secret.is_none() => {
            Err(AuthorizationError::PublicWithoutPkce)
        }
        (None, None) => Ok(None),
        _ => Err(AuthorizationError::CodeChallenge),
    }
}

fn prompt(parameters: &Parameters) -> Result<Prompt, AuthorizationError> {
    let Some(text) = parameters.get("prompt")? else {
        return Ok(Prompt::IfNeeded);
    };
    let known = |word| matches!(word, "login" | "select_account" | "consent");
    match text {
        "none" => Ok(Prompt::Never),
        _ if text.split(' ').all(known) => Ok(Prompt::Always),
        _ => Err(AuthorizationError::Prompt),
    }
}

fn max_age(parameters: &Parameters) -> Result<Option<i64>, AuthorizationError> {
    let Some(text) = parameters.get("max_age")? else {
        return Ok(None);
    };
    let seconds = text.parse().ok().filter(|seconds| *seconds >= 0);
    seconds.map(Some).ok_or(AuthorizationError::MaxAge)
}

impl ReturnTo {
    /// Sends the browser back with an authorization code.
    pub(crate) fn with_code(&self, provider: &Provider, code: &str) -> Response {
        self.redirect(provider, &[("code", code)])
    }

    /// Sends the browser back with an error.
    pub(crate) fn with_error(&self, provider: &Provider, error: AuthorizationError) -> Response {
        let description = error.to_string();
        self.redirect(
            provider,
            &[("error", error.code()), ("error_description", &description)],
        )
    }

    /// Adds `state`, and `iss` (RFC 9207) so that the relying party can tell
    /// providers apart.
    fn redirect(&self, provider: &Provider, answer: &[(&str, &str)]) -> Response {
        let state = self.state.as_deref().map(|state| ("state", state));
        let issuer = ("iss", provider.issuer.as_str());
        let all = answer.iter().copied().chain(state).chain([issuer]);
        let mut pairs = all
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        provider.misbehave().callback(&mut pairs);
        let mut location = self.redirect_uri.clone();
        location.query_pairs_mut().extend_pairs(pairs);
        see_other(&location)
    }
}

/// A redirect that is followed with GET whatever came before
/// (RFC 9700 §4.12).
pub(crate) fn see_other(location: &Url) -> Response {
    let headers = [
        (header::LOCATION, location.as_str()),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (StatusCode::SEE_OTHER, headers).into_response()
}
