//! How long sessions last, and how many there may be (`auth.session`).

use jiff::SignedDuration;
use stagedoor_signin::{SignInError, session::SessionPolicy};

use crate::support::{Browser, House, Plan, cause, user};

fn plan(policy: SessionPolicy) -> Plan {
    Plan {
        sessions: policy,
        ..Plan::default()
    }
}

fn idle(minutes: i64) -> SessionPolicy {
    SessionPolicy {
        idle_timeout: Some(SignedDuration::from_mins(minutes)),
        ..SessionPolicy::default()
    }
}

fn absolute(hours: i64) -> SessionPolicy {
    SessionPolicy {
        absolute_lifetime: Some(SignedDuration::from_hours(hours)),
        ..SessionPolicy::default()
    }
}

fn at_most(max_per_user: u32) -> SessionPolicy {
    SessionPolicy {
        max_per_user,
        ..SessionPolicy::default()
    }
}

async fn is_over(browser: &Browser, house: &House) -> bool {
    match browser.try_refresh(&house.sign_in).await {
        Ok(_) => false,
        outcome => {
            assert!(matches!(cause(outcome), SignInError::SessionMissing));
            true
        }
    }
}

#[tokio::test]
async fn a_session_that_is_not_refreshed_is_over_after_the_idle_timeout() {
    for gives_refresh_tokens in [true, false] {
        let house = House::with(plan(idle(30))).await;
        house.provider.now(|b| {
            b.gives_refresh_tokens = gives_refresh_tokens;
            b.expires_in = Some(100_000);
        });
        let mut browser = Browser::signed_in(&house).await;
        for _ in 0..5 {
            house.later(1_700);
            browser.refresh(&house.sign_in).await.unwrap();
        }
        house.later(1_800);
        assert!(is_over(&browser, &house).await);
        assert_eq!(house.sign_in.remove_expired(10).await.unwrap(), 2);
    }
}

#[tokio::test]
async fn a_session_is_over_after_its_absolute_lifetime_whatever_is_done() {
    let house = House::with(plan(absolute(2))).await;
    let mut browser = Browser::signed_in(&house).await;
    for _ in 0..3 {
        house.later(2_300);
        browser.refresh(&house.sign_in).await.unwrap();
    }
    house.later(300);
    assert!(is_over(&browser, &house).await);
}

#[tokio::test]
async fn a_stricter_policy_holds_at_once_for_sessions_that_are_there() {
    for policy in [idle(30), absolute(1)] {
        let house = House::new().await;
        let browser = Browser::signed_in(&house).await;
        house.later(3_600);
        house.sign_in.replace(house.live(&plan(policy)));
        assert!(is_over(&browser, &house).await);
        assert!(house.sessions().await.is_empty());
        assert_eq!(house.provider.refreshes(), 0);
    }
}

#[tokio::test]
async fn one_sign_in_too_many_ends_the_session_that_was_not_used_for_longest() {
    let house = House::with(plan(at_most(3))).await;
    let mut browsers = vec![];
    for _ in 0..3 {
        browsers.push(Browser::signed_in(&house).await);
        house.later(60);
    }
    // The oldest is the one used last.
    browsers[0].refresh(&house.sign_in).await.unwrap();
    house.later(60);
    browsers.push(Browser::signed_in(&house).await);
    let mut over = vec![];
    for browser in &browsers {
        over.push(is_over(browser, &house).await);
    }
    assert_eq!(over, [false, true, false, false]);
}

#[tokio::test]
async fn with_one_session_a_person_the_newest_is_it() {
    let house = House::with(plan(at_most(1))).await;
    let first = Browser::signed_in(&house).await;
    // Of a node whose clock is behind.
    house.later(-3);
    let second = Browser::signed_in(&house).await;
    house.later(3);
    assert!(is_over(&first, &house).await);
    assert!(!is_over(&second, &house).await);
}

/// The session it replaces is no session too many.
#[tokio::test]
async fn signing_in_again_in_one_browser_ends_no_other_session() {
    let house = House::with(plan(at_most(2))).await;
    let other = Browser::signed_in(&house).await;
    let mut browser = Browser::signed_in(&house).await;
    for _ in 0..3 {
        house.later(10);
        browser.sign_in(&house.sign_in).await.unwrap();
    }
    assert!(!is_over(&other, &house).await);
    assert!(!is_over(&browser, &house).await);
}

#[tokio::test]
async fn everyone_has_a_number_of_their_own() {
    let house = House::with(plan(at_most(1))).await;
    house.catalog.has(user("grace", "grace@example.com"));
    Browser::signed_in(&house).await;
    house.provider.now(|b| {
        b.userinfo["sub"] = "grace-at-idp".into();
        b.userinfo["email"] = "grace@example.com".into();
    });
    Browser::signed_in(&house).await;
    let users = house.sessions().await;
    let users: Vec<_> = users
        .iter()
        .filter_map(|one| one.user_entity_ref.as_deref())
        .collect();
    assert_eq!(users, ["user:default/grace", "user:default/ada"]);
}

#[tokio::test]
async fn without_a_user_whom_the_provider_says_it_is_counts() {
    let house = House::with(Plan {
        resolver: None,
        ..plan(at_most(2))
    })
    .await;
    for _ in 0..5 {
        Browser::signed_in(&house).await;
        house.later(1);
    }
    assert_eq!(house.sessions().await.len(), 2);
    house.provider.now(|b| b.userinfo["sub"] = "grace".into());
    Browser::signed_in(&house).await;
    assert_eq!(house.sessions().await.len(), 3);
}

#[tokio::test]
async fn sessions_taken_over_count_once_it_is_known_whose_they_are() {
    for resolver in [Plan::default().resolver, None] {
        let house = House::with(Plan {
            resolver,
            ..plan(at_most(2))
        })
        .await;
        for n in 0..5 {
            let mut browser = Browser::from_backstage(&house, &format!("1//{n}"));
            browser.refresh(&house.sign_in).await.unwrap();
        }
        assert_eq!(house.sessions().await.len(), 2);
    }
}

#[tokio::test]
async fn what_every_node_does_now_and_then_is_not_done_at_once() {
    let house = House::new().await;
    let minute = std::time::Duration::from_secs(60);
    let times: Vec<_> = (0..200).map(|_| house.sign_in.about(minute)).collect();
    let (least, most) = (times.iter().min().unwrap(), times.iter().max().unwrap());
    assert!(*least >= minute * 3 / 4 && *most <= minute * 5 / 4);
    assert!(*most - *least > minute / 4);
}
