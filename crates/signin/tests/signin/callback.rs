//! `callback`: what a sign-in answers, and why it may fail.

use std::sync::Arc;

use serde_json::json;
use stagedoor_oidc::OidcError;
use stagedoor_signin::{
    ErrorName, SignInError,
    resolver::{ResolveError, sign_in_resolver},
};

use crate::support::{APP, Browser, House, Plan, group_members, settle, tells_no_internals, user};

#[tokio::test]
async fn a_sign_in_answers_who_someone_is() {
    let house = House::new().await;
    house.catalog.forgets_everyone();
    house.catalog.has(group_members(
        user("ada", "ada@example.com"),
        &[("memberOf", "group:default/engines")],
    ));
    let mut browser = Browser::default();
    let signed_in = browser.sign_in(&house.sign_in).await.unwrap();

    let mut answer = serde_json::to_value(&signed_in.session).unwrap();
    let token = answer["backstageIdentity"]["token"].take();
    let id_token = answer["providerInfo"]["idToken"].take();
    assert_eq!(
        answer,
        json!({
            "profile": {"email": "ada@example.com", "displayName": "Ada Lovelace"},
            "providerInfo": {
                "idToken": null,
                "accessToken": "access-1",
                "scope": "openid profile email",
                "expiresInSeconds": 300,
            },
            "backstageIdentity": {
                "token": null,
                "identity": {
                    "type": "user",
                    "userEntityRef": "user:default/ada",
                    "ownershipEntityRefs": ["user:default/ada", "group:default/engines"],
                },
                "expiresInSeconds": 3600,
            },
        })
    );
    assert!(id_token.as_str().unwrap().ends_with(".c2ln"));

    let tokens = house.sign_in.tokens();
    let token = token.as_str().unwrap();
    let verified = tokens.verify_user_token(token).await.unwrap();
    assert_eq!(verified.user_entity_ref.as_str(), "user:default/ada");
}

#[tokio::test]
async fn a_provider_without_resolvers_gives_its_tokens_and_no_identity() {
    let house = House::with(Plan {
        resolver: None,
        ..Plan::default()
    })
    .await;
    let mut browser = Browser::default();
    let signed_in = browser.sign_in(&house.sign_in).await.unwrap();
    let answer = serde_json::to_value(&signed_in.session).unwrap();
    assert_eq!(answer["providerInfo"]["accessToken"], "access-1");
    assert_eq!(answer.get("backstageIdentity"), None);
    assert!(browser.refresh(&house.sign_in).await.is_ok());
}

#[tokio::test]
async fn a_provider_that_denies_is_quoted() {
    let house = House::new().await;
    let mut browser = Browser::default();
    let state = browser.start(&house.sign_in).await;
    let request = browser.callback_request(&[
        ("error", "access_denied"),
        ("error_description", "Ada said no"),
        ("state", &state),
    ]);
    let answer = house.sign_in.callback(request).await.unwrap();
    assert_eq!(answer.origin.as_str(), APP);
    let error = answer.outcome.unwrap_err();
    assert_eq!(
        error.to_string(),
        "Authentication rejected, access_denied (Ada said no)"
    );
    assert_eq!(error.name(), ErrorName::AuthenticationError);
    assert_eq!(error.code(), "provider_denied");
    // The flow is over: whoever has seen the URL can't go on with it.
    let again = browser.come_back(&house.sign_in, &state).await.unwrap();
    assert!(matches!(again.outcome, Err(SignInError::FlowAlreadyUsed)));
}

#[tokio::test]
async fn a_code_the_provider_refuses_signs_nobody_in() {
    let house = House::new().await;
    let mut browser = Browser::default();
    let state = browser.start(&house.sign_in).await;
    let request = browser.callback_request(&[("code", "stolen"), ("state", &state)]);
    let answer = house.sign_in.callback(request).await.unwrap();
    let error = answer.outcome.unwrap_err();
    assert!(matches!(error, SignInError::Provider(_)));
    assert_eq!(error.name(), ErrorName::AuthenticationError);
}

#[tokio::test]
async fn a_parameter_that_comes_twice_reaches_no_provider() {
    let house = House::new().await;
    let mut browser = Browser::default();
    let state = browser.start(&house.sign_in).await;
    let request =
        browser.callback_request(&[("code", "good-code"), ("code", "other"), ("state", &state)]);
    let answer = house.sign_in.callback(request).await.unwrap();
    assert!(matches!(
        answer.outcome,
        Err(SignInError::Provider(OidcError::Invalid(_)))
    ));
    assert_eq!(house.provider.exchanges(), 0);
}

