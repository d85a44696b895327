//! Logout tokens, OpenID Connect Back-Channel Logout 1.0 section 2.6.

use serde_json::{Value, json};
use stagedoor_oidc::{OidcError, SigningAlg, VerifiedLogoutToken};

use crate::support::{CLIENT_ID, Client, Endpoint, SUBJECT, TestKey, refused};

const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

fn header() -> Value {
    json!({"alg": "RS256", "kid": "k1", "typ": "logout+jwt"})
}

fn claims(client: &Client) -> Value {
    json!({
        "iss": client.provider.issuer,
        "sub": SUBJECT,
        "aud": CLIENT_ID,
        "iat": client.now(),
        "exp": client.now() + 120,
        "jti": "logout-1",
        "sid": "session-1",
        "events": {EVENT: {}},
    })
}

async fn verify(
    client: &Client,
    header: &Value,
    claims: &Value,
) -> Result<VerifiedLogoutToken, OidcError> {
    let token = client.provider.sign(header, claims);
    client.party.verify_logout_token(&token).await
}

/// The reason code for a logout token with `change` made to its claims.
async fn with_claims(change: impl Fn(&mut Value)) -> &'static str {
    let client = Client::new().await;
    let mut claims = claims(&client);
    change(&mut claims);
    refused(verify(&client, &header(), &claims).await)
}

/// The reason code for a logout token with `change` made to its header.
async fn with_header(change: impl Fn(&mut Value)) -> &'static str {
    let client = Client::new().await;
    let mut header = header();
    change(&mut header);
    refused(verify(&client, &header, &claims(&client)).await)
}

fn without(claim: &'static str) -> impl Fn(&mut Value) {
    move |claims| drop(claims.as_object_mut().unwrap().remove(claim))
}

#[tokio::test]
async fn a_good_token_tells_whose_session_is_over() {
    let client = Client::new().await;
    let token = verify(&client, &header(), &claims(&client)).await.unwrap();
    assert_eq!(token.issuer, client.provider.issuer.as_str());
    assert_eq!(token.subject.as_deref(), Some(SUBJECT));
    assert_eq!(token.session_id.as_deref(), Some("session-1"));
    assert_eq!(token.token_id, "logout-1");
    assert_eq!(token.issued_at.as_second(), client.now());
    assert_eq!(token.expires.as_second(), client.now() + 120);
}

#[tokio::test]
async fn a_token_may_be_typed_as_any_jwt_or_not_at_all() {
    let client = Client::new().await;
    for typ in ["JWT", "application/logout+jwt", "LOGOUT+JWT"] {
        let mut header = header();
        header["typ"] = json!(typ);
        verify(&client, &header, &claims(&client)).await.unwrap();
    }
    let untyped = json!({"alg": "RS256", "kid": "k1"});
    verify(&client, &untyped, &claims(&client)).await.unwrap();
}

#[tokio::test]
async fn other_kinds_of_token_are_refused() {
    for typ in ["at+jwt", "secevent+jwt", "id_token+jwt"] {
        let code = with_header(|header| header["typ"] = json!(typ)).await;
        assert_eq!(code, "logout_token_wrong_kind");
    }
}

#[tokio::test]
async fn an_id_token_is_no_logout_token() {
    let client = Client::new().await;
    let tokens = client.sign_in().await.unwrap();
    let id_token = tokens.id_token.unwrap();
    let outcome = client.party.verify_logout_token(id_token.raw()).await;
    assert_eq!(refused(outcome), "logout_token_no_logout_event");
}

#[tokio::test]
async fn encrypted_tokens_are_refused() {
    let client = Client::new().await;
    let outcome = client.party.verify_logout_token("a.b.c.d.e").await;
    assert_eq!(refused(outcome), "logout_token_encrypted");
}

#[tokio::test]
async fn what_is_no_jwt_is_refused() {
    let client = Client::new().await;
    for junk in ["", "junk", "a.b", "a.b.c", "a.b.c.d"] {
        let outcome = client.party.verify_logout_token(junk).await;
        assert_eq!(refused(outcome), "logout_token_malformed");
    }
    let long = "a".repeat(70_000);
    let outcome = client.party.verify_logout_token(&long).await;
    assert_eq!(refused(outcome), "logout_token_too_long");
}

