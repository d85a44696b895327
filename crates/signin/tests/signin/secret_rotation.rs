//! The cookie's secret half changes, and one of the past ends the session.

use std::collections::HashSet;

use stagedoor_signin::SignInError;

use crate::support::{Browser, House, Log, Plan, SECRET, cause, settle};

/// A browser whose first cookie is given up: `(browser, copy of the cookie)`.
async fn rotated(house: &House) -> (Browser, Browser) {
    let mut browser = Browser::signed_in(house).await;
    let copy = browser.clone();
    browser.refresh(&house.sign_in).await.unwrap();
    browser.refresh(&house.sign_in).await.unwrap();
    assert_ne!(browser.session, copy.session);
    (browser, copy)
}

#[tokio::test]
async fn refreshes_give_new_secrets_for_the_same_session() {
    let house = House::new().await;
    let mut browser = Browser::signed_in(&house).await;
    let mut seen = HashSet::new();
    for _ in 0..20 {
        seen.insert(browser.session.clone().unwrap());
        house.later(100);
        browser.refresh(&house.sign_in).await.unwrap();
    }
    assert_eq!(seen.len(), 11, "every second time");
    // They differ in more than what counts them.
    let ends: HashSet<_> = seen.iter().map(|cookie| &cookie[40..]).collect();
    assert_eq!(ends.len(), 11);
    let ids: HashSet<_> = seen.iter().map(|cookie| &cookie[..25]).collect();
    assert_eq!(ids.len(), 1);
    assert_eq!(house.sessions().await.len(), 1);
}

#[tokio::test]
async fn a_secret_of_the_past_ends_the_session_on_every_node() {
    let house = House::new().await;
    let other = house.another_node(&Plan::default());
    let (browser, copy) = rotated(&house).await;
    house.later(60);
    let error = cause(copy.try_refresh(&other.sign_in).await);
    assert!(matches!(error, SignInError::SecretReused));
    assert!(error.ends_session());
    assert!(house.sessions().await.is_empty());
    for node in [&house, &other] {
        for browser in [&browser, &copy] {
            let error = cause(browser.try_refresh(&node.sign_in).await);
            assert!(matches!(error, SignInError::SessionMissing));
        }
    }
    // Whoever has it can't go on at the provider either.
    settle().await;
    assert_eq!(house.provider.told_of_logout(), ["refresh-3"]);
    assert_eq!(house.provider.refreshes(), 2, "and it was not asked again");
}

#[tokio::test]
async fn so_does_any_older_one() {
    let house = House::new().await;
    let (mut browser, copy) = rotated(&house).await;
    for _ in 0..10 {
        house.later(1_000);
        browser.refresh(&house.sign_in).await.unwrap();
    }
    let error = cause(copy.try_refresh(&house.sign_in).await);
    assert!(matches!(error, SignInError::SecretReused));
    assert!(house.sessions().await.is_empty());
}

#[tokio::test]
async fn a_tab_that_was_on_its_way_when_the_secret_changed_is_no_thief() {
    let house = House::new().await;
    let (browser, copy) = rotated(&house).await;
    house.later(50);
    let late = copy.try_refresh(&house.sign_in).await.unwrap();
    assert_eq!(Some(late.cookie.expose()), browser.session);
    assert!(browser.try_refresh(&house.sign_in).await.is_ok());
}

/// Whose answer was lost presents the old secret, however much later.
#[tokio::test]
async fn a_lost_answer_costs_no_session() {
    let house = House::new().await;
    let mut browser = Browser::signed_in(&house).await;
    for _ in 0..3 {
        house.later(86_400);
        let lost = browser.try_refresh(&house.sign_in).await.unwrap();
        house.later(86_400);
        let again = browser.refresh(&house.sign_in).await.unwrap();
        assert_ne!(browser.session, Some(lost.cookie.expose()));
        assert!(again.backstage_identity.is_some());
        house.later(86_400);
        browser.refresh(&house.sign_in).await.unwrap();
    }
}

