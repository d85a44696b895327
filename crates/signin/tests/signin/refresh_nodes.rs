//! Nodes that refresh one session at once share the database's lease.

use std::time::{Duration, Instant};

use jiff::SignedDuration;
use stagedoor_ambient::Clock;
use stagedoor_signin::SignInError;
use stagedoor_storage::{LeaseId, LeaseOutcome, SessionStore, SessionUpdate};

use crate::support::{Browser, House, Plan, cause, settle};

#[tokio::test]
async fn the_other_node_s_result_is_shared() {
    let house = House::new().await;
    let other = house.another_node(&Plan::default());
    let mut browser = Browser::signed_in(&house).await;
    house.provider.hold();
    let here = browser.refresh_in_a_tab(&house.sign_in);
    house.provider.until_asked(1).await;
    let there: Vec<_> = (0..5)
        .map(|_| browser.refresh_in_a_tab(&other.sign_in))
        .collect();
    settle().await;
    house.provider.release();
    let here = here.await.unwrap().unwrap();
    for tab in there {
        let there = tab.await.unwrap().unwrap();
        assert_eq!(
            there.session.provider_info.access_token,
            here.session.provider_info.access_token
        );
    }
    assert_eq!(house.provider.refreshes(), 1);
    assert!(browser.refresh(&other.sign_in).await.is_ok());
    assert!(browser.refresh(&house.sign_in).await.is_ok());
}

#[tokio::test]
async fn fifty_tabs_over_two_nodes_ask_the_provider_once() {
    let house = House::new().await;
    let other = house.another_node(&Plan::default());
    let browser = Browser::signed_in(&house).await;
    house.provider.hold();
    let tabs: Vec<_> = (0..50)
        .map(|n| browser.refresh_in_a_tab([&house.sign_in, &other.sign_in][n % 2]))
        .collect();
    settle().await;
    house.provider.until_asked(1).await;
    house.provider.release();
    for tab in tabs {
        let refreshed = tab.await.unwrap().unwrap();
        assert_eq!(refreshed.session.provider_info.access_token, "access-2");
    }
    assert_eq!(house.provider.refreshes(), 1);
}

/// The lease of a node that died while it refreshed, taken over by hand.
async fn leased_by_a_dead_node(house: &House) -> SignedDuration {
    let lasting = SignedDuration::from_secs(10);
    let now = house.clock.now();
    let session = house.storage.newest().id;
    let outcome = house
        .storage
        .lease_session(session, LeaseId([7; 16]), now, now + lasting)
        .await
        .unwrap();
    assert!(matches!(outcome, LeaseOutcome::Acquired(_)));
    lasting
}

#[tokio::test]
async fn a_dead_node_s_lease_runs_out() {
    let house = House::new().await;
    let browser = Browser::signed_in(&house).await;
    let lasting = leased_by_a_dead_node(&house).await;
    let tab = browser.refresh_in_a_tab(&house.sign_in);
    settle().await;
    assert!(!tab.is_finished() && house.provider.refreshes() == 0);
    house.clock.advance(lasting);
    let refreshed = tab.await.unwrap().unwrap();
    assert_eq!(refreshed.session.provider_info.access_token, "access-2");
}

/// Whoever has waited for one result need not wait for the next one too.
#[tokio::test]
async fn the_result_is_shared_also_while_the_session_is_refreshed_once_more() {
    let house = House::new().await;
    let browser = Browser::signed_in(&house).await;
    leased_by_a_dead_node(&house).await;
    let waiting = browser.refresh_in_a_tab(&house.sign_in);
    settle().await;
    house.later(1);
    let session = house.storage.newest();
    let update = SessionUpdate {
        subject: None,
        provider_session: None,
        sealed_tokens: session.sealed_tokens,
        refreshed_at: house.clock.now(),
        expires_at: session.expires_at,
    };
    let committed = house
        .storage
        .commit_refresh(session.id, LeaseId([7; 16]), &update);
    assert!(committed.await.unwrap());
    let (now, until) = (
        house.clock.now(),
        house.clock.now() + SignedDuration::from_secs(10),
    );
    // Whether it is got depends on who is first, the result does not.
    let next = house
        .storage
        .lease_session(session.id, LeaseId([8; 16]), now, until);
    next.await.unwrap();
    let shared = tokio::time::timeout(Duration::from_secs(60), waiting).await;
    assert!(shared.unwrap().unwrap().is_ok());
    assert_eq!(house.provider.refreshes(), 0);
}

#[tokio::test]
async fn a_failed_refresh_gives_its_lease_back_at_once() {
    let house = House::new().await;
    let other = house.another_node(&Plan::default());
    let browser = Browser::signed_in(&house).await;
    house.provider.fails_transiently();
    assert!(browser.try_refresh(&house.sign_in).await.is_err());
    house.provider.recovers();
    let began = Instant::now();
    assert!(browser.try_refresh(&other.sign_in).await.is_ok());
    // Else it would be waited for until it has run out, after ten.
    assert!(began.elapsed() < Duration::from_secs(9));
}

/// Also one that had nothing to refresh with.
#[tokio::test]
async fn a_session_without_refresh_token_is_not_left_leased() {
    let house = House::new().await;
    house.provider.now(|b| b.gives_refresh_tokens = false);
    let browser = Browser::signed_in(&house).await;
    browser.try_refresh(&house.sign_in).await.unwrap();
    leased_by_a_dead_node(&house).await;
}

/// A node that was taken for dead while it waited for the provider: what it
/// got is not written over what the other node has.
#[tokio::test]
async fn a_node_that_lost_its_lease_writes_nothing() {
    let house = House::new().await;
    house.provider.now(|b| b.rotates = false);
    let mut browser = Browser::signed_in(&house).await;
    house.provider.hold();
    let slow = browser.refresh_in_a_tab(&house.sign_in);
    house.provider.until_asked(1).await;
    house.later(11);
    leased_by_a_dead_node(&house).await;
    house.provider.release();
    let error = cause(slow.await.unwrap());
    assert!(matches!(error, SignInError::RefreshBusy));
    assert!(house.provider.told_of_logout().is_empty());
    house.later(11);
    assert!(browser.refresh(&house.sign_in).await.is_ok());
}
