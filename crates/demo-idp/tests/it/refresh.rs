//! Refresh tokens under each policy.

use reqwest::StatusCode;
use serde_json::json;
use stagedoor_demo_idp::RefreshPolicy;

use crate::support::{Tokens, World, json as read};

#[tokio::test]
async fn a_refresh_gives_a_whole_new_set() {
    let world = World::start().await;
    let first = world.tokens("ada-1815").await;
    world.advance(4000);
    assert_eq!(
        world.userinfo(first.get("access_token")).await.status(),
        StatusCode::UNAUTHORIZED
    );
    let (status, second) = world.refresh(first.get("refresh_token")).await;
    assert_eq!(status, StatusCode::OK);
    let second = Tokens(second);
    assert_ne!(second.get("refresh_token"), first.get("refresh_token"));
    assert_eq!(
        world.userinfo(second.get("access_token")).await.status(),
        StatusCode::OK
    );
    let claims = world.id_token(second.get("id_token"), "app").await;
    assert_eq!(claims["auth_time"], 1_800_000_000);
    assert_eq!(claims["iat"], 1_800_004_000);
    assert!(!claims.contains_key("nonce"));
}

#[tokio::test]
async fn a_used_refresh_token_ends_everything() {
    let world = World::start().await;
    let first = world.tokens("ada-1815").await;
    let (_, second) = world.refresh(first.get("refresh_token")).await;
    let second = Tokens(second);
    let (status, error) = world.refresh(first.get("refresh_token")).await;
    assert_eq!(
        (status, &error["error"]),
        (StatusCode::BAD_REQUEST, &json!("invalid_grant"))
    );
    let (_, error) = world.refresh(second.get("refresh_token")).await;
    assert_eq!(error["error"], "invalid_grant");
    let info = world.userinfo(second.get("access_token")).await;
    assert_eq!(info.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_fixed_refresh_token_stays() {
    let world = World::start().await;
    world.control.set_refresh_policy(RefreshPolicy::Fixed);
    let tokens = world.tokens("ada-1815").await;
    for _ in 0..3 {
        let (status, again) = world.refresh(tokens.get("refresh_token")).await;
        assert_eq!(status, StatusCode::OK);
        assert!(!again.contains_key("refresh_token"));
    }
}

#[tokio::test]
async fn without_refresh_tokens_there_is_no_refresh() {
    let world = World::start().await;
    let earlier = world.tokens("ada-1815").await;
    world.control.set_refresh_policy(RefreshPolicy::Never);
    assert!(
        !world
            .tokens("ada-1815")
            .await
            .0
            .contains_key("refresh_token")
    );
    let (_, error) = world.refresh(earlier.get("refresh_token")).await;
    assert_eq!(error["error"], "unsupported_grant_type");
    let document = world.get_json("/.well-known/openid-configuration").await;
    assert_eq!(
        document["grant_types_supported"],
        json!(["authorization_code"])
    );
}

#[tokio::test]
async fn a_refresh_may_ask_for_less_but_not_for_more() {
    let world = World::start().await;
    world.control.set_refresh_policy(RefreshPolicy::Fixed);
    let tokens = world.tokens("ada-1815").await;
    let refresh = async |scope: &str| {
        let token = tokens.get("refresh_token");
        let form = [
            ("grant_type", "refresh_token"),
            ("refresh_token", token),
            ("scope", scope),
        ];
        world.token(&form).await
    };
    let (_, less) = refresh("openid email").await;
    assert_eq!(less["scope"], "openid email");
    let claims = world
        .id_token(less["id_token"].as_str().unwrap(), "app")
        .await;
    assert!(!claims.contains_key("name"));
    for scope in ["openid admin", "\""] {
        let (status, error) = refresh(scope).await;
        assert_eq!(
            (status, &error["error"]),
            (StatusCode::BAD_REQUEST, &json!("invalid_scope"))
        );
    }
}

#[tokio::test]
async fn a_refresh_token_is_for_its_client_alone() {
    let world = World::start().await;
    let tokens = world.tokens("ada-1815").await;
    let form = [
        ("client_id", "other"),
        ("client_secret", "x"),
        ("grant_type", "refresh_token"),
        ("refresh_token", tokens.get("refresh_token")),
    ];
    let (_, error) = read(world.post("/token", &form).await).await;
    assert_eq!(error["error"], "invalid_grant");
    assert_eq!(
        world.refresh(tokens.get("refresh_token")).await.0,
        StatusCode::OK
    );
}

#[tokio::test]
async fn other_tokens_do_not_refresh() {
    let world = World::start().await;
    let tokens = world.tokens("ada-1815").await;
    for token in [tokens.get("access_token"), tokens.get("id_token"), "guess"] {
        let (_, error) = world.refresh(token).await;
        assert_eq!(error["error"], "invalid_grant");
    }
}

#[tokio::test]
async fn a_grant_ends_after_two_weeks() {
    let world = World::start().await;
    let tokens = world.tokens("ada-1815").await;
    world.advance(14 * 24 * 3600);
    let (_, error) = world.refresh(tokens.get("refresh_token")).await;
    assert_eq!(error["error"], "invalid_grant");
}
