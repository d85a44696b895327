//! `refresh`: a session goes on.

use jiff::SignedDuration;
use serde_json::json;
use stagedoor_ambient::Clock;
use stagedoor_signin::{ErrorName, RefreshRequest, SignInError};
use stagedoor_storage::SessionStore;

use crate::support::{Browser, ENVIRONMENT, House, Plan, SECRET, cause, user, with_wrong_secret};

#[tokio::test]
async fn each_refresh_gives_new_tokens_and_spends_each_refresh_token_once() {
    let house = House::new().await;
    let mut browser = Browser::signed_in(&house).await;
    let length = browser.session.as_ref().unwrap().len();
    for n in 1..=3 {
        house.later(200);
        let session = browser.refresh(&house.sign_in).await.unwrap();
        let token = format!("access-{}", n + 1);
        assert_eq!(session.provider_info.access_token, token);
        assert_eq!(session.provider_info.expires_in_seconds, Some(300));
        assert_eq!(session.user_entity_ref().unwrap(), "user:default/ada");
        assert_eq!(session.profile.email.as_deref(), Some("ada@example.com"));
        let cookie = browser.session.as_ref().unwrap();
        assert_eq!(cookie.len(), length, "the cookie does not grow");
    }
    let spent = house.provider.refreshed();
    let subject = || Some("ada-at-idp".to_owned());
    assert_eq!(
        spent,
        ["refresh-1", "refresh-2", "refresh-3"].map(|t| (t.to_owned(), subject()))
    );
}

#[tokio::test]
async fn a_refresh_token_that_is_not_rotated_stays_good() {
    let house = House::new().await;
    house.provider.now(|b| b.rotates = false);
    let mut browser = Browser::signed_in(&house).await;
    for _ in 0..3 {
        browser.refresh(&house.sign_in).await.unwrap();
    }
    let spent = house.provider.refreshed();
    let tokens: Vec<_> = spent.iter().map(|(token, _)| token.as_str()).collect();
    assert_eq!(tokens, ["refresh-1"; 3]);
}

/// A provider need not send an ID token with a refresh (OpenID Connect Core
/// §12.2), and may have no userinfo endpoint.
#[tokio::test]
async fn a_refresh_that_says_nothing_of_the_person_changes_nothing_about_them() {
    let house = House::new().await;
    house.provider.now(|b| b.identifies_on_refresh = false);
    let mut browser = Browser::default();
    let before = browser.sign_in(&house.sign_in).await.unwrap().session;
    for _ in 0..2 {
        let session = browser.refresh(&house.sign_in).await.unwrap();
        assert_eq!(session.profile, before.profile);
        assert_eq!(session.user_entity_ref(), before.user_entity_ref());
        assert_eq!(
            session.provider_info.id_token,
            before.provider_info.id_token
        );
    }
}

#[tokio::test]
async fn who_someone_is_is_decided_anew() {
    let house = House::new().await;
    house.catalog.has(user("countess", "lovelace@example.com"));
    let mut browser = Browser::signed_in(&house).await;
    house.provider.now(|b| {
        b.userinfo["email"] = json!("lovelace@example.com");
        b.userinfo["name"] = json!("Countess of Lovelace");
    });
    let session = browser.refresh(&house.sign_in).await.unwrap();
    assert_eq!(session.user_entity_ref().unwrap(), "user:default/countess");
    let name = session.profile.display_name.unwrap();
    assert_eq!(name, "Countess of Lovelace");
}

/// A clock that was put back, or another node's that is ahead.
#[tokio::test]
async fn a_session_from_the_future_is_refreshed_all_the_same() {
    let house = House::new().await;
    let mut browser = Browser::signed_in(&house).await;
    house.later(-3_600);
    for token in ["access-2", "access-3"] {
        let session = browser.refresh(&house.sign_in).await.unwrap();
        assert_eq!(session.provider_info.access_token, token);
    }
}

#[tokio::test]
async fn the_database_knows_whose_the_session_is_now() {
    let house = House::new().await;
    house.catalog.has(user("countess", "lovelace@example.com"));
    let mut browser = Browser::signed_in(&house).await;
    house
        .provider
        .now(|b| b.userinfo["email"] = json!("lovelace@example.com"));
    browser.refresh(&house.sign_in).await.unwrap();
    let session = house.storage.newest();
    let record = house.storage.session(session.id, house.clock.now()).await;
    let record = record.unwrap().unwrap();
    let user = record.user_entity_ref.as_deref();
    assert_eq!(user, Some("user:default/countess"));
    assert_eq!(record.created_at, session.created_at);
    assert!(record.refreshed_at > session.refreshed_at);
}

#[tokio::test]
async fn what_names_no_session_is_refused() {
    let house = House::new().await;
    let browser = Browser::signed_in(&house).await;
    let cookie = browser.session.clone().unwrap();
    for presented in [
        None,
        Some(String::new()),
        Some("sd1.".to_owned()),
        Some(cookie[..cookie.len() - 2].to_owned()),
        Some(with_wrong_secret(&cookie)),
        Some(format!("sd1.{}", "A".repeat(64))),
        Some("x".repeat(100_000)),
    ] {
        let other = Browser {
            session: presented,
            ..browser.clone()
        };
        let outcome = other.try_refresh(&house.sign_in).await;
        let told = outcome.as_ref().unwrap_err().to_string();
        assert_eq!(
            told,
            "Refresh failed; caused by InputError: Missing session cookie"
        );
        assert!(matches!(cause(outcome), SignInError::SessionMissing));
    }
    assert_eq!(house.provider.refreshes(), 0);
    assert!(browser.try_refresh(&house.sign_in).await.is_ok());
}

