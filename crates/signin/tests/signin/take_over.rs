//! A session cookie of Backstage's is taken over (contract §5).

use stagedoor_ambient::Clock;
use stagedoor_signin::{ErrorName, SignInError};
use stagedoor_storage::SessionStore;

use crate::support::{Browser, ENVIRONMENT, House, Plan, SECRET, cause, settle};

#[tokio::test]
async fn moving_over_signs_nobody_out() {
    let house = House::new().await;
    let mut browser = Browser::from_backstage(&house, "1//of-backstage");
    browser.granted_scope = Some("openid api".to_owned());
    let session = browser.refresh(&house.sign_in).await.unwrap();
    assert_eq!(session.user_entity_ref().unwrap(), "user:default/ada");
    assert_eq!(session.provider_info.scope, "openid api profile email");
    let cookie = browser.session.clone().unwrap();
    assert!(cookie.starts_with("sd1.") && !cookie.contains("of-backstage"));
    assert_eq!(
        house.provider.refreshed(),
        [("1//of-backstage".to_owned(), None)]
    );
    browser.refresh(&house.sign_in).await.unwrap();
    let (spent, subject) = &house.provider.refreshed()[1];
    assert_eq!(spent, "refresh-1", "the one of the first refresh");
    assert_eq!(subject.as_deref(), Some("ada-at-idp"));
}

/// For back-channel logout, and for whoever lists sessions.
#[tokio::test]
async fn whose_session_it_is_is_known_once_the_provider_has_said() {
    let house = House::new().await;
    let mut browser = Browser::from_backstage(&house, "1//of-backstage");
    browser.refresh(&house.sign_in).await.unwrap();
    let id = house.storage.newest().id;
    let record = house.storage.session(id, house.clock.now()).await;
    let record = record.unwrap().unwrap();
    assert_eq!(record.subject, "ada-at-idp");
    assert_eq!(record.provider_session.as_deref(), Some("session-at-idp"));
    assert_eq!(record.user_entity_ref.as_deref(), Some("user:default/ada"));
}

/// An ID token on refresh is optional (OpenID Connect Core 12.2).
#[tokio::test]
async fn a_provider_that_sends_no_id_token_on_refresh_tells_by_userinfo_whose_it_is() {
    let house = House::new().await;
    house.provider.now(|b| b.gives_id_tokens_on_refresh = false);
    let mut browser = Browser::from_backstage(&house, "1//of-backstage");
    for _ in 0..3 {
        house.later(60);
        let session = browser.refresh(&house.sign_in).await.unwrap();
        assert_eq!(session.user_entity_ref().unwrap(), "user:default/ada");
        assert_eq!(session.provider_info.id_token, None);
    }
    let named: Vec<_> = house
        .provider
        .refreshed()
        .into_iter()
        .map(|it| it.1)
        .collect();
    let ada = || Some("ada-at-idp".to_owned());
    assert_eq!(named, [None, ada(), ada()], "from then on it is hers");
    let id = house.storage.newest().id;
    let record = house.storage.session(id, house.clock.now()).await;
    assert_eq!(record.unwrap().unwrap().subject, "ada-at-idp");

    // An ID token that comes later counts from then on.
    house.provider.now(|b| b.gives_id_tokens_on_refresh = true);
    house.later(60);
    let session = browser.refresh(&house.sign_in).await.unwrap();
    assert!(session.provider_info.id_token.is_some());
}

#[tokio::test]
async fn two_tabs_with_the_same_old_cookie_meet_in_one_session() {
    let house = House::new().await;
    let other = house.another_node(&Plan::default());
    let browser = Browser::from_backstage(&house, "1//of-backstage");
    house.provider.hold();
    let tabs: Vec<_> = [&house, &other, &house, &other]
        .map(|node| browser.refresh_in_a_tab(&node.sign_in))
        .into();
    settle().await;
    house.provider.until_asked(1).await;
    // Until all have read the clock, looked for the session and wait.
    for _ in 0..20 {
        let nobody = stagedoor_storage::SessionId([0; 16]);
        let look = house.storage.session(nobody, house.clock.now());
        look.await.unwrap();
        settle().await;
    }
    house.provider.release();
    let mut cookies = vec![];
    for tab in tabs {
        let refreshed = tab.await.unwrap().unwrap();
        assert_eq!(refreshed.session.provider_info.access_token, "access-1");
        cookies.push(refreshed.cookie.expose());
    }
    cookies.dedup();
    assert_eq!(cookies.len(), 1);
    assert_eq!(house.provider.refreshes(), 1);
}

/// The provider has rotated it away, and would take its use for theft.
#[tokio::test]
async fn the_old_cookie_does_not_open_the_session_for_ever() {
    let house = House::new().await;
    let mut browser = Browser::from_backstage(&house, "1//of-backstage");
    let copied = Browser {
        session: browser.session.clone(),
        ..Browser::default()
    };
    browser.refresh(&house.sign_in).await.unwrap();
    house.later(25 * 3_600);
    let error = cause(copied.try_refresh(&house.sign_in).await);
    assert_eq!(error.code(), "session_missing");
    browser.refresh(&house.sign_in).await.unwrap();
}

/// The answer with the new cookie may not have arrived.
#[tokio::test]
async fn the_old_cookie_still_finds_the_session_later() {
    let house = House::new().await;
    let browser = Browser::from_backstage(&house, "1//of-backstage");
    let first = browser.try_refresh(&house.sign_in).await.unwrap();
    house.later(3_600);
    let again = browser.try_refresh(&house.sign_in).await.unwrap();
    assert_eq!(first.cookie.expose(), again.cookie.expose());
    let spent: Vec<_> = house.provider.refreshed();
    assert_eq!(spent[1].0, "refresh-1", "not the old one again");

    // Also after the secret has changed, which names such sessions.
    let renewed = house.another_node(&Plan {
        secrets: vec!["a new secret", SECRET],
        ..Plan::default()
    });
    let again = browser.try_refresh(&renewed.sign_in).await.unwrap();
    assert_eq!(first.cookie.expose(), again.cookie.expose());
}

