//! `GET|POST /{provider}/refresh`

use axum::{
    Json,
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, Uri};
use stagedoor_signin::RefreshRequest;

use super::{is_from_frontend, origin_of};
use crate::{
    AppState,
    cookies::{Names, RequestCookies, ResponseCookies},
    error::ApiError,
    parameters::Parameters,
};

/// Answers a session that goes on.
pub(crate) async fn refresh(
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
    let request = RefreshRequest {
        environment,
        scope: query.one("scope")?.map(str::to_owned),
        from_frontend: is_from_frontend(&headers),
        granted_scope: names.granted_in(&cookies),
        session_cookie: names.session_in(&cookies, state.settings.take_over_sessions),
        provider,
    };
    let refreshed = state.sign_in.refresh(request).await?;
    let origin = origin_of(&headers).unwrap_or_else(|| live.origins.app().as_str().to_owned());
    let mut set = ResponseCookies::new(&live, &refreshed.provider, &origin, usual);
    set.set_session(&refreshed.cookie, &refreshed.granted_scope, &cookies);
    Ok((set, Json(refreshed.session)).into_response())
}
