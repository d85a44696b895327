//! The authorization response.

use serde_json::json;
use stagedoor_oidc::{OidcError, TokenSet};

use crate::support::{Client, Endpoint, callback, refused};

async fn finish(client: &Client, pairs: &[(&str, &str)]) -> Result<TokenSet, OidcError> {
    let request = client.start().await;
    client
        .party
        .exchange_code(&callback(pairs), &request.secrets)
        .await
}

#[tokio::test]
async fn iss_must_be_the_provider_when_present() {
    let client = Client::new().await;
    let issuer = client.provider.issuer.to_string();
    finish(&client, &[("code", "c"), ("iss", &issuer)])
        .await
        .unwrap();
    let evil = [("code", "c"), ("iss", "https://evil.example")];
    assert_eq!(
        refused(finish(&client, &evil).await),
        "callback_issuer_mismatch"
    );
    assert_eq!(
        client.provider.count(Endpoint::Token),
        1,
        "no code goes out"
    );
}

#[tokio::test]
async fn iss_must_be_there_when_announced() {
    let client = Client::new().await;
    client
        .provider
        .discovery(|doc| doc["authorization_response_iss_parameter_supported"] = json!(true));
    let without = [("code", "c")];
    assert_eq!(
        refused(finish(&client, &without).await),
        "callback_issuer_missing"
    );
    let error = [("error", "access_denied")];
    assert_eq!(
        refused(finish(&client, &error).await),
        "callback_issuer_missing"
    );
}

#[tokio::test]
async fn the_code_goes_only_to_the_provider_that_was_asked() {
    let client = Client::new().await;
    let mut secrets = client.start().await.secrets;
    secrets.issuer = "https://before.example".into();
    let outcome = client
        .party
        .exchange_code(&callback(&[("code", "c")]), &secrets)
        .await;
    assert_eq!(refused(outcome), "callback_issuer_mismatch");
    assert_eq!(client.provider.count(Endpoint::Token), 0);
}

#[tokio::test]
async fn an_error_response_is_a_denial_with_cleaned_text() {
    let client = Client::new().await;
    let pairs = [
        ("error", "access_denied"),
        ("error_description", "no\r\nforged: line"),
        ("code", "c"),
    ];
    let error = finish(&client, &pairs).await.unwrap_err();
    assert_eq!(
        error,
        OidcError::Denied {
            error: "access_denied".into(),
            description: Some("no  forged: line".into()),
        }
    );
    assert!(!error.is_transient() && !error.is_refused());
    assert_eq!(client.provider.count(Endpoint::Token), 0);
}

#[tokio::test]
async fn a_response_without_code_is_refused() {
    let client = Client::new().await;
    assert_eq!(refused(finish(&client, &[]).await), "callback_incomplete");
    let empty = [("code", "")];
    assert_eq!(
        refused(finish(&client, &empty).await),
        "callback_incomplete"
    );
}
