//! Logout tokens that lie (Back-Channel Logout 1.0 §2.6), as far as the tests of
//! that door, `tests/door/backchannel-logout.test.mjs`, do not have them.

use serde_json::{Value, json};
use stagedoor_ambient::Clock as _;
use stagedoor_demo_idp::hostile::{Forger, Jwt, SickServer, Sickness, keys};

use crate::support::{ADA, Answer, Browser, House, Plan, ada_again, forger, stranger};

const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
const PATH: &str = "/oidc/backchannel-logout?env=development";

/// A logout token of the house's provider, not signed yet.
fn token(house: &House) -> Jwt {
    let now = house.clock.now().as_second();
    let claims = json!({
        "iss": house.idp.issuer, "aud": "backstage", "iat": now, "exp": now + 120,
        "jti": "one-of-its-kind", "sub": ADA, "events": {EVENT: {}},
    });
    let (Value::Object(header), Value::Object(claims)) = (json!({"typ": "logout+jwt"}), claims)
    else {
        unreachable!()
    };
    Jwt { header, claims }
}

fn with(mut token: Jwt, claim: &str, value: impl Into<Value>) -> Jwt {
    token.claims.insert(claim.to_owned(), value.into());
    token
}

/// A house where someone is signed in, and whose provider publishes `signer`'s key.
async fn signed_in(signer: &Forger) -> (House, Browser) {
    let house = House::open(Plan::lying(keys::publish(signer))).await;
    let browser = house.signed_in().await;
    (house, browser)
}

async fn post(house: &House, token: &str) -> Answer {
    Browser::post(house, PATH, &[("logout_token", token)]).await
}

/// The token ends nothing, for breaking the rule `code`.
async fn refused(house: &House, browser: &Browser, token: &str, code: &str) {
    let answer = post(house, token).await;
    assert_eq!(answer.status, 400, "{answer:?}");
    assert_eq!(
        answer.message()["error_description"],
        "The logout token was not accepted"
    );
    assert_eq!(house.log.reasons("backchannel_logout"), [code]);
    house.nothing_leaks(&answer);
    assert_eq!(house.sessions().await, 1);
    ada_again(house, browser).await;
}

#[tokio::test]
async fn honest_logout() {
    let signer = forger();
    let (house, browser) = signed_in(&signer).await;
    let answer = post(&house, &signer.sign("RS256", token(&house)).unwrap()).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(house.sessions().await, 0);
    house.has_no_session(&browser).await;
}

#[tokio::test]
async fn key_in_the_header() {
    let (house, browser) = signed_in(&forger()).await;
    let stranger = stranger();
    let jwt = token(&house).with_header("jwk", stranger.jwk());
    let forged = stranger.sign("RS256", jwt).unwrap();
    refused(&house, &browser, &forged, "logout_token_unknown_key").await;
}

#[tokio::test]
async fn key_fetched_from_the_header() {
    let bait = SickServer::start(Sickness::Silence).await.unwrap();
    let (house, browser) = signed_in(&forger()).await;
    let jwt = token(&house).with_header("jku", bait.url());
    let forged = stranger().sign("RS256", jwt).unwrap();
    refused(&house, &browser, &forged, "logout_token_unknown_key").await;
    assert_eq!(bait.asked(), 0);
}

#[tokio::test]
async fn nbf_in_the_future() {
    let signer = forger();
    let (house, browser) = signed_in(&signer).await;
    let later = house.clock.now().as_second() + 600;
    let early = signer
        .sign("RS256", with(token(&house), "nbf", later))
        .unwrap();
    refused(&house, &browser, &early, "logout_token_not_yet_valid").await;
}

#[tokio::test]
async fn sub_that_is_a_number() {
    let signer = forger();
    let (house, browser) = signed_in(&signer).await;
    let odd = signer
        .sign("RS256", with(token(&house), "sub", 1815))
        .unwrap();
    refused(&house, &browser, &odd, "logout_token_claim_malformed").await;
}

/// Another provider that is configured here signs for its own people only,
/// whomever it names as the issuer.
#[tokio::test]
async fn key_of_another_provider() {
    let house = House::open(Plan {
        other: true,
        ..Plan::default()
    })
    .await;
    let signer = forger();
    let other = house.other.as_ref().unwrap();
    other.tells(keys::publish(&signer), &house.heard);
    let browser = house.signed_in().await;
    let foreign = signer.sign("RS256", token(&house)).unwrap();
    refused(&house, &browser, &foreign, "logout_token_unknown_key").await;
}

/// The same person's subject at another provider is somebody else's here.
#[tokio::test]
async fn logout_at_another_provider() {
    let signer = forger();
    let house = House::open(Plan {
        other: true,
        ..Plan::default()
    })
    .await;
    let other = house.other.as_ref().unwrap();
    other.tells(keys::publish(&signer), &house.heard);
    let browser = house.signed_in().await;
    let theirs = with(token(&house), "iss", other.issuer.as_str());
    let theirs = signer.sign("RS256", theirs).unwrap();
    let path = PATH.replace("/oidc/", "/other/");
    let answer = Browser::post(&house, &path, &[("logout_token", &theirs)]).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(house.sessions().await, 1);
    ada_again(&house, &browser).await;
}
