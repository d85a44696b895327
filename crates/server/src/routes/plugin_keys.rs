//! `GET /.backstage/auth/v1/jwks.json`

use axum::{extract::State, response::Response};
use http::HeaderMap;

use super::well_known::keys_response;
use crate::{AppState, error::ApiError};

/// The public keys of the plugin tokens we sign (contract §10).
pub(crate) async fn jwks(
    State(state): State<AppState>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let keys = state.plugin_keys.published().await?;
    Ok(keys_response(&keys, &headers))
}
