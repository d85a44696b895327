//! The provider ends sessions: back-channel and front-channel logout.

use jiff::SignedDuration;
use stagedoor_ambient::Clock;
use stagedoor_oidc::VerifiedLogoutToken;
use stagedoor_signin::{
    BackchannelLogoutRequest, ErrorName, FrontchannelLogoutRequest, SignInError,
};

use crate::support::{Browser, ENVIRONMENT, House, Plan, cause};

const ISSUER: &str = "https://idp.example.com";
const SESSION: &str = "session-at-idp";
const SUBJECT: &str = "ada-at-idp";

/// The provider can post this text as a logout token.
fn gives(house: &House, text: &'static str, subject: Option<&str>, session: Option<&str>) {
    let now = house.clock.now();
    let token = VerifiedLogoutToken {
        issuer: ISSUER.to_owned(),
        subject: subject.map(str::to_owned),
        session_id: session.map(str::to_owned),
        token_id: text.to_owned(),
        issued_at: now,
        expires: now + SignedDuration::from_mins(2),
    };
    house.provider.now(|b| {
        b.logout_tokens.insert(text, token);
    });
}

async fn post(house: &House, token: &str, environment: Option<&str>) -> Result<u64, SignInError> {
    let request = BackchannelLogoutRequest {
        provider: "keycloak".to_owned(),
        environment: environment.map(str::to_owned),
        logout_token: Some(token.to_owned()),
    };
    house.sign_in.backchannel_logout(request).await
}

async fn is_over(house: &House, browser: &Browser) -> bool {
    match browser.try_refresh(&house.sign_in).await {
        Ok(_) => false,
        outcome => matches!(cause(outcome), SignInError::SessionMissing),
    }
}

async fn at(house: &House, provider: &'static str, environment: &'static str) -> Browser {
    let mut browser = Browser::at(provider, environment);
    browser.sign_in(&house.sign_in).await.unwrap();
    browser
}

#[tokio::test]
async fn a_session_ends_on_all_nodes() {
    let house = House::new().await;
    let other = house.another_node(&Plan::default());
    for (text, subject, session) in [
        ("by sid", None, Some(SESSION)),
        ("by sub", Some(SUBJECT), None),
        ("by both", Some(SUBJECT), Some(SESSION)),
    ] {
        gives(&house, text, subject, session);
        let browsers = [
            Browser::signed_in(&house).await,
            Browser::signed_in(&house).await,
        ];
        assert!(browsers[1].try_refresh(&other.sign_in).await.is_ok());
        let ended = post(&house, text, Some(ENVIRONMENT)).await.unwrap();
        assert_eq!(ended, 2, "{text}");
        assert!(is_over(&house, &browsers[0]).await, "{text}");
        assert!(is_over(&other, &browsers[1]).await, "{text}");
    }
}

#[tokio::test]
async fn of_others_nothing_ends() {
    let house = House::new().await;
    let browser = Browser::signed_in(&house).await;
    let elsewhere = [
        at(&house, "okta", ENVIRONMENT).await,
        at(&house, "keycloak", "production").await,
    ];
    gives(&house, "of another", Some("grace-at-idp"), Some("another"));
    assert_eq!(post(&house, "of another", None).await.unwrap(), 0);
    gives(&house, "hers", Some(SUBJECT), None);
    assert_eq!(post(&house, "hers", Some(ENVIRONMENT)).await.unwrap(), 1);
    assert!(is_over(&house, &browser).await);
    for other in elsewhere {
        assert!(!is_over(&house, &other).await, "{other:?}");
    }
}

#[tokio::test]
async fn without_an_environment_it_is_every_one_whose_client_is_meant() {
    let house = House::new().await;
    let browsers = [
        Browser::signed_in(&house).await,
        at(&house, "keycloak", "production").await,
    ];
    gives(&house, "hers", Some(SUBJECT), None);
    assert_eq!(post(&house, "hers", None).await.unwrap(), 2);
    for browser in browsers {
        assert!(is_over(&house, &browser).await);
    }
    let again = post(&house, "hers", Some("production")).await;
    assert!(matches!(again, Err(SignInError::LogoutTokenUsed)));
}

