//! A refresh that fails does not cost more than it must.

use stagedoor_oidc::OidcError;
use stagedoor_signin::{ErrorName, SignInError};

use crate::support::{Browser, House, cause, settle, tells_no_internals, user};

#[tokio::test]
async fn a_provider_that_is_down_keeps_the_session() {
    let house = House::new().await;
    let mut browser = Browser::signed_in(&house).await;
    house.provider.fails_transiently();
    for _ in 0..3 {
        let outcome = browser.try_refresh(&house.sign_in).await;
        let error = outcome.unwrap_err();
        assert_eq!(error.name(), ErrorName::AuthenticationError);
        assert_eq!(error.code(), "provider_unavailable");
        tells_no_internals(&error);
    }
    house.provider.recovers();
    let session = browser.refresh(&house.sign_in).await.unwrap();
    assert_eq!(session.provider_info.access_token, "access-2");
}

#[tokio::test]
async fn a_grant_that_is_over_ends_the_session() {
    let house = House::new().await;
    let browser = Browser::signed_in(&house).await;
    house.provider.ends_the_grant();
    let error = cause(browser.try_refresh(&house.sign_in).await);
    assert_eq!(error.code(), "grant_refused");
    assert!(error.ends_session());
    let error = cause(browser.try_refresh(&house.sign_in).await);
    assert!(matches!(error, SignInError::SessionMissing));
    assert_eq!(house.provider.refreshes(), 1, "it is asked no more");
}

/// A wrong client secret, for example: an operator mends it, nobody need sign in again.
#[tokio::test]
async fn a_refusal_of_the_client_keeps_the_session() {
    let house = House::new().await;
    let mut browser = Browser::signed_in(&house).await;
    house.provider.now(|b| {
        b.failure = Some(OidcError::TokenRefused {
            error: "invalid_client".to_owned(),
            description: None,
            status: 401,
        });
    });
    let error = cause(browser.try_refresh(&house.sign_in).await);
    assert!(!error.ends_session());
    house.provider.recovers();
    assert!(browser.refresh(&house.sign_in).await.is_ok());
}

/// The refresh token was rotated before userinfo failed: it must not be lost.
#[tokio::test]
async fn userinfo_that_fails_after_the_tokens_came_loses_no_refresh_token() {
    let house = House::new().await;
    let mut browser = Browser::signed_in(&house).await;
    let reason = "userinfo is down".to_owned();
    let failure = OidcError::Unavailable { reason };
    house.provider.now(|b| b.userinfo_failure = Some(failure));
    let error = cause(browser.try_refresh(&house.sign_in).await);
    assert_eq!(error.code(), "provider_unavailable");
    house.provider.now(|b| b.userinfo_failure = None);
    let session = browser.refresh(&house.sign_in).await.unwrap();
    assert_eq!(session.provider_info.access_token, "access-3");
}

/// By then the provider has rotated the refresh token: it must not be lost.
#[tokio::test]
async fn a_catalog_that_is_down_after_the_refresh_loses_no_refresh_token() {
    let house = House::new().await;
    let mut browser = Browser::signed_in(&house).await;
    house.catalog.is_away(true);
    let error = cause(browser.try_refresh(&house.sign_in).await);
    assert_eq!(error.code(), "catalog_unavailable");
    assert_eq!(error.name(), ErrorName::ServiceUnavailableError);
    tells_no_internals(&error);
    house.catalog.is_away(false);
    assert!(browser.refresh(&house.sign_in).await.is_ok());
    let spent = house.provider.refreshed();
    assert_eq!([&spent[0].0, &spent[1].0], ["refresh-1", "refresh-2"]);
}

#[tokio::test]
async fn someone_who_left_the_catalog_is_refused_until_they_are_back() {
    let house = House::new().await;
    let mut browser = Browser::signed_in(&house).await;
    house.catalog.forgets_everyone();
    let error = cause(browser.try_refresh(&house.sign_in).await);
    assert_eq!(error.code(), "user_not_found");
    house.catalog.has(user("ada", "ada@example.com"));
    assert!(browser.refresh(&house.sign_in).await.is_ok());
}

#[tokio::test]
async fn a_database_that_is_down_is_not_asked_around() {
    let house = House::new().await;
    let mut browser = Browser::signed_in(&house).await;
    house.storage.is_away(true);
    let error = cause(browser.try_refresh(&house.sign_in).await);
    assert!(matches!(error, SignInError::Storage(_)));
    tells_no_internals(&error);
    assert_eq!(house.provider.refreshes(), 0);
    house.storage.is_away(false);
    assert!(browser.refresh(&house.sign_in).await.is_ok());
}

#[tokio::test]
async fn a_database_that_stumbles_after_the_refresh_loses_no_refresh_token() {
    let house = House::new().await;
    let mut browser = Browser::signed_in(&house).await;
    house.storage.stumbles();
    let session = browser.refresh(&house.sign_in).await.unwrap();
    assert_eq!(session.provider_info.access_token, "access-2");
    let session = browser.refresh(&house.sign_in).await.unwrap();
    assert_eq!(session.provider_info.access_token, "access-3");
}

/// A reload cancels the request in flight; the provider has answered it all the same.
#[tokio::test]
async fn a_client_that_goes_away_loses_no_refresh_token() {
    let house = House::new().await;
    let mut browser = Browser::signed_in(&house).await;
    house.provider.hold();
    let tab = browser.refresh_in_a_tab(&house.sign_in);
    house.provider.until_asked(1).await;
    tab.abort();
    assert!(tab.await.unwrap_err().is_cancelled());

    let reloaded = browser.refresh_in_a_tab(&house.sign_in);
    settle().await;
    house.provider.release();
    let refreshed = reloaded.await.unwrap().unwrap();
    assert_eq!(refreshed.session.provider_info.access_token, "access-2");
    assert_eq!(house.provider.refreshes(), 1);
    house.later(1);
    let session = browser.refresh(&house.sign_in).await.unwrap();
    assert_eq!(session.provider_info.access_token, "access-3");
}
