//! `GET /{provider}/start`

use axum::{
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, Uri, header};
use stagedoor_signin::StartRequest;

use crate::{
    AppState,
    cookies::{Names, RequestCookies, ResponseCookies},
    error::ApiError,
    parameters::Parameters,
};

/// Sends the browser to the provider.
pub(crate) async fn start(
    State(state): State<AppState>,
    Path(provider): Path<String>,
    cookies: RequestCookies,
    uri: Uri,
) -> Result<Response, ApiError> {
    let query = Parameters::of_query(&uri);
    let live = state.sign_in.live();
    let names = Names::of(&live, &provider);
    let environment = query.one("env")?;
    let usual = &state.settings.environment;
    let sessions = names.sessions(environment.unwrap_or_default(), usual);
    let granted_scope = sessions.granted_in(&cookies);
    let started = state
        .sign_in
        .start(StartRequest {
            provider: &provider,
            environment,
            origin: query.one("origin")?,
            flow: query.one("flow")?,
            redirect_url: query.one("redirectUrl")?,
            scope: query.one("scope")?,
            granted_scope: granted_scope.as_deref(),
            another_account: cookies.get(&names.refused()).is_some(),
            open_flows: cookies.open(&names),
        })
        .await?;
    let origin = started
        .origin
        .as_ref()
        .unwrap_or_else(|| live.origins.app());
    let mut set = ResponseCookies::new(&live, &started.provider, origin.as_str(), usual);
    set.begin_flow(&started, &cookies);
    let location =
        HeaderValue::from_str(started.location.as_str()).map_err(|_| ApiError::Unreadable)?;
    Ok((StatusCode::FOUND, set, [(header::LOCATION, location)]).into_response())
}
