#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use rstest::rstest;
use serde_json::json;
use stagedoor_ambient::SystemEntropy;

use super::*;
use crate::SigningKey;

fn es256() -> Value {
    let key = SigningKey::generate(SigningAlgorithm::Es256, &SystemEntropy::default()).unwrap();
    serde_json::to_value(key.public_jwk()).unwrap()
}

#[test]
fn keeps_members_it_does_not_know_and_their_order() {
    let mut json = es256();
    json["x-note"] = json!("kept");
    let text = json.to_string();
    let jwk: PublicJwk = serde_json::from_str(&text).unwrap();
    assert_eq!(serde_json::to_string(&jwk).unwrap(), text);
}

#[rstest]
#[case("d")]
#[case("k")]
#[case("oth")]
fn refuses_private_members(#[case] member: &str) {
    let mut json = es256();
    json[member] = json!("AQAB");
    assert!(matches!(
        PublicJwk::from_json(json),
        Err(JwkError::Private { .. })
    ));
}

#[rstest]
#[case("kid", json!(""))]
#[case("kid", json!("a\nb"))]
#[case("kid", json!(7))]
#[case("kid", json!("k".repeat(257)))]
#[case("alg", json!("HS256"))]
#[case("alg", json!("none"))]
#[case("alg", json!("ES384"))]
#[case("alg", json!("RS256"))]
#[case("kty", json!("oct"))]
#[case("crv", json!("P-384"))]
#[case("use", json!("enc"))]
#[case("x", json!("AA"))]
#[case("y", json!("A".repeat(43)))]
#[case("x", json!("!".repeat(43)))]
fn refuses_members_that_do_not_fit(#[case] member: &str, #[case] value: Value) {
    let mut json = es256();
    json[member] = value;
    assert!(PublicJwk::from_json(json).is_err());
}

#[test]
fn refuses_what_is_no_object() {
    assert!(matches!(
        PublicJwk::from_json(json!("key")),
        Err(JwkError::NotAnObject)
    ));
}

proptest! {
    #[test]
    fn any_rsa_numbers_never_panic(n in "[A-Za-z0-9_-]{0,400}", e in "[A-Za-z0-9_-]{0,8}") {
        let json = json!({"kty": "RSA", "n": n, "e": e, "kid": "k", "alg": "RS256"});
        if let Ok(jwk) = PublicJwk::from_json(json) {
            prop_assert!(!jwk.verifies(b"message", &[0; 256]));
        }
    }
}
