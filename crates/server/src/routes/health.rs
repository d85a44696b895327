//! `GET /.backstage/health/v1/…`

use axum::{Json, extract::State, response::Response};
use serde_json::{Value, json};

use crate::{AppState, readiness::Readiness};

/// The process runs.
pub(crate) async fn liveness() -> Json<Value> {
    Json(json!({ "status": "ok" }))
}

/// The service can do its work: the database answers. A provider that is away
/// is told, but does not take the service out of rotation: the sessions and
/// the other providers go on.
pub(crate) async fn readiness(State(state): State<AppState>) -> Response {
    Readiness::of(&state).await.for_anybody()
}
