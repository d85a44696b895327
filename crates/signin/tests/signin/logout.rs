//! `logout`: the session ends here in any case (contract §8).

use stagedoor_ambient::Clock;
use stagedoor_signin::{ErrorName, LogoutRequest, SignInError};
use stagedoor_storage::SessionStore;

use crate::support::{APP, Browser, ENVIRONMENT, House, Plan, cause, with_wrong_secret};

async fn is_over(house: &House, browser: &Browser) -> bool {
    match browser.try_refresh(&house.sign_in).await {
        Ok(_) => false,
        outcome => matches!(cause(outcome), SignInError::SessionMissing),
    }
}

#[tokio::test]
async fn the_session_ends_and_the_provider_is_told() {
    let house = House::new().await;
    let mut browser = Browser::signed_in(&house).await;
    browser.refresh(&house.sign_in).await.unwrap();
    let done = browser.logout(&house.sign_in).await.unwrap();
    assert_eq!(done.provider.id, "keycloak");
    assert_eq!(house.provider.told_of_logout(), ["refresh-2"]);
    let session = house.storage.newest();
    let row = house.storage.session(session.id, house.clock.now());
    assert!(row.await.unwrap().is_none());
    assert!(is_over(&house, &browser).await);
}

#[tokio::test]
async fn a_provider_that_is_down_does_not_keep_anyone_signed_in() {
    let house = House::new().await;
    let browser = Browser::signed_in(&house).await;
    house.provider.fails_transiently();
    assert!(browser.logout(&house.sign_in).await.is_ok());
    assert!(house.provider.told_of_logout().is_empty());
    house.provider.recovers();
    assert!(is_over(&house, &browser).await);
}

#[tokio::test]
async fn a_database_that_is_down_is_told_so_that_one_tries_again() {
    let house = House::new().await;
    let browser = Browser::signed_in(&house).await;
    house.storage.is_away(true);
    let error = browser.logout(&house.sign_in).await.unwrap_err();
    assert!(matches!(error, SignInError::Storage(_)));
    house.storage.is_away(false);
    assert!(browser.logout(&house.sign_in).await.is_ok());
    assert!(is_over(&house, &browser).await);
}

#[tokio::test]
async fn nobody_ends_a_session_that_is_not_theirs() {
    let house = House::new().await;
    let ada = Browser::signed_in(&house).await;
    let cookie = ada.session.clone().unwrap();
    let guessed = Browser {
        session: Some(with_wrong_secret(&cookie)),
        ..Browser::default()
    };
    let mut elsewhere = vec![guessed];
    for (provider, environment) in [("okta", ENVIRONMENT), ("keycloak", "production")] {
        elsewhere.push(Browser {
            session: Some(cookie.clone()),
            ..Browser::at(provider, environment)
        });
    }
    for other in elsewhere {
        assert!(other.logout(&house.sign_in).await.is_ok());
    }
    assert!(house.provider.told_of_logout().is_empty());
    assert!(ada.try_refresh(&house.sign_in).await.is_ok());
}

#[tokio::test]
async fn without_a_session_there_is_nothing_to_do() {
    let house = House::new().await;
    for cookie in [None, Some(""), Some("sd1.nothing")] {
        let browser = Browser {
            session: cookie.map(str::to_owned),
            ..Browser::default()
        };
        assert!(browser.logout(&house.sign_in).await.is_ok());
    }
    let browser = Browser::signed_in(&house).await;
    browser.logout(&house.sign_in).await.unwrap();
    assert!(browser.logout(&house.sign_in).await.is_ok(), "twice");
    assert_eq!(house.provider.told_of_logout().len(), 1);
}

#[tokio::test]
async fn a_foreign_page_can_not_sign_anyone_out() {
    let house = House::with(Plan {
        extra_origins: vec!["https://*.preview.example.com"],
        ..Plan::default()
    })
    .await;
    let browser = Browser::signed_in(&house).await;
    let logout = |origin: Option<&str>, from_frontend| {
        house.sign_in.logout(LogoutRequest {
            origin: origin.map(str::to_owned),
            from_frontend,
            ..browser.logout_request()
        })
    };
    for origin in ["https://evil.example.com", "null", "not a url"] {
        let error = logout(Some(origin), true).await.unwrap_err();
        assert_eq!(error.name(), ErrorName::NotAllowedError, "{origin}");
        assert_eq!(
            error.to_string(),
            format!("Origin '{origin}' is not allowed")
        );
    }
    let error = logout(Some(APP), false).await.unwrap_err();
    assert!(matches!(error, SignInError::NotFromFrontend));
    assert!(browser.try_refresh(&house.sign_in).await.is_ok());

    assert!(
        logout(Some("https://a.preview.example.com"), true)
            .await
            .is_ok()
    );
    assert!(logout(None, true).await.is_ok());
    assert!(is_over(&house, &browser).await);
}

