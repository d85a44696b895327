//! The address that takes the answer to the program (RFC 6749 §4.1.2).

use url::Url;

use super::OAuthError;
use crate::{
    Provider, SignIn, SignInError, SignedIn,
    native_client::{ClientRequest, LoopbackRedirect},
};

impl SignIn {
    /// Where the browser goes with the outcome of a flow that `request` began.
    /// `issuer` is our own name (RFC 9207).
    #[must_use]
    pub fn client_answer(
        &self,
        request: &ClientRequest,
        provider: &Provider,
        outcome: Result<&SignedIn, &SignInError>,
        issuer: &str,
    ) -> Url {
        let code = match outcome {
            Ok(signed_in) => self
                .code(request, provider, signed_in)
                .map_err(|error| OAuthError::of_sign_in(&error)),
            Err(error) => Err(OAuthError::of_sign_in(error)),
        };
        let state = request.state.as_str();
        match code {
            Ok(code) => {
                let answer = [("code", code.as_str()), ("state", state), ("iss", issuer)];
                request.redirect.with(answer)
            }
            Err(error) => refusal(&request.redirect, Some(state), issuer, &error),
        }
    }

    /// Where the browser goes when a flow that `request` asks for can't begin.
    #[must_use]
    pub fn client_refusal(
        &self,
        request: &ClientRequest,
        error: &SignInError,
        issuer: &str,
    ) -> Url {
        let error = OAuthError::of_sign_in(error);
        let state = Some(request.state.as_str());
        refusal(&request.redirect, state, issuer, &error)
    }
}

/// §4.1.2.1
pub(super) fn refusal(
    redirect: &LoopbackRedirect,
    state: Option<&str>,
    issuer: &str,
    error: &OAuthError,
) -> Url {
    let answer = [
        ("error", error.code.as_str()),
        ("error_description", error.description.as_str()),
        ("iss", issuer),
    ];
    let state = state.map(|state| ("state", state));
    redirect.with(answer.into_iter().chain(state))
}
