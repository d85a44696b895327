//! `POST /{provider}/backchannel-logout`

use axum::{
    Json,
    body::Bytes,
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use http::{StatusCode, Uri};
use serde_json::json;
use stagedoor_signin::{BackchannelLogoutRequest, ErrorName, SignInError};

use crate::{AppState, error::ApiError, parameters::Parameters};

/// The provider itself says that someone is logged out (OpenID Connect
/// Back-Channel Logout 1.0 §2.5).
pub(crate) async fn logout(
    State(state): State<AppState>,
    Path(provider): Path<String>,
    uri: Uri,
    body: Bytes,
) -> Result<Response, ApiError> {
    let query = Parameters::of_query(&uri);
    let form = Parameters::parse(&body);
    let environment = query.one("env")?.map(str::to_owned);
    let request = BackchannelLogoutRequest {
        provider,
        environment,
        logout_token: form.one("logout_token")?.map(str::to_owned),
    };
    match state.sign_in.backchannel_logout(request).await {
        Ok(_) => Ok(StatusCode::OK.into_response()),
        Err(error) if error.name() == ErrorName::NotFoundError => Err(error.into()),
        Err(error) => Ok(refusal(&error)),
    }
}

/// §2.8: 400 whatever it was, with an error in the form of RFC 6749 §5.2. The
/// log says which rule was broken; nobody else needs to know.
fn refusal(error: &SignInError) -> Response {
    let (error, description) = match (error.name(), error) {
        (ErrorName::ServiceUnavailableError | ErrorName::Error, _) => (
            "temporarily_unavailable",
            "The sessions could not be ended at the moment, please try again".to_owned(),
        ),
        (_, SignInError::Provider(_)) => (
            "invalid_request",
            "The logout token was not accepted".to_owned(),
        ),
        (_, error) => ("invalid_request", error.to_string()),
    };
    let body = json!({ "error": error, "error_description": description });
    (StatusCode::BAD_REQUEST, Json(body)).into_response()
}