#[tokio::test]
async fn the_environment_is_asked_for_as_at_start() {
    let house = House::new().await;
    let browser = Browser::default();
    let request = LogoutRequest {
        environment: None,
        ..browser.logout_request()
    };
    let error = house.sign_in.logout(request).await.unwrap_err();
    assert!(matches!(error, SignInError::EnvironmentMissing));
}

#[tokio::test]
async fn a_refresh_token_of_backstage_is_revoked() {
    let house = House::new().await;
    let browser = Browser::from_backstage(&house, "1//of-backstage");
    browser.logout(&house.sign_in).await.unwrap();
    assert_eq!(house.provider.told_of_logout(), ["1//of-backstage"]);
}

/// The answer that brought the new cookie was lost: the browser logs out with
/// the old one, and means the session it was taken over into.
#[tokio::test]
async fn the_old_cookie_ends_the_session_it_was_taken_over_into() {
    let house = House::new().await;
    let mut browser = Browser::from_backstage(&house, "1//of-backstage");
    let old = browser.clone();
    browser.refresh(&house.sign_in).await.unwrap();
    old.logout(&house.sign_in).await.unwrap();
    assert_eq!(house.provider.told_of_logout(), ["refresh-1"]);
    assert!(is_over(&house, &browser).await);
}

/// Its tokens can't be read, but it can be ended.
#[tokio::test]
async fn a_session_of_a_secret_that_is_gone_ends_all_the_same() {
    let house = House::new().await;
    let browser = Browser::signed_in(&house).await;
    let stranger = house.another_node(&Plan {
        secrets: vec!["another secret"],
        ..Plan::default()
    });
    browser.logout(&stranger.sign_in).await.unwrap();
    assert!(is_over(&house, &browser).await);
}

#[tokio::test]
async fn the_browser_goes_on_to_the_provider_where_that_is_wanted() {
    let url = |done: stagedoor_signin::LoggedOut| done.logout_url.map(String::from);
    let house = House::new().await;
    let browser = Browser::signed_in(&house).await;
    let done = browser.logout(&house.sign_in).await.unwrap();
    assert_eq!(url(done), None, "nobody asked for it");

    let house = House::with(Plan {
        logout_return_url: Some("https://app.example.com/bye"),
        ..Plan::default()
    })
    .await;
    let browser = Browser::signed_in(&house).await;
    let done = browser.logout(&house.sign_in).await.unwrap();
    assert_eq!(
        url(done).as_deref(),
        Some(
            "https://idp.example.com/logout?return=https%3A%2F%2Fapp.example.com%2Fbye&of=ada-at-idp"
        )
    );
    let again = browser.logout(&house.sign_in).await.unwrap();
    assert_eq!(url(again), None, "there is no session left to end");

    let browser = Browser::from_backstage(&house, "1//of-backstage");
    let done = browser.logout(&house.sign_in).await.unwrap();
    assert_eq!(
        url(done).as_deref(),
        Some("https://idp.example.com/logout?return=https%3A%2F%2Fapp.example.com%2Fbye"),
        "whose session it is, the provider finds out by itself"
    );
}

#[tokio::test]
async fn no_frontend_is_sent_where_it_does_not_go() {
    let house = House::with(Plan {
        logout_return_url: Some(APP),
        ..Plan::default()
    })
    .await;
    for (endpoint, followed) in [
        (None, false),
        (Some("http://idp.example.com/logout"), false),
        (Some("http://127.0.0.1/logout"), false),
        (Some("http://localhost:8080/logout"), true),
        (Some("https://idp.example.com/logout"), true),
    ] {
        house.provider.now(|b| b.end_session_endpoint = endpoint);
        let browser = Browser::signed_in(&house).await;
        let done = browser.logout(&house.sign_in).await.unwrap();
        assert_eq!(done.logout_url.is_some(), followed, "{endpoint:?}");
    }
}
