//! Pushed authorization requests, RFC 9126.

use serde_json::{Value, json};
use stagedoor_oidc::{
    AuthorizationParams, AuthorizationRequest, ClientAuthMethod, ClientSettings, OidcError,
};

use crate::support::{CLIENT_ID, Client, Endpoint, Reply, query, refused};

fn pushed(settings: &mut ClientSettings) {
    settings.authorization.pushed = true;
}

fn offered(client: &Client) {
    let endpoint = format!("{}/par", client.provider.issuer);
    client.provider.discovery(move |doc| {
        doc["pushed_authorization_request_endpoint"] = json!(endpoint);
    });
}

async fn request(client: &Client) -> Result<AuthorizationRequest, OidcError> {
    let params = AuthorizationParams {
        scope: "openid",
        state: "state-1",
        extra: &[("domain_hint".into(), "acme".into())],
        ..Default::default()
    };
    client.party.authorization_request(params).await
}

#[tokio::test]
async fn the_browser_carries_nothing_but_the_reference() {
    let client = Client::with(pushed).await;
    offered(&client);
    let query = query(&request(&client).await.unwrap().url);
    assert_eq!(query["client_id"], CLIENT_ID);
    assert_eq!(query["request_uri"], "urn:ietf:params:oauth:request_uri:1");
    assert_eq!(query["tenant"], "a b", "the endpoint's own query stays");
    assert_eq!(query.len(), 3);
}

#[tokio::test]
async fn the_provider_gets_every_parameter_from_an_authenticated_client() {
    let client = Client::with(pushed).await;
    offered(&client);
    let secrets = request(&client).await.unwrap().secrets;
    let asked = client.provider.asked(Endpoint::Pushed);
    assert!(asked.authorization.unwrap().starts_with("Basic "));
    for (name, value) in [
        ("client_id", CLIENT_ID),
        ("redirect_uri", "https://app.example/callback"),
        ("response_type", "code"),
        ("scope", "openid"),
        ("state", "state-1"),
        ("nonce", secrets.nonce.expose()),
        ("code_challenge", &secrets.code_verifier.challenge()),
        ("code_challenge_method", "S256"),
        ("domain_hint", "acme"),
    ] {
        assert_eq!(asked.form[name], value, "{name}");
    }
    assert!(!asked.form.contains_key("request_uri"));
}

#[tokio::test]
async fn the_client_id_is_sent_once_whatever_the_method() {
    for method in [
        ClientAuthMethod::ClientSecretPost,
        ClientAuthMethod::ClientSecretJwt,
        ClientAuthMethod::None,
    ] {
        let client = Client::with(|settings| {
            pushed(settings);
            settings.auth_method = method;
        })
        .await;
        offered(&client);
        request(&client).await.unwrap();
        let asked = client.provider.asked(Endpoint::Pushed);
        assert_eq!(asked.body.matches("client_id=").count(), 1, "{method}");
    }
}

#[tokio::test]
async fn requests_are_pushed_when_the_provider_requires_it() {
    let client = Client::new().await;
    offered(&client);
    request(&client).await.unwrap();
    assert_eq!(client.provider.count(Endpoint::Pushed), 0);

    let client = Client::new().await;
    let endpoint = format!("{}/par", client.provider.issuer);
    client.provider.discovery(move |doc| {
        doc["pushed_authorization_request_endpoint"] = json!(endpoint);
        doc["require_pushed_authorization_requests"] = json!(true);
    });
    request(&client).await.unwrap();
    assert_eq!(client.provider.count(Endpoint::Pushed), 1);
}

#[tokio::test]
async fn nothing_goes_through_the_browser_that_should_be_pushed() {
    let client = Client::with(pushed).await;
    assert_eq!(refused(request(&client).await), "client_misconfigured");
}

#[tokio::test]
async fn a_sign_in_with_a_pushed_request_ends_as_any_other() {
    let client = Client::with(pushed).await;
    offered(&client);
    client.sign_in().await.unwrap();
}

#[tokio::test]
async fn a_refused_request_is_told_with_its_reason() {
    let client = Client::with(pushed).await;
    offered(&client);
    let body = json!({"error": "invalid_request", "error_description": "redirect_uri\nwrong"});
    for status in [400, 200] {
        let reply = Reply::json(status, &body);
        client.provider.reply(Endpoint::Pushed, Some(reply));
        let error = request(&client).await.unwrap_err();
        assert!(!error.is_transient() && !error.is_refused());
        assert_eq!(error.code(), "authorization_request_refused");
        assert_eq!(
            error,
            OidcError::RequestRefused {
                error: "invalid_request".into(),
                description: Some("redirect_uri wrong".into()),
                status,
            }
        );
    }
    client.provider.fail(Endpoint::Pushed);
    assert!(request(&client).await.unwrap_err().is_transient());
}

#[tokio::test]
async fn an_answer_without_a_usable_reference_is_refused() {
    for (uri, code) in [
        (Value::Null, "pushed_response_incomplete"),
        (json!(""), "pushed_response_incomplete"),
        (json!(["urn:x"]), "pushed_response_incomplete"),
        (json!("u".repeat(2049)), "pushed_response_too_long"),
    ] {
        let client = Client::with(pushed).await;
        offered(&client);
        let reply = Reply::json(201, &json!({"request_uri": uri}));
        client.provider.reply(Endpoint::Pushed, Some(reply));
        assert_eq!(refused(request(&client).await), code);
    }
}
