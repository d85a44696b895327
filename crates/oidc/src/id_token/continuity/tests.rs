use crate::wiped::Wiped;
use serde_json::{Value, json};

use super::*;

const NOW: i64 = 1_800_000_000;

fn before() -> Value {
    json!({
        "iss": "https://id", "sub": "ann", "iat": NOW - 600, "auth_time": NOW - 900,
        "nonce": "n-1",
    })
}

/// The code of what is wrong with `before` as it is told now, with `changes`.
fn told(before: Value, changes: Value) -> &'static str {
    let mut claims = before.clone();
    for (name, value) in changes.as_object().unwrap() {
        match value {
            Value::Null => drop(claims.as_object_mut().unwrap().remove(name)),
            value => claims[name] = value.clone(),
        }
    }
    let claims = Claims::try_from(claims).unwrap();
    let before =
        VerifiedIdToken::of_parts(Wiped::new(String::new()), Claims::try_from(before).unwrap());
    code(&claims, OriginalSignIn::Told(&before))
}

fn code(claims: &Claims, original: OriginalSignIn<'_>) -> &'static str {
    let now = Timestamp::from_second(NOW).unwrap();
    let outcome = continues(claims, original, now, SignedDuration::from_secs(10));
    outcome.err().map_or("ok", |violation| violation.code())
}

#[test]
fn the_same_and_newer_tokens_continue_a_sign_in() {
    assert_eq!(told(before(), json!({})), "ok");
    assert_eq!(told(before(), json!({"iat": NOW, "nonce": null})), "ok");
    assert_eq!(told(before(), json!({"auth_time": null})), "ok");
    assert_eq!(told(before(), json!({"auth_time": NOW})), "ok");
}

#[test]
fn issuer_and_subject_stay_the_same() {
    let code = told(before(), json!({"iss": "https://id/other-tenant"}));
    assert_eq!(code, "id_token_issuer_mismatch");
    let code = told(before(), json!({"sub": "bob"}));
    assert_eq!(code, "id_token_subject_mismatch");
}

#[test]
fn an_older_token_does_not() {
    let older = |seconds: i64| told(before(), json!({"iat": NOW - 600 - seconds}));
    assert_eq!(older(10), "ok");
    assert_eq!(older(11), "id_token_issued_before_sign_in");
}

#[test]
fn nobody_authenticated_before_they_signed_in_or_in_the_future() {
    let at = |auth_time: i64| told(before(), json!({ "auth_time": auth_time }));
    assert_eq!(at(NOW - 910), "ok");
    assert_eq!(at(NOW - 911), "id_token_auth_time_mismatch");
    assert_eq!(at(NOW + 10), "ok");
    assert_eq!(at(NOW + 11), "id_token_auth_time_mismatch");
    let odd = told(before(), json!({"auth_time": "yesterday"}));
    assert_eq!(odd, "id_token_claim_malformed");
}

#[test]
fn the_nonce_is_that_of_the_sign_in_or_absent() {
    let mismatch = "id_token_nonce_mismatch";
    assert_eq!(told(before(), json!({"nonce": "n-2"})), mismatch);
    let mut without = before();
    without.as_object_mut().unwrap().remove("nonce");
    assert_eq!(told(without.clone(), json!({})), "ok");
    assert_eq!(told(without, json!({"nonce": "n-1"})), mismatch);
}

#[test]
fn of_a_sign_in_elsewhere_only_what_is_known_is_compared() {
    let claims = Claims::try_from(before()).unwrap();
    assert_eq!(code(&claims, OriginalSignIn::Unknown), "ok");
    assert_eq!(code(&claims, OriginalSignIn::Of("ann")), "ok");
    let other = code(&claims, OriginalSignIn::Of("bob"));
    assert_eq!(other, "id_token_subject_mismatch");
}
