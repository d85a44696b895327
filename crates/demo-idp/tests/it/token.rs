//! `/token` with authorization codes, and client authentication.

use reqwest::{Method, StatusCode};
use url::form_urlencoded::byte_serialize;

use crate::support::{
    Browser, REDIRECT, REDIRECT_WITH_QUERY, SECRET, VERIFIER, World, json, request, with,
};

fn encoded(text: &str) -> String {
    byte_serialize(text.as_bytes()).collect()
}

#[tokio::test]
async fn a_code_is_good_once_and_its_return_revokes() {
    let world = World::start().await;
    let code = Browser::new().sign_in(&world, "ada-1815").await;
    let (_, tokens) = world.redeem(&code).await;
    let (status, error) = world.redeem(&code).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(error["error"], "invalid_grant");
    let info = world
        .userinfo(tokens["access_token"].as_str().unwrap())
        .await;
    assert_eq!(info.status(), StatusCode::UNAUTHORIZED);
    let (_, error) = world
        .refresh(tokens["refresh_token"].as_str().unwrap())
        .await;
    assert_eq!(error["error"], "invalid_grant");
}

#[tokio::test]
async fn two_at_once_get_tokens_for_one_at_most() {
    let world = World::start().await;
    let code = Browser::new().sign_in(&world, "ada-1815").await;
    let (one, two) = tokio::join!(world.redeem(&code), world.redeem(&code));
    let good = [&one, &two]
        .iter()
        .filter(|(status, _)| status.is_success())
        .count();
    assert!(good <= 1);
}

#[tokio::test]
async fn a_code_is_good_for_a_minute() {
    let world = World::start().await;
    let code = Browser::new().sign_in(&world, "ada-1815").await;
    world.advance(60);
    let (status, error) = world.redeem(&code).await;
    assert_eq!(
        (status, &error["error"]),
        (StatusCode::BAD_REQUEST, &"invalid_grant".into())
    );
}

#[tokio::test]
async fn a_code_must_be_presented_as_it_was_asked_for() {
    let world = World::start().await;
    let wrong_verifier = "x".repeat(43);
    let cases = [
        (REDIRECT_WITH_QUERY, Some(VERIFIER)),
        ("https://evil.example/", Some(VERIFIER)),
        (REDIRECT, Some(wrong_verifier.as_str())),
        (REDIRECT, Some("short")),
        (REDIRECT, None),
    ];
    for (redirect_uri, verifier) in cases {
        let code = Browser::new().sign_in(&world, "ada-1815").await;
        let mut form = vec![
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", redirect_uri),
        ];
        form.extend(verifier.map(|verifier| ("code_verifier", verifier)));
        let (status, error) = world.token(&form).await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
        assert_eq!(
            error["error"], "invalid_grant",
            "{redirect_uri} {verifier:?}"
        );
        let (_, error) = world.redeem(&code).await;
        assert_eq!(error["error"], "invalid_grant", "the code is used up");
    }
}

#[tokio::test]
async fn a_verifier_without_a_challenge_is_refused() {
    let world = World::start().await;
    let mut query = request();
    query.retain(|(name, _)| !name.starts_with("code_challenge"));
    let code = Browser::new().sign_in_for(&world, &query, "ada-1815").await;
    let (_, error) = world.redeem(&code).await;
    assert_eq!(error["error"], "invalid_grant");
    let code = Browser::new().sign_in_for(&world, &query, "ada-1815").await;
    let form = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", REDIRECT),
    ];
    assert_eq!(world.token(&form).await.0, StatusCode::OK);
}

#[tokio::test]
async fn requests_that_make_no_sense_are_told_why() {
    let world = World::start().await;
    let cases: [(&[(&str, &str)], &str); 6] = [
        (&[], "invalid_request"),
        (&[("grant_type", "password")], "unsupported_grant_type"),
        (&[("grant_type", "authorization_code")], "invalid_request"),
        (
            &[("grant_type", "authorization_code"), ("code", "c")],
            "invalid_request",
        ),
        (
            &[
                ("grant_type", "authorization_code"),
                ("code", "c"),
                ("redirect_uri", REDIRECT),
            ],
            "invalid_grant",
        ),
        (
            &[
                ("grant_type", "refresh_token"),
                ("grant_type", "refresh_token"),
            ],
            "invalid_request",
        ),
    ];
    for (form, expected) in cases {
        let (status, error) = world.token(form).await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
        assert_eq!(error["error"], expected, "{form:?}");
    }
    let not_a_form = world
        .request(Method::POST, "/token")
        .body("{}")
        .send()
        .await
        .unwrap();
    assert_eq!(json(not_a_form).await.1["error"], "invalid_request");
    let huge = world
        .request(Method::POST, "/token")
        .body("x".repeat(70_000));
    assert_eq!(
        huge.send().await.unwrap().status(),
        StatusCode::PAYLOAD_TOO_LARGE
    );
}