#[tokio::test]
async fn a_token_counts_once_on_whichever_node() {
    let house = House::new().await;
    let other = house.another_node(&Plan::default());
    gives(&house, "hers", Some(SUBJECT), None);
    post(&house, "hers", Some(ENVIRONMENT)).await.unwrap();
    let browser = Browser::signed_in(&house).await;
    for node in [&house, &other] {
        let error = post(node, "hers", Some(ENVIRONMENT)).await.unwrap_err();
        assert!(matches!(error, SignInError::LogoutTokenUsed));
        assert_eq!(error.name(), ErrorName::InputError);
    }
    // As long as its clock's and ours may differ.
    house.later(2 * 60 + 5 * 60);
    house.sign_in.remove_expired(100).await.unwrap();
    let error = post(&house, "hers", Some(ENVIRONMENT)).await.unwrap_err();
    assert!(matches!(error, SignInError::LogoutTokenUsed));
    assert!(!is_over(&house, &browser).await);
}

#[tokio::test]
async fn a_token_that_could_not_be_acted_on_is_good_for_another_try() {
    let house = House::new().await;
    let browser = Browser::signed_in(&house).await;
    gives(&house, "hers", Some(SUBJECT), None);
    house.storage.is_away(true);
    let error = post(&house, "hers", None).await.unwrap_err();
    assert!(matches!(error, SignInError::Storage(_)));
    house.storage.is_away(false);
    house.provider.fails_transiently();
    let error = post(&house, "hers", None).await.unwrap_err();
    assert_eq!(error.name(), ErrorName::ServiceUnavailableError);
    house.provider.recovers();
    assert_eq!(post(&house, "hers", None).await.unwrap(), 1);
    assert!(is_over(&house, &browser).await);
}

#[tokio::test]
async fn what_is_no_token_of_the_provider_ends_nothing() {
    let house = House::new().await;
    let browser = Browser::signed_in(&house).await;
    let error = post(&house, "forged", None).await.unwrap_err();
    assert!(matches!(error, SignInError::Provider(_)));
    let error = post(&house, "", None).await.unwrap_err();
    assert!(matches!(error, SignInError::LogoutTokenMissing));
    let error = post(&house, "forged", Some("staging")).await.unwrap_err();
    assert!(matches!(error, SignInError::UnknownEnvironment(_)));
    let request = BackchannelLogoutRequest {
        provider: "nobody".to_owned(),
        ..BackchannelLogoutRequest::default()
    };
    let error = house.sign_in.backchannel_logout(request).await.unwrap_err();
    assert_eq!(error.name(), ErrorName::NotFoundError);
    assert!(!is_over(&house, &browser).await);
}

async fn frame(
    house: &House,
    issuer: Option<&str>,
    session: Option<&str>,
    environment: Option<&str>,
) -> Result<u64, SignInError> {
    let request = FrontchannelLogoutRequest {
        provider: "keycloak".to_owned(),
        environment: environment.map(str::to_owned),
        issuer: issuer.map(str::to_owned),
        session: session.map(str::to_owned),
    };
    house.sign_in.frontchannel_logout(request).await
}

#[tokio::test]
async fn a_frame_ends_the_session_that_it_names() {
    let house = House::new().await;
    let browser = Browser::signed_in(&house).await;
    let other = at(&house, "okta", ENVIRONMENT).await;
    let production = at(&house, "keycloak", "production").await;
    let ended = frame(&house, Some(ISSUER), Some(SESSION), Some(ENVIRONMENT)).await;
    assert_eq!(ended.unwrap(), 1);
    assert!(is_over(&house, &browser).await);
    assert!(!is_over(&house, &other).await);
    assert!(!is_over(&house, &production).await);
    let ended = frame(&house, Some(ISSUER), Some(SESSION), None).await;
    assert_eq!(ended.unwrap(), 1, "that of the other environment");
    assert!(is_over(&house, &production).await);
}

#[tokio::test]
async fn a_frame_that_does_not_name_the_session_ends_nothing() {
    let house = House::new().await;
    let browser = Browser::signed_in(&house).await;
    let long = "x".repeat(1025);
    for (issuer, session) in [
        (None, None),
        (None, Some(SESSION)),
        (Some(ISSUER), None),
        (Some(ISSUER), Some("")),
        (Some(ISSUER), Some(long.as_str())),
        (Some("https://evil.example.com"), Some(SESSION)),
        (Some("https://idp.example.com/"), Some(SESSION)),
    ] {
        let error = frame(&house, issuer, session, None).await.unwrap_err();
        assert!(matches!(error, SignInError::LogoutNotNamed), "{issuer:?}");
    }
    assert_eq!(
        frame(&house, Some(ISSUER), Some("another"), None)
            .await
            .unwrap(),
        0
    );
    house.provider.fails_transiently();
    let error = frame(&house, Some(ISSUER), Some(SESSION), None).await;
    let error = error.unwrap_err();
    assert_eq!(error.name(), ErrorName::ServiceUnavailableError);
    house.provider.recovers();
    assert!(!is_over(&house, &browser).await);
}
