//! ID token validation, OpenID Connect Core 3.1.3.7: what a provider (or who
//! poses as one) may send, and must not get through.

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use stagedoor_oidc::SigningAlg;

use crate::support::{CLIENT_ID, Client, SUBJECT, TestKey, refused};

/// The reason code for an ID token with `change` made to its claims.
async fn with_claims(change: impl Fn(&mut Value) + Send + 'static) -> &'static str {
    let client = Client::new().await;
    client.provider.id_token(change);
    refused(client.sign_in().await)
}

async fn with_header(change: impl Fn(&mut Value) + Send + 'static) -> &'static str {
    let client = Client::new().await;
    client.provider.header(change);
    refused(client.sign_in().await)
}

#[tokio::test]
async fn every_supported_algorithm_verifies() {
    for alg in SigningAlg::ALL {
        let client = Client::with_key(TestKey::new(alg, "k1"), |_| {}).await;
        let tokens = client.sign_in().await.unwrap();
        assert_eq!(tokens.id_token.unwrap().subject(), SUBJECT, "{alg}");
    }
}

#[tokio::test]
async fn no_algorithm_verifies_a_foreign_signature() {
    for alg in SigningAlg::ALL {
        let client = Client::with_key(TestKey::new(alg, "k1"), |_| {}).await;
        client.provider.sign_with(TestKey::other(alg, "k1"));
        assert_eq!(
            refused(client.sign_in().await),
            "id_token_signature_invalid",
            "{alg}"
        );
    }
}

#[tokio::test]
async fn the_algorithm_must_be_the_configured_one() {
    let client = Client::new().await;
    let key = TestKey::new(SigningAlg::RS512, "k1");
    client.provider.publish(vec![key.jwk()]);
    client.provider.sign_with(key);
    assert_eq!(
        refused(client.sign_in().await),
        "id_token_algorithm_not_allowed"
    );
}

#[tokio::test]
async fn the_algorithm_in_the_header_does_not_choose_the_verification() {
    let client = Client::new().await;
    client
        .provider
        .sign_with(TestKey::new(SigningAlg::RS512, "k1"));
    client
        .provider
        .header(|header| header["alg"] = json!("RS256"));
    assert_eq!(
        refused(client.sign_in().await),
        "id_token_signature_invalid"
    );
}

#[tokio::test]
async fn unsigned_tokens_are_refused() {
    let client = Client::new().await;
    client
        .provider
        .header(|header| header["alg"] = json!("none"));
    client.provider.token_response(|response| {
        let token = response["id_token"].as_str().unwrap();
        let (unsigned, _) = token.rsplit_once('.').unwrap();
        response["id_token"] = json!(format!("{unsigned}."));
    });
    assert_eq!(
        refused(client.sign_in().await),
        "id_token_algorithm_not_allowed"
    );
}

#[tokio::test]
async fn a_signature_stripped_off_is_refused() {
    let client = Client::new().await;
    client.provider.token_response(|response| {
        let token = response["id_token"].as_str().unwrap();
        let (unsigned, _) = token.rsplit_once('.').unwrap();
        response["id_token"] = json!(format!("{unsigned}."));
    });
    assert_eq!(
        refused(client.sign_in().await),
        "id_token_signature_invalid"
    );
}

#[tokio::test]
async fn symmetric_algorithms_are_refused() {
    for alg in ["HS256", "HS384", "HS512"] {
        let code = with_header(move |header| header["alg"] = json!(alg)).await;
        assert_eq!(code, "id_token_algorithm_not_allowed");
    }
}

#[tokio::test]
async fn claims_changed_after_signing_are_refused() {
    let client = Client::new().await;
    client.provider.token_response(|response| {
        let token = response["id_token"].as_str().unwrap();
        let parts: Vec<_> = token.split('.').collect();
        let mut claims: Value =
            serde_json::from_slice(&URL_SAFE_NO_PAD.decode(parts[1]).unwrap()).unwrap();
        claims["sub"] = json!("admin");
        let payload = URL_SAFE_NO_PAD.encode(claims.to_string());
        response["id_token"] = json!(format!("{}.{payload}.{}", parts[0], parts[2]));
    });
    assert_eq!(
        refused(client.sign_in().await),
        "id_token_signature_invalid"
    );
}

#[tokio::test]
async fn keys_brought_by_the_token_are_not_used() {
    let client = Client::new().await;
    let own = TestKey::other(SigningAlg::RS256, "k1");
    let jwk = own.jwk();
    client.provider.sign_with(own);
    client.provider.header(move |header| {
        header["jwk"] = jwk.clone();
        header["jku"] = json!("https://evil.example/jwks");
    });
    assert_eq!(
        refused(client.sign_in().await),
        "id_token_signature_invalid"
    );
}

#[tokio::test]
async fn critical_extensions_are_refused() {
    let code = with_header(|header| header["crit"] = json!(["exp"])).await;
    assert_eq!(code, "id_token_critical_header");
}

#[tokio::test]
async fn other_kinds_of_token_are_refused() {
    let code = with_header(|header| header["typ"] = json!("logout+jwt")).await;
    assert_eq!(code, "id_token_wrong_kind");
}

#[tokio::test]
async fn encrypted_tokens_are_refused() {
    let client = Client::new().await;
    client
        .provider
        .token_response(|response| response["id_token"] = json!("a.b.c.d.e"));
    assert_eq!(refused(client.sign_in().await), "id_token_encrypted");
}

#[tokio::test]
async fn the_issuer_must_be_the_provider() {
    let code = with_claims(|claims| claims["iss"] = json!("https://evil.example")).await;
    assert_eq!(code, "id_token_issuer_mismatch");
}

#[tokio::test]
async fn the_audience_must_be_the_client() {
    let code = with_claims(|claims| claims["aud"] = json!(["someone-else"])).await;
    assert_eq!(code, "id_token_audience_mismatch");
}

#[tokio::test]
async fn other_audiences_need_the_client_as_authorized_party() {
    let code = with_claims(|claims| claims["aud"] = json!([CLIENT_ID, "other"])).await;
    assert_eq!(code, "id_token_azp_mismatch");
    let client = Client::new().await;
    client.provider.id_token(|claims| {
        claims["aud"] = json!([CLIENT_ID, "other"]);
        claims["azp"] = json!(CLIENT_ID);
    });
    client.sign_in().await.unwrap();
}

#[tokio::test]
async fn an_expired_token_is_refused_past_the_tolerance() {
    let client = Client::new().await;
    let expiry = client.now();
    client
        .provider
        .id_token(move |claims| claims["exp"] = json!(expiry));
    client.advance(29);
    client.sign_in().await.unwrap();
    client.advance(1);
    assert_eq!(refused(client.sign_in().await), "id_token_expired");
}

#[tokio::test]
async fn a_token_from_the_future_is_refused_past_the_tolerance() {
    let client = Client::new().await;
    let issued = client.now() + 31;
    client
        .provider
        .id_token(move |claims| claims["iat"] = json!(issued));
    assert_eq!(refused(client.sign_in().await), "id_token_issued_in_future");
    client.advance(1);
    client.sign_in().await.unwrap();
}

#[tokio::test]
async fn a_token_not_valid_yet_is_refused() {
    let code = with_claims(|claims| claims["nbf"] = json!(1_900_000_000)).await;
    assert_eq!(code, "id_token_not_yet_valid");
}

#[tokio::test]
async fn the_nonce_must_be_the_one_sent() {
    let code = with_claims(|claims| claims["nonce"] = json!("another")).await;
    assert_eq!(code, "id_token_nonce_mismatch");
    let code = with_claims(|claims| drop(claims.as_object_mut().unwrap().remove("nonce"))).await;
    assert_eq!(code, "id_token_nonce_missing");
}

#[tokio::test]
async fn required_claims_are_required() {
    for claim in ["iss", "sub", "aud", "exp", "iat"] {
        let code = with_claims(move |claims| {
            claims.as_object_mut().unwrap().remove(claim);
        })
        .await;
        assert_eq!(code, "id_token_claim_missing", "{claim}");
        let code = with_claims(move |claims| claims[claim] = json!({})).await;
        assert_eq!(code, "id_token_claim_malformed", "{claim}");
    }
}

#[tokio::test]
async fn the_access_token_must_be_the_one_hashed() {
    let hash = digest(&SHA256, b"access-1");
    let at_hash = URL_SAFE_NO_PAD.encode(&hash.as_ref()[..16]);
    let client = Client::new().await;
    client
        .provider
        .id_token(move |claims| claims["at_hash"] = json!(at_hash));
    client.sign_in().await.unwrap();
    client
        .provider
        .token_response(|response| response["access_token"] = json!("swapped"));
    assert_eq!(refused(client.sign_in().await), "id_token_at_hash_mismatch");
}

#[tokio::test]
async fn no_violation_shows_nonce_or_tokens() {
    let client = Client::new().await;
    client
        .provider
        .id_token(|claims| claims["nonce"] = json!("nonce-of-another"));
    let error = client.sign_in().await.unwrap_err();
    let shown = format!("{error} {error:?}");
    assert!(!shown.contains("nonce-of-another") && !shown.contains("access-1"));
}
