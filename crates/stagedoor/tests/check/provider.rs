//! What a provider has to be asked for.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use axum::http::StatusCode;
use serde_json::{Map, Value, json};
use stagedoor_demo_idp::{Endpoint, RefreshPolicy};

use crate::{
    house::{Document, House, SECRETS},
    support::free_port,
};

const SUBJECT: &str = "auth.providers.oidc.development";

fn oidc(settings: &str) -> String {
    format!("auth: {{ providers: {{ oidc: {{ development: {{ {settings} }} }} }} }}")
}

#[track_caller]
fn start(level: &str, check: &str) -> String {
    format!("{level} {SUBJECT}, {check}")
}

impl House {
    /// The demo provider with another document.
    async fn whose_document(
        change: impl Fn(&mut Map<String, Value>) + Send + Sync + 'static,
    ) -> Self {
        let house = Self::new().await;
        house.idp.misbehave(Arc::new(Document(change)));
        house
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_is_away_is_a_failure() {
    let house = House::with(&oidc(&format!(
        "metadataUrl: 'http://localhost:{}'",
        free_port()
    )))
    .await;
    house
        .check()
        .await
        .complains(1, &start("failure", "discovery"), "unavailable");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_says_nothing_is_waited_for_no_longer_than_its_timeout() {
    let house = House::with(&oidc("timeout: { milliseconds: 300 }")).await;
    house
        .idp
        .delay(Endpoint::Discovery, Duration::from_secs(300));
    let asked = Instant::now();
    house
        .check()
        .await
        .complains(1, &start("failure", "discovery"), "unavailable");
    assert!(asked.elapsed() < Duration::from_secs(10));
}

#[tokio::test(flavor = "multi_thread")]
async fn providers_are_asked_at_the_same_time() {
    let mut yaml = oidc("timeout: { seconds: 2 }");
    let house = House::new().await;
    for id in ["b", "c", "d", "e", "f"] {
        yaml += &format!(
            "\n    {id}: {{ development: {{ clientId: x, clientSecret: y, prompt: auto, \
             timeout: {{ seconds: 2 }}, metadataUrl: 'http://localhost:{}' }} }}",
            house.idp_port
        );
    }
    let mut house = house;
    house.put(&yaml.replace(
        "auth: { providers: { oidc: { development: { timeout: { seconds: 2 } } } } }",
        "auth:\n  providers:\n    oidc: { development: { timeout: { seconds: 2 } } }",
    ));
    house
        .idp
        .delay(Endpoint::Discovery, Duration::from_secs(300));
    let asked = Instant::now();
    let run = house.check().await;
    let failures = run.complaints().into_iter();
    assert_eq!(
        failures.filter(|line| line.starts_with("failure")).count(),
        6
    );
    // One after the other, twelve.
    assert!(asked.elapsed() < Duration::from_secs(11));
}

#[tokio::test(flavor = "multi_thread")]
async fn another_issuer_is_a_failure_that_names_it() {
    let other = json!("https://other.example.com");
    let house = House::whose_document(move |document| {
        document.insert("issuer".to_owned(), other.clone());
    })
    .await;
    house.check().await.complains(
        1,
        &start("failure", "discovery"),
        "own spelling, 'https://other.example.com'",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_have_to_be_there() {
    let house = House::new().await;
    house.idp.fail(Endpoint::Jwks, StatusCode::BAD_GATEWAY);
    house
        .check()
        .await
        .complains(1, &start("failure", "keys"), "502");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_algorithm_has_to_be_offered() {
    let house = House::with(&oidc("tokenSignedResponseAlg: ES256")).await;
    house.check().await.complains(
        1,
        &start("failure", "algorithm"),
        "set tokenSignedResponseAlg: RS256",
    );
    let house = House::whose_document(|document| {
        document.remove("id_token_signing_alg_values_supported");
    })
    .await;
    house
        .check()
        .await
        .complains(0, &start("warning", "algorithm"), "does not say");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_client_authentication_has_to_be_offered() {
    let methods = "token_endpoint_auth_methods_supported";
    let house = House::whose_document(move |document| {
        document.insert(methods.to_owned(), json!(["client_secret_post"]));
    })
    .await;
    house.check().await.complains(
        1,
        &start("failure", "client authentication"),
        "set tokenEndpointAuthMethod: client_secret_post",
    );
    let house = House::whose_document(move |document| {
        document.remove(methods);
    })
    .await;
    assert_eq!(
        house.check().await.complaints(),
        [""; 0],
        "the default is basic"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_authentication_that_lacks_its_key_is_a_failure() {
    let house = House::with(&oidc("tokenEndpointAuthMethod: tls_client_auth")).await;
    let run = house.check().await;
    run.finds("warning configuration", "tls_client_auth lacks a key");
    run.finds(
        &start("failure", "client"),
        "needs the client's certificate",
    );
    run.finds(
        &start("failure", "client authentication"),
        "the provider lists only client_secret_basic",
    );
    assert_eq!(run.exit_code, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_client_secret_has_to_be_the_right_one() {
    let house = House::with(&oidc("clientSecret: wrong-hunter2")).await;
    let run = house.check().await;
    run.complains(
        1,
        &start("failure", "client"),
        "correct clientId and clientSecret",
    );
    assert!(!run.stdout.contains("wrong-hunter2"));
    let house = House::with(&oidc("clientId: nobody")).await;
    house
        .check()
        .await
        .complains(1, &start("failure", "client"), "'nobody'");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_token_endpoint_has_to_be_there() {
    let house = House::new().await;
    house.idp.fail(Endpoint::Token, StatusCode::BAD_GATEWAY);
    house.check().await.complains(
        1,
        &start("failure", "client"),
        "token endpoint can't be used",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_without_refresh_tokens_is_worth_a_warning() {
    let house = House::new().await;
    house.idp.set_refresh_policy(RefreshPolicy::Never);
    house
        .check()
        .await
        .complains(0, &start("warning", "client"), "gets no refresh tokens");
}

#[tokio::test(flavor = "multi_thread")]
async fn pkce_has_to_be_offered_where_it_is_spoken_of() {
    let methods = "code_challenge_methods_supported";
    let house = House::whose_document(move |document| {
        document.insert(methods.to_owned(), json!(["plain"]));
    })
    .await;
    house
        .check()
        .await
        .complains(1, &start("failure", "PKCE"), "only plain");
    let house = House::whose_document(move |document| {
        document.remove(methods);
    })
    .await;
    house
        .check()
        .await
        .complains(0, &start("warning", "PKCE"), "does not say");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_url_leads_to_the_same() {
    let mut house = House::new().await;
    let url = format!(
        "http://localhost:{}/.well-known/openid-configuration",
        house.idp_port
    );
    house.put(&oidc(&format!("metadataUrl: '{url}'")));
    let run = house.check().await;
    assert_eq!(run.complaints(), [""; 0]);
    run.finds(
        "ok auth.providers.oidc.development, PKCE",
        "S256 is offered",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_scope_is_worth_a_warning() {
    let house = House::with(&oidc("additionalScopes: [groups, offline_access]")).await;
    house
        .check()
        .await
        .complains(0, &start("warning", "scopes"), "does not list groups ");
}

#[tokio::test(flavor = "multi_thread")]
async fn prompt_none_is_worth_a_warning() {
    let house = House::with(&oidc("prompt: none")).await;
    house
        .check()
        .await
        .complains(0, &start("warning", "prompt"), "prompt: auto");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_resolvers_nobody_signs_in() {
    let house = House::with(&oidc("signIn: { resolvers: [] }")).await;
    house
        .check()
        .await
        .complains(0, &start("warning", "resolvers"), "nobody can sign in");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_redirect_uri_should_be_https_and_the_cookies_workable() {
    let house = House::with(&oidc(
        "callbackUrl: 'http://auth.example.com/api/auth/oidc/handler/frame'",
    ))
    .await;
    let run = house.check().await;
    run.finds(&start("warning", "redirect URI"), "not https");
    run.finds(&start("failure", "cookies"), "never gets them");
    assert_eq!(run.exit_code, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_provider_can_be_chosen() {
    let yaml = "auth:
  providers:
    away: { development: { clientId: a, clientSecret: b, prompt: auto, metadataUrl: 'http://localhost:1' } }";
    let house = House::with(yaml).await;
    assert_eq!(house.check().await.exit_code, 1);
    let run = house.run(&["--json", "--provider", "oidc"]).await;
    assert_eq!((run.exit_code, run.complaints()), (0, vec![]));
    let run = house.run(&["--provider", "okta"]).await;
    assert_eq!(run.exit_code, 2);
    assert_eq!(
        run.stderr,
        "stagedoor: --provider okta: there is no such provider; there is oidc, away\n"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_in_a_url_is_not_shown() {
    let house = House::with(&oidc(
        "metadataUrl: 'http://user:token-hunter2@localhost:1'",
    ))
    .await;
    let run = house.check().await;
    assert!(!run.stdout.contains(SECRETS[2]));
    run.complains(1, &start("failure", "discovery"), "correct metadataUrl");
}
