//! ID tokens that are signed by the provider, and lie (Core §2, §3.1.3.7).

use serde_json::json;
use stagedoor_demo_idp::hostile::{id_token, signature};

use crate::support::{Browser, House, Plan, accepted, accepted_by, refused, refused_by};

const MISSING: &str = "id_token_claim_missing";
const MALFORMED: &str = "id_token_claim_malformed";
const AUDIENCE: &str = "id_token_audience_mismatch";
const AZP: &str = "id_token_azp_mismatch";

fn recent() -> Plan {
    Plan::default().setting("maxAge: { minutes: 5 }")
}

fn strong() -> Plan {
    Plan::default()
        .setting("acrValues: [phr]")
        .setting("acrEssential: true")
}

#[tokio::test]
async fn honest_audience_of_several() {
    let lie = stagedoor_demo_idp::hostile::Lie::new().id_token(|_, claims| {
        claims.insert("aud".into(), json!(["another", "backstage"]));
        claims.insert("azp".into(), json!("backstage"));
    });
    accepted(lie).await;
}

#[tokio::test]
async fn honest_token_without_at_hash() {
    accepted(id_token::lacks("at_hash")).await;
}

#[tokio::test]
async fn honest_authentication_of_today() {
    accepted_by(recent(), id_token::moved("auth_time", -60)).await;
}

#[tokio::test]
async fn honest_authentication_of_the_required_class() {
    accepted_by(strong(), id_token::says("acr", "phr")).await;
}

#[tokio::test]
async fn iss_missing() {
    refused(id_token::lacks("iss"), MISSING).await;
}

#[tokio::test]
async fn iss_of_another() {
    let lie = id_token::says("iss", "https://evil.example");
    refused(lie, "id_token_issuer_mismatch").await;
}

#[tokio::test]
async fn iss_with_a_slash_too_many() {
    let house = House::new().await;
    house.lies(id_token::says("iss", format!("{}/", house.idp.issuer)));
    house.lets_nobody_in("id_token_issuer_mismatch").await;
}

#[tokio::test]
async fn iss_that_is_a_list() {
    let house = House::new().await;
    house.lies(id_token::says("iss", json!([house.idp.issuer])));
    house.lets_nobody_in(MALFORMED).await;
}

#[tokio::test]
async fn aud_missing() {
    refused(id_token::lacks("aud"), MISSING).await;
}

#[tokio::test]
async fn aud_of_another_client() {
    refused(id_token::says("aud", "another"), AUDIENCE).await;
}

#[tokio::test]
async fn aud_of_nobody() {
    refused(id_token::says("aud", json!([])), AUDIENCE).await;
}

#[tokio::test]
async fn aud_that_only_begins_like_ours() {
    refused(id_token::says("aud", "backstage2"), AUDIENCE).await;
}

#[tokio::test]
async fn aud_that_is_an_object() {
    refused(id_token::says("aud", json!({"backstage": true})), MALFORMED).await;
}

#[tokio::test]
async fn aud_of_several_without_azp() {
    refused(id_token::says("aud", json!(["backstage", "another"])), AZP).await;
}

#[tokio::test]
async fn azp_of_another_client() {
    refused(id_token::says("azp", "another"), AZP).await;
}

#[tokio::test]
async fn sub_missing() {
    refused(id_token::lacks("sub"), MISSING).await;
}

#[tokio::test]
async fn sub_empty() {
    refused(id_token::says("sub", ""), MALFORMED).await;
}

#[tokio::test]
async fn sub_too_long() {
    refused(id_token::says("sub", "a".repeat(256)), MALFORMED).await;
}

#[tokio::test]
async fn sub_that_is_a_number() {
    refused(id_token::says("sub", 1815), MALFORMED).await;
}

#[tokio::test]
async fn exp_missing() {
    refused(id_token::lacks("exp"), MISSING).await;
}

#[tokio::test]
async fn exp_past() {
    refused(id_token::moved("exp", -2 * 3_600), "id_token_expired").await;
}

#[tokio::test]
async fn exp_that_is_a_text() {
    refused(id_token::says("exp", "tomorrow"), MALFORMED).await;
}

#[tokio::test]
async fn iat_missing() {
    refused(id_token::lacks("iat"), MISSING).await;
}

#[tokio::test]
async fn iat_in_the_future() {
    refused(id_token::moved("iat", 600), "id_token_issued_in_future").await;
}

#[tokio::test]
async fn nbf_in_the_future() {
    let house = House::new().await;
    let later = jiff::Timestamp::now().as_second() + 600;
    house.lies(id_token::says("nbf", later));
    house.lets_nobody_in("id_token_not_yet_valid").await;
}

#[tokio::test]
async fn nonce_missing() {
    refused(id_token::lacks("nonce"), "id_token_nonce_missing").await;
}

#[tokio::test]
async fn nonce_of_another_request() {
    refused(
        id_token::says("nonce", "another"),
        "id_token_nonce_mismatch",
    )
    .await;
}

#[tokio::test]
async fn nonce_that_is_a_list() {
    refused(id_token::says("nonce", json!(["a"])), MALFORMED).await;
}

/// An ID token that was good once, in another browser's flow.
#[tokio::test]
async fn token_replayed_from_another_flow() {
    let house = House::new().await;
    house.lies(signature::replayed());
    house.signed_in().await;
    let browser = Browser::new();
    let answer = browser.sign_in(&house).await;
    let code = "id_token_nonce_mismatch";
    assert_eq!(answer.message()["error"]["code"], code);
    assert_eq!(house.log.reasons("sign_in_refused"), [code]);
    assert_eq!(house.sessions().await, 1, "only the first");
    house.has_no_session(&browser).await;
}

#[tokio::test]
async fn at_hash_of_another_access_token() {
    let lie = id_token::says("at_hash", "77QmUPtjPfzWtF2AnpK9RQ");
    refused(lie, "id_token_at_hash_mismatch").await;
}

#[tokio::test]
async fn at_hash_that_is_a_number() {
    refused(id_token::says("at_hash", 1), MALFORMED).await;
}

#[tokio::test]
async fn auth_time_missing_though_asked_for() {
    refused_by(recent(), id_token::lacks("auth_time"), MISSING).await;
}

#[tokio::test]
async fn auth_time_too_long_ago() {
    let lie = id_token::moved("auth_time", -3_600);
    refused_by(recent(), lie, "id_token_authentication_too_old").await;
}

#[tokio::test]
async fn acr_missing_though_required() {
    refused_by(strong(), id_token::lacks("acr"), "id_token_acr_mismatch").await;
}

#[tokio::test]
async fn acr_weaker_than_required() {
    refused_by(
        strong(),
        id_token::says("acr", "pwd"),
        "id_token_acr_mismatch",
    )
    .await;
}
