//! What was asked for, once it is checked.

use url::Url;

use crate::{
    DemoClient,
    authorization::{AuthorizationError, AuthorizationRequest, Prompt, ReturnTo},
    grants::CodeChallenge,
    pages::Problem,
    parameters::Parameters,
    provider::Provider,
    scope::Scope,
};

/// Why an authorization request is not carried out.
#[derive(Debug)]
pub(super) enum Refusal {
    /// Whom to tell is unknown, so only the person at the browser is told.
    Page(Problem),
    /// The relying party is told.
    Back(Box<ReturnTo>, AuthorizationError),
}

impl AuthorizationRequest {
    /// Checks the recipient first: until it is known to be right, nothing may
    /// be sent there.
    pub(super) fn parse(parameters: &Parameters, provider: &Provider) -> Result<Self, Refusal> {
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
