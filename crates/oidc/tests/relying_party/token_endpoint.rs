//! The token endpoint, and how the client proves itself there.

use serde_json::json;
use stagedoor_oidc::{ClientAuthMethod, OidcError};

use crate::support::{CLIENT_ID, Client, Endpoint, Reply, SUBJECT, refused};

#[tokio::test]
async fn a_sign_in_gives_tokens_and_verified_claims() {
    let client = Client::new().await;
    let tokens = client.sign_in().await.unwrap();
    assert_eq!(tokens.access_token.expose(), "access-1");
    assert_eq!(tokens.expires_in, Some(3600));
    assert_eq!(tokens.scope.as_deref(), Some("openid profile"));
    assert_eq!(tokens.refresh_token.unwrap().expose(), "refresh-2");
    let id_token = tokens.id_token.unwrap();
    assert_eq!(id_token.subject(), SUBJECT);
    assert_eq!(id_token.session_id(), Some("session-1"));
    assert!(!format!("{id_token:?}").contains(id_token.raw()));
}

#[tokio::test]
async fn the_code_goes_with_verifier_and_redirect_uri() {
    let client = Client::new().await;
    client.sign_in().await.unwrap();
    let asked = client.provider.asked(Endpoint::Token);
    assert_eq!(asked.form["grant_type"], "authorization_code");
    assert_eq!(asked.form["code"], "code-1");
    assert_eq!(asked.form["redirect_uri"], "https://app.example/callback");
    assert_eq!(asked.form["code_verifier"].len(), 43);
}

#[tokio::test]
async fn client_secret_basic_form_encodes_id_and_secret() {
    let client = Client::new().await;
    client.sign_in().await.unwrap();
    let asked = client.provider.asked(Endpoint::Token);
    // base64 of "stagedoor:s3cret%3A%26"
    assert_eq!(
        asked.authorization.as_deref(),
        Some("Basic c3RhZ2Vkb29yOnMzY3JldCUzQSUyNg==")
    );
    assert!(!asked.form.contains_key("client_secret"));
}

#[tokio::test]
async fn client_secret_post_puts_both_into_the_body() {
    let client = Client::with(|it| it.auth_method = ClientAuthMethod::ClientSecretPost).await;
    client.sign_in().await.unwrap();
    let asked = client.provider.asked(Endpoint::Token);
    assert_eq!(asked.authorization, None);
    assert_eq!(asked.form["client_id"], CLIENT_ID);
    assert_eq!(asked.form["client_secret"], "s3cret:&");
}

#[tokio::test]
async fn a_public_client_sends_its_id_only() {
    let client = Client::with(|it| it.auth_method = ClientAuthMethod::None).await;
    client.sign_in().await.unwrap();
    let asked = client.provider.asked(Endpoint::Token);
    assert_eq!(asked.authorization, None);
    assert_eq!(asked.form["client_id"], CLIENT_ID);
    assert!(!asked.form.contains_key("client_secret"));
}

#[tokio::test]
async fn a_missing_secret_is_a_matter_of_settings() {
    let client = Client::with(|it| it.client_secret = None).await;
    assert_eq!(refused(client.sign_in().await), "client_misconfigured");
}

#[tokio::test]
async fn an_error_response_tells_code_and_status() {
    let client = Client::new().await;
    let body = json!({"error": "invalid_grant", "error_description": "code\nused"});
    for status in [400, 200] {
        let reply = Reply::json(status, &body);
        client.provider.reply(Endpoint::Token, Some(reply));
        let error = client.sign_in().await.unwrap_err();
        assert!(error.is_refused() && !error.is_transient());
        assert_eq!(
            error,
            OidcError::TokenRefused {
                error: "invalid_grant".into(),
                description: Some("code used".into()),
                status,
            }
        );
    }
}

#[tokio::test]
async fn only_invalid_grant_means_that_the_grant_is_over() {
    let client = Client::new().await;
    let reply = Reply::json(401, &json!({"error": "invalid_client"}));
    client.provider.reply(Endpoint::Token, Some(reply));
    let error = client.sign_in().await.unwrap_err();
    assert!(!error.is_refused() && !error.is_transient());
    assert_eq!(error.code(), "token_refused");
}

#[tokio::test]
async fn a_response_without_what_it_must_have_is_refused() {
    for (member, code) in [
        ("id_token", "id_token_missing"),
        ("access_token", "token_response_incomplete"),
    ] {
        for absent in [json!(null), json!("")] {
            let client = Client::new().await;
            client
                .provider
                .token_response(move |response| response[member] = absent.clone());
            assert_eq!(refused(client.sign_in().await), code);
        }
    }
}

#[tokio::test]
async fn tokens_of_a_type_we_cannot_use_are_refused() {
    let client = Client::new().await;
    client
        .provider
        .token_response(|response| response["token_type"] = json!("DPoP"));
    assert_eq!(refused(client.sign_in().await), "token_type_unsupported");
}

#[tokio::test]
async fn members_of_the_wrong_type_are_refused() {
    for member in [
        "access_token",
        "id_token",
        "refresh_token",
        "token_type",
        "scope",
    ] {
        let client = Client::new().await;
        client
            .provider
            .token_response(move |response| response[member] = json!(["x"]));
        assert_eq!(refused(client.sign_in().await), "token_response_malformed");
    }
}

#[tokio::test]
async fn an_absurdly_long_token_is_refused() {
    let client = Client::new().await;
    client
        .provider
        .token_response(|response| response["refresh_token"] = json!("x".repeat(70_000)));
    assert_eq!(refused(client.sign_in().await), "answer_too_long");
}
