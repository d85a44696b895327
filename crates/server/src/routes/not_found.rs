//! What is not there.

use axum::extract::State;
use http::{StatusCode, Uri};
use stagedoor_signin::SignInError;

use crate::{AppState, error::ApiError};

/// Under `/api/auth`, an unknown path is an unknown provider, as in Backstage.
pub(crate) async fn provider(State(state): State<AppState>, uri: Uri) -> ApiError {
    let id = uri
        .path()
        .trim_start_matches('/')
        .split('/')
        .next()
        .unwrap_or_default();
    match state.sign_in.live().providers.must_know(id) {
        Err(error) => error.into(),
        Ok(()) => SignInError::UnknownProvider(id.chars().take(64).collect()).into(),
    }
}

/// Anything else.
pub(crate) async fn page() -> StatusCode {
    StatusCode::NOT_FOUND
}
