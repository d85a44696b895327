//! Refreshes that lie (Core §12.2). Whatever the provider answers wrongly is not
//! used: nothing of it is kept and nothing handed over. The session itself
//! stays, for the provider to answer better; it ends when the provider says
//! that the grant is over.

use serde_json::json;
use stagedoor_demo_idp::{
    RefreshPolicy,
    hostile::{Lie, id_token, signature, token_response, userinfo},
};

use crate::support::{Browser, House, ada_again, forger};

/// A house where someone is signed in, whose refresh token stays the same.
async fn signed_in() -> (House, Browser) {
    let house = House::new().await;
    house.idp.control.set_refresh_policy(RefreshPolicy::Fixed);
    let browser = house.signed_in().await;
    (house, browser)
}

/// With this lie nothing is handed over, and without it the session goes on.
async fn refused(lie: Lie, code: &str) {
    let (house, browser) = signed_in().await;
    house.later(60);
    house.lies(lie);
    let answer = browser.refresh(&house).await;
    house.refuses_a_refresh(&answer, code);
    assert_eq!(house.sessions().await, 1, "the session stays");
    house.is_honest();
    ada_again(&house, &browser).await;
}

/// With this lie the session goes on.
async fn accepted(lie: Lie) {
    let (house, browser) = signed_in().await;
    house.later(60);
    house.lies(lie);
    ada_again(&house, &browser).await;
}

#[tokio::test]
async fn honest_refresh() {
    accepted(Lie::new()).await;
}

#[tokio::test]
async fn honest_refresh_without_id_token() {
    accepted(token_response::lacks("id_token")).await;
}

/// Some providers repeat it, as §12.2 allows.
#[tokio::test]
async fn honest_refresh_with_the_nonce_of_the_sign_in() {
    let house = House::new().await;
    house.idp.control.set_refresh_policy(RefreshPolicy::Fixed);
    let seen = std::sync::Arc::new(std::sync::OnceLock::new());
    house.lies(Lie::new().id_token(move |_, claims| {
        let nonce = claims.get("nonce").cloned().unwrap_or_default();
        claims.insert("nonce".into(), seen.get_or_init(|| nonce).clone());
    }));
    let browser = house.signed_in().await;
    for _ in 0..2 {
        house.later(60);
        assert_eq!(browser.refresh(&house).await.status, 200);
    }
}

/// Some providers let people prove themselves anew in a session under way.
#[tokio::test]
async fn honest_refresh_after_another_login() {
    accepted(id_token::moved("auth_time", 30)).await;
}

#[tokio::test]
async fn sub_of_someone_else() {
    refused(
        id_token::says("sub", "grace-1906"),
        "id_token_subject_mismatch",
    )
    .await;
}

#[tokio::test]
async fn iss_of_another() {
    let lie = id_token::says("iss", "https://evil.example");
    refused(lie, "id_token_issuer_mismatch").await;
}

#[tokio::test]
async fn aud_of_another_client() {
    refused(
        id_token::says("aud", "another"),
        "id_token_audience_mismatch",
    )
    .await;
}

#[tokio::test]
async fn nonce_of_another_sign_in() {
    refused(
        id_token::says("nonce", "another"),
        "id_token_nonce_mismatch",
    )
    .await;
}

/// A provider that leaves it out once does not get to choose it later.
#[tokio::test]
async fn nonce_of_another_sign_in_after_one_without() {
    let (house, browser) = signed_in().await;
    assert_eq!(browser.refresh(&house).await.status, 200);
    house.later(60);
    house.lies(id_token::says("nonce", "another"));
    let answer = browser.refresh(&house).await;
    house.refuses_a_refresh(&answer, "id_token_nonce_mismatch");
}

/// An ID token from before the sign-in that it is to continue.
#[tokio::test]
async fn iat_before_the_sign_in() {
    let lie = id_token::moved("iat", -3_600);
    refused(lie, "id_token_issued_before_sign_in").await;
}

