//! The whole way: discovery, sign-in, tokens, userinfo.

use jiff::SignedDuration;
use reqwest::StatusCode;
use serde_json::{Value, json};
use stagedoor_demo_idp::{DemoIdp, DemoIdpError, DemoSettings, demo_people};

use crate::support::{Browser, REDIRECT, World, callback, request, settings};

#[tokio::test]
async fn a_person_signs_in() {
    let world = World::start().await;
    let browser = Browser::new();
    let csrf = browser.login_page(&world, &request()).await;
    let answer = browser
        .press(&world, &[("csrf", &csrf), ("person", "ada-1815")])
        .await;
    let (to, query) = callback(&answer);
    assert_eq!(to, REDIRECT);
    assert_eq!(query["state"], "st&te");
    assert_eq!(query["iss"], world.base);

    let (status, tokens) = world.redeem(&query["code"]).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(tokens["token_type"], "Bearer");
    assert_eq!(tokens["expires_in"], 3600);
    assert_eq!(tokens["scope"], "openid profile email");

    let claims = world
        .id_token(tokens["id_token"].as_str().unwrap(), "app")
        .await;
    assert_eq!(claims["sub"], "ada-1815");
    assert_eq!(claims["nonce"], "n0nce");
    assert_eq!(claims["iat"], 1_800_000_000);
    assert_eq!(claims["exp"], 1_800_003_600);
    assert_eq!(claims["auth_time"], 1_800_000_000);

    let info = world
        .userinfo(tokens["access_token"].as_str().unwrap())
        .await;
    let info: Value = info.json().await.unwrap();
    let expected = json!({
        "sub": "ada-1815", "name": "Ada Lovelace", "preferred_username": "ada.lovelace",
        "email": "ada.lovelace@example.com", "email_verified": true, "groups": ["analysts"],
    });
    assert_eq!(info, expected);
}

#[tokio::test]
async fn the_discovery_document_names_endpoints_that_are_there() {
    let world = World::start().await;
    let document = world.get_json("/.well-known/openid-configuration").await;
    assert_eq!(document["issuer"], world.base.as_str());
    assert_eq!(
        document["code_challenge_methods_supported"],
        json!(["S256"])
    );
    for (name, value) in &document {
        if name.ends_with("_endpoint") || name == "jwks_uri" {
            let path = value.as_str().unwrap().strip_prefix(&world.base).unwrap();
            let answer = world
                .request(reqwest::Method::GET, path)
                .send()
                .await
                .unwrap();
            assert_ne!(answer.status(), StatusCode::NOT_FOUND, "{name}");
        }
    }
}

#[tokio::test]
async fn an_issuer_with_a_path_prefixes_everything() {
    let mut settings = settings();
    // The port has to be known before. Below those that the system gives to
    // whoever asks for any, so that nobody else is given it meanwhile.
    let free = (11_000..32_000)
        .map(|port| std::net::SocketAddr::from(([127, 0, 0, 1], port)))
        .find(|address| std::net::TcpListener::bind(address).is_ok())
        .unwrap();
    settings.listen = free;
    settings.issuer = Some(
        format!("http://localhost:{}/realms/demo", free.port())
            .parse()
            .unwrap(),
    );
    let world = World::start_with(settings).await;
    assert!(world.base.ends_with("/realms/demo"));
    let tokens = world.tokens("ada-1815").await;
    world.id_token(tokens.get("id_token"), "app").await;
    assert_eq!(
        world.userinfo(tokens.get("access_token")).await.status(),
        StatusCode::OK
    );
}

#[tokio::test]
async fn tabs_of_one_browser_sign_in_side_by_side() {
    let world = World::start().await;
    let browser = Browser::new();
    let first = browser.login_page(&world, &request()).await;
    let second = browser.login_page(&world, &request()).await;
    for csrf in [first, second] {
        let answer = browser
            .press(&world, &[("csrf", &csrf), ("person", "ada-1815")])
            .await;
        assert!(callback(&answer).1.contains_key("code"));
    }
}

async fn refused(change: impl FnOnce(&mut DemoSettings)) -> DemoIdpError {
    let mut settings = settings();
    change(&mut settings);
    let clock = std::sync::Arc::new(stagedoor_ambient::SystemClock);
    let entropy = std::sync::Arc::new(stagedoor_ambient::SystemEntropy::default());
    DemoIdp::bind(settings, clock, entropy).await.unwrap_err()
}

#[tokio::test]
async fn settings_that_cannot_be_right_are_refused() {
    let refusal = refused(|settings| settings.listen = "0.0.0.0:0".parse().unwrap()).await;
    assert!(matches!(refusal, DemoIdpError::NotLoopback(_)));
    let refusal = refused(|settings| settings.listen = "[::]:0".parse().unwrap()).await;
    assert!(matches!(refusal, DemoIdpError::NotLoopback(_)));
    let refusal = refused(|settings| settings.people.extend(demo_people())).await;
    assert!(matches!(refusal, DemoIdpError::SamePerson(_)));
    let refusal = refused(|settings| settings.clients.push(settings.clients[0].clone())).await;
    assert!(matches!(refusal, DemoIdpError::SameClient(_)));
    let refusal = refused(|settings| {
        settings.clients[0]
            .redirect_uris
            .push("javascript:alert(1)".parse().unwrap());
    });
    assert!(matches!(refusal.await, DemoIdpError::RedirectUri { .. }));
    let refusal = refused(|settings| settings.access_token_lifetime = SignedDuration::ZERO).await;
    assert!(matches!(refusal, DemoIdpError::Lifetime(_)));
    let refusal =
        refused(|settings| settings.issuer = Some("http://localhost/?x".parse().unwrap()));
    assert!(matches!(refusal.await, DemoIdpError::Issuer(_)));
}

#[tokio::test]
async fn a_taken_port_is_said_so() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let refusal = refused(|settings| settings.listen = address).await;
    assert!(
        refusal.to_string().contains(&address.to_string()),
        "{refusal}"
    );
}
