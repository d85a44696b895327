use serde_json::{Value, json};

use super::*;

fn claims(value: Value) -> Claims {
    Claims::try_from(value).unwrap()
}

fn code(outcome: Result<(), Violation>) -> &'static str {
    outcome.err().map_or("ok", |violation| violation.code())
}

#[test]
fn other_audiences_need_us_as_authorized_party() {
    let check = |value: Value| code(authorized_party_is_the_client(&claims(value), "us"));
    assert_eq!(check(json!({"aud": "us"})), "ok");
    assert_eq!(check(json!({"aud": ["us", "us"]})), "ok");
    assert_eq!(check(json!({"aud": ["us", "them"], "azp": "us"})), "ok");
    assert_eq!(
        check(json!({"aud": ["us", "them"]})),
        "id_token_azp_mismatch"
    );
    assert_eq!(
        check(json!({"aud": ["us", "them"], "azp": "them"})),
        "id_token_azp_mismatch"
    );
    assert_eq!(
        check(json!({"aud": "us", "azp": "them"})),
        "id_token_azp_mismatch"
    );
    assert_eq!(
        check(json!({"aud": "us", "azp": 1})),
        "id_token_claim_malformed"
    );
}

#[test]
fn nonce_must_answer_the_request() {
    let nonce = Nonce::new("n-1");
    let check = |value: Value| code(nonce_is_the_one_sent(&claims(value), &nonce));
    assert_eq!(check(json!({"nonce": "n-1"})), "ok");
    assert_eq!(check(json!({"nonce": "n-2"})), "id_token_nonce_mismatch");
    assert_eq!(check(json!({"nonce": ""})), "id_token_nonce_mismatch");
    assert_eq!(check(json!({})), "id_token_nonce_missing");
    assert_eq!(check(json!({"nonce": null})), "id_token_claim_malformed");
}

#[test]
fn access_token_hash_follows_the_specifications_example() {
    // OpenID Connect Core, appendix A.3.
    let token = AccessToken::new("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y");
    let check = |at_hash: Value, alg| {
        let claims = claims(json!({"at_hash": at_hash}));
        code(access_token_is_the_one_hashed(&claims, &token, alg))
    };
    let example = json!("77QmUPtjPfzWtF2AnpK9RQ");
    assert_eq!(check(example.clone(), SigningAlg::RS256), "ok");
    assert_eq!(
        check(example, SigningAlg::RS384),
        "id_token_at_hash_mismatch"
    );
    assert_eq!(
        check(json!(""), SigningAlg::RS256),
        "id_token_at_hash_mismatch"
    );
    assert_eq!(
        check(json!(1), SigningAlg::RS256),
        "id_token_claim_malformed"
    );
}
