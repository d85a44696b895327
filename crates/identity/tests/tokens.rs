//! Tokens that are not what they seem.
#![allow(clippy::unwrap_used)]

mod support;

use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use stagedoor_ambient::{Entropy, NoEntropy, SystemEntropy};
use stagedoor_identity::{
    BackstageIdentity, EntityRef, IssueError, KeySet, MAX_TOKEN_LENGTH, PluginTokenIssuer,
    SigningAlgorithm, SigningKey, TokenError, UserClaims, UserTokenIssuer, UserTokenVerifier,
    limited_user_token,
};
use support::texts;

const ISSUER: &str = "https://backstage.example.com/api/auth";

fn now() -> Timestamp {
    Timestamp::from_second(1_700_000_000).unwrap()
}

fn key(algorithm: SigningAlgorithm) -> SigningKey {
    SigningKey::generate(algorithm, &SystemEntropy::default()).unwrap()
}

fn issue_with(
    key: &SigningKey,
    extra: Map<String, Value>,
) -> Result<BackstageIdentity, IssueError> {
    let jane = EntityRef::parse("user:jane").unwrap();
    let claims = UserClaims {
        ent: vec![jane.clone(), EntityRef::parse("group:ops").unwrap()],
        sub: jane,
        extra,
    };
    let issuer = UserTokenIssuer {
        issuer: ISSUER.to_owned(),
        lifetime: SignedDuration::from_hours(1),
        omit_ownership_claim: true,
    };
    issuer.issue(key, &claims, now())
}

fn issue(key: &SigningKey) -> String {
    let identity = issue_with(key, Map::new()).unwrap();
    identity.token.expose().to_owned()
}

fn verify_at(token: &str, keys: &KeySet, at: Timestamp) -> Result<String, TokenError> {
    UserTokenVerifier::verify(token, keys, ISSUER, at).map(|user| user.user_entity_ref.to_string())
}

fn verify(token: &str, keys: &KeySet) -> Result<String, TokenError> {
    verify_at(token, keys, now())
}

fn encode(json: &Value) -> String {
    URL_SAFE_NO_PAD.encode(json.to_string())
}

fn parts(token: &str) -> [&str; 3] {
    let parts: Vec<&str> = token.split('.').collect();
    parts.try_into().unwrap()
}

#[test]
fn a_fresh_key_of_each_algorithm_signs_what_its_public_half_verifies() {
    for algorithm in SigningAlgorithm::ALL {
        let key = key(algorithm);
        let keys = KeySet::new([key.public_jwk()]);
        let token = issue(&key);
        assert_eq!(verify(&token, &keys).unwrap(), "user:default/jane");
        let limited = limited_user_token(&token).unwrap();
        assert_eq!(verify(&limited, &keys).unwrap(), "user:default/jane");
    }
}

#[test]
fn a_keys_id_comes_from_the_entropy() {
    #[derive(Debug)]
    struct Sevens;
    impl Entropy for Sevens {
        fn fill(&self, bytes: &mut [u8]) -> Result<(), NoEntropy> {
            bytes.fill(7);
            Ok(())
        }
    }
    let key = SigningKey::generate(SigningAlgorithm::Es256, &Sevens).unwrap();
    assert_eq!(key.kid(), "07070707-0707-4707-8707-070707070707");
}

#[test]
fn secrets_do_not_show() {
    let key = key(SigningAlgorithm::EdDsa);
    let identity = issue_with(&key, Map::new()).unwrap();
    let shown = format!("{key:?} {identity:?} {:?}", key.public_jwk());
    assert!(!shown.contains(identity.token.expose()));
    let signature = parts(identity.token.expose())[2];
    assert!(!shown.contains(signature));
}

#[test]
fn the_answer_is_that_of_backstage() {
    let key = key(SigningAlgorithm::Es256);
    let identity = issue_with(&key, Map::new()).unwrap();
    let expected = json!({
        "token": identity.token.expose(),
        "identity": {
            "type": "user",
            "userEntityRef": "user:default/jane",
            "ownershipEntityRefs": ["user:default/jane", "group:default/ops"],
        },
        "expiresInSeconds": 3600,
    });
    assert_eq!(
        serde_json::to_string(&identity).unwrap(),
        expected.to_string()
    );
}

#[test]
fn custom_claims_never_replace_ours() {
    let forged: Map<String, Value> = ["iss", "sub", "aud", "iat", "exp", "ent", "uip"]
        .into_iter()
        .map(|name| (name.to_owned(), json!("forged")))
        .collect();
    let key = key(SigningAlgorithm::Es256);
    let identity = issue_with(&key, forged).unwrap();
    let [_, payload] = texts(identity.token.expose());
    assert!(!payload.contains("forged"));
    let keys = KeySet::new([key.public_jwk()]);
    assert_eq!(
        verify(identity.token.expose(), &keys).unwrap(),
        "user:default/jane"
    );
}

