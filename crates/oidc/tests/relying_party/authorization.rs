//! The authorization request.

use stagedoor_oidc::{AuthorizationParams, CodeVerifier, ResponseMode};

use crate::support::{CLIENT_ID, Client, query};

#[tokio::test]
async fn the_request_has_what_the_code_flow_needs() {
    let client = Client::new().await;
    let request = client.start().await;
    let query = query(&request.url);
    assert_eq!(query["client_id"], CLIENT_ID);
    assert_eq!(query["redirect_uri"], "https://app.example/callback");
    assert_eq!(query["response_type"], "code");
    assert_eq!(query["scope"], "openid");
    assert_eq!(query["state"], "state-1");
    assert_eq!(query["nonce"], request.secrets.nonce.expose());
    assert_eq!(query["tenant"], "a b", "the endpoint's own query stays");
    assert!(!query.contains_key("prompt"));
    assert_eq!(request.secrets.issuer, client.provider.issuer.as_str());
}

#[tokio::test]
async fn the_challenge_is_always_s256_and_never_the_verifier() {
    let client = Client::new().await;
    client
        .provider
        .discovery(|doc| doc["code_challenge_methods_supported"] = serde_json::json!(["plain"]));
    let request = client.start().await;
    let query = query(&request.url);
    assert_eq!(query["code_challenge_method"], "S256");
    let verifier = CodeVerifier::new(request.secrets.code_verifier.expose());
    assert_eq!(query["code_challenge"], verifier.challenge());
    assert!(!request.url.as_str().contains(verifier.expose()));
}

#[tokio::test]
async fn every_request_has_its_own_nonce_and_verifier() {
    let client = Client::new().await;
    let (one, two) = (client.start().await.secrets, client.start().await.secrets);
    assert_ne!(one.nonce, two.nonce);
    assert_ne!(one.code_verifier, two.code_verifier);
}

#[tokio::test]
async fn extra_parameters_cannot_touch_the_protocols_own() {
    let client = Client::new().await;
    let own = [
        "client_id",
        "client_secret",
        "client_assertion",
        "client_assertion_type",
        "redirect_uri",
        "response_type",
        "scope",
        "state",
        "nonce",
        "code_challenge",
        "code_challenge_method",
        "request",
        "request_uri",
        "prompt",
    ];
    let mut extra: Vec<_> = own.map(|name| (name.to_owned(), "evil".to_owned())).into();
    extra.push(("domain_hint".into(), "a b+c".into()));
    let params = AuthorizationParams {
        scope: "openid profile",
        state: "s",
        prompt: Some("none"),
        extra: &extra,
    };
    let request = client.party.authorization_request(params).await.unwrap();
    let query = query(&request.url);
    assert!(!query.values().any(|value| value == "evil"));
    assert!(!query.contains_key("request_uri"));
    assert_eq!(query["prompt"], "none");
    assert_eq!(query["domain_hint"], "a b+c");
    assert!(request.url.as_str().contains("scope=openid%20profile"));
}

#[tokio::test]
async fn prompt_may_come_with_the_extra_parameters_instead() {
    let client = Client::new().await;
    let params = AuthorizationParams {
        scope: "openid",
        state: "s",
        prompt: None,
        extra: &[("prompt".into(), "login".into())],
    };
    let request = client.party.authorization_request(params).await.unwrap();
    assert_eq!(query(&request.url)["prompt"], "login");
}

#[tokio::test]
async fn the_flows_secrets_can_be_sealed_and_are_not_shown() {
    let client = Client::new().await;
    let secrets = client.start().await.secrets;
    let json = serde_json::to_string(&secrets).unwrap();
    assert_eq!(
        serde_json::from_str::<stagedoor_oidc::FlowSecrets>(&json).unwrap(),
        secrets
    );
    let shown = format!("{secrets:?}");
    assert!(!shown.contains(secrets.nonce.expose()));
    assert!(!shown.contains(secrets.code_verifier.expose()));
}

#[tokio::test]
async fn the_settings_go_into_every_request() {
    let client = Client::with(|settings| {
        let authorization = &mut settings.authorization;
        authorization.response_mode = ResponseMode::FormPost;
        authorization.login_hint = Some("ann@example.com".into());
        authorization.ui_locales = vec!["de-AT".into(), "en".into()];
    })
    .await;
    let extra = ["response_mode", "login_hint", "ui_locales"]
        .map(|name| (name.to_owned(), "overridden".to_owned()));
    let params = AuthorizationParams {
        scope: "openid",
        state: "s",
        extra: &extra,
        ..Default::default()
    };
    let request = client.party.authorization_request(params).await.unwrap();
    let query = query(&request.url);
    assert_eq!(query["response_mode"], "form_post");
    assert_eq!(query["login_hint"], "ann@example.com");
    assert_eq!(query["ui_locales"], "de-AT en");
}

#[tokio::test]
async fn what_is_not_set_is_not_sent() {
    let client = Client::new().await;
    let query = query(&client.start().await.url);
    for name in [
        "response_mode",
        "max_age",
        "acr_values",
        "claims",
        "login_hint",
        "ui_locales",
    ] {
        assert!(!query.contains_key(name), "{name}");
    }
}