#[tokio::test]
async fn answers_are_not_to_be_kept() {
    let world = World::start().await;
    let code = Browser::new().sign_in(&world, "ada-1815").await;
    let form = [
        ("client_id", "app"),
        ("client_secret", SECRET),
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", REDIRECT),
        ("code_verifier", VERIFIER),
    ];
    for status in [StatusCode::OK, StatusCode::BAD_REQUEST] {
        let answer = world.post("/token", &form).await;
        assert_eq!(answer.status(), status);
        assert_eq!(answer.headers()["cache-control"], "no-store");
    }
}

#[tokio::test]
async fn basic_authentication_is_form_encoded() {
    let world = World::start().await;
    let attempt = async |id: String, secret: String| {
        let code = Browser::new().sign_in(&world, "ada-1815").await;
        let form = [
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", REDIRECT),
            ("code_verifier", VERIFIER),
        ];
        let request = world
            .request(Method::POST, "/token")
            .basic_auth(id, Some(secret));
        request.form(&form).send().await.unwrap().status()
    };
    assert_eq!(attempt("app".into(), encoded(SECRET)).await, StatusCode::OK);
    assert_eq!(
        attempt("app".into(), SECRET.into()).await,
        StatusCode::UNAUTHORIZED
    );
}

#[tokio::test]
async fn a_client_that_does_not_prove_itself_is_unauthorized() {
    let world = World::start().await;
    let cases: [&[(&str, &str)]; 6] = [
        &[],
        &[("client_id", "nobody"), ("client_secret", SECRET)],
        &[("client_id", "app")],
        &[("client_id", "app"), ("client_secret", "wrong")],
        &[("client_id", "public"), ("client_secret", "any")],
        &[("client_secret", SECRET)],
    ];
    for form in cases {
        let answer = world.post("/token", form).await;
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED, "{form:?}");
        assert!(
            answer.headers()["www-authenticate"]
                .to_str()
                .unwrap()
                .starts_with("Basic")
        );
        assert_eq!(json(answer).await.1["error"], "invalid_client");
    }
    let bearer = world
        .request(Method::POST, "/token")
        .bearer_auth("x")
        .form(&[("a", "b")]);
    assert_eq!(
        bearer.send().await.unwrap().status(),
        StatusCode::UNAUTHORIZED
    );
}

#[tokio::test]
async fn a_client_authenticates_in_one_way() {
    let world = World::start().await;
    let both = world
        .request(Method::POST, "/token")
        .basic_auth("app", Some(encoded(SECRET)));
    let form = [("client_id", "app"), ("client_secret", SECRET)];
    let (status, error) = json(both.form(&form).send().await.unwrap()).await;
    assert_eq!(
        (status, &error["error"]),
        (StatusCode::BAD_REQUEST, &"invalid_request".into())
    );
    let two_ids = world
        .request(Method::POST, "/token")
        .basic_auth("app", Some(encoded(SECRET)));
    let answer = two_ids
        .form(&[("client_id", "other")])
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_code_is_for_its_client_alone() {
    let world = World::start().await;
    let code = Browser::new().sign_in(&world, "ada-1815").await;
    let form = [
        ("client_id", "other"),
        ("client_secret", "x"),
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", REDIRECT),
        ("code_verifier", VERIFIER),
    ];
    let (_, error) = json(world.post("/token", &form).await).await;
    assert_eq!(error["error"], "invalid_grant");
    assert_eq!(world.redeem(&code).await.0, StatusCode::OK);
}

#[tokio::test]
async fn a_public_client_needs_no_secret() {
    let world = World::start().await;
    let query = with("client_id", Some("public"));
    let code = Browser::new().sign_in_for(&world, &query, "ada-1815").await;
    let form = [
        ("client_id", "public"),
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", REDIRECT),
        ("code_verifier", VERIFIER),
    ];
    let (status, tokens) = json(world.post("/token", &form).await).await;
    assert_eq!(status, StatusCode::OK);
    world
        .id_token(tokens["id_token"].as_str().unwrap(), "public")
        .await;
}
