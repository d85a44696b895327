//! `/userinfo`: how the token comes, and which are good.

use reqwest::{Method, StatusCode};
use serde_json::Value;

use crate::support::{Browser, REDIRECT, VERIFIER, World, with};

#[tokio::test]
async fn the_token_comes_in_a_header_or_a_form() {
    let world = World::start().await;
    let tokens = world.tokens("erin-0002").await;
    let token = tokens.get("access_token");
    let in_form = world.post("/userinfo", &[("access_token", token)]).await;
    assert_eq!(in_form.status(), StatusCode::OK);
    assert_eq!(in_form.headers()["cache-control"], "no-store");
    assert_eq!(
        in_form.json::<Value>().await.unwrap()["email_verified"],
        false
    );
    let by_post = world.request(Method::POST, "/userinfo").bearer_auth(token);
    assert_eq!(by_post.send().await.unwrap().status(), StatusCode::OK);
    let both = world.request(Method::POST, "/userinfo").bearer_auth(token);
    let both = both.form(&[("access_token", token)]).send().await.unwrap();
    assert_eq!(both.status(), StatusCode::BAD_REQUEST);
    let in_query = world
        .request(Method::GET, "/userinfo")
        .query(&[("access_token", token)]);
    assert_eq!(
        in_query.send().await.unwrap().status(),
        StatusCode::UNAUTHORIZED
    );
}

#[tokio::test]
async fn a_bad_token_is_named_and_a_missing_one_is_not() {
    let world = World::start().await;
    let tokens = world.tokens("ada-1815").await;
    for token in [tokens.get("refresh_token"), tokens.get("id_token"), "guess"] {
        let refused = world.userinfo(token).await;
        assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
        let challenge = refused.headers()["www-authenticate"].to_str().unwrap();
        assert!(
            challenge.contains(r#"error="invalid_token""#),
            "{challenge}"
        );
    }
    let bare = world
        .request(Method::GET, "/userinfo")
        .send()
        .await
        .unwrap();
    assert_eq!(bare.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(
        bare.headers()["www-authenticate"],
        r#"Bearer realm="demo-idp""#
    );
}

#[tokio::test]
async fn an_access_token_expires() {
    let world = World::start().await;
    let tokens = world.tokens("ada-1815").await;
    world.advance(3599);
    assert_eq!(
        world.userinfo(tokens.get("access_token")).await.status(),
        StatusCode::OK
    );
    world.advance(1);
    let refused = world.userinfo(tokens.get("access_token")).await;
    assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn scopes_decide_what_is_told() {
    let world = World::start().await;
    let query = with("scope", Some("openid email"));
    let code = Browser::new().sign_in_for(&world, &query, "ada-1815").await;
    let form = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", REDIRECT),
        ("code_verifier", VERIFIER),
    ];
    let (_, tokens) = world.token(&form).await;
    let info = world
        .userinfo(tokens["access_token"].as_str().unwrap())
        .await;
    let info: Value = info.json().await.unwrap();
    assert_eq!(info["email"], "ada.lovelace@example.com");
    assert!(info.get("name").is_none());
}
