//! Errors of the endpoints that relying parties call themselves.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::json;
use stagedoor_ambient::NoEntropy;

use crate::{grants::GrantError, keys::NoSigningKey, parameters::BadParameters, scope::BadScope};

/// An error of the token or revocation endpoint (RFC 6749 §5.2).
#[derive(Debug, thiserror::Error)]
pub(crate) enum OauthError {
    #[error("{0}")]
    InvalidRequest(#[from] BadParameters),
    #[error("use one way to authenticate the client, not two")]
    TwoAuthentications,
    #[error("the client is unknown or did not authenticate")]
    InvalidClient,
    #[error("{0}")]
    InvalidGrant(#[from] GrantError),
    #[error("the scope is malformed or more than what was granted")]
    InvalidScope,
    #[error("the grant type is not supported")]
    UnsupportedGrantType,
    #[error("the demo identity provider could not answer")]
    Server,
}

impl OauthError {
    fn code(&self) -> &'static str {
        match self {
            Self::InvalidRequest(_) | Self::TwoAuthentications => "invalid_request",
            Self::InvalidClient => "invalid_client",
            Self::InvalidGrant(_) => "invalid_grant",
            Self::InvalidScope => "invalid_scope",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::Server => "server_error",
        }
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::InvalidClient => StatusCode::UNAUTHORIZED,
            Self::Server => StatusCode::INTERNAL_SERVER_ERROR,
            _ => StatusCode::BAD_REQUEST,
        }
    }
}

impl IntoResponse for OauthError {
    fn into_response(self) -> Response {
        let body = json!({ "error": self.code(), "error_description": self.to_string() });
        let no_store = [(header::CACHE_CONTROL, "no-store")];
        let mut response = (self.status(), no_store, Json(body)).into_response();
        if matches!(self, Self::InvalidClient) {
            let challenge = HeaderValue::from_static(r#"Basic realm="demo-idp""#);
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, challenge);
        }
        response
    }
}

impl From<BadScope> for OauthError {
    fn from(_: BadScope) -> Self {
        Self::InvalidScope
    }
}

impl From<NoEntropy> for OauthError {
    fn from(_: NoEntropy) -> Self {
        Self::Server
    }
}

impl From<NoSigningKey> for OauthError {
    fn from(_: NoSigningKey) -> Self {
        Self::Server
    }
}
