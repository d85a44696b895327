//! Sessions are listed and ended by operators and services.

use stagedoor_identity::EntityRef;
use stagedoor_signin::SignInError;
use stagedoor_storage::{SessionFilter, SessionId};

use crate::support::{Browser, House, Plan, cause, user};

fn ada() -> SessionFilter {
    SessionFilter {
        user: Some(EntityRef::new("user", "default", "ada")),
        ..SessionFilter::default()
    }
}

#[tokio::test]
async fn a_list_tells_whose_sessions_they_are_and_no_secret() {
    let house = House::new().await;
    let mut browser = Browser::signed_in(&house).await;
    house.later(100);
    browser.refresh(&house.sign_in).await.unwrap();
    let page = house.sign_in.sessions().list(&ada(), None, 10).await;
    let page = page.unwrap();
    let [session] = &page.sessions[..] else {
        panic!("{page:?}");
    };
    assert_eq!(session.user.as_deref(), Some("user:default/ada"));
    assert_eq!(session.provider, "keycloak");
    assert_eq!(session.environment, "development");
    assert_eq!(session.subject, "ada-at-idp");
    assert!(session.created_at < session.refreshed_at);
    assert_eq!(page.next, None);
    let json = serde_json::to_value(session).unwrap();
    let keys: Vec<_> = json.as_object().unwrap().keys().collect();
    let expected = [
        "id",
        "user",
        "provider",
        "environment",
        "subject",
        "createdAt",
        "refreshedAt",
        "expiresAt",
    ];
    assert_eq!(keys, expected);
}

#[tokio::test]
async fn a_list_goes_on_where_it_ended() {
    let house = House::new().await;
    for _ in 0..7 {
        Browser::signed_in(&house).await;
    }
    let sessions = house.sign_in.sessions();
    let (mut place, mut seen) = (None, vec![]);
    for expected in [3, 3, 1] {
        let page = sessions.list(&ada(), place.as_ref(), 3).await.unwrap();
        assert_eq!(page.sessions.len(), expected);
        seen.extend(page.sessions.into_iter().map(|session| session.id));
        place = page.next;
    }
    assert_eq!(place, None);
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), 7);
}

#[tokio::test]
async fn a_revoked_session_is_over_on_every_node_at_once() {
    let house = House::new().await;
    let other = house.another_node(&Plan::default());
    let mut browser = Browser::signed_in(&house).await;
    let id = house.storage.newest().id;
    for node in [&house, &other] {
        browser.refresh(&node.sign_in).await.unwrap();
    }
    let sessions = other.sign_in.sessions();
    assert!(sessions.revoke(id, "a test").await.unwrap());
    assert!(!sessions.revoke(id, "a test").await.unwrap());
    assert!(!sessions.revoke(SessionId([0; 16]), "a test").await.unwrap());
    for node in [&house, &other] {
        let error = cause(browser.try_refresh(&node.sign_in).await);
        assert!(matches!(error, SignInError::SessionMissing));
    }
}

#[tokio::test]
async fn all_sessions_of_a_user_are_ended_and_no_others() {
    let house = House::new().await;
    house.catalog.has(user("grace", "grace@example.com"));
    for _ in 0..3 {
        Browser::signed_in(&house).await;
    }
    house
        .provider
        .now(|b| b.userinfo["email"] = "grace@example.com".into());
    let grace = Browser::signed_in(&house).await;
    let sessions = house.sign_in.sessions();
    assert_eq!(sessions.revoke_all(&ada(), "a test").await.unwrap(), 3);
    assert_eq!(sessions.revoke_all(&ada(), "a test").await.unwrap(), 0);
    assert!(grace.try_refresh(&house.sign_in).await.is_ok());
    let everyone = SessionFilter::default();
    assert_eq!(sessions.revoke_all(&everyone, "a test").await.unwrap(), 1);
}

/// What the provider gives at that moment is not left behind.
#[tokio::test]
async fn a_session_revoked_while_it_is_refreshed_stays_revoked() {
    let house = House::new().await;
    let browser = Browser::signed_in(&house).await;
    house.provider.hold();
    let tab = browser.refresh_in_a_tab(&house.sign_in);
    house.provider.until_asked(1).await;
    let sessions = house.sign_in.sessions();
    assert_eq!(sessions.revoke_all(&ada(), "a test").await.unwrap(), 1);
    house.provider.release();
    let error = cause(tab.await.unwrap());
    assert!(matches!(error, SignInError::SessionMissing));
    assert!(house.sessions().await.is_empty());
    assert_eq!(house.provider.told_of_logout(), ["refresh-2"]);
}
