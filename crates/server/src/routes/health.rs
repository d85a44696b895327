//! `GET /.backstage/health/v1/…`

use std::time::Duration;

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::StatusCode;
use serde_json::{Value, json};

use crate::AppState;

/// How long the database may take before it counts as away.
const PATIENCE: Duration = Duration::from_secs(2);

/// The process runs.
pub(crate) async fn liveness() -> Json<Value> {
    Json(json!({ "status": "ok" }))
}

/// The service can do its work: the database answers. A provider that is away
/// is told, but does not take the service out of rotation: the sessions and
/// the other providers go on.
pub(crate) async fn readiness(State(state): State<AppState>) -> Response {
    let storage = tokio::time::timeout(PATIENCE, state.sign_in.check_storage()).await;
    let ready = matches!(storage, Ok(Ok(())));
    let live = state.sign_in.live();
    let providers: Vec<Value> = live
        .providers
        .iter()
        .map(|provider| {
            let available = provider.is_available();
            json!({ "id": provider.id, "environment": provider.environment, "available": available })
        })
        .collect();
    let body = json!({
        "status": if ready { "ok" } else { "error" },
        "database": if ready { "ok" } else { "unavailable" },
        "configuration": {
            "changes": state.configuration.changes(),
            "problem": state.configuration.problem(),
        },
        "providers": providers,
    });
    let status = if ready {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    (status, Json(body)).into_response()
}
