//! Two providers, one of which is not honest (RFC 9700 §4.4, RFC 9207 §1).

use serde_json::json;
use stagedoor_demo_idp::{
    Endpoint,
    hostile::{Lie, keys},
};
use url::Url;

use crate::support::{Browser, House, Plan};

async fn house() -> House {
    House::open(Plan {
        other: true,
        ..Plan::default()
    })
    .await
}

fn parameter(url: &Url, name: &str) -> String {
    let mut found = url.query_pairs().filter(|(known, _)| known == name);
    found.next().unwrap().1.into_owned()
}

fn with(url: &Url, name: &str, value: &str) -> Url {
    let mut changed = url.clone();
    let kept = url.query_pairs().filter(|(known, _)| known != name);
    changed
        .query_pairs_mut()
        .clear()
        .extend_pairs(kept)
        .append_pair(name, value);
    changed
}

#[tokio::test]
async fn honest_providers_side_by_side() {
    let house = house().await;
    let browser = Browser::new();
    for provider in ["oidc", "other"] {
        let callback = browser.until_callback(&house, provider).await;
        let answer = browser.deliver(&house, &callback).await;
        House::is_a_session(&answer.message()["response"]);
    }
    assert_eq!(house.sessions().await, 2);
}

/// The victim picks the attacker's provider, which sends them on to the honest
/// one, to get the honest one's code at its own token endpoint.
#[tokio::test]
async fn authorization_endpoint_of_another_provider() {
    let house = house().await;
    let other = house.other.as_ref().unwrap();
    let honest = format!("{}/authorize", other.issuer);
    house.lies(Lie::new().discovery(move |document| {
        document.insert("authorization_endpoint".into(), json!(honest));
    }));
    house.later(2 * 3_600);
    // The lie is found by the renewal that this start causes.
    let browser = Browser::new();
    let authorize = loop {
        let started = browser.start(&house, "oidc").await.location.unwrap();
        if started.as_str().starts_with(&other.issuer) {
            break started;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    };
    let callback = browser.at_the_provider(&authorize).await;
    let answer = browser.deliver(&house, &callback).await;
    house
        .refuses(&browser, &answer, "callback_issuer_mismatch")
        .await;
    assert_eq!(
        house.idp.control.calls(Endpoint::Token),
        0,
        "the code went nowhere"
    );
    assert_eq!(other.control.calls(Endpoint::Token), 0);
}

/// An answer of one provider at the callback of another.
#[tokio::test]
async fn answer_at_the_callback_of_another_provider() {
    let house = house().await;
    let browser = Browser::new();
    let mut callback = browser.until_callback(&house, "oidc").await;
    let path = callback.path().replace("/oidc/", "/other/");
    callback.set_path(&path);
    let answer = browser.deliver(&house, &callback).await;
    assert_eq!(answer.message()["error"]["code"], "state_invalid");
    assert!(!answer.sets_a_session());
    house.nothing_leaks(&answer);
    house.has_no_session(&browser).await;
    assert_eq!(browser.refresh_at(&house, "other").await.status, 401);
    for idp in [&house.idp, house.other.as_ref().unwrap()] {
        assert_eq!(idp.control.calls(Endpoint::Token), 0);
    }
}

/// A code of one provider in the answer of another, which says who it is of.
#[tokio::test]
async fn code_and_iss_of_another_provider() {
    let house = house().await;
    let browser = Browser::new();
    let callback = browser.until_callback(&house, "oidc").await;
    let others = Browser::new().until_callback(&house, "other").await;
    let mixed = with(&callback, "code", &parameter(&others, "code"));
    let mixed = with(&mixed, "iss", &parameter(&others, "iss"));
    let answer = browser.deliver(&house, &mixed).await;
    house
        .refuses(&browser, &answer, "callback_issuer_mismatch")
        .await;
    assert_eq!(house.idp.control.calls(Endpoint::Token), 0);
}

/// The same, hidden: the provider whose code it is not is asked, and refuses.
#[tokio::test]
async fn code_of_another_provider() {
    let house = house().await;
    let browser = Browser::new();
    let callback = browser.until_callback(&house, "oidc").await;
    let others = Browser::new().until_callback(&house, "other").await;
    let mixed = with(&callback, "code", &parameter(&others, "code"));
    let answer = browser.deliver(&house, &mixed).await;
    house.refuses(&browser, &answer, "grant_refused").await;
}

/// A provider that publishes another's keys as its own, and hands its tokens on.
#[tokio::test]
async fn tokens_of_another_provider() {
    let house = house().await;
    let other = house.other.as_ref().unwrap();
    let token_endpoint = format!("{}/token", other.issuer);
    let published = other.keys().await;
    let lie = keys::only(published).discovery(move |document| {
        document.insert("token_endpoint".into(), json!(token_endpoint));
    });
    house.lies(lie);
    house.later(2 * 3_600);
    let browser = Browser::new();
    let asked = || house.idp.control.calls(Endpoint::Discovery);
    let before = asked();
    browser.start(&house, "oidc").await;
    while asked() == before {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let callback = browser.until_callback(&house, "oidc").await;
    let others = Browser::new().until_callback(&house, "other").await;
    let mixed = with(&callback, "code", &parameter(&others, "code"));
    let answer = browser.deliver(&house, &mixed).await;
    // Its redirect URI and its verifier are those of another flow.
    house.refuses(&browser, &answer, "grant_refused").await;
    assert_eq!(other.control.calls(Endpoint::Token), 1);
}

/// A session of one provider is none at another.
#[tokio::test]
async fn session_at_another_provider() {
    let house = house().await;
    let browser = house.signed_in().await;
    assert_eq!(browser.refresh(&house).await.status, 200);
    let elsewhere = browser.refresh_at(&house, "other").await;
    assert_eq!(elsewhere.status, 401);
    assert_eq!(elsewhere.message()["error"]["code"], "session_missing");
}
