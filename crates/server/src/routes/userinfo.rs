//! `GET /v1/userinfo`

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, StatusCode, header};

use crate::{
    AppState,
    error::{ApiError, INTENDED},
};

/// The claims last issued for whom the token belongs to (contract §9).
pub(crate) async fn userinfo(
    State(state): State<AppState>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let token = bearer(&headers).ok_or(ApiError::NoToken)?;
    let tokens = state.sign_in.tokens();
    let user = tokens.verify_user_token(token).await?;
    Ok(match tokens.user_info(&user.user_entity_ref).await? {
        Some(info) => Json(info).into_response(),
        None => (
            StatusCode::NOT_FOUND,
            [(INTENDED, "1")],
            "User info not found",
        )
            .into_response(),
    })
}

pub(super) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    let token = token.trim_start_matches(' ');
    let one_word = !token.is_empty() && !token.contains(char::is_whitespace);
    (scheme.eq_ignore_ascii_case("bearer") && one_word).then_some(token)
}
