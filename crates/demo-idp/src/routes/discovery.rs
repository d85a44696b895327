//! `GET /.well-known/openid-configuration` (OpenID Connect Discovery §3).

use std::sync::Arc;

use axum::{Json, extract::State};
use serde_json::{Map, Value, json};

use crate::{RefreshPolicy, client_auth, provider::Provider};

const CLAIMS: [&str; 13] = [
    "sub",
    "iss",
    "aud",
    "exp",
    "iat",
    "auth_time",
    "nonce",
    "sid",
    "name",
    "email",
    "email_verified",
    "preferred_username",
    "picture",
];

pub(super) async fn discovery(State(provider): State<Arc<Provider>>) -> Json<Value> {
    let mut document = document(&provider);
    provider.misbehave().discovery(&mut document);
    Json(Value::Object(document))
}

fn document(provider: &Provider) -> Map<String, Value> {
    let endpoint = |path: &str| json!(provider.issuer.endpoint(path));
    let grant_types = match provider.refresh_policy() {
        RefreshPolicy::Never => json!(["authorization_code"]),
        RefreshPolicy::Rotating | RefreshPolicy::Fixed => {
            json!(["authorization_code", "refresh_token"])
        }
    };
    let fields = [
        ("issuer", json!(provider.issuer.as_str())),
        ("authorization_endpoint", endpoint("/authorize")),
        ("token_endpoint", endpoint("/token")),
        ("userinfo_endpoint", endpoint("/userinfo")),
        ("jwks_uri", endpoint("/jwks")),
        ("revocation_endpoint", endpoint("/revoke")),
        ("end_session_endpoint", endpoint("/end_session")),
        (
            "scopes_supported",
            json!(["openid", "profile", "email", "offline_access"]),
        ),
        ("response_types_supported", json!(["code"])),
        ("response_modes_supported", json!(["query"])),
        ("grant_types_supported", grant_types),
        ("subject_types_supported", json!(["public"])),
        ("id_token_signing_alg_values_supported", json!(["RS256"])),
        (
            "token_endpoint_auth_methods_supported",
            json!(client_auth::METHODS),
        ),
        (
            "revocation_endpoint_auth_methods_supported",
            json!(client_auth::METHODS),
        ),
        ("code_challenge_methods_supported", json!(["S256"])),
        (
            "prompt_values_supported",
            json!(["none", "login", "select_account", "consent"]),
        ),
        ("claims_supported", json!(CLAIMS)),
        ("claims_parameter_supported", json!(false)),
        ("request_parameter_supported", json!(false)),
        ("request_uri_parameter_supported", json!(false)),
        (
            "authorization_response_iss_parameter_supported",
            json!(true),
        ),
    ];
    fields
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}