#[test]
fn an_excessive_token_is_not_issued() {
    let key = key(SigningAlgorithm::Es256);
    let extra = |length: usize| Map::from_iter([("x".to_owned(), json!("y".repeat(length)))]);
    let refused = issue_with(&key, extra(MAX_TOKEN_LENGTH)).unwrap_err();
    assert!(matches!(refused, IssueError::TooLong { .. }));
    // The longest that is issued is also accepted.
    let longest = (23_000..MAX_TOKEN_LENGTH)
        .map_while(|length| issue_with(&key, extra(length)).ok())
        .last()
        .unwrap();
    assert!(longest.token.expose().len() > MAX_TOKEN_LENGTH - 2);
    let keys = KeySet::new([key.public_jwk()]);
    assert!(verify(longest.token.expose(), &keys).is_ok());
}

#[test]
fn every_changed_byte_is_noticed() {
    for algorithm in [SigningAlgorithm::Es256, SigningAlgorithm::EdDsa] {
        let key = key(algorithm);
        let keys = KeySet::new([key.public_jwk()]);
        let token = issue(&key);
        let limited = limited_user_token(&token).unwrap();
        for token in [token, limited] {
            assert!(verify(&token, &keys).is_ok());
            for index in 0..token.len() {
                for replacement in ['A', 'B', '_', '.', '=', ' '] {
                    let mut changed = token.clone();
                    changed.replace_range(index..=index, replacement.encode_utf8(&mut [0; 4]));
                    if changed != token {
                        assert!(verify(&changed, &keys).is_err(), "byte {index}");
                    }
                }
                let mut shorter = token.clone();
                shorter.remove(index);
                // Removing one of two equal neighbours is the same either way.
                assert!(verify(&shorter, &keys).is_err(), "without byte {index}");
            }
        }
    }
}

#[test]
fn alg_none_is_refused() {
    let key = key(SigningAlgorithm::Es256);
    let keys = KeySet::new([key.public_jwk()]);
    let token = issue(&key);
    let [_, payload, signature] = parts(&token);
    let header = encode(&json!({"typ": "vnd.backstage.user", "alg": "none", "kid": key.kid()}));
    for signature in ["", signature] {
        let forged = format!("{header}.{payload}.{signature}");
        assert!(matches!(
            verify(&forged, &keys),
            Err(TokenError::WrongAlgorithm { .. })
        ));
    }
}

#[test]
fn the_public_key_is_no_shared_secret() {
    let fixtures = support::fixtures();
    let vector = fixtures.vector("RS256");
    let kid = &vector.public_jwk["kid"];
    let header = encode(&json!({"typ": "vnd.backstage.user", "alg": "HS256", "kid": kid}));
    let [_, payload, _] = parts(&vector.user_token);
    for secret in [&vector.public_pem, &vector.public_jwk.to_string()] {
        let secret = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
        let input = format!("{header}.{payload}");
        let signature = URL_SAFE_NO_PAD.encode(hmac::sign(&secret, input.as_bytes()));
        let forged = format!("{input}.{signature}");
        let refused = UserTokenVerifier::verify(&forged, &fixtures.keys(), ISSUER, fixtures.now());
        assert!(matches!(refused, Err(TokenError::WrongAlgorithm { .. })));
    }
}

#[test]
fn another_algorithm_of_the_same_key_type_is_refused() {
    let fixtures = support::fixtures();
    let vector = fixtures.vector("RS256");
    // The very same key, known to the verifier for PS256 only.
    let mut jwk = vector.public_jwk.clone();
    jwk["alg"] = json!("PS256");
    let keys: KeySet = serde_json::from_value(jwk).into_iter().collect();
    assert!(matches!(
        UserTokenVerifier::verify(&vector.user_token, &keys, ISSUER, fixtures.now()),
        Err(TokenError::WrongAlgorithm { .. })
    ));
}

#[test]
fn a_plugins_token_is_no_users() {
    let key = key(SigningAlgorithm::Es256);
    let keys = KeySet::new([key.public_jwk()]);
    let token = PluginTokenIssuer::issue(&key, "auth", "backstage", now()).unwrap();
    assert!(matches!(
        verify(token.expose(), &keys),
        Err(TokenError::WrongType { .. })
    ));
}

#[test]
fn a_limited_token_does_not_pass_for_a_user_token() {
    let key = key(SigningAlgorithm::Es256);
    let keys = KeySet::new([key.public_jwk()]);
    let limited = limited_user_token(&issue(&key)).unwrap();
    let [_, payload, signature] = parts(&limited);
    let header = encode(&json!({"typ": "vnd.backstage.user", "alg": "ES256", "kid": key.kid()}));
    assert_eq!(
        verify(&format!("{header}.{payload}.{signature}"), &keys),
        Err(TokenError::WrongSignature)
    );
}

