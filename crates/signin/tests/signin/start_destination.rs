//! Where an answer may go (contract §3).

use stagedoor_signin::{ErrorName, SignInError, StartRequest};

use crate::support::{APP, Browser, House, Plan};

fn from<'a>(browser: &'a Browser, origin: Option<&'a str>) -> StartRequest<'a> {
    StartRequest {
        origin,
        ..browser.start_request()
    }
}

fn redirecting<'a>(browser: &'a Browser, to: Option<&'a str>) -> StartRequest<'a> {
    StartRequest {
        flow: Some("redirect"),
        redirect_url: to,
        ..browser.start_request()
    }
}

#[tokio::test]
async fn the_origin_is_the_app_s_or_an_allowed_one_or_not_named() {
    let house = House::with(Plan {
        extra_origins: vec!["https://*.preview.example.com"],
        ..Plan::default()
    })
    .await;
    let browser = Browser::default();
    let cases = [
        (None, None),
        (Some(APP), Some(APP)),
        (Some("http://LOCALHOST:3000/settings?x#y"), Some(APP)),
        (
            Some("https://PR-7.preview.example.com"),
            Some("https://pr-7.preview.example.com"),
        ),
    ];
    for (origin, expected) in cases {
        let started = house.sign_in.start(from(&browser, origin)).await.unwrap();
        assert_eq!(started.origin.as_ref().map(|o| o.as_str()), expected);
    }
}

#[tokio::test]
async fn another_origin_is_refused_before_anyone_leaves() {
    let house = House::new().await;
    let browser = Browser::default();
    for (origin, name) in [
        ("", ErrorName::InputError),
        ("localhost", ErrorName::InputError),
        ("null", ErrorName::InputError),
        ("https://evil.example.com", ErrorName::NotAllowedError),
        ("https://localhost:3000", ErrorName::NotAllowedError),
        (
            "http://localhost:3000.evil.example",
            ErrorName::NotAllowedError,
        ),
        ("data:text/html,x", ErrorName::NotAllowedError),
    ] {
        let error = house
            .sign_in
            .start(from(&browser, Some(origin)))
            .await
            .unwrap_err();
        if origin.contains("3000.evil") {
            // A port that is no number: no URL at all.
            assert_eq!(error.name(), ErrorName::InputError);
        } else {
            assert_eq!(error.name(), name, "{origin}: {error}");
        }
    }
}

#[tokio::test]
async fn a_redirect_flow_says_where_to_within_the_app() {
    let house = House::new().await;
    let browser = Browser::default();
    let to = "http://localhost:3000/catalog?filter=x#top";
    assert!(
        house
            .sign_in
            .start(redirecting(&browser, Some(to)))
            .await
            .is_ok()
    );

    for missing in [None, Some("")] {
        let error = house
            .sign_in
            .start(redirecting(&browser, missing))
            .await
            .unwrap_err();
        assert!(matches!(error, SignInError::RedirectUrlMissing));
        assert_eq!(error.name(), ErrorName::InputError);
    }
    let error = house
        .sign_in
        .start(redirecting(&browser, Some("/catalog")))
        .await
        .unwrap_err();
    assert!(matches!(error, SignInError::RedirectUrlUnparsable));
    assert_eq!(error.name(), ErrorName::InputError);
    for elsewhere in [
        "https://evil.example.com/",
        "javascript:alert(document.domain)//localhost:3000",
        "http://localhost:3000@evil.example.com/",
        "http://ada:pw@localhost:3000/",
        "//localhost:3000/",
    ] {
        let error = house
            .sign_in
            .start(redirecting(&browser, Some(elsewhere)))
            .await
            .unwrap_err();
        if elsewhere.starts_with("//") {
            assert!(matches!(error, SignInError::RedirectUrlUnparsable));
        } else {
            assert!(
                matches!(error, SignInError::RedirectUrlNotAllowed),
                "{elsewhere}"
            );
            assert_eq!(error.name(), ErrorName::NotAllowedError);
        }
    }
}

/// Backstage reads `redirectUrl` in a redirect flow only.
#[tokio::test]
async fn a_popup_does_not_look_at_a_redirect_url() {
    let house = House::new().await;
    let browser = Browser::default();
    for flow in [None, Some("popup"), Some("Redirect"), Some("")] {
        let request = StartRequest {
            flow,
            redirect_url: Some("https://evil.example.com/"),
            ..browser.start_request()
        };
        assert!(house.sign_in.start(request).await.is_ok(), "{flow:?}");
    }
}