#[tokio::test]
async fn a_session_is_good_at_its_own_provider_and_environment_only() {
    let house = House::new().await;
    let browser = Browser::signed_in(&house).await;
    for (provider, environment) in [("okta", ENVIRONMENT), ("keycloak", "production")] {
        let elsewhere = Browser {
            session: browser.session.clone(),
            ..Browser::at(provider, environment)
        };
        let error = cause(elsewhere.try_refresh(&house.sign_in).await);
        assert!(matches!(error, SignInError::SessionMissing));
    }
    assert_eq!(house.provider.refreshes(), 0);
    assert!(browser.try_refresh(&house.sign_in).await.is_ok());
}

#[tokio::test]
async fn a_request_that_is_not_the_frontend_s_is_refused() {
    let house = House::new().await;
    let browser = Browser::signed_in(&house).await;
    let request = RefreshRequest {
        from_frontend: false,
        ..browser.refresh_request()
    };
    let error = house.sign_in.refresh(request).await.unwrap_err();
    assert!(matches!(error, SignInError::NotFromFrontend));
    assert_eq!(error.name(), ErrorName::AuthenticationError);
    assert_eq!(error.to_string(), "Invalid X-Requested-With header");
    assert_eq!(house.provider.refreshes(), 0);
}

#[tokio::test]
async fn the_environment_is_asked_for_as_at_start() {
    let house = House::new().await;
    let browser = Browser::signed_in(&house).await;
    let refresh = |environment: Option<&str>| {
        house.sign_in.refresh(RefreshRequest {
            environment: environment.map(str::to_owned),
            ..browser.refresh_request()
        })
    };
    let error = refresh(None).await.unwrap_err();
    assert!(matches!(error, SignInError::EnvironmentMissing));
    let error = refresh(Some("staging")).await.unwrap_err();
    assert!(matches!(error, SignInError::UnknownEnvironment(_)));
}

#[tokio::test]
async fn a_session_lasts_from_its_last_refresh() {
    let house = House::with(Plan {
        session_duration: SignedDuration::from_hours(1),
        ..Plan::default()
    })
    .await;
    let mut browser = Browser::signed_in(&house).await;
    for _ in 0..3 {
        house.later(3_599);
        assert!(browser.refresh(&house.sign_in).await.is_ok());
    }
    house.later(3_600);
    let error = cause(browser.try_refresh(&house.sign_in).await);
    assert!(matches!(error, SignInError::SessionMissing));
}

/// Backstage has no session at all then (its issues 16043, 29455, 31124).
#[tokio::test]
async fn without_a_refresh_token_a_session_lasts_as_long_as_its_tokens() {
    for (expires_in, lasts) in [(Some(300), 300), (None, 600)] {
        let house = House::new().await;
        house.provider.now(|b| {
            b.gives_refresh_tokens = false;
            b.expires_in = expires_in;
        });
        let mut browser = Browser::signed_in(&house).await;
        let signed_in_at = house.clock.now();
        house.later(200);
        let session = browser.refresh(&house.sign_in).await.unwrap();
        assert_eq!(session.provider_info.access_token, "access-1");
        let left = expires_in.map(|seconds| seconds - 200);
        assert_eq!(session.provider_info.expires_in_seconds, left);
        assert_eq!(session.user_entity_ref().unwrap(), "user:default/ada");
        // Refreshing does not make it longer.
        let passed = house.clock.now().duration_since(signed_in_at).as_secs();
        house.later(lasts - passed - 1);
        assert!(browser.refresh(&house.sign_in).await.is_ok());
        house.later(1);
        let error = cause(browser.try_refresh(&house.sign_in).await);
        assert!(matches!(error, SignInError::SessionMissing));
        assert_eq!(house.provider.refreshes(), 0);
    }
}

#[tokio::test]
async fn a_session_outlives_a_change_of_the_session_secret() {
    let house = House::new().await;
    let mut browser = Browser::signed_in(&house).await;
    let renewed = house.another_node(&Plan {
        secrets: vec!["a new secret", SECRET],
        ..Plan::default()
    });
    browser.refresh(&renewed.sign_in).await.unwrap();
    // Its tokens are sealed with the new secret now.
    let settled = house.another_node(&Plan {
        secrets: vec!["a new secret"],
        ..Plan::default()
    });
    assert!(browser.refresh(&settled.sign_in).await.is_ok());
}

#[tokio::test]
async fn a_session_of_a_secret_that_is_gone_is_an_error_of_its_own() {
    let house = House::new().await;
    let browser = Browser::signed_in(&house).await;
    let stranger = house.another_node(&Plan {
        secrets: vec!["another secret"],
        ..Plan::default()
    });
    let error = cause(browser.try_refresh(&stranger.sign_in).await);
    assert_eq!(error.code(), "session_unreadable");
    assert!(error.ends_session());
    assert_eq!(house.provider.refreshes(), 0);
}
