//! Refreshing, OpenID Connect Core 12.

use serde_json::{Value, json};
use stagedoor_oidc::{OriginalSignIn, RefreshToken};

use crate::support::{Client, Endpoint, Reply, SUBJECT, refused};

/// The reason code for a refresh whose ID token has `change` made to its claims.
async fn with_claims(change: impl Fn(&mut Value) + Send + 'static) -> &'static str {
    let client = Client::new().await;
    client.provider.id_token(change);
    refused(client.refresh().await)
}

#[tokio::test]
async fn a_refresh_gives_new_tokens() {
    let client = Client::new().await;
    let tokens = client.refresh().await.unwrap();
    assert_eq!(tokens.refresh_token.unwrap().expose(), "refresh-2");
    assert_eq!(tokens.id_token.unwrap().subject(), SUBJECT);
    let asked = client.provider.asked(Endpoint::Token);
    assert_eq!(asked.form["grant_type"], "refresh_token");
    assert_eq!(asked.form["refresh_token"], "refresh-1");
    assert!(asked.authorization.is_some());
}

#[tokio::test]
async fn a_refresh_may_come_without_id_token_and_refresh_token() {
    let client = Client::new().await;
    client.provider.token_response(|response| {
        response["id_token"] = json!(null);
        response["refresh_token"] = json!(null);
    });
    let tokens = client.refresh().await.unwrap();
    assert!(tokens.id_token.is_none() && tokens.refresh_token.is_none());
}

#[tokio::test]
async fn issuer_subject_and_audience_stay_the_same() {
    let code = with_claims(|claims| claims["iss"] = json!("https://evil.example")).await;
    assert_eq!(code, "id_token_issuer_mismatch");
    let code = with_claims(|claims| claims["sub"] = json!("bob")).await;
    assert_eq!(code, "id_token_subject_mismatch");
    let code = with_claims(|claims| claims["aud"] = json!("another")).await;
    assert_eq!(code, "id_token_audience_mismatch");
}

#[tokio::test]
async fn a_new_id_token_is_checked_like_the_first() {
    let code = with_claims(|claims| claims["exp"] = json!(1)).await;
    assert_eq!(code, "id_token_expired");
    let code = with_claims(|claims| claims["at_hash"] = json!("wrong")).await;
    assert_eq!(code, "id_token_at_hash_mismatch");
}

#[tokio::test]
async fn the_nonce_if_present_is_the_original_one() {
    let client = Client::new().await;
    let token = RefreshToken::new("refresh-1");
    let before = client.sign_in().await.unwrap().id_token.unwrap();
    let nonce = before.claims().str("nonce").unwrap();
    let refresh = || client.party.refresh(&token, OriginalSignIn::Told(&before));
    refresh().await.unwrap();
    client.provider.claims(client.claims(None));
    refresh().await.unwrap();
    client.provider.claims(client.claims(Some(nonce)));
    refresh().await.unwrap();
    client.provider.claims(client.claims(Some("another")));
    assert_eq!(refused(refresh().await), "id_token_nonce_mismatch");
}

#[tokio::test]
async fn an_unknown_subject_is_not_compared() {
    let client = Client::new().await;
    let token = RefreshToken::new("from-elsewhere");
    let tokens = client.party.refresh(&token, OriginalSignIn::Unknown).await;
    assert_eq!(tokens.unwrap().id_token.unwrap().subject(), SUBJECT);
}

#[tokio::test]
async fn a_refused_refresh_is_told_from_an_outage() {
    let client = Client::new().await;
    let reply = Reply::json(400, &json!({"error": "invalid_grant"}));
    client.provider.reply(Endpoint::Token, Some(reply));
    let refused = client.refresh().await.unwrap_err();
    assert!(refused.is_refused() && !refused.is_transient());

    let reply = Reply::json(503, &json!({"error": "invalid_grant"}));
    client.provider.reply(Endpoint::Token, Some(reply));
    let outage = client.refresh().await.unwrap_err();
    assert!(!outage.is_refused() && outage.is_transient());
}

/// The provider has rotated: the old token may be worthless, whatever our clock
/// says of the ID token.
#[tokio::test]
async fn a_new_refresh_token_outlives_an_id_token_of_another_time() {
    let client = Client::new().await;
    let token = RefreshToken::new("refresh-1");
    let kept = async |claim: &str, value: serde_json::Value| {
        let mut claims = client.claims(None);
        claims[claim] = value;
        client.provider.claims(claims);
        let refreshed = client.party.refresh(&token, OriginalSignIn::Of(SUBJECT));
        refreshed.await.unwrap_err().new_refresh_token
    };
    let new = kept("iat", json!(4_102_444_800_i64)).await;
    assert_eq!(new.unwrap().expose(), "refresh-2");
    assert!(kept("exp", json!(1)).await.is_some());
    assert!(kept("sub", json!("somebody else")).await.is_none());
}
