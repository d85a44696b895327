//! `/end_session`.

use reqwest::StatusCode;

use crate::support::{BYE, Browser, World, assert_page, callback, csrf, with};

async fn is_signed_in(browser: &Browser, world: &World) -> bool {
    let answer = browser
        .authorize(world, &with("prompt", Some("none")))
        .await;
    callback(&answer).1.contains_key("code")
}

#[tokio::test]
async fn an_id_token_signs_its_person_out() {
    let world = World::start().await;
    let browser = Browser::new();
    let tokens = world.tokens_in(&browser, "ada-1815").await;
    assert!(is_signed_in(&browser, &world).await);
    let query = [
        ("id_token_hint", tokens.get("id_token")),
        ("post_logout_redirect_uri", BYE),
        ("state", "s&2"),
    ];
    let (to, back) = callback(&browser.get(&world, "/end_session", &query).await);
    assert_eq!(to, BYE);
    assert_eq!(back["state"], "s&2");
    assert!(!is_signed_in(&browser, &world).await);
    let (_, error) = world.refresh(tokens.get("refresh_token")).await;
    assert_eq!(error["error"], "invalid_grant");
}

#[tokio::test]
async fn an_expired_id_token_will_do_and_so_will_a_post() {
    let world = World::start().await;
    let browser = Browser::new();
    let tokens = world.tokens_in(&browser, "ada-1815").await;
    world.advance(7200);
    world.control.rotate_keys().await.unwrap();
    let form = [("id_token_hint", tokens.get("id_token"))];
    let answer = browser.post(&world, "/end_session", &form).await;
    assert_page(answer, StatusCode::OK, "You are signed out").await;
    assert!(!is_signed_in(&browser, &world).await);
}

#[tokio::test]
async fn without_an_id_token_the_person_is_asked() {
    let world = World::start().await;
    let browser = Browser::new();
    browser.sign_in(&world, "ada-1815").await;
    let query = [("client_id", "app"), ("post_logout_redirect_uri", BYE)];
    let page = browser.get(&world, "/end_session", &query).await;
    assert_eq!(page.status(), StatusCode::OK);
    let csrf = csrf(&page.text().await.unwrap());
    assert!(is_signed_in(&browser, &world).await);

    let stranger = Browser::new()
        .post(&world, "/end_session/confirm", &[("csrf", &csrf)])
        .await;
    assert_page(stranger, StatusCode::FORBIDDEN, "not opened here").await;
    let bare = browser.post(&world, "/end_session/confirm", &[]).await;
    assert_page(bare, StatusCode::FORBIDDEN, "not opened here").await;
    assert!(is_signed_in(&browser, &world).await);

    let answer = browser
        .post(&world, "/end_session/confirm", &[("csrf", &csrf)])
        .await;
    assert_eq!(callback(&answer).0, BYE);
    assert!(!is_signed_in(&browser, &world).await);
}

#[tokio::test]
async fn somebody_elses_id_token_does_not_sign_out_silently() {
    let world = World::start().await;
    let tokens = world.tokens("mallory-0001").await;
    let browser = Browser::new();
    browser.sign_in(&world, "ada-1815").await;
    let query = [("id_token_hint", tokens.get("id_token"))];
    let answer = browser.get(&world, "/end_session", &query).await;
    assert_page(answer, StatusCode::OK, "Sign out?").await;
    assert!(is_signed_in(&browser, &world).await);
}

#[tokio::test]
async fn a_sign_out_that_is_not_right_does_nothing() {
    let world = World::start().await;
    let browser = Browser::new();
    let tokens = world.tokens_in(&browser, "ada-1815").await;
    let good = tokens.get("id_token");
    let forged = format!("{good}x");
    let unsigned = format!("{}.", good.rsplit_once('.').unwrap().0);
    let cases: [&[(&str, &str)]; 9] = [
        &[("id_token_hint", "nonsense")],
        &[("id_token_hint", &forged)],
        &[("id_token_hint", &unsigned)],
        &[("id_token_hint", good), ("client_id", "other")],
        &[
            ("id_token_hint", good),
            ("post_logout_redirect_uri", "https://evil.example/"),
        ],
        &[
            ("id_token_hint", good),
            ("post_logout_redirect_uri", "http://localhost:3000/bye/"),
        ],
        &[("post_logout_redirect_uri", BYE)],
        &[("client_id", "nobody"), ("post_logout_redirect_uri", BYE)],
        &[("id_token_hint", good), ("id_token_hint", good)],
    ];
    for query in cases {
        let answer = browser.get(&world, "/end_session", query).await;
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{query:?}");
        assert!(!answer.headers().contains_key("location"));
        assert!(is_signed_in(&browser, &world).await, "{query:?}");
    }
}

#[tokio::test]
async fn nobody_needs_to_be_signed_in() {
    let world = World::start().await;
    let answer = Browser::new().get(&world, "/end_session", &[]).await;
    assert_page(answer, StatusCode::OK, "You are signed out").await;
}
