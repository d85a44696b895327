//! `GET /{provider}/frontchannel-logout`

use axum::{
    Extension,
    extract::{Path, State},
    response::{Html, IntoResponse, Response},
};
use http::Uri;
use stagedoor_signin::FrontchannelLogoutRequest;

use crate::{AppState, error::ApiError, headers::InAnyFrame, parameters::Parameters};

const PAGE: &str = "<!doctype html><html lang=\"en\"><title>Signed out</title></html>";

/// The provider's page shows this in a frame nobody sees (OpenID Connect
/// Front-Channel Logout 1.0 §3).
pub(crate) async fn logout(
    State(state): State<AppState>,
    Path(provider): Path<String>,
    uri: Uri,
) -> Result<Response, ApiError> {
    let query = Parameters::of_query(&uri);
    let request = FrontchannelLogoutRequest {
        provider,
        environment: query.one("env")?.map(str::to_owned),
        issuer: query.one("iss")?.map(str::to_owned),
        session: query.one("sid")?.map(str::to_owned),
    };
    state.sign_in.frontchannel_logout(request).await?;
    Ok((Extension(InAnyFrame), Html(PAGE)).into_response())
}