/// A copy that is used as often as what it was copied from is found out too,
/// whoever of the two begins and whenever the other follows.
#[tokio::test]
async fn two_who_take_turns_with_copies_of_one_cookie_are_found_out() {
    for (first_pause, second_pause) in [(100, 100), (3_600, 100), (100, 3_600)] {
        let house = House::new().await;
        let mut one = Browser::signed_in(&house).await;
        one.refresh(&house.sign_in).await.unwrap();
        let mut other = one.clone();
        let mut turns = 0;
        let error = loop {
            assert!(turns < 6, "never found out");
            turns += 1;
            house.later(first_pause);
            if let Err(error) = one.refresh(&house.sign_in).await {
                break error;
            }
            house.later(second_pause);
            if let Err(error) = other.refresh(&house.sign_in).await {
                break error;
            }
        };
        let error = cause::<()>(Err(error));
        assert!(matches!(error, SignInError::SecretReused), "{error:?}");
        assert!(house.sessions().await.is_empty());
    }
}

#[tokio::test]
async fn whoever_waited_gets_the_new_cookie_on_every_node() {
    let house = House::new().await;
    let other = house.another_node(&Plan::default());
    let browser = Browser::signed_in(&house).await;
    house.provider.hold();
    let tabs: Vec<_> = (0..20)
        .map(|n| browser.refresh_in_a_tab([&house.sign_in, &other.sign_in][n % 2]))
        .collect();
    settle().await;
    house.provider.until_asked(1).await;
    house.provider.release();
    let mut cookies = HashSet::new();
    for tab in tabs {
        cookies.insert(tab.await.unwrap().unwrap().cookie.expose());
    }
    assert_eq!(house.provider.refreshes(), 1);
    assert_eq!(cookies.len(), 1);
    assert!(!cookies.contains(&browser.session.unwrap()));
}

#[tokio::test]
async fn an_invented_secret_ends_nothing() {
    let house = House::new().await;
    let (browser, copy) = rotated(&house).await;
    house.later(1_000);
    for original in [&browser, &copy] {
        let thief = Browser {
            session: original
                .session
                .as_deref()
                .map(crate::support::with_wrong_secret),
            ..Browser::default()
        };
        let error = cause(thief.try_refresh(&house.sign_in).await);
        assert!(matches!(error, SignInError::SessionMissing));
        thief.logout(&house.sign_in).await.unwrap();
        let mut thief = thief;
        thief.sign_in(&house.sign_in).await.unwrap();
    }
    assert!(browser.try_refresh(&house.sign_in).await.is_ok());
}

/// Also a logout, and a sign-in over it, tell that there is a copy; both end
/// the session anyway.
#[tokio::test]
async fn a_secret_of_the_past_ends_the_session_in_a_logout_and_a_sign_in_too() {
    for sign_in in [false, true] {
        let house = House::new().await;
        let (browser, mut copy) = rotated(&house).await;
        house.later(1_000);
        if sign_in {
            copy.sign_in(&house.sign_in).await.unwrap();
        } else {
            copy.logout(&house.sign_in).await.unwrap();
        }
        let error = cause(browser.try_refresh(&house.sign_in).await);
        assert!(matches!(error, SignInError::SessionMissing));
    }
}

#[tokio::test]
async fn the_newest_secret_logs_out() {
    let house = House::new().await;
    let (browser, _) = rotated(&house).await;
    browser.logout(&house.sign_in).await.unwrap();
    assert!(house.sessions().await.is_empty());
}

#[tokio::test]
async fn a_session_without_refresh_token_has_its_secrets_changed_too() {
    let house = House::new().await;
    house.provider.now(|b| b.gives_refresh_tokens = false);
    let (mut browser, copy) = rotated(&house).await;
    house.later(60);
    browser.refresh(&house.sign_in).await.unwrap();
    let error = cause(copy.try_refresh(&house.sign_in).await);
    assert!(matches!(error, SignInError::SecretReused));
}

