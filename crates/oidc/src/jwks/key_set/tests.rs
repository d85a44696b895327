use aws_lc_rs::{
    encoding::AsBigEndian as _,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use proptest::prelude::*;
use serde_json::json;

use super::*;

fn b64(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn rsa(bits: usize) -> Value {
    let mut modulus = vec![0xff; bits.div_ceil(8)];
    modulus[0] >>= modulus.len() * 8 - bits;
    json!({"kty": "RSA", "n": b64(&modulus), "e": "AQAB"})
}

fn with(mut jwk: Value, name: &str, value: Value) -> Value {
    jwk[name] = value;
    jwk
}

fn usable(jwk: Value) -> bool {
    let set = KeySet::read(&json!({"keys": [jwk]})).unwrap();
    set.candidates(None, SigningAlg::RS256).count() == 1
}

#[test]
fn a_plain_rsa_key_is_usable() {
    assert!(usable(rsa(2048)));
    assert!(usable(with(rsa(2048), "use", json!("sig"))));
    assert!(usable(with(rsa(2048), "alg", json!("RS256"))));
    assert!(usable(with(rsa(2048), "key_ops", json!(["verify"]))));
}

#[test]
fn private_and_symmetric_keys_are_ignored() {
    for part in ["d", "p", "q", "k"] {
        assert!(!usable(with(rsa(2048), part, json!("AQAB"))), "{part}");
    }
    assert!(!usable(json!({"kty": "oct", "k": "AQAB"})));
}

#[test]
fn keys_for_other_uses_are_ignored() {
    assert!(!usable(with(rsa(2048), "use", json!("enc"))));
    assert!(!usable(with(rsa(2048), "key_ops", json!(["encrypt"]))));
    assert!(!usable(with(rsa(2048), "key_ops", json!("verify"))));
    assert!(!usable(with(rsa(2048), "alg", json!("RS512"))));
    assert!(!usable(with(rsa(2048), "alg", json!("RSA-OAEP"))));
}

#[test]
fn rsa_keys_too_short_or_too_long_are_ignored() {
    assert!(!usable(rsa(1024)));
    assert!(!usable(rsa(2047)));
    assert!(usable(rsa(8192)));
    assert!(!usable(rsa(8193)));
}

#[test]
fn leading_zeros_do_not_lengthen_a_key() {
    let padded = [vec![0; 128], vec![0xff; 128]].concat();
    assert!(!usable(
        json!({"kty": "RSA", "n": b64(&padded), "e": "AQAB"})
    ));
}

#[test]
fn rsa_exponents_out_of_bounds_are_ignored() {
    for exponent in [&[][..], &[0], &[1], &[2], &[1, 0, 0, 0, 1]] {
        assert!(!usable(with(rsa(2048), "e", json!(b64(exponent)))));
    }
}

#[test]
fn coordinates_must_have_the_curves_length_and_be_on_it() {
    let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
    let (x, y) = pair.public_key().as_ref()[1..].split_at(32);
    let count = |x: &[u8], y: &[u8]| {
        let jwk = json!({"kty": "EC", "crv": "P-256", "x": b64(x), "y": b64(y)});
        let set = KeySet::read(&json!({ "keys": [jwk] })).unwrap();
        set.candidates(None, SigningAlg::ES256).count()
    };
    assert_eq!(count(x, y), 1);
    assert_eq!(count(&x[1..], y), 0);
    assert_eq!(count(&[&[0], x].concat(), y), 0);
    assert_eq!(count(y, x), 0, "not on the curve");
}

#[test]
fn kid_selects_and_its_absence_tries_a_bounded_number() {
    let keys: Vec<Value> = (0..10)
        .map(|index| with(rsa(2048), "kid", json!(format!("k{}", index / 2))))
        .collect();
    let set = KeySet::read(&json!({ "keys": keys })).unwrap();
    let count = |kid| set.candidates(kid, SigningAlg::RS256).count();
    assert_eq!(count(Some("k1")), 2, "a kid used twice");
    assert_eq!(count(Some("nobody")), 0);
    assert_eq!(count(None), MAX_TRIED);
}

#[test]
fn a_key_set_that_is_none_is_refused() {
    for document in [json!(null), json!([]), json!({}), json!({"keys": {}})] {
        assert_eq!(
            KeySet::read(&document).unwrap_err().code(),
            "jwks_malformed"
        );
    }
    let many = json!({"keys": vec![json!({}); MAX_KEYS + 1]});
    assert!(KeySet::read(&many).is_err());
}

#[test]
fn an_ed25519_key_verifies_its_own_signature_only() {
    let pair = Ed25519KeyPair::generate().unwrap();
    let x = b64(pair.public_key().as_ref());
    let set = KeySet::read(&json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "x": x}]})).unwrap();
    let key = set.candidates(None, SigningAlg::EdDSA).next().unwrap();
    let signature = pair.sign(b"message");
    assert!(key.verifies(signature.as_ref(), b"message", SigningAlg::EdDSA));
    assert!(!key.verifies(signature.as_ref(), b"massage", SigningAlg::EdDSA));
    assert!(!key.verifies(signature.as_ref(), b"message", SigningAlg::RS256));
    let seed = pair.seed().unwrap().as_be_bytes().unwrap();
    assert_eq!(seed.as_ref().len(), 32);
}

proptest! {
    #[test]
    fn no_key_makes_it_panic_and_none_verifies_noise(
        kty in "(RSA|EC|OKP|oct|.{0,4})",
        crv in "(P-256|P-384|P-521|Ed25519|.{0,4})",
        n in "[A-Za-z0-9_=-]{0,400}",
        e in "[A-Za-z0-9_=-]{0,8}",
        x in "[A-Za-z0-9_=-]{43}",
        signature in prop::collection::vec(any::<u8>(), 0..300),
    ) {
        let document = json!({"keys": [
            {"kty": kty, "crv": crv, "n": n, "e": e, "x": x.clone(), "y": x}, n, null, 3,
        ]});
        let set = KeySet::read(&document).unwrap();
        for alg in SigningAlg::ALL {
            for key in set.candidates(None, alg) {
                prop_assert!(!key.verifies(&signature, b"message", alg));
            }
        }
    }
}
