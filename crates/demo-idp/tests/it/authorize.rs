//! `/authorize`: who may ask, how, and when nobody is asked.

use reqwest::StatusCode;

use crate::support::{
    BYE, Browser, REDIRECT, REDIRECT_WITH_QUERY, World, assert_page, callback, request, with,
};

/// The error that the relying party is sent.
async fn error_of(world: &World, query: &[(&str, &str)]) -> String {
    let answer = Browser::new().authorize(world, query).await;
    let (to, answer) = callback(&answer);
    assert_eq!(to, REDIRECT);
    assert_eq!(answer["iss"], world.base);
    assert!(!answer.contains_key("code"));
    answer["error"].clone()
}

#[tokio::test]
async fn errors_go_back_to_the_relying_party() {
    let world = World::start().await;
    let cases = [
        ("response_type", Some("token"), "unsupported_response_type"),
        ("response_type", None, "invalid_request"),
        ("response_mode", Some("fragment"), "invalid_request"),
        ("scope", Some("profile"), "invalid_scope"),
        ("scope", None, "invalid_scope"),
        ("scope", Some("openid \""), "invalid_scope"),
        ("code_challenge_method", Some("plain"), "invalid_request"),
        ("code_challenge_method", None, "invalid_request"),
        ("code_challenge", Some("short"), "invalid_request"),
        ("code_challenge", None, "invalid_request"),
        ("prompt", Some("none login"), "invalid_request"),
        ("prompt", Some("dance"), "invalid_request"),
        ("prompt", Some("none"), "login_required"),
        ("max_age", Some("-1"), "invalid_request"),
        ("max_age", Some("soon"), "invalid_request"),
        ("request", Some("e30.e30."), "request_not_supported"),
        (
            "request_uri",
            Some("http://localhost/r"),
            "request_uri_not_supported",
        ),
    ];
    for (name, value, expected) in cases {
        let error = error_of(&world, &with(name, value)).await;
        assert_eq!(error, expected, "{name}={value:?}");
    }
}

#[tokio::test]
async fn an_error_brings_the_state_back() {
    let world = World::start().await;
    let answer = Browser::new()
        .authorize(&world, &with("prompt", Some("none")))
        .await;
    assert_eq!(callback(&answer).1["state"], "st&te");
}

#[tokio::test]
async fn a_repeated_parameter_is_invalid() {
    let world = World::start().await;
    for name in ["state", "scope", "nonce"] {
        let mut query = request();
        query.push((name, "openid"));
        assert_eq!(error_of(&world, &query).await, "invalid_request", "{name}");
    }
}

#[tokio::test]
async fn a_public_client_must_use_pkce() {
    let world = World::start().await;
    let mut query = with("client_id", Some("public"));
    query.retain(|(name, _)| !name.starts_with("code_challenge"));
    assert_eq!(error_of(&world, &query).await, "invalid_request");
}

#[tokio::test]
async fn nobody_is_sent_where_nobody_registered() {
    let world = World::start().await;
    let elsewhere = [
        "https://evil.example/",
        "http://localhost:7007/api/auth/oidc/handler/frame/",
        "http://localhost:7007/api/auth/oidc/handler/frame?x=1",
        "http://localhost:7007/api/auth/oidc/handler/frame#x",
        "http://localhost:7007/api/auth/oidc/handler/../handler/frame",
        "http://LOCALHOST:7007/api/auth/oidc/handler/frame",
        "http://localhost:7007@evil.example/api/auth/oidc/handler/frame",
        "http://localhost:7008/api/auth/oidc/handler/frame",
        "//localhost:7007/api/auth/oidc/handler/frame",
        "javascript:alert(1)",
        "\" onload=\"alert(1)",
        // Registered, but for another purpose.
        BYE,
    ];
    for uri in elsewhere {
        let answer = Browser::new()
            .authorize(&world, &with("redirect_uri", Some(uri)))
            .await;
        assert_page(
            answer,
            StatusCode::BAD_REQUEST,
            "The way back is not registered",
        )
        .await;
    }
}

