//! The `state` that comes back must be one that left, and in time (contract §4).

use stagedoor_signin::{ErrorName, SignIn, SignInError};

use crate::support::{Browser, House, Plan};

#[tokio::test]
async fn without_exactly_one_state_there_is_no_answer() {
    let house = House::new().await;
    let mut browser = Browser::default();
    let state = browser.start(&house.sign_in).await;
    let other = browser.start(&house.sign_in).await;

    let missing = browser.callback_request(&[("code", "good-code")]);
    let error = house.sign_in.callback(missing).await.unwrap_err();
    assert!(matches!(error, SignInError::EnvironmentMissing));
    assert_eq!(error.name(), ErrorName::InputError);

    for parameters in [
        vec![("state", "")],
        vec![("state", &*state), ("state", &*state)],
        vec![("state", &*state), ("state", &*other)],
        vec![("state", ""), ("state", &*state)],
        vec![("state", "6e6f6e63653d78266e763d64")],
    ] {
        let mut parameters = parameters;
        parameters.push(("code", "good-code"));
        let request = browser.callback_request(&parameters);
        let error = house.sign_in.callback(request).await.unwrap_err();
        assert!(matches!(error, SignInError::StateInvalid), "{error}");
        assert_eq!(error.name(), ErrorName::NotAllowedError);
    }
    assert_eq!(house.provider.exchanges(), 0);
    assert!(browser.come_back(&house.sign_in, &state).await.is_ok());
}

#[tokio::test]
async fn a_changed_state_is_no_state() {
    let house = House::new().await;
    let mut browser = Browser::default();
    let state = browser.start(&house.sign_in).await;
    for at in (0..state.len()).step_by(7).chain([state.len() - 2]) {
        let mut changed: Vec<char> = state.chars().collect();
        changed[at] = if changed[at] == 'A' { 'B' } else { 'A' };
        let changed: String = changed.into_iter().collect();
        let error = browser
            .come_back(&house.sign_in, &changed)
            .await
            .unwrap_err();
        assert!(matches!(error, SignInError::StateInvalid), "at {at}");
    }
    for longer in [format!("{state}A"), format!("{state}="), state.repeat(2)] {
        let outcome = browser.come_back(&house.sign_in, &longer).await;
        assert!(matches!(outcome, Err(SignInError::StateInvalid)));
    }
}

/// A flow begun at one provider can't be finished at another's address, where
/// an honest code would be sent to a dishonest provider (RFC 9700 §4.4).
#[tokio::test]
async fn a_state_of_another_provider_is_no_state_here() {
    let house = House::new().await;
    let mut browser = Browser::default();
    let state = browser.start(&house.sign_in).await;
    browser.provider = "okta";
    let error = browser.come_back(&house.sign_in, &state).await.unwrap_err();
    assert!(matches!(error, SignInError::StateInvalid));
}

#[tokio::test]
async fn an_unknown_provider_is_named_before_the_state_is_read() {
    let house = House::new().await;
    let mut browser = Browser::default();
    let state = browser.start(&house.sign_in).await;
    browser.provider = "saml";
    let error = browser.come_back(&house.sign_in, &state).await.unwrap_err();
    assert!(matches!(error, SignInError::UnknownProvider(_)));
    browser.provider = "github";
    let error = browser.come_back(&house.sign_in, &state).await.unwrap_err();
    assert!(matches!(error, SignInError::ProviderNotConfigured(_)));
}

#[tokio::test]
async fn ten_minutes_are_enough_and_no_more() {
    assert_eq!(SignIn::flow_lifetime().as_secs(), 600);
    for (seconds, in_time) in [(599, true), (600, false), (86_400, false)] {
        let house = House::new().await;
        let mut browser = Browser::default();
        let state = browser.start(&house.sign_in).await;
        house.later(seconds);
        let answer = browser.come_back(&house.sign_in, &state).await.unwrap();
        match answer.outcome {
            Ok(_) => assert!(in_time, "{seconds}"),
            Err(error) => {
                assert!(!in_time, "{seconds}: {error}");
                assert!(matches!(error, SignInError::FlowExpired));
                assert_eq!(error.name(), ErrorName::NotAllowedError);
                assert_eq!(house.provider.exchanges(), 0);
            }
        }
    }
}

#[tokio::test]
async fn another_node_finishes_what_one_began() {
    let house = House::new().await;
    let other = house.another_node(&Plan::default());
    let mut browser = Browser::default();
    let state = browser.start(&house.sign_in).await;
    let answer = browser.come_back(&other.sign_in, &state).await.unwrap();
    assert!(answer.outcome.is_ok());
}

#[tokio::test]
async fn a_flow_outlives_a_change_of_the_session_secret() {
    let house = House::new().await;
    let mut browser = Browser::default();
    let state = browser.start(&house.sign_in).await;
    let stranger = house.another_node(&Plan {
        secrets: vec!["another secret"],
        ..Plan::default()
    });
    let outcome = browser.come_back(&stranger.sign_in, &state).await;
    assert!(matches!(outcome, Err(SignInError::StateInvalid)));

    let renewed = house.another_node(&Plan {
        secrets: vec!["another secret", crate::support::SECRET],
        ..Plan::default()
    });
    let answer = browser.come_back(&renewed.sign_in, &state).await.unwrap();
    assert!(answer.outcome.is_ok());
}
