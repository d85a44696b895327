use serde_json::{Value, json};

use super::*;

const AT: Place = Place::IdToken;
const NOW: i64 = 1_800_000_000;
const TOLERANCE: SignedDuration = SignedDuration::from_secs(30);

fn claims(value: Value) -> Claims {
    Claims::try_from(value).unwrap()
}

fn now() -> Timestamp {
    Timestamp::from_second(NOW).unwrap()
}

fn code(outcome: Result<(), Violation>) -> &'static str {
    outcome.err().map_or("ok", |violation| violation.code())
}

#[test]
fn audience_is_one_or_many_texts_with_us_among_them() {
    let check = |aud: Value| {
        code(audience_has_the_client(
            AT,
            &claims(json!({"aud": aud})),
            "us",
        ))
    };
    assert_eq!(check(json!("us")), "ok");
    assert_eq!(check(json!(["them", "us"])), "ok");
    assert_eq!(check(json!("them")), "id_token_audience_mismatch");
    assert_eq!(check(json!("us them")), "id_token_audience_mismatch");
    assert_eq!(check(json!([])), "id_token_audience_mismatch");
    assert_eq!(check(json!(["us", 3])), "id_token_claim_malformed");
    assert_eq!(check(json!({"us": true})), "id_token_claim_malformed");
}

#[test]
fn expiry_has_a_tolerance_and_an_end() {
    let check = |exp: Value| {
        code(is_not_expired(
            AT,
            &claims(json!({"exp": exp})),
            now(),
            TOLERANCE,
        ))
    };
    assert_eq!(check(json!(NOW + 1)), "ok");
    assert_eq!(check(json!(NOW - 29)), "ok");
    assert_eq!(check(json!(NOW - 30)), "id_token_expired");
    assert_eq!(check(json!(i64::MIN)), "id_token_expired");
    assert_eq!(check(json!(i64::MAX)), "ok");
    assert_eq!(
        check(json!((NOW + 1).to_string())),
        "id_token_claim_malformed"
    );
}

#[test]
fn issue_time_is_required_and_not_in_the_future() {
    let check = |value: Value| {
        code(is_not_issued_in_future(
            AT,
            &claims(value),
            now(),
            TOLERANCE,
        ))
    };
    assert_eq!(check(json!({"iat": NOW + 30})), "ok");
    assert_eq!(check(json!({"iat": NOW + 31})), "id_token_issued_in_future");
    assert_eq!(check(json!({})), "id_token_claim_missing");
}

#[test]
fn not_before_is_honoured_when_present() {
    let check = |value: Value| code(is_valid_already(AT, &claims(value), now(), TOLERANCE));
    assert_eq!(check(json!({})), "ok");
    assert_eq!(check(json!({"nbf": NOW + 30})), "ok");
    assert_eq!(check(json!({"nbf": NOW + 31})), "id_token_not_yet_valid");
}

#[test]
fn subject_is_a_text_of_bounded_length() {
    let check = |sub: Value| code(subject_is_well_formed(AT, &claims(json!({"sub": sub}))));
    assert_eq!(check(json!("ann")), "ok");
    assert_eq!(check(json!("")), "id_token_claim_malformed");
    assert_eq!(check(json!("a".repeat(256))), "id_token_claim_malformed");
    assert_eq!(check(json!(42)), "id_token_claim_malformed");
}