#[tokio::test]
async fn without_a_known_recipient_there_is_only_a_page() {
    let world = World::start().await;
    for name in ["client_id", "redirect_uri"] {
        let answer = Browser::new().authorize(&world, &with(name, None)).await;
        assert_page(answer, StatusCode::BAD_REQUEST, "cannot be understood").await;
        let mut twice = request();
        twice.push((name, "second"));
        let answer = Browser::new().authorize(&world, &twice).await;
        assert_page(answer, StatusCode::BAD_REQUEST, "more than once").await;
    }
    let unknown = with("client_id", Some("<b>nobody</b>"));
    let answer = Browser::new().authorize(&world, &unknown).await;
    assert_page(
        answer,
        StatusCode::BAD_REQUEST,
        "&#60;b&#62;nobody&#60;/b&#62;",
    )
    .await;
}

#[tokio::test]
async fn too_long_a_request_is_refused() {
    let world = World::start().await;
    let long = "x".repeat(40_000);
    let mut query = request();
    query.push(("ui_locales", &long));
    let answer = Browser::new().authorize(&world, &query).await;
    assert_page(answer, StatusCode::BAD_REQUEST, "too long").await;
}

#[tokio::test]
async fn the_query_of_a_redirect_uri_is_kept() {
    let world = World::start().await;
    let mut query = with("redirect_uri", Some(REDIRECT_WITH_QUERY));
    query.push(("prompt", "none"));
    let answer = Browser::new().authorize(&world, &query).await;
    let (to, answer) = callback(&answer);
    assert_eq!(to, "http://localhost:7007/cb");
    assert_eq!(answer["env"], "dev");
    assert_eq!(answer["error"], "login_required");
}

#[tokio::test]
async fn who_is_signed_in_is_not_asked_again() {
    let world = World::start().await;
    let browser = Browser::new();
    browser.sign_in(&world, "grace-1906").await;
    for prompt in [None, Some("none")] {
        let answer = browser.authorize(&world, &with("prompt", prompt)).await;
        let (status, tokens) = world.redeem(&callback(&answer).1["code"]).await;
        assert_eq!(status, StatusCode::OK);
        let claims = world
            .id_token(tokens["id_token"].as_str().unwrap(), "app")
            .await;
        assert_eq!(claims["sub"], "grace-1906");
    }
    let other = Browser::new()
        .authorize(&world, &with("prompt", Some("none")))
        .await;
    assert_eq!(callback(&other).1["error"], "login_required");
}

#[tokio::test]
async fn whoever_wants_to_ask_asks() {
    let world = World::start().await;
    let browser = Browser::new();
    browser.sign_in(&world, "grace-1906").await;
    for prompt in ["login", "select_account", "consent", "login consent"] {
        let answer = browser
            .authorize(&world, &with("prompt", Some(prompt)))
            .await;
        assert_page(answer, StatusCode::OK, "Signed in").await;
    }
}

#[tokio::test]
async fn an_old_sign_in_is_not_enough_for_max_age() {
    let world = World::start().await;
    let browser = Browser::new();
    browser.sign_in(&world, "grace-1906").await;
    let query = with("max_age", Some("60"));
    let silent: Vec<_> = query.iter().copied().chain([("prompt", "none")]).collect();
    world.advance(59);
    assert!(
        callback(&browser.authorize(&world, &silent).await)
            .1
            .contains_key("code")
    );
    world.advance(1);
    let answer = browser.authorize(&world, &silent).await;
    assert_eq!(callback(&answer).1["error"], "login_required");
    browser.login_page(&world, &query).await;
}

#[tokio::test]
async fn a_session_ends_after_a_working_day() {
    let world = World::start().await;
    let browser = Browser::new();
    browser.sign_in(&world, "grace-1906").await;
    world.advance(8 * 3600);
    let answer = browser
        .authorize(&world, &with("prompt", Some("none")))
        .await;
    assert_eq!(callback(&answer).1["error"], "login_required");
}
