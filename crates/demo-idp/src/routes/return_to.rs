//! The way back to the relying party.

use axum::{
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use url::Url;

use crate::{
    authorization::{AuthorizationError, ReturnTo},
    provider::Provider,
};

impl ReturnTo {
    /// Sends the browser back with an authorization code.
    pub(super) fn with_code(&self, provider: &Provider, code: &str) -> Response {
        self.redirect(provider, &[("code", code)])
    }

    /// Sends the browser back with an error.
    pub(super) fn with_error(&self, provider: &Provider, error: AuthorizationError) -> Response {
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
pub(super) fn see_other(location: &Url) -> Response {
    let headers = [
        (header::LOCATION, location.as_str()),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (StatusCode::SEE_OTHER, headers).into_response()
}
