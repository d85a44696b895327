//! A Backstage backend as far as a check meets it.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{Request, State},
    http::{StatusCode, header::AUTHORIZATION},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

/// Whom the catalog believes.
#[derive(Clone)]
pub(crate) enum Believes {
    /// Whoever brings this token.
    Token(&'static str),
    /// Whoever's keys can be fetched here.
    KeysAt(String),
    /// Nobody, though it fetches these keys.
    NobodyAfterKeysAt(String),
    /// Nobody.
    Nobody,
}

/// Serves a catalog in which there is nobody; where it is.
pub(crate) async fn catalog(believes: Believes) -> String {
    let router = Router::new()
        .fallback(answer)
        .with_state(Arc::new(believes));
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0))
        .await
        .unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(axum::serve(listener, router).into_future());
    format!("http://{address}/api/catalog")
}

async fn answer(State(believes): State<Arc<Believes>>, request: Request) -> Response {
    let token = request.headers().get(AUTHORIZATION);
    let token = token.and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    let accepted = match &*believes {
        Believes::Token(expected) => token == Some(expected),
        Believes::KeysAt(url) => token.is_some() && has_keys(url).await,
        Believes::NobodyAfterKeysAt(url) => {
            has_keys(url).await;
            false
        }
        Believes::Nobody => false,
    };
    let (status, name) = if accepted {
        (StatusCode::NOT_FOUND, "NotFoundError")
    } else {
        (StatusCode::UNAUTHORIZED, "AuthenticationError")
    };
    let body = json!({"error": {"name": name, "message": "no"}});
    (status, Json(body)).into_response()
}

async fn has_keys(url: &str) -> bool {
    let Ok(answer) = reqwest::get(url).await else {
        return false;
    };
    let keys: Value = answer.json().await.unwrap();
    keys["keys"].as_array().is_some_and(|keys| !keys.is_empty())
}