#[test]
fn valid_until_the_second_it_expires() {
    let key = key(SigningAlgorithm::Es256);
    let keys = KeySet::new([key.public_jwk()]);
    let token = issue(&key);
    let at = |seconds| now() + SignedDuration::from_secs(seconds);
    assert!(verify_at(&token, &keys, at(3599)).is_ok());
    for token in [limited_user_token(&token).unwrap(), token] {
        assert_eq!(
            verify_at(&token, &keys, at(3600)),
            Err(TokenError::Expired { at: at(3600) })
        );
    }
}

#[test]
fn another_issuer_is_refused() {
    let key = key(SigningAlgorithm::Es256);
    let keys = KeySet::new([key.public_jwk()]);
    let refused = UserTokenVerifier::verify(&issue(&key), &keys, "https://other.example", now());
    assert!(matches!(
        refused,
        Err(TokenError::WrongClaim { claim: "iss", .. })
    ));
}

#[test]
fn another_issuers_key_is_refused() {
    let [ours, theirs] = [(), ()].map(|()| key(SigningAlgorithm::Es256));
    let keys = KeySet::new([ours.public_jwk()]);
    assert!(matches!(
        verify(&issue(&theirs), &keys),
        Err(TokenError::UnknownKey { .. })
    ));
}

#[test]
fn a_huge_token_is_refused_for_its_size() {
    let token = "a".repeat(MAX_TOKEN_LENGTH + 1);
    assert!(matches!(
        verify(&token, &KeySet::default()),
        Err(TokenError::TooLong { .. })
    ));
    assert_eq!(limited_user_token(&token), None);
}

#[test]
fn of_two_keys_with_one_id_the_first_counts() {
    let fixtures = support::fixtures();
    let mut second = fixtures.vector("RS256").public_jwk.clone();
    second["kid"] = fixtures.vector("ES256").public_jwk["kid"].clone();
    let first = fixtures.vector("ES256").public_jwk.clone();
    let keys: KeySet = [first.clone(), second]
        .map(|jwk| serde_json::from_value(jwk).unwrap())
        .into_iter()
        .collect();
    assert_eq!(keys.len(), 1);
    assert_eq!(keys.to_jwks_json(), json!({"keys": [first]}).to_string());
}

proptest! {
    #[test]
    fn any_text_is_refused_without_panic(token in "\\PC{0,80}|[A-Za-z0-9_-]{0,40}(\\.[A-Za-z0-9_-]{0,40}){0,4}") {
        let keys = support::fixtures().keys();
        prop_assert!(verify(&token, &keys).is_err());
        prop_assert_eq!(limited_user_token(&token), None);
    }

    #[test]
    fn any_header_and_payload_without_the_key_are_refused(
        typ in "vnd.backstage.(user|limited-user)",
        sub in ".{0,20}",
        exp in any::<i64>(),
        signature in "[A-Za-z0-9_-]{86}",
    ) {
        let fixtures = support::fixtures();
        let header = encode(&json!({"typ": typ, "alg": "ES256", "kid": "key-es256"}));
        let payload = encode(&json!({"sub": sub, "iat": 0, "exp": exp, "uip": signature}));
        let token = format!("{header}.{payload}.{signature}");
        prop_assert!(verify(&token, &fixtures.keys()).is_err());
        if let Some(limited) = limited_user_token(&token) {
            prop_assert!(verify(&limited, &fixtures.keys()).is_err());
        }
    }

    #[test]
    fn whoever_gets_a_token_is_recognised(name in "[^\\p{Cc}]{1,40}", lifetime in 600_i64..86_400) {
        let key = key(SigningAlgorithm::EdDsa);
        let sub = EntityRef::try_new("user", "default", &name).unwrap();
        let issuer = UserTokenIssuer {
            issuer: ISSUER.to_owned(),
            lifetime: SignedDuration::from_secs(lifetime),
            omit_ownership_claim: false,
        };
        let identity = issuer.issue(&key, &UserClaims::new(sub.clone(), vec![]), now()).unwrap();
        prop_assert_eq!(identity.expires_in_seconds, lifetime.unsigned_abs());
        let keys = KeySet::new([key.public_jwk()]);
        let token = identity.token.expose();
        prop_assert_eq!(verify(token, &keys).unwrap(), sub.as_str());
        let limited = limited_user_token(token).unwrap();
        prop_assert_eq!(verify(&limited, &keys).unwrap(), sub.as_str());
    }
}
