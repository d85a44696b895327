//! The endpoints, one file each.

mod authorize;
mod discovery;
mod end_session;
mod jwks;
mod login;
mod return_to;
mod revoke;
mod token;
mod userinfo;

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, Request, State},
    http::{StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{MethodRouter, get, post},
};
use serde_json::{Map, Value, json};

use crate::{Endpoint, issuer::Issuer, pages::Problem, provider::Provider};

/// Everything that may come in a body is far smaller.
const MAX_BODY: usize = 64 * 1024;

/// All endpoints, under the issuer's path.
pub(crate) fn router(provider: Arc<Provider>) -> Router {
    let watched = |endpoint: Endpoint, methods: MethodRouter<Arc<Provider>>| {
        let state = (Arc::clone(&provider), endpoint);
        methods.layer(middleware::from_fn_with_state(state, watch))
    };
    let endpoints = Router::new()
        .route(
            Issuer::METADATA_PATH,
            watched(Endpoint::Discovery, get(discovery::discovery)),
        )
        .route("/jwks", watched(Endpoint::Jwks, get(jwks::jwks)))
        .route(
            "/authorize",
            watched(Endpoint::Authorize, get(authorize::authorize)),
        )
        .route("/login", watched(Endpoint::Login, post(login::login)))
        .route("/token", watched(Endpoint::Token, post(token::token)))
        .route(
            "/userinfo",
            watched(
                Endpoint::UserInfo,
                get(userinfo::userinfo).post(userinfo::userinfo),
            ),
        )
        .route("/revoke", watched(Endpoint::Revoke, post(revoke::revoke)))
        .route(
            "/end_session",
            watched(
                Endpoint::EndSession,
                get(end_session::by_query).post(end_session::by_form),
            ),
        )
        .route("/end_session/confirm", post(end_session::confirm));
    let base_path = provider.issuer.base_path().to_owned();
    let app = match base_path.as_str() {
        "" => endpoints,
        path => Router::new().nest(path, endpoints),
    };
    app.fallback(not_found)
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .with_state(provider)
}

/// Counts the call, and lets it wait or fail if a test wants so.
async fn watch(
    State((provider, endpoint)): State<(Arc<Provider>, Endpoint)>,
    request: Request,
    next: Next,
) -> Response {
    let (delay, failure) = provider.watch.enter(endpoint);
    if !delay.is_zero() {
        tokio::time::sleep(delay).await;
    }
    match failure {
        Some(status) => {
            (status, Json(json!({ "error": "temporarily_unavailable" }))).into_response()
        }
        None => next.run(request).await,
    }
}

async fn not_found() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "There is nothing here")
        .text("This is an identity provider for demonstrations. Start at the application.")
}

/// A JSON answer that must not be kept.
fn no_store(body: Map<String, Value>) -> Response {
    (
        [(header::CACHE_CONTROL, "no-store")],
        Json(Value::Object(body)),
    )
        .into_response()
}
