//! A service behind Backstage: it knows who sends a request.
//!
//! Backstage's proxy, a plugin, or a command line sends the user's token along;
//! the keys to verify it with come from the auth backend.

use axum::{Json, Router, routing::get};
use serde_json::{Value, json};
use stagedoor_client::verify::{BackstageTokenVerifier, BackstageUser, SetupError};

/// The service, for the users of the auth backend at `auth_url`
/// (`{backend.baseUrl}/api/auth`).
///
/// # Errors
/// When that is no address.
pub fn service(auth_url: &str) -> Result<Router, SetupError> {
    let verifier = BackstageTokenVerifier::new(auth_url)?;
    Ok(Router::new()
        .route("/whoami", get(whoami))
        .route("/greeting", get(greeting))
        .with_state(verifier))
}

/// For users only: anyone else is answered 401.
async fn whoami(BackstageUser(user): BackstageUser) -> Json<Value> {
    Json(json!({ "userEntityRef": user.user_entity_ref, "until": user.expires_at }))
}

/// For everyone.
async fn greeting(user: Option<BackstageUser>) -> String {
    match user {
        Some(BackstageUser(user)) => format!("Hello, {}", user.user_entity_ref),
        None => "Hello, whoever you are".to_owned(),
    }
}
