//! `/revoke`.

use reqwest::StatusCode;

use crate::support::{SECRET, World, json};

const APP: [(&str, &str); 2] = [("client_id", "app"), ("client_secret", SECRET)];

#[tokio::test]
async fn a_refresh_token_takes_its_grant_along() {
    let world = World::start().await;
    let tokens = world.tokens("ada-1815").await;
    let form = [APP[0], APP[1], ("token", tokens.get("refresh_token"))];
    assert_eq!(world.post("/revoke", &form).await.status(), StatusCode::OK);
    let info = world.userinfo(tokens.get("access_token")).await;
    assert_eq!(info.status(), StatusCode::UNAUTHORIZED);
    let (_, error) = world.refresh(tokens.get("refresh_token")).await;
    assert_eq!(error["error"], "invalid_grant");
    assert_eq!(world.post("/revoke", &form).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn an_access_token_goes_alone() {
    let world = World::start().await;
    let tokens = world.tokens("ada-1815").await;
    let form = [
        APP[0],
        APP[1],
        ("token", tokens.get("access_token")),
        ("token_type_hint", "access_token"),
    ];
    assert_eq!(world.post("/revoke", &form).await.status(), StatusCode::OK);
    let info = world.userinfo(tokens.get("access_token")).await;
    assert_eq!(info.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(
        world.refresh(tokens.get("refresh_token")).await.0,
        StatusCode::OK
    );
}

#[tokio::test]
async fn only_its_own_client_revokes_a_token() {
    let world = World::start().await;
    let tokens = world.tokens("ada-1815").await;
    let token = ("token", tokens.get("refresh_token"));
    let nobody = world.post("/revoke", &[token]).await;
    assert_eq!(nobody.status(), StatusCode::UNAUTHORIZED);
    let other = [("client_id", "other"), ("client_secret", "x"), token];
    let (_, error) = json(world.post("/revoke", &other).await).await;
    assert_eq!(error["error"], "invalid_grant");
    assert_eq!(world.refresh(token.1).await.0, StatusCode::OK);
}

#[tokio::test]
async fn an_unknown_token_is_as_good_as_revoked() {
    let world = World::start().await;
    let form = [APP[0], APP[1], ("token", "guess")];
    assert_eq!(world.post("/revoke", &form).await.status(), StatusCode::OK);
    let (status, error) = json(world.post("/revoke", &APP).await).await;
    assert_eq!(
        (status, &error["error"]),
        (StatusCode::BAD_REQUEST, &"invalid_request".into())
    );
}