#[tokio::test]
async fn the_signature_must_be_the_providers() {
    let client = Client::new().await;
    client
        .provider
        .sign_with(TestKey::other(SigningAlg::RS256, "k1"));
    let outcome = verify(&client, &header(), &claims(&client)).await;
    assert_eq!(refused(outcome), "logout_token_signature_invalid");
}

#[tokio::test]
async fn the_key_must_be_published() {
    let code = with_header(|header| header["kid"] = json!("k2")).await;
    assert_eq!(code, "logout_token_unknown_key");
}

#[tokio::test]
async fn the_algorithm_must_be_that_of_id_tokens() {
    for alg in ["none", "HS256", "RS512", "ES256"] {
        let code = with_header(|header| header["alg"] = json!(alg)).await;
        assert_eq!(code, "logout_token_algorithm_not_allowed");
    }
}

#[tokio::test]
async fn critical_extensions_are_refused() {
    let code = with_header(|header| header["crit"] = json!(["exp"])).await;
    assert_eq!(code, "logout_token_critical_header");
}

#[tokio::test]
async fn the_issuer_must_be_the_provider() {
    let code = with_claims(|claims| claims["iss"] = json!("https://evil.example")).await;
    assert_eq!(code, "logout_token_issuer_mismatch");
}

#[tokio::test]
async fn the_audience_must_have_the_client() {
    let code = with_claims(|claims| claims["aud"] = json!(["someone-else"])).await;
    assert_eq!(code, "logout_token_audience_mismatch");
    let client = Client::new().await;
    let mut claims = claims(&client);
    claims["aud"] = json!([CLIENT_ID, "another-application"]);
    verify(&client, &header(), &claims).await.unwrap();
}

#[tokio::test]
async fn it_must_not_be_issued_in_the_future() {
    let code = with_claims(|claims| claims["iat"] = json!(1_800_000_031)).await;
    assert_eq!(code, "logout_token_issued_in_future");
}

#[tokio::test]
async fn it_must_not_be_expired() {
    let code = with_claims(|claims| claims["exp"] = json!(1_800_000_000 - 30)).await;
    assert_eq!(code, "logout_token_expired");
    let code = with_claims(|claims| claims["exp"] = json!(i64::MAX)).await;
    assert_eq!(code, "logout_token_claim_malformed", "no such instant");
}

#[tokio::test]
async fn it_must_be_valid_already() {
    let code = with_claims(|claims| claims["nbf"] = json!(1_800_000_031)).await;
    assert_eq!(code, "logout_token_not_yet_valid");
}

#[tokio::test]
async fn it_must_be_about_a_logout() {
    let code = with_claims(without("events")).await;
    assert_eq!(code, "logout_token_no_logout_event");
    let code = with_claims(|claims| claims["events"] = json!({"other": {}})).await;
    assert_eq!(code, "logout_token_no_logout_event");
}

#[tokio::test]
async fn subject_or_session_suffices_but_one_must_be_there() {
    let client = Client::new().await;
    let mut claims = claims(&client);
    without("sub")(&mut claims);
    let token = verify(&client, &header(), &claims).await.unwrap();
    assert_eq!(token.subject, None);
    without("sid")(&mut claims);
    let outcome = verify(&client, &header(), &claims).await;
    assert_eq!(refused(outcome), "logout_token_subject_missing");
    claims["sub"] = json!(SUBJECT);
    let token = verify(&client, &header(), &claims).await.unwrap();
    assert_eq!(token.session_id, None);
}

#[tokio::test]
async fn a_nonce_must_not_be_there() {
    let code = with_claims(|claims| claims["nonce"] = json!("n-1")).await;
    assert_eq!(code, "logout_token_nonce_present");
}

#[tokio::test]
async fn required_claims_are_required() {
    for claim in ["iss", "aud", "iat", "exp", "jti"] {
        assert_eq!(
            with_claims(without(claim)).await,
            "logout_token_claim_missing"
        );
        let code = with_claims(|claims| claims[claim] = json!({})).await;
        assert_eq!(code, "logout_token_claim_malformed", "{claim}");
    }
}

#[tokio::test]
async fn keys_that_cannot_be_had_are_an_outage_not_a_forgery() {
    let client = Client::new().await;
    client.provider.fail(Endpoint::Jwks);
    let outcome = verify(&client, &header(), &claims(&client)).await;
    assert!(outcome.unwrap_err().is_transient());
}
