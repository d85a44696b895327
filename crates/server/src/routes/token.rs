//! `POST /v1/token` and `POST /v1/revoke`: tokens for programs on people's own
//! machines (RFC 6749 §4.1.3 and §6, RFC 7009).

use axum::{
    Json,
    body::Bytes,
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use secrecy::ExposeSecret;
use serde_json::json;
use stagedoor_signin::native::{ClientTokens, CodeExchange, OAuthError, OAuthErrorCode};

use super::authorize::must_be_on;
use crate::{AppState, error::ApiError, parameters::Parameters};

/// Answers a code, or a refresh token, with tokens.
pub(crate) async fn token(
    State(state): State<AppState>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, ApiError> {
    must_be_on(&state)?;
    let outcome = match read(&headers, &body) {
        Ok(form) => tokens(&state, &form).await,
        Err(error) => Err(error),
    };
    Ok(outcome.map_or_else(|error| refusal(&error), |tokens| answer(&tokens)))
}

/// Ends the session of a refresh token.
pub(crate) async fn revoke(
    State(state): State<AppState>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, ApiError> {
    must_be_on(&state)?;
    let outcome = async {
        let form = read(&headers, &body)?;
        let client = one(&form, "client_id")?;
        let token = one(&form, "token")?;
        state.sign_in.revoke_for_client(client, token).await
    };
    Ok(match outcome.await {
        Ok(()) => StatusCode::OK.into_response(),
        Err(error) => refusal(&error),
    })
}

async fn tokens(state: &AppState, form: &Parameters) -> Result<ClientTokens, OAuthError> {
    let client_id = one(form, "client_id")?;
    match one(form, "grant_type")? {
        Some("authorization_code") => {
            let exchange = CodeExchange {
                client_id,
                code: one(form, "code")?,
                redirect_uri: one(form, "redirect_uri")?,
                code_verifier: one(form, "code_verifier")?,
            };
            state.sign_in.exchange_code(exchange).await
        }
        Some("refresh_token") => {
            let token = one(form, "refresh_token")?;
            let scope = one(form, "scope")?;
            state
                .sign_in
                .refresh_for_client(client_id, token, scope)
                .await
        }
        _ => Err(OAuthError {
            code: OAuthErrorCode::UnsupportedGrantType,
            description: "grant_type must be authorization_code or refresh_token".to_owned(),
        }),
    }
}

/// The form; no other kind of body (RFC 6749 §4.1.3).
fn read(headers: &HeaderMap, body: &Bytes) -> Result<Parameters, OAuthError> {
    const FORM: &str = "application/x-www-form-urlencoded";
    let kind = headers.get(header::CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if kind.eq_ignore_ascii_case(FORM) {
        return Ok(Parameters::parse(body));
    }
    Err(invalid_request(format!("the body must be {FORM}")))
}

fn one<'a>(form: &'a Parameters, name: &'static str) -> Result<Option<&'a str>, OAuthError> {
    let doubled = |_| invalid_request(format!("{name} was given more than once"));
    form.one(name).map_err(doubled)
}

fn invalid_request(description: String) -> OAuthError {
    OAuthError {
        code: OAuthErrorCode::InvalidRequest,
        description,
    }
}

/// RFC 6749 §5.1. `session` is ours: all that a browser would be told.
fn answer(tokens: &ClientTokens) -> Response {
    let identity = tokens.session.backstage_identity.as_ref();
    Json(json!({
        "access_token": identity.map(|identity| identity.token.expose()),
        "token_type": "Bearer",
        "expires_in": identity.map(|identity| identity.expires_in_seconds),
        "refresh_token": tokens.refresh_token.expose_secret(),
        "scope": tokens.session.provider_info.scope,
        "session": tokens.session,
    }))
    .into_response()
}

/// RFC 6749 §5.2
fn refusal(error: &OAuthError) -> Response {
    let status = match error.code {
        OAuthErrorCode::InvalidClient => StatusCode::UNAUTHORIZED,
        OAuthErrorCode::ServerError => StatusCode::INTERNAL_SERVER_ERROR,
        OAuthErrorCode::TemporarilyUnavailable => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::BAD_REQUEST,
    };
    tracing::debug!(%error, "a program was refused");
    let body = json!({ "error": error.code.as_str(), "error_description": error.description });
    let mut response = (status, Json(body)).into_response();
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, const { HeaderValue::from_static("2") });
    }
    response
}
