//! What a program asks for at `/v1/authorize` (RFC 6749 §4.1.1).

use url::Url;

use super::{OAuthError, OAuthErrorCode, answer::refusal};
use crate::{
    SignIn,
    native_client::{ClientRequest, CodeChallenge, LoopbackRedirect},
};

/// A longer `state` is refused: it travels sealed in addresses.
const MAX_STATE: usize = 512;
/// So is a longer `scope`.
const MAX_SCOPE: usize = 512;

/// The parameters, as they came.
#[derive(Debug, Clone, Copy, Default)]
pub struct AuthorizeParameters<'a> {
    /// `client_id`
    pub client_id: Option<&'a str>,
    /// `redirect_uri`
    pub redirect_uri: Option<&'a str>,
    /// `response_type`
    pub response_type: Option<&'a str>,
    /// `code_challenge`
    pub code_challenge: Option<&'a str>,
    /// `code_challenge_method`
    pub code_challenge_method: Option<&'a str>,
    /// `state`
    pub state: Option<&'a str>,
    /// `scope`
    pub scope: Option<&'a str>,
}

/// Why a request can't be granted, and who is told.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAuthorized {
    /// The person: it is not known where the program is, or which (RFC 6749
    /// §4.1.2.1).
    #[error("{0}")]
    Here(OAuthError),
    /// The program, at this address.
    #[error("the program is told why at its own address")]
    At(Url),
}

impl SignIn {
    /// Reads a request. `issuer` is our own name in answers (RFC 9207).
    ///
    /// # Errors
    /// When it can't be granted whoever agrees.
    pub fn read_client_request(
        &self,
        given: AuthorizeParameters<'_>,
        issuer: &str,
    ) -> Result<ClientRequest, NotAuthorized> {
        let client = given.client_id.unwrap_or_default();
        if self.live().native_clients.title(client).is_none() {
            return Err(NotAuthorized::Here(OAuthError::unknown_client()));
        }
        let redirect = given.redirect_uri.and_then(LoopbackRedirect::parse);
        let redirect = redirect.ok_or_else(|| {
            let expected =
                "redirect_uri must be http://127.0.0.1:{port}/… or http://[::1]:{port}/…";
            NotAuthorized::Here(OAuthError::invalid_request(expected))
        })?;
        read(given, client, &redirect).map_err(|error| {
            let state = given.state.filter(|state| state.len() <= MAX_STATE);
            let url = refusal(&redirect, state, issuer, &error);
            NotAuthorized::At(url)
        })
    }
}

fn read(
    given: AuthorizeParameters<'_>,
    client: &str,
    redirect: &LoopbackRedirect,
) -> Result<ClientRequest, OAuthError> {
    if given.response_type != Some("code") {
        let code = OAuthErrorCode::UnsupportedResponseType;
        return Err(OAuthError::new(code, "response_type must be code"));
    }
    // RFC 7636 §4.3: without a method it would be plain.
    let challenge = match given.code_challenge_method {
        Some("S256") => given.code_challenge.and_then(CodeChallenge::parse),
        _ => None,
    };
    let challenge = challenge.ok_or_else(|| {
        OAuthError::invalid_request("code_challenge is required, with code_challenge_method S256")
    })?;
    let state = given.state.unwrap_or_default();
    if !(1..=MAX_STATE).contains(&state.len()) {
        return Err(OAuthError::invalid_request(format!(
            "state is required, of at most {MAX_STATE} characters"
        )));
    }
    if given.scope.is_some_and(|scope| scope.len() > MAX_SCOPE) {
        return Err(OAuthError::invalid_request(format!(
            "scope may have at most {MAX_SCOPE} characters"
        )));
    }
    Ok(ClientRequest {
        client: client.to_owned(),
        redirect: redirect.clone(),
        challenge,
        state: state.to_owned(),
        scope: given.scope.map(str::to_owned),
    })
}
