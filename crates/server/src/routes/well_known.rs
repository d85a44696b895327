//! `GET /.well-known/…`

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde_json::{Value, json};
use stagedoor_signin::tokens::PublishedKeys;

use crate::{AppState, error::ApiError};

/// The public keys of user tokens.
pub(crate) async fn jwks(
    State(state): State<AppState>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let keys = state.sign_in.tokens().keys().published().await?;
    Ok(keys_response(&keys, &headers))
}

/// A key set, with what lets clients ask again cheaply. It may be kept for a
/// moment only: a key that has just been made is used at once.
pub(super) fn keys_response(keys: &PublishedKeys, headers: &HeaderMap) -> Response {
    const CACHE: HeaderValue = HeaderValue::from_static("public, max-age=0, must-revalidate");
    let etag = HeaderValue::try_from(keys.etag()).ok();
    let known = headers
        .get(header::IF_NONE_MATCH)
        .zip(etag.as_ref())
        .is_some_and(|(given, etag)| given == etag);
    let etag = etag.map(|etag| [(header::ETAG, etag)]);
    if known {
        return (
            StatusCode::NOT_MODIFIED,
            etag,
            [(header::CACHE_CONTROL, CACHE)],
        )
            .into_response();
    }
    const JSON: HeaderValue = HeaderValue::from_static("application/json; charset=utf-8");
    let headers = [(header::CACHE_CONTROL, CACHE), (header::CONTENT_TYPE, JSON)];
    (headers, etag, keys.json().to_owned()).into_response()
}

/// The discovery document of contract §9.
pub(crate) async fn openid_configuration(State(state): State<AppState>) -> Json<Value> {
    let auth = state.settings.auth_url();
    let mut document = json!({
        "issuer": auth,
        "token_endpoint": format!("{auth}/v1/token"),
        "userinfo_endpoint": format!("{auth}/v1/userinfo"),
        "jwks_uri": format!("{auth}/.well-known/jwks.json"),
        "response_types_supported": ["code", "id_token"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": [
            "RS256", "RS384", "RS512", "ES256", "ES384", "ES512", "PS256", "PS384", "PS512", "EdDSA",
        ],
        "scopes_supported": ["openid"],
        "token_endpoint_auth_methods_supported": [],
        "claims_supported": ["sub", "ent"],
        "grant_types_supported": ["authorization_code"],
        "authorization_endpoint": format!("{auth}/v1/authorize"),
        "code_challenge_methods_supported": ["S256"],
    });
    if !state.sign_in.live().native_clients.is_empty() {
        // Of Backstage's document only the addresses are true here.
        document["response_types_supported"] = json!(["code"]);
        document["grant_types_supported"] = json!(["authorization_code", "refresh_token"]);
        document["token_endpoint_auth_methods_supported"] = json!(["none"]);
        document["revocation_endpoint"] = json!(format!("{auth}/v1/revoke"));
        document["revocation_endpoint_auth_methods_supported"] = json!(["none"]);
        document["authorization_response_iss_parameter_supported"] = json!(true);
    }
    Json(document)
}
