//! What takes too long is given up.

use std::time::Duration;

use jiff::SignedDuration;
use stagedoor_ambient::Clock;
use stagedoor_signin::{RefreshPatience, SignInError};
use stagedoor_storage::{LeaseId, LeaseOutcome, SessionStore};

use crate::support::{Browser, House, Plan, cause};

/// So long that a test would not end.
const LONG: Duration = Duration::from_secs(3_600);
/// So long that what is not held up is done by then, on a busy machine too.
const SHORT: Duration = Duration::from_secs(2);

async fn house(provider: Duration, others: Duration) -> House {
    House::with(Plan {
        patience: RefreshPatience { provider, others },
        ..Plan::default()
    })
    .await
}

#[tokio::test]
async fn a_provider_that_does_not_answer_is_given_up() {
    let house = house(SHORT, LONG).await;
    let mut browser = Browser::signed_in(&house).await;
    house.provider.hold();
    let error = cause(browser.try_refresh(&house.sign_in).await);
    assert!(matches!(error, SignInError::ProviderTooSlow));
    assert_eq!(error.code(), "provider_too_slow");
    // And the next one may ask at once.
    house.provider.release();
    browser.refresh(&house.sign_in).await.unwrap();
}

#[tokio::test]
async fn those_who_waited_for_it_are_told_so_at_once() {
    let house = house(SHORT, LONG).await;
    let browser = Browser::signed_in(&house).await;
    house.provider.hold();
    let tabs: Vec<_> = (0..20)
        .map(|_| browser.refresh_in_a_tab(&house.sign_in))
        .collect();
    for tab in tabs {
        let error = cause(tab.await.unwrap());
        assert!(matches!(error, SignInError::ProviderTooSlow));
    }
    assert_eq!(house.provider.refreshes(), 1);
}

#[tokio::test]
async fn who_waits_for_a_slow_provider_does_not_wait_for_ever() {
    let house = house(LONG, SHORT).await;
    let browser = Browser::signed_in(&house).await;
    house.provider.hold();
    let first = browser.refresh_in_a_tab(&house.sign_in);
    house.provider.until_asked(1).await;
    let error = cause(browser.try_refresh(&house.sign_in).await);
    assert!(matches!(error, SignInError::RefreshBusy));
    house.provider.release();
    assert!(first.await.unwrap().is_ok());
}

#[tokio::test]
async fn who_waits_for_another_node_does_not_wait_for_ever() {
    let house = house(LONG, SHORT).await;
    let browser = Browser::signed_in(&house).await;
    let now = house.clock.now();
    let until = now + SignedDuration::from_secs(10);
    let id = house.storage.newest().id;
    let leased = house
        .storage
        .lease_session(id, LeaseId([7; 16]), now, until);
    assert!(matches!(leased.await.unwrap(), LeaseOutcome::Acquired(_)));
    let error = cause(browser.try_refresh(&house.sign_in).await);
    assert!(matches!(error, SignInError::RefreshBusy));
    assert_eq!(house.provider.refreshes(), 0);
}