/// A refresh token in Backstage's cookie is no secret of ours: it is refused,
/// and the session that was made of it goes on.
#[tokio::test]
async fn backstage_s_cookie_is_good_until_ours_is_seen() {
    let house = House::new().await;
    let mut browser = Browser::from_backstage(&house, "1//of-backstage");
    let old = browser.clone();
    browser.refresh(&house.sign_in).await.unwrap();
    house.later(1_000);
    let again = old.try_refresh(&house.sign_in).await.unwrap();
    assert_eq!(Some(again.cookie.expose()), browser.session);
    browser.refresh(&house.sign_in).await.unwrap();
    house.later(60);
    let error = cause(old.try_refresh(&house.sign_in).await);
    assert!(matches!(error, SignInError::SessionMissing));
    browser.refresh(&house.sign_in).await.unwrap();
}

/// What a session has of its past is sealed with its tokens.
#[tokio::test]
async fn the_past_is_known_also_after_a_change_of_the_session_secret() {
    let house = House::new().await;
    let (mut browser, copy) = rotated(&house).await;
    house.later(100);
    let both = house.another_node(&Plan {
        secrets: vec!["a new secret", SECRET],
        ..Plan::default()
    });
    browser.refresh(&both.sign_in).await.unwrap();
    let new = house.another_node(&Plan {
        secrets: vec!["a new secret"],
        ..Plan::default()
    });
    let error = cause(copy.try_refresh(&new.sign_in).await);
    assert!(matches!(error, SignInError::SecretReused));
}

#[tokio::test]
async fn it_is_an_event_once_however_often_and_wherever_it_is_tried() {
    let log = Log::start();
    let house = House::new().await;
    let other = house.another_node(&Plan::default());
    let (_, copy) = rotated(&house).await;
    let id = house.storage.newest().id.to_string();
    house.later(1_000);
    let tabs: Vec<_> = (0..10)
        .map(|n| copy.refresh_in_a_tab([&house.sign_in, &other.sign_in][n % 2]))
        .collect();
    for tab in tabs {
        let error = cause(tab.await.unwrap());
        let codes = ["session_secret_reused", "session_missing"];
        assert!(codes.contains(&error.code()), "{error:?}");
    }
    copy.logout(&house.sign_in).await.unwrap();
    let [event] = &log.of("session_secret_reused")[..] else {
        panic!("{:?}", log.of("session_secret_reused"));
    };
    for expected in [
        "WARN",
        "stagedoor::audit",
        &id,
        "provider=\"keycloak\"",
        "environment=\"development\"",
        "subject=\"ada-at-idp\"",
        "user=\"user:default/ada\"",
    ] {
        assert!(event.contains(expected), "{event}");
    }
}

#[tokio::test]
async fn a_logout_with_a_secret_of_the_past_is_that_event_too() {
    let log = Log::start();
    let house = House::new().await;
    let (_, copy) = rotated(&house).await;
    house.later(1_000);
    copy.logout(&house.sign_in).await.unwrap();
    assert_eq!(log.of("session_secret_reused").len(), 1);
    assert!(log.of("sign_out").is_empty());
}

/// What the provider gives at that moment is not left behind.
#[tokio::test]
async fn a_session_that_ends_so_while_it_is_refreshed_does_not_go_on() {
    let house = House::new().await;
    let other = house.another_node(&Plan::default());
    let (browser, copy) = rotated(&house).await;
    house.later(1_000);
    house.provider.hold();
    let refreshing = browser.refresh_in_a_tab(&house.sign_in);
    house.provider.until_asked(3).await;
    let thief = copy.refresh_in_a_tab(&other.sign_in);
    // Until it waits for the lease.
    for _ in 0..20 {
        house.sessions().await;
        settle().await;
    }
    house.provider.release();
    assert!(refreshing.await.unwrap().is_ok());
    let error = cause(thief.await.unwrap());
    assert!(matches!(error, SignInError::SecretReused));
    assert!(house.sessions().await.is_empty());
    settle().await;
    assert_eq!(house.provider.told_of_logout(), ["refresh-4"]);
}
