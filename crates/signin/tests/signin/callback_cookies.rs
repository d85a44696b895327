//! A flow is finished by the browser that began it, and once (contract §4).

use stagedoor_signin::{ErrorName, SignInError};

use crate::support::{Browser, ENVIRONMENT, House};

/// Signing someone in to an attacker's account starts with a link to the
/// callback (login CSRF): their browser has no cookie for that flow.
#[tokio::test]
async fn a_browser_without_the_flow_s_cookie_is_refused() {
    let house = House::new().await;
    let mut attacker = Browser::default();
    let state = attacker.start(&house.sign_in).await;

    let mut victim = Browser::default();
    let answer = victim.come_back(&house.sign_in, &state).await.unwrap();
    let error = answer.outcome.unwrap_err();
    assert!(matches!(error, SignInError::FlowCookieMissing));
    assert_eq!(error.to_string(), "Auth response is missing cookie nonce");
    assert_eq!(error.name(), ErrorName::NotAllowedError);

    // One who is about to sign in elsewhere has another flow's cookie.
    victim.start(&house.sign_in).await;
    let answer = victim.come_back(&house.sign_in, &state).await.unwrap();
    let error = answer.outcome.unwrap_err();
    assert!(matches!(error, SignInError::FlowCookieInvalid));
    assert_eq!(error.to_string(), "Invalid nonce");
    assert_eq!(error.name(), ErrorName::NotAllowedError);
    assert_eq!(house.provider.exchanges(), 0);

    // Neither has used the flow up.
    let answer = attacker.come_back(&house.sign_in, &state).await.unwrap();
    assert!(answer.outcome.is_ok());
}

#[tokio::test]
async fn another_flow_s_cookie_under_this_flow_s_name_does_not_open() {
    let house = House::new().await;
    let mut browser = Browser::default();
    let state = browser.start(&house.sign_in).await;
    browser.start(&house.sign_in).await;
    browser.flows[0].1 = browser.flows[1].1.clone();
    let answer = browser.come_back(&house.sign_in, &state).await.unwrap();
    assert!(matches!(
        answer.outcome,
        Err(SignInError::FlowCookieInvalid)
    ));
}

#[tokio::test]
async fn a_cookie_of_another_provider_or_environment_does_not_open() {
    let house = House::new().await;
    for (provider, environment) in [("okta", ENVIRONMENT), ("keycloak", "production")] {
        let mut browser = Browser::default();
        let state = browser.start(&house.sign_in).await;
        let mut other = Browser::at(provider, environment);
        other.start(&house.sign_in).await;
        browser.flows[0].1 = other.flows[0].1.clone();
        let answer = browser.come_back(&house.sign_in, &state).await.unwrap();
        assert!(matches!(
            answer.outcome,
            Err(SignInError::FlowCookieInvalid)
        ));
    }
}

#[tokio::test]
async fn a_changed_cookie_does_not_open() {
    let house = House::new().await;
    let mut browser = Browser::default();
    let state = browser.start(&house.sign_in).await;
    let whole = browser.flows[0].1.clone();
    for changed in [
        whole[..whole.len() - 1].to_owned(),
        whole.replacen(|_| true, "", 1),
        format!("{whole}A"),
        String::new(),
        state.clone(),
        "A".repeat(100_000),
    ] {
        let mut request = browser.callback_request(&[("code", "good-code"), ("state", &state)]);
        request.flow_cookies[0].1 = changed;
        let answer = house.sign_in.callback(request).await.unwrap();
        assert!(matches!(
            answer.outcome,
            Err(SignInError::FlowCookieInvalid)
        ));
    }
    let answer = browser.come_back(&house.sign_in, &state).await.unwrap();
    assert!(answer.outcome.is_ok());
}

#[tokio::test]
async fn a_flow_is_finished_once() {
    let house = House::new().await;
    let mut browser = Browser::default();
    let state = browser.start(&house.sign_in).await;
    let mut replay = browser.clone();
    let first = browser.come_back(&house.sign_in, &state).await.unwrap();
    let first_session = house.storage.newest().id;
    assert!(first.outcome.is_ok());

    let again = replay.come_back(&house.sign_in, &state).await.unwrap();
    let error = again.outcome.unwrap_err();
    assert!(matches!(error, SignInError::FlowAlreadyUsed));
    assert_eq!(error.name(), ErrorName::NotAllowedError);
    assert_eq!(house.provider.exchanges(), 1, "no code was sent twice");
    assert_eq!(house.storage.newest().id, first_session);
    assert!(browser.refresh(&house.sign_in).await.is_ok());
}

#[tokio::test]
async fn of_many_that_finish_one_flow_at_once_one_does() {
    let house = House::new().await;
    let other = house.another_node(&crate::support::Plan::default());
    let mut browser = Browser::default();
    let state = browser.start(&house.sign_in).await;
    let tasks: Vec<_> = (0..20)
        .map(|n| {
            let node = if n % 2 == 0 { &house } else { &other };
            let (sign_in, mut browser) = (node.sign_in.clone(), browser.clone());
            let state = state.clone();
            tokio::spawn(async move { browser.come_back(&sign_in, &state).await })
        })
        .collect();
    let mut finished = 0;
    for task in tasks {
        match task.await.unwrap().unwrap().outcome {
            Ok(_) => finished += 1,
            Err(error) => assert!(matches!(error, SignInError::FlowAlreadyUsed)),
        }
    }
    assert_eq!(finished, 1);
    assert_eq!(house.provider.exchanges(), 1);
}

/// A used flow is forgotten only when its state has long expired.
#[tokio::test]
async fn forgetting_used_flows_makes_none_usable_again() {
    let house = House::new().await;
    let mut browser = Browser::default();
    let state = browser.start(&house.sign_in).await;
    let mut replay = browser.clone();
    browser.come_back(&house.sign_in, &state).await.unwrap();
    for _ in 0..40 {
        house.later(60);
        house.sign_in.remove_expired(1_000).await.unwrap();
        let answer = replay
            .clone()
            .come_back(&house.sign_in, &state)
            .await
            .unwrap();
        assert!(answer.outcome.is_err());
    }
    let answer = replay.come_back(&house.sign_in, &state).await.unwrap();
    assert!(matches!(answer.outcome, Err(SignInError::FlowExpired)));
}

/// Backstage has one nonce cookie, so that of two tabs one fails.
#[tokio::test]
async fn tabs_do_not_disturb_each_other() {
    let house = House::new().await;
    let mut browser = Browser::default();
    let mut states = vec![];
    for _ in 0..6 {
        states.push(browser.start(&house.sign_in).await);
    }
    for at in [3, 0, 5, 1, 4, 2] {
        let answer = browser
            .come_back(&house.sign_in, &states[at])
            .await
            .unwrap();
        assert!(answer.outcome.is_ok(), "tab {at}");
    }
    assert!(browser.flows.is_empty());
}
