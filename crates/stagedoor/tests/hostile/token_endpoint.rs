//! Token responses that lie (Core §3.1.3.3, RFC 6749 §5).

use serde_json::json;
use stagedoor_demo_idp::hostile::{SickServer, Sickness, discovery, token_response};

use crate::support::{House, Plan, accepted, refused};

async fn refused_when_served(status: u16, body: &str, code: &str) {
    let server = Sickness::answers(status, "application/json", body);
    let server = SickServer::start(server).await.unwrap();
    let lie = discovery::says("token_endpoint", server.url());
    House::open(Plan::lying(lie))
        .await
        .lets_nobody_in(code)
        .await;
}

#[tokio::test]
async fn honest_response_without_refresh_token() {
    accepted(token_response::lacks("refresh_token")).await;
}

#[tokio::test]
async fn honest_response_with_an_absurd_lifetime() {
    accepted(token_response::says("expires_in", 1e300)).await;
}

#[tokio::test]
async fn id_token_missing() {
    refused(token_response::lacks("id_token"), "id_token_missing").await;
}

#[tokio::test]
async fn id_token_that_is_an_object() {
    refused(
        token_response::says("id_token", json!({})),
        "token_response_malformed",
    )
    .await;
}

#[tokio::test]
async fn access_token_missing() {
    refused(
        token_response::lacks("access_token"),
        "token_response_incomplete",
    )
    .await;
}

/// The ID token was issued with another.
#[tokio::test]
async fn access_token_of_another() {
    let lie = token_response::says("access_token", "of-somebody-else");
    refused(lie, "id_token_at_hash_mismatch").await;
}

#[tokio::test]
async fn access_token_without_end() {
    let lie = token_response::says("access_token", "a".repeat(70_000));
    refused(lie, "answer_too_long").await;
}

/// It would end the header it is sent in, and begin another.
#[tokio::test]
async fn access_token_with_a_line_break() {
    let lie = token_response::says("access_token", "a\r\nX-Admin: true");
    refused(lie, "token_response_malformed").await;
}

#[tokio::test]
async fn refresh_token_that_is_a_list() {
    refused(
        token_response::says("refresh_token", json!(["a"])),
        "token_response_malformed",
    )
    .await;
}

#[tokio::test]
async fn refresh_token_without_end() {
    let lie = token_response::says("refresh_token", "a".repeat(70_000));
    refused(lie, "answer_too_long").await;
}

#[tokio::test]
async fn token_type_that_needs_a_proof() {
    refused(
        token_response::says("token_type", "DPoP"),
        "token_type_unsupported",
    )
    .await;
}

#[tokio::test]
async fn error_with_status_200() {
    refused(
        token_response::says("error", "invalid_request"),
        "token_refused",
    )
    .await;
}

#[tokio::test]
async fn error_with_markup() {
    let body =
        json!({"error": "invalid_request", "error_description": "</p><script>alert(1)</script>"});
    refused_when_served(400, &body.to_string(), "token_refused").await;
}

#[tokio::test]
async fn error_that_forges_log_lines() {
    let body =
        json!({"error": "invalid_grant", "error_description": "no\nINFO signed in\u{1b}[2J"});
    refused_when_served(400, &body.to_string(), "grant_refused").await;
}

#[tokio::test]
async fn response_that_is_a_list() {
    refused_when_served(200, "[]", "token_response_incomplete").await;
}

#[tokio::test]
async fn response_that_is_null() {
    refused_when_served(200, "null", "token_response_incomplete").await;
}
