//! Compared with what Backstage issues and accepts.
#![allow(clippy::unwrap_used)]

mod support;

use jiff::SignedDuration;
use rstest::rstest;
use serde_json::Value;
use stagedoor_identity::{
    EntityRef, KeyError, PluginTokenIssuer, SigningAlgorithm, SigningKey, UserClaims,
    UserTokenIssuer, UserTokenKind, UserTokenVerifier, limited_user_token,
};
use support::{Fixtures, fixtures, texts};

fn issuer(fixtures: &Fixtures, omit_ownership_claim: bool) -> UserTokenIssuer {
    UserTokenIssuer {
        issuer: fixtures.issuer.clone(),
        lifetime: SignedDuration::from_hours(1),
        omit_ownership_claim,
    }
}

fn claims(fixtures: &Fixtures) -> UserClaims {
    let entity_ref = |value: &Value| EntityRef::parse(value.as_str().unwrap()).unwrap();
    UserClaims {
        sub: entity_ref(&fixtures.claims["sub"]),
        ent: fixtures.claims["ent"]
            .as_array()
            .unwrap()
            .iter()
            .map(entity_ref)
            .collect(),
        extra: fixtures.claims.clone(),
    }
}

/// The claims up to the `uip`, which differs wherever signatures are random.
fn before_uip(payload: &str) -> &str {
    payload.split("\"uip\"").next().unwrap()
}

#[test]
fn accepts_every_token_backstage_issues() {
    let fixtures = fixtures();
    let keys = fixtures.keys();
    for vector in &fixtures.vectors {
        let verify = |token: &str| {
            UserTokenVerifier::verify(token, &keys, &fixtures.issuer, fixtures.now()).unwrap()
        };
        let user = verify(&vector.user_token);
        assert_eq!(user.user_entity_ref.as_str(), "user:default/jane");
        assert_eq!(user.token_kind, UserTokenKind::User);
        let owner = verify(&vector.user_token_with_ownership);
        assert_eq!(owner.token_kind, UserTokenKind::User);
        let limited = verify(&vector.limited_token);
        assert_eq!(limited.user_entity_ref.as_str(), "user:default/jane");
        assert_eq!(limited.token_kind, UserTokenKind::LimitedUser);
        assert_eq!(limited.issued_at, fixtures.now());
        assert_eq!(
            limited.expires_at,
            fixtures.now() + SignedDuration::from_hours(1)
        );
    }
}

#[test]
fn rebuilds_the_limited_token_as_backstage_does() {
    for vector in &fixtures().vectors {
        let limited = limited_user_token(&vector.user_token).unwrap();
        assert_eq!(limited, vector.limited_token);
        let again = limited_user_token(&limited).unwrap();
        assert_eq!(again, vector.limited_token);
        assert_eq!(limited_user_token(&vector.plugin_token), None);
    }
}

#[test]
fn issues_the_bytes_that_backstage_issues() {
    let fixtures = fixtures();
    for vector in &fixtures.vectors {
        let key = vector.key();
        let claims = claims(&fixtures);
        for (omit, theirs) in [
            (true, &vector.user_token),
            (false, &vector.user_token_with_ownership),
        ] {
            let issuer = issuer(&fixtures, omit);
            let ours = issuer.issue(&key, &claims, fixtures.now()).unwrap();
            let [header, payload] = texts(ours.token.expose());
            let [their_header, their_payload] = texts(theirs);
            assert_eq!(header, their_header);
            assert_eq!(before_uip(&payload), before_uip(&their_payload));
        }
    }
}

#[rstest]
#[case("EdDSA")]
#[case("RS256")]
#[case("RS384")]
#[case("RS512")]
fn where_signatures_are_not_random_the_whole_token_is_the_same(#[case] algorithm: &str) {
    let fixtures = fixtures();
    let vector = fixtures.vector(algorithm);
    let key = vector.key();
    let ours = issuer(&fixtures, true)
        .issue(&key, &claims(&fixtures), fixtures.now())
        .unwrap();
    assert_eq!(ours.token.expose(), vector.user_token);
    let plugin = PluginTokenIssuer::issue(&key, "auth", "catalog", fixtures.now()).unwrap();
    assert_eq!(plugin.expose(), vector.plugin_token);
}

#[test]
fn issues_plugin_tokens_as_backstage_does() {
    let fixtures = fixtures();
    for vector in &fixtures.vectors {
        let ours =
            PluginTokenIssuer::issue(&vector.key(), "auth", "catalog", fixtures.now()).unwrap();
        assert_eq!(texts(ours.expose()), texts(&vector.plugin_token));
    }
}

#[test]
fn publishes_a_static_key_as_backstage_does() {
    for vector in &fixtures().vectors {
        let mut theirs = vector.public_jwk.clone();
        theirs["use"] = Value::from("sig");
        let ours = serde_json::to_string(&vector.key().public_jwk().for_signatures()).unwrap();
        assert_eq!(ours, theirs.to_string());
    }
}

#[test]
fn a_static_keys_files_must_be_of_one_key() {
    let fixtures = fixtures();
    let [private, public] = ["RS256", "PS256"].map(|algorithm| fixtures.vector(algorithm));
    let refused = SigningKey::from_pem(
        &private.private_pem,
        &public.public_pem,
        "kid",
        SigningAlgorithm::Rs256,
    );
    assert!(matches!(refused, Err(KeyError::Mismatch)));
}

#[test]
fn a_static_key_must_suit_its_algorithm() {
    let fixtures = fixtures();
    let vector = fixtures.vector("ES256");
    for algorithm in [
        SigningAlgorithm::Es384,
        SigningAlgorithm::Rs256,
        SigningAlgorithm::EdDsa,
    ] {
        let refused =
            SigningKey::from_pem(&vector.private_pem, &vector.public_pem, "kid", algorithm);
        assert!(matches!(refused, Err(KeyError::Unfit { .. })));
    }
}

#[test]
fn files_that_are_swapped_are_told_apart() {
    let fixtures = fixtures();
    let vector = fixtures.vector("ES256");
    let [private, public] = [&vector.private_pem, &vector.public_pem];
    let es256 = SigningAlgorithm::Es256;
    assert!(matches!(
        SigningKey::from_pem(public, public, "kid", es256),
        Err(KeyError::PrivatePem)
    ));
    assert!(matches!(
        SigningKey::from_pem(private, private, "kid", es256),
        Err(KeyError::PublicPem)
    ));
}
