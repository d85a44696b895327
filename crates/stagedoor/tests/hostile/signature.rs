//! ID tokens whose signature or header is not right (Core §3.1.3.7 rules 6 to
//! 8, RFC 7515, RFC 8725).

use serde_json::json;
use stagedoor_demo_idp::hostile::{Forger, Lie, SickServer, Sickness, signature, token_response};

use crate::support::{
    CLIENT_SECRET, House, Plan, accepted, accepted_by, forger, refused, refused_by,
};

const INVALID: &str = "id_token_signature_invalid";
const ALGORITHM: &str = "id_token_algorithm_not_allowed";
const UNKNOWN: &str = "id_token_unknown_key";

fn es256() -> Plan {
    Plan::default().setting("tokenSignedResponseAlg: ES256")
}

#[tokio::test]
async fn honest_signature() {
    accepted(Lie::new()).await;
}

#[tokio::test]
async fn honest_signature_by_another_published_key() {
    accepted(signature::by_a_published(forger(), "RS256")).await;
}

#[tokio::test]
async fn honest_signature_with_es256() {
    accepted_by(
        es256(),
        signature::by_a_published(Forger::p256().unwrap(), "ES256"),
    )
    .await;
}

#[tokio::test]
async fn signed_by_another_key() {
    refused(signature::by_another(forger()), INVALID).await;
}

#[tokio::test]
async fn claims_changed_after_signing() {
    refused(
        signature::of_other_claims("sub", json!("grace-1906")),
        INVALID,
    )
    .await;
}

#[tokio::test]
async fn one_bit_of_the_signature_flipped() {
    refused(signature::with_a_bit_flipped(), INVALID).await;
}

#[tokio::test]
async fn signature_left_out() {
    refused(signature::left_out(), INVALID).await;
}

#[tokio::test]
async fn alg_none() {
    refused(signature::unsigned("none"), ALGORITHM).await;
}

#[tokio::test]
async fn alg_none_in_another_spelling() {
    refused(signature::unsigned("nOnE"), ALGORITHM).await;
}

#[tokio::test]
async fn alg_missing() {
    refused(signature::without_header("alg"), ALGORITHM).await;
}

#[tokio::test]
async fn alg_that_is_a_list() {
    refused(
        signature::with_header("alg", json!(["RS256", "none"])),
        ALGORITHM,
    )
    .await;
}

/// Algorithm confusion: the public key, which anyone has, taken for a secret.
#[tokio::test]
async fn hs256_with_the_public_key() {
    let house = House::new().await;
    let public = house.idp.keys().await[0].to_string().into_bytes();
    house.lies(signature::hs256(public));
    house.lets_nobody_in(ALGORITHM).await;
}

#[tokio::test]
async fn hs256_with_the_client_secret() {
    refused(signature::hs256(CLIENT_SECRET.into()), ALGORITHM).await;
}

#[tokio::test]
async fn hs256_with_a_published_secret() {
    refused(signature::hs256_with_a_published_secret(), ALGORITHM).await;
}

/// A good signature, with an algorithm nobody agreed on.
#[tokio::test]
async fn es256_where_rs256_was_agreed_on() {
    refused(
        signature::by_a_published(Forger::p256().unwrap(), "ES256"),
        ALGORITHM,
    )
    .await;
}

#[tokio::test]
async fn rs512_where_rs256_was_agreed_on() {
    refused(signature::by_a_published(forger(), "RS512"), ALGORITHM).await;
}

#[tokio::test]
async fn rs256_where_es256_was_agreed_on() {
    refused_by(es256(), Lie::new(), ALGORITHM).await;
}

/// The header says ES256, the key behind its `kid` is for RSA.
#[tokio::test]
async fn es256_by_the_name_of_an_rsa_key() {
    let lie = signature::with_header("alg", "ES256");
    refused_by(es256(), lie, UNKNOWN).await;
}

#[tokio::test]
async fn ecdsa_signature_of_zeros() {
    refused_by(
        es256(),
        signature::of_zeros(&Forger::p256().unwrap()),
        INVALID,
    )
    .await;
}

#[tokio::test]
async fn key_in_the_header() {
    refused(signature::by_its_own_key(forger()), UNKNOWN).await;
}

/// Nobody fetches what a header points at.
#[tokio::test]
async fn key_fetched_from_the_header() {
    let jwks = json!({"keys": [forger().jwk()]}).to_string();
    let bait = Sickness::answers(200, "application/json", jwks);
    let bait = SickServer::start(bait).await.unwrap();
    refused(
        signature::by_a_key_from(forger(), bait.url().to_owned()),
        UNKNOWN,
    )
    .await;
    assert_eq!(bait.asked(), 0);
}

#[tokio::test]
async fn critical_extension() {
    let lie = signature::with_header("crit", json!(["b64"]));
    refused(lie, "id_token_critical_header").await;
}

#[tokio::test]
async fn access_token_as_id_token() {
    refused(
        signature::with_header("typ", "at+jwt"),
        "id_token_wrong_kind",
    )
    .await;
}

#[tokio::test]
async fn logout_token_as_id_token() {
    refused(
        signature::with_header("typ", "logout+jwt"),
        "id_token_wrong_kind",
    )
    .await;
}

#[tokio::test]
async fn encrypted_token() {
    let lie = signature::in_place_of_the_token("a.b.c.d.e".into());
    refused(lie, "id_token_encrypted").await;
}

#[tokio::test]
async fn no_jwt_at_all() {
    let lie = signature::in_place_of_the_token("<script>alert(1)</script>".into());
    refused(lie, "id_token_malformed").await;
}

#[tokio::test]
async fn header_that_is_no_object() {
    let lie = signature::in_place_of_the_token("W10.e30.AA".into());
    refused(lie, "id_token_malformed").await;
}

#[tokio::test]
async fn token_without_end() {
    let lie = token_response::says("id_token", "a".repeat(70_000));
    refused(lie, "answer_too_long").await;
}

/// Deeper than any parser's stack is meant to go.
#[tokio::test]
async fn claims_nested_without_end() {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    let deep = format!(r#"{{"a":{}{}}}"#, "[".repeat(20_000), "]".repeat(20_000));
    let header = r#"{"alg":"RS256"}"#;
    let [header, deep] = [header, &deep].map(|part| URL_SAFE_NO_PAD.encode(part));
    let lie = signature::in_place_of_the_token(format!("{header}.{deep}.AA"));
    refused(lie, "id_token_malformed").await;
}
