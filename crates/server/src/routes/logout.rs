//! `POST /{provider}/logout`

use axum::{
    Json,
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, StatusCode, Uri};
use serde_json::json;
use stagedoor_signin::LogoutRequest;

use super::{is_from_frontend, origin_of};
use crate::{
    AppState,
    cookies::{Names, RequestCookies, ResponseCookies},
    error::ApiError,
    parameters::Parameters,
};

/// Ends the session and removes its cookies.
pub(crate) async fn logout(
    State(state): State<AppState>,
    Path(provider): Path<String>,
    cookies: RequestCookies,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, ApiError> {
    let query = Parameters::of_query(&uri);
    let environment = query.one("env")?.map(str::to_owned);
    let usual = &state.settings.environment;
    let live = state.sign_in.live();
    let names =
        Names::of(&live, &provider).sessions(environment.as_deref().unwrap_or_default(), usual);
    let origin = origin_of(&headers);
    let request = LogoutRequest {
        environment,
        from_frontend: is_from_frontend(&headers),
        origin: origin.clone(),
        session_cookie: names.session_in(&cookies, state.settings.take_over_sessions),
        provider,
    };
    let logged_out = state.sign_in.logout(request).await?;
    let origin = origin.unwrap_or_else(|| live.origins.app().as_str().to_owned());
    let mut set = ResponseCookies::new(&live, &logged_out.provider, &origin, usual);
    set.remove_session(&cookies);
    Ok(match logged_out.logout_url {
        Some(url) => (set, Json(json!({ "logoutUrl": url }))).into_response(),
        None => (StatusCode::OK, set, ()).into_response(),
    })
}
