//! `GET /jwks` (RFC 7517).

use std::sync::Arc;

use axum::{Json, extract::State};
use serde_json::Value;

use crate::{oauth_error::OauthError, provider::Provider};

pub(super) async fn jwks(State(provider): State<Arc<Provider>>) -> Result<Json<Value>, OauthError> {
    let mut keys = provider.keys.jwks().await?;
    provider.misbehave().jwks(&mut keys);
    Ok(Json(Value::Object(keys)))
}
