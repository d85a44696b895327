//! What a test can do to a running provider.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use reqwest::StatusCode;
use serde_json::{Map, Value, json};
use stagedoor_demo_idp::{Behave, DemoIdpError, Endpoint, Misbehave};

use crate::support::{Browser, World, callback, client, with};

async fn kids(world: &World) -> Vec<Value> {
    let keys = world.get_json("/jwks").await;
    keys["keys"]
        .as_array()
        .unwrap()
        .iter()
        .map(|key| key["kid"].clone())
        .collect()
}

#[tokio::test]
async fn rotated_keys_stay_published_until_they_retire() {
    let world = World::start().await;
    let before = world.tokens("ada-1815").await;
    let old = kids(&world).await;
    world.control.rotate_keys().await.unwrap();
    let both = kids(&world).await;
    assert_eq!(both.len(), 2);
    assert_eq!(both[1], old[0]);
    let after = world.tokens("ada-1815").await;
    for tokens in [&before, &after] {
        world.id_token(tokens.get("id_token"), "app").await;
    }
    world.control.retire_old_keys().await;
    assert_eq!(kids(&world).await, [both[0].clone()]);
}

#[tokio::test]
async fn no_more_than_four_keys_are_published() {
    let world = World::start().await;
    for _ in 0..5 {
        world.control.rotate_keys().await.unwrap();
    }
    assert_eq!(kids(&world).await.len(), 4);
}

#[tokio::test]
async fn revoking_all_ends_tokens_but_not_sessions() {
    let world = World::start().await;
    let browser = Browser::new();
    let tokens = world.tokens_in(&browser, "ada-1815").await;
    world.control.revoke_all();
    let info = world.userinfo(tokens.get("access_token")).await;
    assert_eq!(info.status(), StatusCode::UNAUTHORIZED);
    let silent = with("prompt", Some("none"));
    assert!(
        callback(&browser.authorize(&world, &silent).await)
            .1
            .contains_key("code")
    );
    world.control.end_sessions();
    let answer = browser.authorize(&world, &silent).await;
    assert_eq!(callback(&answer).1["error"], "login_required");
}

#[tokio::test]
async fn an_endpoint_fails_until_it_is_restored() {
    let world = World::start().await;
    let tokens = world.tokens("ada-1815").await;
    let status = async || world.userinfo(tokens.get("access_token")).await.status();
    world
        .control
        .fail(Endpoint::UserInfo, StatusCode::BAD_GATEWAY);
    assert_eq!(status().await, StatusCode::BAD_GATEWAY);
    assert_eq!(status().await, StatusCode::BAD_GATEWAY);
    world.control.restore(Endpoint::UserInfo);
    assert_eq!(status().await, StatusCode::OK);
    world
        .control
        .fail_times(Endpoint::UserInfo, StatusCode::SERVICE_UNAVAILABLE, 2);
    assert_eq!(status().await, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(status().await, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(status().await, StatusCode::OK);
    assert_eq!(world.control.calls(Endpoint::UserInfo), 6);
    assert_eq!(world.control.calls(Endpoint::Revoke), 0);
}

#[tokio::test]
async fn an_endpoint_waits() {
    let world = World::start().await;
    world
        .control
        .delay(Endpoint::Discovery, Duration::from_millis(80));
    let asked = Instant::now();
    world.get_json("/.well-known/openid-configuration").await;
    assert!(asked.elapsed() >= Duration::from_millis(80));
}

#[tokio::test]
async fn a_person_changes_under_way() {
    let world = World::start().await;
    let tokens = world.tokens("ada-1815").await;
    assert!(
        world
            .control
            .set_claim("ada-1815", "groups", json!(["admins"]))
    );
    assert!(
        world
            .control
            .change_person("ada-1815", |ada| ada.email_verified = false)
    );
    assert!(!world.control.set_claim("nobody", "groups", json!([])));
    let info: Value = world
        .userinfo(tokens.get("access_token"))
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(info["groups"], json!(["admins"]));
    assert_eq!(info["email_verified"], false);
}

#[tokio::test]
async fn a_person_leaves() {
    let world = World::start().await;
    let browser = Browser::new();
    let tokens = world.tokens_in(&browser, "ada-1815").await;
    assert!(world.control.remove_person("ada-1815"));
    assert!(!world.control.remove_person("ada-1815"));
    let info = world.userinfo(tokens.get("access_token")).await;
    assert_eq!(info.status(), StatusCode::UNAUTHORIZED);
    let (_, error) = world.refresh(tokens.get("refresh_token")).await;
    assert_eq!(error["error"], "invalid_grant");
    let answer = browser
        .authorize(&world, &with("prompt", Some("none")))
        .await;
    assert_eq!(callback(&answer).1["error"], "login_required");
}

#[tokio::test]
async fn a_client_is_registered_later() {
    let world = World::start().await;
    let query = with("client_id", Some("late"));
    let unknown = Browser::new().authorize(&world, &query).await;
    assert_eq!(unknown.status(), StatusCode::BAD_REQUEST);
    world
        .control
        .register_client(client("late", Some("s")))
        .unwrap();
    Browser::new().login_page(&world, &query).await;
    let mut bad = client("late", None);
    bad.redirect_uris = vec!["http://localhost/#fragment".parse().unwrap()];
    let refused = world.control.register_client(bad);
    assert!(matches!(refused, Err(DemoIdpError::RedirectUri { .. })));
}

#[derive(Debug)]
struct Liar;

impl Misbehave for Liar {
    fn discovery(&self, document: &mut Map<String, Value>) {
        document.insert("issuer".to_owned(), json!("https://evil.example"));
    }

    fn callback(&self, parameters: &mut Vec<(String, String)>) {
        parameters.retain(|(name, _)| name != "iss");
    }

    fn id_token(&self, _header: &mut Map<String, Value>, claims: &mut Map<String, Value>) {
        claims.insert("nonce".to_owned(), json!("another"));
    }

    fn token_response(&self, response: &mut Map<String, Value>) {
        response.remove("expires_in");
    }

    fn userinfo(&self, claims: &mut Map<String, Value>) {
        claims.insert("sub".to_owned(), json!("someone else"));
    }
}

#[tokio::test]
async fn it_lies_when_told_to_and_stops_when_told_to() {
    let world = World::start().await;
    world.control.misbehave(Arc::new(Liar));
    let document = world.get_json("/.well-known/openid-configuration").await;
    assert_eq!(document["issuer"], "https://evil.example");
    let answer = Browser::new()
        .authorize(&world, &with("prompt", Some("none")))
        .await;
    assert!(!callback(&answer).1.contains_key("iss"));
    let tokens = world.tokens("ada-1815").await;
    assert!(!tokens.0.contains_key("expires_in"));
    let claims = world.id_token(tokens.get("id_token"), "app").await;
    assert_eq!(claims["nonce"], "another");
    let info: Value = world
        .userinfo(tokens.get("access_token"))
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(info["sub"], "someone else");
    world.control.misbehave(Arc::new(Behave));
    let document = world.get_json("/.well-known/openid-configuration").await;
    assert_eq!(document["issuer"], world.base.as_str());
}