#[tokio::test]
async fn a_cookie_the_provider_does_not_know_leaves_nothing_behind() {
    let house = House::new().await;
    let browser = Browser {
        session: Some("made up".to_owned()),
        ..Browser::default()
    };
    let error = cause(browser.try_refresh(&house.sign_in).await);
    assert_eq!(error.code(), "grant_refused");
    let session = house.storage.newest();
    let left = house.storage.session(session.id, house.clock.now());
    assert!(left.await.unwrap().is_none());
}

/// Anyone can send made-up cookies: while the provider is down, each would
/// otherwise stay in the database for the whole length of a session.
#[tokio::test]
async fn a_cookie_nobody_has_vouched_for_is_soon_forgotten() {
    let house = House::new().await;
    house.provider.fails_transiently();
    for n in 0..10 {
        let browser = Browser {
            session: Some(format!("made up {n}")),
            ..Browser::default()
        };
        let error = cause(browser.try_refresh(&house.sign_in).await);
        assert_eq!(error.code(), "provider_unavailable");
    }
    house.later(3_600);
    assert_eq!(house.sign_in.remove_expired(100).await.unwrap(), 10);
}

/// Each made-up cookie costs the provider a call, which goes on when its sender
/// has gone: only so many at a time, and those of sessions are not held up.
#[tokio::test]
async fn made_up_cookies_are_asked_about_a_few_at_a_time() {
    let house = House::new().await;
    let known = Browser::signed_in(&house).await;
    house.provider.hold();
    let senders: Vec<_> = (0..100)
        .map(|n| {
            let browser = Browser {
                session: Some(format!("made up {n}")),
                ..Browser::default()
            };
            browser.refresh_in_a_tab(&house.sign_in)
        })
        .collect();
    house.provider.until_asked(64).await;
    for _ in 0..50 {
        settle().await;
    }
    assert_eq!(house.provider.refreshes(), 64);
    let session = known.refresh_in_a_tab(&house.sign_in);
    house.provider.until_asked(65).await;
    // Whoever is still in the queue leaves it with nothing done.
    for sender in &senders {
        sender.abort();
    }
    house.provider.release();
    for sender in senders {
        let _ = sender.await;
    }
    let _ = session.await.unwrap();
    assert_eq!(house.provider.refreshes(), 65);
}

/// Those in the queue hold places that others need: it is no longer than that
/// a sign-in can begin.
#[tokio::test]
async fn made_up_cookies_leave_room_for_a_sign_in() {
    let house = House::with(Plan {
        places: 512,
        ..Plan::default()
    })
    .await;
    house.provider.hold();
    let sent = |n: usize| Browser {
        session: Some(format!("made up {n}")),
        ..Browser::default()
    };
    let senders: Vec<_> = (0..64 + 512 / 8)
        .map(|n| sent(n).refresh_in_a_tab(&house.sign_in))
        .collect();
    house.provider.until_asked(64).await;
    for _ in 0..50 {
        settle().await;
    }
    let turned_away = sent(1_000).try_refresh(&house.sign_in).await;
    assert_eq!(cause(turned_away).code(), "refresh_busy");
    Browser::default().start(&house.sign_in).await;
    // Who has no session waits for nobody.
    let nobody = Browser::default().try_refresh(&house.sign_in).await;
    assert_eq!(cause(nobody).code(), "session_missing");
    for sender in senders {
        sender.abort();
    }
}

#[tokio::test]
async fn a_provider_that_is_down_does_not_cost_the_session() {
    let house = House::new().await;
    let mut browser = Browser::from_backstage(&house, "1//of-backstage");
    house.provider.fails_transiently();
    assert!(browser.try_refresh(&house.sign_in).await.is_err());
    for hours in [0, 24] {
        house.later(hours * 3_600);
        assert!(browser.try_refresh(&house.sign_in).await.is_err());
    }
    house.provider.recovers();
    browser.refresh(&house.sign_in).await.unwrap();
    // From here on it lasts as any other.
    house.later(30 * 86_400);
    assert!(browser.refresh(&house.sign_in).await.is_ok());
}

#[tokio::test]
async fn the_same_cookie_elsewhere_is_another_session() {
    let house = House::new().await;
    house.provider.now(|b| b.rotates = false);
    let here = Browser::from_backstage(&house, "1//of-backstage");
    let here = here.try_refresh(&house.sign_in).await.unwrap();
    for (provider, environment) in [("okta", ENVIRONMENT), ("keycloak", "production")] {
        let elsewhere = Browser {
            session: Some("1//of-backstage".to_owned()),
            ..Browser::at(provider, environment)
        };
        let there = elsewhere.try_refresh(&house.sign_in).await.unwrap();
        assert_ne!(there.cookie.expose(), here.cookie.expose());
    }
}

/// Backstage's own cookies are at most a few chunks.
#[tokio::test]
async fn an_endless_cookie_is_nobody_s() {
    let house = House::new().await;
    let browser = Browser {
        session: Some("x".repeat(17_000)),
        ..Browser::default()
    };
    let outcome = browser.try_refresh(&house.sign_in).await;
    let error = outcome.as_ref().unwrap_err();
    assert_eq!(error.name(), ErrorName::AuthenticationError);
    assert!(matches!(cause(outcome), SignInError::SessionMissing));
    assert_eq!(house.provider.refreshes(), 0);
}