#[tokio::test]
async fn a_provider_that_fails_is_an_answer_without_its_reason() {
    let house = House::new().await;
    let mut browser = Browser::default();
    let state = browser.start(&house.sign_in).await;
    house.provider.fails_transiently();
    let answer = browser.come_back(&house.sign_in, &state).await.unwrap();
    let error = answer.outcome.unwrap_err();
    assert_eq!(error.name(), ErrorName::ServiceUnavailableError);
    tells_no_internals(&error);
}

#[tokio::test]
async fn without_a_database_nobody_signs_in_and_no_code_is_spent() {
    let house = House::new().await;
    let mut browser = Browser::default();
    let state = browser.start(&house.sign_in).await;
    house.storage.is_away(true);
    let answer = browser.come_back(&house.sign_in, &state).await.unwrap();
    let error = answer.outcome.unwrap_err();
    assert!(matches!(error, SignInError::Storage(_)));
    assert_eq!(error.name(), ErrorName::ServiceUnavailableError);
    tells_no_internals(&error);
    assert_eq!(house.provider.exchanges(), 0);
}

#[tokio::test]
async fn someone_the_catalog_does_not_know_gets_no_session() {
    let house = House::new().await;
    house.catalog.forgets_everyone();
    let mut browser = Browser::default();
    let error = browser.sign_in(&house.sign_in).await.unwrap_err();
    assert!(matches!(
        error,
        SignInError::Resolve(ResolveError::UserNotFound)
    ));
    assert_eq!(error.name(), ErrorName::NotFoundError);
    assert_eq!(error.code(), "user_not_found");
    assert_eq!(browser.session, None);
    assert!(house.sessions().await.is_empty());
}

#[tokio::test]
async fn a_resolver_s_own_refusal_is_told_and_its_mishaps_are_not() {
    let refusal = sign_in_resolver("refuses", |_, _| async {
        Err(ResolveError::NotAllowed("Only on weekdays".to_owned()))
    });
    let mishap = sign_in_resolver("fails", |_, _| async {
        Err(ResolveError::Other("secret internals".into()))
    });
    let refusing = House::with(Plan {
        resolver: Some(Arc::new(refusal)),
        ..Plan::default()
    })
    .await;
    let error = Browser::default()
        .sign_in(&refusing.sign_in)
        .await
        .unwrap_err();
    assert_eq!(error.to_string(), "Only on weekdays");
    assert_eq!(error.name(), ErrorName::NotAllowedError);

    let failing = House::with(Plan {
        resolver: Some(Arc::new(mishap)),
        ..Plan::default()
    })
    .await;
    let error = Browser::default()
        .sign_in(&failing.sign_in)
        .await
        .unwrap_err();
    assert_eq!(error.to_string(), "The sign-in resolver failed");
    assert_eq!(error.name(), ErrorName::Error);
    assert!(error.detail().contains("secret internals"));
    tells_no_internals(&error);
}

#[tokio::test]
async fn another_account_helps_where_this_one_was_refused_only() {
    let house = House::new().await;
    let mut browser = Browser::default();
    let state = browser.start(&house.sign_in).await;
    let stranger = Browser::default().come_back(&house.sign_in, &state).await;
    let error = stranger.unwrap().outcome.unwrap_err();
    assert!(!error.asks_for_another_account());

    house.catalog.forgets_everyone();
    let refused = Browser::default().sign_in(&house.sign_in).await;
    assert!(refused.unwrap_err().asks_for_another_account());
    // A grant that no session uses is given back.
    settle().await;
    assert_eq!(house.provider.told_of_logout(), ["refresh-1"]);
    house.catalog.is_away(true);
    let unlucky = Browser::default().sign_in(&house.sign_in).await;
    assert!(!unlucky.unwrap_err().asks_for_another_account());
}

#[tokio::test]
async fn nothing_secret_is_in_debug_output() {
    let house = House::new().await;
    let mut browser = Browser::default();
    let state = browser.start(&house.sign_in).await;
    let answer = browser.come_back(&house.sign_in, &state).await.unwrap();
    let shown = format!("{answer:?}");
    let signed_in = answer.outcome.unwrap();
    let id_token = signed_in.session.provider_info.id_token.unwrap();
    let backstage = signed_in.session.backstage_identity.unwrap();
    for secret in [
        "access-1",
        "refresh-1",
        &id_token,
        backstage.token.expose(),
        &signed_in.cookie.expose(),
    ] {
        assert!(!shown.contains(secret), "{secret}");
    }
    let request = browser.refresh_request();
    let cookie = browser.session.unwrap();
    assert!(!format!("{request:?}").contains(&cookie));
}
