//! What a sign-in leaves in the database.

use jiff::SignedDuration;
use stagedoor_ambient::Clock;
use stagedoor_signin::SignInError;

use crate::support::{Browser, ENVIRONMENT, House, Plan, cause, with_wrong_secret};

#[tokio::test]
async fn a_session_says_whose_it_is_and_holds_its_tokens_sealed() {
    let house = House::with(Plan {
        session_duration: SignedDuration::from_hours(8),
        ..Plan::default()
    })
    .await;
    let browser = Browser::signed_in(&house).await;
    let session = house.storage.newest();
    assert_eq!(session.provider, "keycloak");
    assert_eq!(session.environment, ENVIRONMENT);
    assert_eq!(session.subject, "ada-at-idp");
    assert_eq!(session.provider_session.as_deref(), Some("session-at-idp"));
    assert_eq!(session.user_entity_ref.as_deref(), Some("user:default/ada"));
    assert_eq!(session.created_at, house.clock.now());
    assert_eq!(
        session.expires_at,
        house.clock.now() + SignedDuration::from_hours(8)
    );
    let sealed = String::from_utf8_lossy(&session.sealed_tokens);
    for secret in ["access-1", "refresh-1", "ada@example.com"] {
        assert!(!sealed.contains(secret));
    }
    // Nor does the row open the session.
    let cookie = browser.session.unwrap();
    assert!(!format!("{session:?}").contains(&cookie));
}

#[tokio::test]
async fn signing_in_again_replaces_the_session_of_this_browser() {
    let house = House::new().await;
    let mut browser = Browser::signed_in(&house).await;
    let before = browser.clone();
    browser.sign_in(&house.sign_in).await.unwrap();
    assert_ne!(before.session, browser.session);
    let error = cause(before.try_refresh(&house.sign_in).await);
    assert!(matches!(error, SignInError::SessionMissing));
    assert!(browser.refresh(&house.sign_in).await.is_ok());
}

#[tokio::test]
async fn a_refused_sign_in_leaves_the_session_there_was() {
    let house = House::new().await;
    let mut browser = Browser::signed_in(&house).await;
    let state = browser.start(&house.sign_in).await;
    let denied = browser.callback_request(&[("error", "access_denied"), ("state", &state)]);
    let answer = house.sign_in.callback(denied).await.unwrap();
    assert!(answer.outcome.is_err());
    assert!(browser.refresh(&house.sign_in).await.is_ok());
}

/// Whoever knows a session's id, but not its secret half, can't end it.
#[tokio::test]
async fn someone_else_s_session_is_not_replaced() {
    let house = House::new().await;
    let mut ada = Browser::signed_in(&house).await;
    let mut other = Browser {
        session: ada.session.as_deref().map(with_wrong_secret),
        ..Browser::default()
    };
    other.sign_in(&house.sign_in).await.unwrap();
    assert!(ada.refresh(&house.sign_in).await.is_ok());
    assert!(other.refresh(&house.sign_in).await.is_ok());
}

#[tokio::test]
async fn a_cookie_that_names_nothing_does_not_stop_a_sign_in() {
    let house = House::new().await;
    for cookie in ["", "sd1.", "sd1.AAAA", "1//a refresh token of Backstage"] {
        let mut browser = Browser {
            session: Some(cookie.to_owned()),
            ..Browser::default()
        };
        assert!(browser.sign_in(&house.sign_in).await.is_ok(), "{cookie}");
    }
}

#[tokio::test]
async fn expired_sessions_are_removed_and_the_others_stay() {
    let house = House::with(Plan {
        session_duration: SignedDuration::from_hours(1),
        ..Plan::default()
    })
    .await;
    let mut early = Browser::signed_in(&house).await;
    house.later(1_800);
    let mut late = Browser::signed_in(&house).await;
    house.later(1_801);
    // Two used flows, of which both are long forgotten, and one session.
    assert_eq!(house.sign_in.remove_expired(100).await.unwrap(), 3);
    assert_eq!(house.sign_in.remove_expired(100).await.unwrap(), 0);
    assert!(early.refresh(&house.sign_in).await.is_err());
    assert!(late.refresh(&house.sign_in).await.is_ok());
}

/// Anyone can start flows and bring back a made-up code: each is remembered.
#[tokio::test]
async fn what_has_expired_goes_however_much_it_is() {
    let house = House::new().await;
    for _ in 0..7 {
        Browser::signed_in(&house).await;
    }
    house.later(3_600);
    assert_eq!(house.sign_in.remove_expired(3).await.unwrap(), 7);
    assert_eq!(house.sign_in.remove_expired(3).await.unwrap(), 0);
}
