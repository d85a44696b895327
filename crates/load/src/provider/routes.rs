//! The provider's endpoints.

use std::sync::{Arc, atomic::Ordering};

use axum::{
    Form, Json, Router,
    extract::{Query, State as Extract},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use http::{HeaderMap, StatusCode, header};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use super::{
    CLIENT_ID, State,
    grants::{Code, Granted, Refused},
};
use crate::people::Person;

/// How long tokens last, in seconds.
const LIFETIME: i64 = 3_600;
/// As long as the access tokens of providers that use JWTs, in characters: a
/// session's size in the database is that of life.
const ACCESS_TOKEN_LENGTH: usize = 900;

pub(super) fn router(state: Arc<State>) -> Router {
    Router::new()
        .route("/.well-known/openid-configuration", get(discovery))
        .route("/jwks", get(jwks))
        .route("/authorize", get(authorize))
        .route("/token", post(token))
        .route("/userinfo", get(userinfo))
        .route("/revoke", post(revoke))
        .with_state(state)
}

async fn discovery(Extract(state): Extract<Arc<State>>) -> Json<Value> {
    let issuer = &state.issuer;
    Json(json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "userinfo_endpoint": format!("{issuer}/userinfo"),
        "revocation_endpoint": format!("{issuer}/revoke"),
        "jwks_uri": format!("{issuer}/jwks"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "scopes_supported": ["openid", "profile", "email"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic"],
    }))
}

async fn jwks(Extract(state): Extract<Arc<State>>) -> Json<Value> {
    Json(state.key.jwks())
}

#[derive(Deserialize)]
struct Authorization {
    redirect_uri: Url,
    state: String,
    nonce: Option<String>,
    login_hint: String,
}

async fn authorize(
    Extract(state): Extract<Arc<State>>,
    Query(asked): Query<Authorization>,
) -> Response {
    let Some(person) = Person::called(&asked.login_hint) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let code = state.grants.code(Code {
        person,
        nonce: asked.nonce,
    });
    let mut back = asked.redirect_uri;
    back.query_pairs_mut()
        .append_pair("code", &code)
        .append_pair("state", &asked.state);
    (StatusCode::FOUND, [(header::LOCATION, back.to_string())]).into_response()
}

#[derive(Deserialize)]
struct TokenRequest {
    code: Option<String>,
    refresh_token: Option<String>,
}

async fn token(Extract(state): Extract<Arc<State>>, Form(asked): Form<TokenRequest>) -> Response {
    if !state.behaviour.delay.is_zero() {
        tokio::time::sleep(state.behaviour.delay).await;
    }
    let answer = match asked {
        TokenRequest {
            code: Some(code), ..
        } => first_tokens(&state, &code),
        TokenRequest {
            refresh_token: Some(token),
            ..
        } => next_tokens(&state, &token),
        _ => None,
    };
    answer.map_or_else(
        || {
            state.counters.refused.fetch_add(1, Ordering::Relaxed);
            (
                StatusCode::BAD_REQUEST,
                Json(json!({ "error": "invalid_grant" })),
            )
                .into_response()
        },
        |tokens| Json(tokens).into_response(),
    )
}

fn first_tokens(state: &State, code: &str) -> Option<Value> {
    let (granted, nonce) = state.grants.exchange(code)?;
    state.counters.codes.fetch_add(1, Ordering::Relaxed);
    tokens(state, &granted, true, nonce)
}

fn next_tokens(state: &State, refresh_token: &str) -> Option<Value> {
    match state
        .grants
        .refresh(refresh_token, state.behaviour.rotation)
    {
        Ok(granted) => {
            state.counters.refreshes.fetch_add(1, Ordering::Relaxed);
            tokens(state, &granted, state.behaviour.id_token_on_refresh, None)
        }
        Err(Refused::Reused) => {
            state.counters.reused.fetch_add(1, Ordering::Relaxed);
            None
        }
        Err(Refused::Unknown) => None,
    }
}

fn tokens(
    state: &State,
    granted: &Granted,
    with_id_token: bool,
    nonce: Option<String>,
) -> Option<Value> {
    let access_token = format!("{}.{}.", granted.person.name(), granted.refresh_token);
    let mut answer = json!({
        "access_token": format!("{access_token:x<ACCESS_TOKEN_LENGTH$}"),
        "token_type": "Bearer",
        "expires_in": LIFETIME,
        "scope": "openid profile email",
        "refresh_token": granted.refresh_token,
    });
    if with_id_token {
        answer["id_token"] = id_token(state, granted, nonce)?.into();
    }
    Some(answer)
}

fn id_token(state: &State, granted: &Granted, nonce: Option<String>) -> Option<String> {
    let now = Timestamp::now().as_second();
    let mut claims = json!({
        "iss": state.issuer,
        "sub": granted.person.name(),
        "aud": CLIENT_ID,
        "iat": now,
        "exp": now + LIFETIME,
        "sid": format!("s{}", granted.grant),
    });
    if let Some(nonce) = nonce {
        claims["nonce"] = nonce.into();
    }
    state.key.token(&claims, now)
}

async fn userinfo(headers: HeaderMap) -> Response {
    let person = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "))
        .and_then(|token| Person::called(token.split('.').next()?));
    match person {
        Some(person) => Json(json!({
            "sub": person.name(),
            "name": format!("Person {}", person.0),
            "email": person.email(),
            "email_verified": true,
        }))
        .into_response(),
        None => StatusCode::UNAUTHORIZED.into_response(),
    }
}

#[derive(Deserialize)]
struct Revocation {
    token: String,
}

async fn revoke(Extract(state): Extract<Arc<State>>, Form(asked): Form<Revocation>) {
    state.grants.revoke(&asked.token);
}
