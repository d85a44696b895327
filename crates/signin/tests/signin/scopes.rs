//! Scopes through the flows (contract §6).

use stagedoor_signin::{RefreshRequest, SignInError, StartRequest};

use crate::support::{Browser, House, Plan, cause};

async fn house() -> House {
    House::with(Plan {
        additional_scopes: "groups",
        ..Plan::default()
    })
    .await
}

fn asked_for(started: &stagedoor_signin::Started) -> String {
    let mut query = started.location.query_pairs();
    let (_, scope) = query.find(|(name, _)| name == "scope").unwrap();
    scope.into_owned()
}

#[tokio::test]
async fn a_start_asks_for_the_union_and_a_success_grants_it() {
    let house = house().await;
    let mut browser = Browser::default();
    let request = StartRequest {
        scope: Some("read|email,api"),
        granted_scope: Some("api offline_access"),
        ..browser.start_request()
    };
    let started = house.sign_in.start(request).await.unwrap();
    let union = "read email api offline_access openid profile groups";
    assert_eq!(asked_for(&started), union);

    let state = browser.leave(started);
    let answer = browser.come_back(&house.sign_in, &state).await.unwrap();
    let signed_in = answer.outcome.unwrap();
    assert_eq!(signed_in.granted_scope, union);
    assert_eq!(signed_in.session.provider_info.scope, union);
}

/// What the person agreed to in the flow counts, not what the browser brings back.
#[tokio::test]
async fn the_scope_granted_is_that_of_the_flow() {
    let house = house().await;
    let mut browser = Browser::default();
    let state = browser.start(&house.sign_in).await;
    browser.granted_scope = Some("admin".to_owned());
    let answer = browser.come_back(&house.sign_in, &state).await.unwrap();
    let scope = answer.outcome.unwrap().granted_scope;
    assert_eq!(scope, "openid profile email groups");
}

#[tokio::test]
async fn a_refresh_keeps_what_was_granted_and_claims_no_more() {
    let house = house().await;
    let mut browser = Browser::signed_in(&house).await;
    browser.granted_scope = Some("admin".to_owned());
    let more = RefreshRequest {
        scope: Some("read".to_owned()),
        ..browser.refresh_request()
    };
    let refreshed = house.sign_in.refresh(more).await.unwrap();
    assert_eq!(refreshed.granted_scope, "openid profile email groups");
    assert_eq!(
        refreshed.session.provider_info.scope,
        refreshed.granted_scope
    );
}

#[tokio::test]
async fn a_refresh_adds_what_the_provider_says_it_gave() {
    let house = house().await;
    let browser = Browser::signed_in(&house).await;
    house.provider.now(|b| b.scope = Some("openid read admin"));
    let more = RefreshRequest {
        scope: Some("read".to_owned()),
        ..browser.refresh_request()
    };
    let refreshed = house.sign_in.refresh(more).await.unwrap();
    assert_eq!(refreshed.granted_scope, "openid profile email groups read");
}

#[tokio::test]
async fn a_refresh_that_fails_grants_nothing() {
    let house = house().await;
    let mut browser = Browser::signed_in(&house).await;
    browser.granted_scope = None;
    house.provider.fails_transiently();
    let more = RefreshRequest {
        scope: Some("admin".to_owned()),
        ..browser.refresh_request()
    };
    assert!(house.sign_in.refresh(more).await.is_err());
    house.provider.recovers();
    let session = browser.refresh(&house.sign_in).await.unwrap();
    assert_eq!(session.provider_info.scope, "openid profile email groups");
}

#[tokio::test]
async fn an_endless_scope_is_refused_and_asks_nobody() {
    let house = house().await;
    let browser = Browser::signed_in(&house).await;
    let endless = (0..500).map(|n| format!("scope{n} ")).collect::<String>();
    let request = StartRequest {
        scope: Some(&endless),
        ..browser.start_request()
    };
    let error = house.sign_in.start(request).await.unwrap_err();
    assert!(matches!(error, SignInError::ScopeTooLong { .. }));

    let request = RefreshRequest {
        scope: Some(endless),
        ..browser.refresh_request()
    };
    let error = cause(house.sign_in.refresh(request).await);
    assert!(matches!(error, SignInError::ScopeTooLong { .. }));
    assert_eq!(house.provider.refreshes(), 0);
    assert!(browser.try_refresh(&house.sign_in).await.is_ok());
}
