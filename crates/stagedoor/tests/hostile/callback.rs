//! Authorization responses that lie (Core §3.1.2.5, RFC 6749 §4.1.2, RFC 9207),
//! and flows that are not this browser's.

use reqwest::StatusCode;
use stagedoor_demo_idp::{Endpoint, hostile::callback};
use url::Url;

use crate::support::{Browser, House, accepted, refused};

#[tokio::test]
async fn honest_callback_with_more_parameters() {
    accepted(callback::also_says("session_state", "x")).await;
}

#[tokio::test]
async fn iss_of_another() {
    refused(
        callback::says("iss", "https://evil.example"),
        "callback_issuer_mismatch",
    )
    .await;
}

#[tokio::test]
async fn iss_missing_though_announced() {
    refused(callback::lacks("iss"), "callback_issuer_missing").await;
}

#[tokio::test]
async fn iss_twice() {
    let house = House::new().await;
    house.lies(callback::also_says("iss", house.idp.issuer.clone()));
    house.lets_nobody_in("callback_duplicate_parameter").await;
}

#[tokio::test]
async fn code_twice() {
    let lie = callback::also_says("code", "another");
    refused(lie, "callback_duplicate_parameter").await;
}

#[tokio::test]
async fn code_missing() {
    refused(callback::lacks("code"), "callback_incomplete").await;
}

#[tokio::test]
async fn code_empty() {
    refused(callback::says("code", ""), "callback_incomplete").await;
}

#[tokio::test]
async fn code_too_long() {
    refused(
        callback::says("code", "a".repeat(9_000)),
        "callback_too_long",
    )
    .await;
}

#[tokio::test]
async fn code_invented() {
    refused(callback::says("code", "invented"), "grant_refused").await;
}

#[tokio::test]
async fn error_beside_a_code() {
    refused(
        callback::also_says("error", "access_denied"),
        "provider_denied",
    )
    .await;
}

#[tokio::test]
async fn error_with_markup() {
    let markup = "</p><script>alert(1)</script><img src=x onerror=alert(1)>');alert(1)//";
    refused(callback::says("error", markup), "provider_denied").await;
}

#[tokio::test]
async fn error_without_end() {
    refused(
        callback::says("error", "a".repeat(9_000)),
        "callback_too_long",
    )
    .await;
}

#[tokio::test]
async fn state_changed() {
    refused(callback::says("state", "sd1.invented"), "state_invalid").await;
}

#[tokio::test]
async fn state_twice() {
    refused(callback::also_says("state", "another"), "state_invalid").await;
}

/// Nothing says where the answer belongs.
#[tokio::test]
async fn state_missing() {
    let house = House::new().await;
    house.lies(callback::lacks("state"));
    let browser = Browser::new();
    let answer = browser.sign_in(&house).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert_eq!(answer.message()["error"]["code"], "environment_missing");
    assert_eq!(
        house.log.reasons("sign_in_refused"),
        ["environment_missing"]
    );
    house.no_secret_is_logged();
    house.has_no_session(&browser).await;
    assert_eq!(house.idp.control.calls(Endpoint::Token), 0);
}

/// Login CSRF: the attacker's own callback, opened in the victim's browser.
#[tokio::test]
async fn flow_of_another_browser() {
    let house = House::new().await;
    let callback = Browser::new().until_callback(&house, "oidc").await;
    let victim = Browser::new();
    let answer = victim.deliver(&house, &callback).await;
    house.refuses(&victim, &answer, "flow_cookie_missing").await;
    assert_eq!(house.idp.control.calls(Endpoint::Token), 0);
}

/// The same while the victim has a flow of their own under way.
#[tokio::test]
async fn flow_of_another_browser_beside_ones_own() {
    let house = House::new().await;
    let callback = Browser::new().until_callback(&house, "oidc").await;
    let victim = Browser::new();
    victim.until_callback(&house, "oidc").await;
    let answer = victim.deliver(&house, &callback).await;
    house.refuses(&victim, &answer, "flow_cookie_invalid").await;
}

/// Code injection (RFC 9700 §4.5): a code that was stolen from someone, in the
/// attacker's own flow. PKCE tells.
#[tokio::test]
async fn code_of_another_browser() {
    let house = House::new().await;
    let stolen = Browser::new().until_callback(&house, "oidc").await;
    let attacker = Browser::new();
    let own = attacker.until_callback(&house, "oidc").await;
    let injected = with_code_of(&own, &stolen);
    let answer = attacker.deliver(&house, &injected).await;
    house.refuses(&attacker, &answer, "grant_refused").await;
}

/// A callback that was used, from the browser's history or a log.
#[tokio::test]
async fn callback_replayed() {
    let house = House::new().await;
    let browser = Browser::new();
    let callback = browser.until_callback(&house, "oidc").await;
    // A copy of the flow's cookie, as of a browser that is not told to drop it.
    let first = browser.deliver(&house, &callback).await;
    assert!(first.sets_a_session());
    let again = browser.deliver(&house, &callback).await;
    assert!(!again.sets_a_session());
    assert_eq!(again.message()["error"]["code"], "flow_cookie_missing");
    assert_eq!(
        house.log.reasons("sign_in_refused"),
        ["flow_cookie_missing"]
    );
    assert_eq!(house.sessions().await, 1);
    assert_eq!(house.idp.control.calls(Endpoint::Token), 1);
}

/// Two deliveries of one callback at once: one code, one session.
#[tokio::test]
async fn callback_delivered_twice_at_once() {
    let house = House::new().await;
    let browser = Browser::new();
    let callback = browser.until_callback(&house, "oidc").await;
    let deliver = || browser.deliver(&house, &callback);
    let (one, two) = tokio::join!(deliver(), deliver());
    let signed_in = [&one, &two].iter().filter(|it| it.sets_a_session()).count();
    assert_eq!(signed_in, 1, "{one:?} {two:?}");
    assert_eq!(house.log.reasons("sign_in_refused"), ["flow_already_used"]);
    assert_eq!(house.sessions().await, 1);
    assert_eq!(house.idp.control.calls(Endpoint::Token), 1);
}

#[tokio::test]
async fn callback_too_late() {
    let house = House::new().await;
    let browser = Browser::new();
    let callback = browser.until_callback(&house, "oidc").await;
    house.later(11 * 60);
    let answer = browser.deliver(&house, &callback).await;
    house.refuses(&browser, &answer, "flow_expired").await;
}

/// `callback` with the code of `other`.
fn with_code_of(callback: &Url, other: &Url) -> Url {
    let code = other
        .query_pairs()
        .find(|(name, _)| name == "code")
        .unwrap()
        .1;
    let mut url = callback.clone();
    let kept = callback.query_pairs().filter(|(name, _)| name != "code");
    url.query_pairs_mut()
        .clear()
        .extend_pairs(kept)
        .append_pair("code", &code);
    url
}
