//! `start`: what it needs, and what it leaves with the browser.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use stagedoor_signin::{ErrorName, SignInError, StartRequest};

use crate::support::{APP, Browser, ENVIRONMENT, House, tells_no_internals};

#[tokio::test]
async fn a_provider_and_environment_that_are_not_there_are_named() {
    let house = House::new().await;
    let cases = [
        (
            ("keycloak", None),
            ErrorName::InputError,
            "Must specify 'env' query to select environment",
        ),
        (
            ("keycloak", Some("")),
            ErrorName::InputError,
            "Must specify 'env' query to select environment",
        ),
        (
            ("keycloak", Some("staging")),
            ErrorName::NotFoundError,
            "No configuration available for the 'staging' environment of this provider.",
        ),
        (
            // Of another provider, but not of this one.
            ("okta", Some("production")),
            ErrorName::NotFoundError,
            "No configuration available for the 'production' environment of this provider.",
        ),
        (
            ("saml", Some(ENVIRONMENT)),
            ErrorName::NotFoundError,
            "Unknown auth provider 'saml'",
        ),
        (
            ("github", Some(ENVIRONMENT)),
            ErrorName::NotFoundError,
            "No auth provider registered for 'github'",
        ),
    ];
    for ((provider, environment), name, message) in cases {
        let request = StartRequest {
            provider,
            environment,
            origin: Some(APP),
            ..StartRequest::default()
        };
        let error = house.sign_in.start(request).await.unwrap_err();
        assert_eq!(error.name(), name, "{error}");
        assert_eq!(error.to_string(), message);
    }
}

#[tokio::test]
async fn what_someone_typed_is_said_back_shortened() {
    let house = House::new().await;
    let endless = "x".repeat(10_000);
    for (provider, environment) in [(endless.as_str(), ENVIRONMENT), ("keycloak", &endless)] {
        let request = StartRequest {
            provider,
            environment: Some(environment),
            ..StartRequest::default()
        };
        let error = house.sign_in.start(request).await.unwrap_err();
        assert!(error.to_string().len() < 200);
    }
}

#[tokio::test]
async fn the_flow_s_secrets_stay_in_the_cookie_and_are_sealed_there() {
    let house = House::new().await;
    let mut browser = Browser::default();
    let state = browser.start(&house.sign_in).await;
    let (_, cookie) = &browser.flows[0];
    for sealed in [&state, cookie] {
        let bytes = URL_SAFE_NO_PAD.decode(sealed).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        for secret in ["nonce-0", "verifier-0", "keycloak", "localhost"] {
            assert!(!text.contains(secret) && !sealed.contains(secret));
        }
    }
}

#[tokio::test]
async fn two_starts_are_two_flows() {
    let house = House::new().await;
    let mut browser = Browser::default();
    let first = browser.start(&house.sign_in).await;
    let second = browser.start(&house.sign_in).await;
    assert_ne!(first, second);
    assert_ne!(browser.flows[0].0, browser.flows[1].0);
    assert_ne!(browser.flows[0].1, browser.flows[1].1);
}

#[tokio::test]
async fn the_oldest_flows_are_abandoned_so_that_cookies_do_not_pile_up() {
    let house = House::new().await;
    let mut browser = Browser::default();
    let mut started = vec![];
    for n in 0..20 {
        browser.start(&house.sign_in).await;
        let (newest, _) = browser.flows.last().unwrap();
        started.push(*newest);
        assert_eq!(browser.flows.len(), (n + 1).min(6));
        house.later(1);
    }
    let kept: Vec<_> = browser.flows.iter().map(|(flow, _)| *flow).collect();
    assert_eq!(kept, started[14..], "the newest six");
}

#[tokio::test]
async fn starting_needs_no_database() {
    let house = House::new().await;
    house.storage.is_away(true);
    let browser = Browser::default();
    let started = house.sign_in.start(browser.start_request()).await.unwrap();
    assert_eq!(started.location.host_str(), Some("idp.example.com"));
    assert_eq!(started.provider.id, "keycloak");
}

#[tokio::test]
async fn a_provider_that_is_down_is_an_answer_for_later() {
    let house = House::new().await;
    house.provider.fails_transiently();
    let request = Browser::default();
    let error = house
        .sign_in
        .start(request.start_request())
        .await
        .unwrap_err();
    assert!(matches!(error, SignInError::Provider(_)));
    assert_eq!(error.name(), ErrorName::ServiceUnavailableError);
    tells_no_internals(&error);
}

/// Else the provider would sign the same account in again at once.
#[tokio::test]
async fn whoever_was_refused_is_sent_to_choose_an_account() {
    let house = House::new().await;
    let browser = Browser::default();
    for another_account in [true, false] {
        let request = StartRequest {
            another_account,
            ..browser.start_request()
        };
        let started = house.sign_in.start(request).await.unwrap();
        let asked = started.location.query().unwrap().contains("select_account");
        assert_eq!(asked, another_account);
    }
}

/// Else the person would learn it only after having signed in.
#[tokio::test]
async fn what_could_not_come_back_does_not_leave() {
    let house = House::new().await;
    let browser = Browser::default();
    let endless = format!("{APP}/{}", "x".repeat(4_000));
    let redirect = StartRequest {
        flow: Some("redirect"),
        redirect_url: Some(&endless),
        ..browser.start_request()
    };
    let error = house.sign_in.start(redirect).await.unwrap_err();
    assert_eq!(error.name(), ErrorName::InputError);

    // Within the limit of scopes, but six times as long once escaped.
    let unprintable = "\u{1}".repeat(1_500);
    let scope = StartRequest {
        scope: Some(&unprintable),
        ..browser.start_request()
    };
    let error = house.sign_in.start(scope).await.unwrap_err();
    assert_eq!(error.name(), ErrorName::InputError);
}

#[tokio::test]
async fn the_longest_scope_that_leaves_comes_back() {
    let house = House::new().await;
    let mut browser = Browser::default();
    let scope = "s".repeat(1_900);
    let request = StartRequest {
        scope: Some(&scope),
        ..browser.start_request()
    };
    let started = house.sign_in.start(request).await.unwrap();
    let state = browser.leave(started);
    let answer = browser.come_back(&house.sign_in, &state).await.unwrap();
    let signed_in = answer.outcome.unwrap();
    assert!(signed_in.granted_scope.starts_with(&scope));
}
