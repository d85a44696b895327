//! `GET` and `POST /userinfo` (OpenID Connect Core §5.3).

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};

use super::no_store;
use crate::{
    claims,
    opaque::Fingerprint,
    parameters::{Parameters, is_form},
    provider::Provider,
};

/// Why there are no claims (RFC 6750 §3.1).
pub(super) enum NoClaims {
    /// No token was sent: no error code is due.
    NoToken,
    /// The token was sent in more than one way, or illegibly.
    BadRequest,
    /// The token is unknown, expired or revoked.
    BadToken,
}

impl IntoResponse for NoClaims {
    fn into_response(self) -> Response {
        let (status, challenge) = match self {
            Self::NoToken => (StatusCode::UNAUTHORIZED, r#"Bearer realm="demo-idp""#),
            Self::BadRequest => (
                StatusCode::BAD_REQUEST,
                r#"Bearer realm="demo-idp", error="invalid_request""#,
            ),
            Self::BadToken => (
                StatusCode::UNAUTHORIZED,
                r#"Bearer realm="demo-idp", error="invalid_token""#,
            ),
        };
        (status, [(header::WWW_AUTHENTICATE, challenge)]).into_response()
    }
}

pub(super) async fn userinfo(
    State(provider): State<Arc<Provider>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, NoClaims> {
    let token = access_token(&headers, &body)?;
    let grant = provider
        .grants()
        .of_access_token(token, provider.now())
        .cloned();
    let grant = grant.ok_or(NoClaims::BadToken)?;
    let person = provider.person(&grant.subject).ok_or(NoClaims::BadToken)?;
    let mut claims = claims::about(&person, &grant.scope);
    provider.misbehave().userinfo(&mut claims);
    Ok(no_store(claims))
}

/// The token is in the `Authorization` header, or in a form (RFC 6750 §2).
fn access_token(headers: &HeaderMap, body: &[u8]) -> Result<Fingerprint, NoClaims> {
    let form = match is_form(headers) {
        true => Parameters::from_form(headers, body).map_err(|_| NoClaims::BadRequest)?,
        false => Parameters::default(),
    };
    let in_form = form.get("access_token").map_err(|_| NoClaims::BadRequest)?;
    let in_header = headers.get(header::AUTHORIZATION);
    match (in_header, in_form) {
        (None, None) => Err(NoClaims::NoToken),
        (None, Some(token)) => Ok(Fingerprint::of(token)),
        (Some(_), Some(_)) => Err(NoClaims::BadRequest),
        (Some(value), None) => {
            let (scheme, token) = value
                .to_str()
                .ok()
                .and_then(|text| text.split_once(' '))
                .ok_or(NoClaims::NoToken)?;
            let bearer = scheme.eq_ignore_ascii_case("bearer");
            bearer
                .then(|| Fingerprint::of(token.trim()))
                .ok_or(NoClaims::NoToken)
        }
    }
}