#[tokio::test]
async fn auth_time_before_the_sign_in() {
    let lie = id_token::moved("auth_time", -3_600);
    refused(lie, "id_token_auth_time_mismatch").await;
}

#[tokio::test]
async fn auth_time_to_come() {
    let lie = id_token::moved("auth_time", 3_600);
    refused(lie, "id_token_auth_time_mismatch").await;
}

#[tokio::test]
async fn exp_past() {
    refused(id_token::moved("exp", -2 * 3_600), "id_token_expired").await;
}

#[tokio::test]
async fn signed_by_another_key() {
    refused(
        signature::by_another(forger()),
        "id_token_signature_invalid",
    )
    .await;
}

#[tokio::test]
async fn alg_none() {
    refused(
        signature::unsigned("none"),
        "id_token_algorithm_not_allowed",
    )
    .await;
}

#[tokio::test]
async fn at_hash_of_another_access_token() {
    let lie = id_token::says("at_hash", "77QmUPtjPfzWtF2AnpK9RQ");
    refused(lie, "id_token_at_hash_mismatch").await;
}

#[tokio::test]
async fn userinfo_of_someone_else() {
    refused(
        userinfo::says("sub", "grace-1906"),
        "userinfo_subject_mismatch",
    )
    .await;
}

/// Userinfo of someone else, and no ID token that would tell.
#[tokio::test]
async fn userinfo_of_someone_else_without_id_token() {
    let lie = userinfo::says("sub", "grace-1906").token_response(|response| {
        response.shift_remove("id_token");
    });
    refused(lie, "userinfo_subject_mismatch").await;
}

#[tokio::test]
async fn access_token_missing() {
    refused(
        token_response::lacks("access_token"),
        "token_response_incomplete",
    )
    .await;
}

#[tokio::test]
async fn token_type_that_needs_a_proof() {
    refused(
        token_response::says("token_type", "DPoP"),
        "token_type_unsupported",
    )
    .await;
}

/// A provider that rotates has taken the refresh token of the refused answer for
/// used: the next refresh ends the grant, and with it the session.
#[tokio::test]
async fn sub_of_someone_else_with_rotation() {
    let house = House::new().await;
    let browser = house.signed_in().await;
    house.lies(id_token::says("sub", "grace-1906"));
    let answer = browser.refresh(&house).await;
    house.refuses_a_refresh(&answer, "id_token_subject_mismatch");
    assert_eq!(house.sessions().await, 1);
    house.is_honest();
    let answer = browser.refresh(&house).await;
    assert_eq!(answer.message()["error"]["code"], "grant_refused");
    assert_eq!(house.sessions().await, 0);
}

/// That a token is over may be a clock's fault, the provider's or ours: the new
/// refresh token is kept, and the session goes on when the clocks agree.
#[tokio::test]
async fn exp_past_with_rotation() {
    let house = House::new().await;
    let browser = house.signed_in().await;
    house.lies(id_token::moved("exp", -2 * 3_600));
    let answer = browser.refresh(&house).await;
    house.refuses_a_refresh(&answer, "id_token_expired");
    house.is_honest();
    ada_again(&house, &browser).await;
}

/// Userinfo came too late to take the new refresh token back: it is kept, so
/// that the session goes on once userinfo is about the right person.
#[tokio::test]
async fn userinfo_of_someone_else_with_rotation() {
    let house = House::new().await;
    let browser = house.signed_in().await;
    house.lies(userinfo::says("sub", "grace-1906"));
    let answer = browser.refresh(&house).await;
    house.refuses_a_refresh(&answer, "userinfo_subject_mismatch");
    house.is_honest();
    ada_again(&house, &browser).await;
}

/// What userinfo says decides who someone is at Backstage: an address that is no
/// longer verified ends that, tokens or not.
#[tokio::test]
async fn email_no_longer_verified() {
    refused(
        userinfo::says("email_verified", json!("yes")),
        "email_missing",
    )
    .await;
}
