use serde_json::json;

use super::*;

fn claims(value: Value) -> Claims {
    Claims::try_from(value).unwrap()
}

fn code(outcome: Result<(), Violation>) -> &'static str {
    outcome.err().map_or("ok", |violation| violation.code())
}

#[test]
fn somebody_or_some_session_must_be_named() {
    let check = |value: Value| code(tells_who_or_which_session(&claims(value)));
    assert_eq!(check(json!({"sub": "ann"})), "ok");
    assert_eq!(check(json!({"sid": "s-1"})), "ok");
    assert_eq!(check(json!({"sub": "ann", "sid": "s-1"})), "ok");
    assert_eq!(check(json!({})), "logout_token_subject_missing");
    let malformed = "logout_token_claim_malformed";
    assert_eq!(check(json!({"sub": ""})), malformed);
    assert_eq!(check(json!({"sub": "ann", "sid": ""})), malformed);
    assert_eq!(check(json!({"sub": "ann", "sid": 1})), malformed);
    assert_eq!(check(json!({"sub": null, "sid": "s-1"})), malformed);
    assert_eq!(check(json!({"sid": "s".repeat(1025)})), malformed);
}

#[test]
fn the_logout_event_must_be_an_object_among_the_events() {
    let check = |events: Value| code(is_about_a_logout(&claims(json!({"events": events}))));
    assert_eq!(check(json!({LOGOUT_EVENT: {}})), "ok");
    assert_eq!(check(json!({"other": {}, LOGOUT_EVENT: {"a": 1}})), "ok");
    for events in [
        json!({"other": {}}),
        json!({LOGOUT_EVENT: true}),
        json!({LOGOUT_EVENT: null}),
        json!([LOGOUT_EVENT]),
        json!(LOGOUT_EVENT),
        json!(null),
    ] {
        assert_eq!(check(events), "logout_token_no_logout_event");
    }
    let none = is_about_a_logout(&claims(json!({})));
    assert_eq!(code(none), "logout_token_no_logout_event");
}

#[test]
fn a_nonce_of_any_value_is_one_too_many() {
    for nonce in [json!("n-1"), json!(""), json!(null)] {
        let outcome = has_no_nonce(&claims(json!({ "nonce": nonce })));
        assert_eq!(code(outcome), "logout_token_nonce_present");
    }
    assert_eq!(code(has_no_nonce(&claims(json!({})))), "ok");
}

#[test]
fn a_token_id_is_a_text_of_bounded_length() {
    let check = |value: Value| code(has_an_id(&claims(value)));
    assert_eq!(check(json!({"jti": "t-1"})), "ok");
    assert_eq!(check(json!({})), "logout_token_claim_missing");
    for jti in [json!(""), json!(7), json!("t".repeat(1025))] {
        assert_eq!(check(json!({ "jti": jti })), "logout_token_claim_malformed");
    }
}
