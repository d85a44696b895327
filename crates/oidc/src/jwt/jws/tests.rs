use proptest::prelude::*;
use serde_json::json;

use super::*;

fn token(header: &Value) -> String {
    let b64 = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.c2ln", b64(header), b64(&json!({"sub": "ann"})))
}

#[test]
fn a_token_is_taken_apart() {
    let token = token(&json!({"alg": "RS256", "kid": "k1"}));
    let jws = Jws::read(Place::IdToken, &token).unwrap();
    assert_eq!(jws.kid(), Some("k1"));
    assert_eq!(jws.signature(), b"sig");
    assert_eq!(jws.claims().str("sub"), Some("ann"));
    assert_eq!(jws.algorithm_is(SigningAlg::RS256), Ok(()));
}

#[test]
fn unsigned_symmetric_and_other_algorithms_are_refused() {
    for alg in [
        json!("none"),
        json!("None"),
        json!("HS256"),
        json!("RS512"),
        json!("rs256"),
        json!(""),
        json!(null),
        json!(["RS256"]),
    ] {
        let token = token(&json!({"alg": alg}));
        let violation = Jws::read(Place::IdToken, &token)
            .unwrap()
            .algorithm_is(SigningAlg::RS256);
        assert_eq!(
            violation.unwrap_err().code(),
            "id_token_algorithm_not_allowed"
        );
    }
}

#[test]
fn critical_extensions_are_refused_even_an_empty_list() {
    for crit in [json!(["b64"]), json!([]), json!(null)] {
        let token = token(&json!({"alg": "RS256", "crit": crit}));
        let jws = Jws::read(Place::IdToken, &token).unwrap();
        let violation = jws.has_no_critical_extension().unwrap_err();
        assert_eq!(violation.code(), "id_token_critical_header");
    }
}

#[test]
fn other_kinds_of_token_are_refused() {
    let kind = |typ: Value| {
        let token = token(&json!({"alg": "RS256", "typ": typ}));
        Jws::read(Place::IdToken, &token)
            .unwrap()
            .kind_is("JWT")
            .is_ok()
    };
    assert!(kind(json!("JWT")) && kind(json!("jwt")) && kind(json!("application/jwt")));
    for typ in [
        json!("at+jwt"),
        json!("logout+jwt"),
        json!("secevent+jwt"),
        json!(""),
        json!(1),
    ] {
        assert!(!kind(typ));
    }
}

#[test]
fn an_encrypted_token_is_refused() {
    assert_eq!(
        Jws::read(Place::IdToken, "a.b.c.d.e").unwrap_err(),
        Violation::EncryptedToken { at: Place::IdToken }
    );
}

#[test]
fn a_token_too_long_is_not_even_decoded() {
    let code = Jws::read(Place::IdToken, &"a".repeat(MAX_TOKEN + 1))
        .unwrap_err()
        .code();
    assert_eq!(code, "id_token_too_long");
}

#[test]
fn anything_but_three_parts_of_strict_base64url_is_refused() {
    let good = token(&json!({"alg": "RS256"}));
    for bad in [
        "",
        ".",
        "..",
        "...",
        "a.b",
        &good.replace("c2ln", "c2ln="),
        &format!("{good}."),
        &format!(" {good}"),
        &format!("{good}\n"),
        &good.replace("c2ln", "c2l/"),
    ] {
        assert_eq!(
            Jws::read(Place::IdToken, bad).unwrap_err().code(),
            "id_token_malformed",
            "{bad:?}"
        );
    }
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in ".{0,200}") {
        prop_assert!(Jws::read(Place::IdToken, &text).is_err());
    }

    #[test]
    fn no_decodable_text_makes_it_panic(
        header in prop::collection::vec(any::<u8>(), 0..60),
        payload in prop::collection::vec(any::<u8>(), 0..60),
    ) {
        let token = format!("{}.{}.", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload));
        if let Ok(jws) = Jws::read(Place::IdToken, &token) {
            prop_assert!(jws.algorithm_is(SigningAlg::RS256).is_err());
        }
    }
}
