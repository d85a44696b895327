//! Userinfo in a JWT, OpenID Connect Core 5.3.2.

use serde_json::{Value, json};
use stagedoor_oidc::{AccessToken, Claims, OidcError, SigningAlg};

use crate::support::{CLIENT_ID, Client, Endpoint, Reply, SUBJECT, TestKey, refused};

async fn client() -> Client {
    Client::with(|it| it.userinfo_signed_alg = Some(SigningAlg::RS256)).await
}

fn header() -> Value {
    json!({"alg": "RS256", "kid": "k1"})
}

fn claims(client: &Client) -> Value {
    json!({
        "iss": client.provider.issuer,
        "aud": CLIENT_ID,
        "sub": SUBJECT,
        "name": "Ann",
    })
}

fn answers(client: &Client, content_type: &'static str, body: String) {
    let reply = Reply {
        status: 200,
        content_type,
        body,
    };
    client.provider.reply(Endpoint::Userinfo, Some(reply));
}

async fn asked(client: &Client) -> Result<Claims, OidcError> {
    let token = AccessToken::new("access-1");
    let answer = client.party.userinfo(&token, SUBJECT).await?;
    Ok(answer.unwrap())
}

async fn userinfo(client: &Client, header: &Value, claims: &Value) -> Result<Claims, OidcError> {
    let jwt = client.provider.sign(header, claims);
    answers(client, "application/jwt", jwt);
    asked(client).await
}

/// The reason code for an answer with `change` made to its claims.
async fn with_claims(change: impl Fn(&mut Value)) -> &'static str {
    let client = client().await;
    let mut claims = claims(&client);
    change(&mut claims);
    refused(userinfo(&client, &header(), &claims).await)
}

/// The reason code for an answer with `change` made to its header.
async fn with_header(change: impl Fn(&mut Value)) -> &'static str {
    let client = client().await;
    let mut header = header();
    change(&mut header);
    refused(userinfo(&client, &header, &claims(&client)).await)
}

#[tokio::test]
async fn signed_userinfo_is_asked_for_and_verified() {
    let client = client().await;
    let claims = userinfo(&client, &header(), &claims(&client))
        .await
        .unwrap();
    assert_eq!(claims.str("name"), Some("Ann"));
    let asked = client.provider.asked(Endpoint::Userinfo);
    assert_eq!(asked.accept.as_deref(), Some("application/jwt"));
    assert_eq!(asked.authorization.as_deref(), Some("Bearer access-1"));
}

#[tokio::test]
async fn plain_userinfo_is_refused_where_a_signed_one_is_expected() {
    let client = client().await;
    assert_eq!(refused(asked(&client).await), "userinfo_not_signed");
    let jwt = client.provider.sign(&header(), &claims(&client));
    answers(&client, "text/plain", jwt);
    assert_eq!(refused(asked(&client).await), "userinfo_not_signed");
}

#[tokio::test]
async fn the_signature_must_be_the_providers() {
    let client = client().await;
    client
        .provider
        .sign_with(TestKey::other(SigningAlg::RS256, "k1"));
    let outcome = userinfo(&client, &header(), &claims(&client)).await;
    assert_eq!(refused(outcome), "userinfo_signature_invalid");
}

#[tokio::test]
async fn the_algorithm_must_be_the_configured_one() {
    for alg in ["none", "HS256", "RS512"] {
        let code = with_header(|header| header["alg"] = json!(alg)).await;
        assert_eq!(code, "userinfo_algorithm_not_allowed");
    }
}

#[tokio::test]
async fn its_algorithm_is_apart_from_that_of_id_tokens() {
    let client = Client::with_key(TestKey::new(SigningAlg::ES256, "k1"), |it| {
        it.userinfo_signed_alg = Some(SigningAlg::ES256);
        it.id_token_alg = SigningAlg::RS256;
    })
    .await;
    let header = json!({"alg": "ES256", "kid": "k1"});
    userinfo(&client, &header, &claims(&client)).await.unwrap();
}

#[tokio::test]
async fn other_kinds_and_critical_extensions_are_refused() {
    let code = with_header(|header| header["typ"] = json!("at+jwt")).await;
    assert_eq!(code, "userinfo_wrong_kind");
    let code = with_header(|header| header["crit"] = json!(["exp"])).await;
    assert_eq!(code, "userinfo_critical_header");
}

#[tokio::test]
async fn encrypted_and_malformed_answers_are_refused() {
    let client = client().await;
    answers(&client, "application/jwt", "a.b.c.d.e".into());
    assert_eq!(refused(asked(&client).await), "userinfo_encrypted");
    answers(&client, "application/jwt", "junk".into());
    assert_eq!(refused(asked(&client).await), "userinfo_malformed");
}

#[tokio::test]
async fn issuer_and_audience_if_there_are_provider_and_client() {
    let code = with_claims(|claims| claims["iss"] = json!("https://evil.example")).await;
    assert_eq!(code, "userinfo_issuer_mismatch");
    let code = with_claims(|claims| claims["aud"] = json!("someone-else")).await;
    assert_eq!(code, "userinfo_audience_mismatch");
    let client = client().await;
    let without = json!({"sub": SUBJECT});
    userinfo(&client, &header(), &without).await.unwrap();
}

#[tokio::test]
async fn its_times_if_there_are_kept() {
    let code = with_claims(|claims| claims["exp"] = json!(1)).await;
    assert_eq!(code, "userinfo_expired");
    let code = with_claims(|claims| claims["iat"] = json!(1_900_000_000)).await;
    assert_eq!(code, "userinfo_issued_in_future");
    let code = with_claims(|claims| claims["nbf"] = json!(1_900_000_000)).await;
    assert_eq!(code, "userinfo_not_yet_valid");
}

#[tokio::test]
async fn it_must_be_about_the_one_who_signed_in() {
    let code = with_claims(|claims| claims["sub"] = json!("bob")).await;
    assert_eq!(code, "userinfo_subject_mismatch");
    let code = with_claims(|claims| drop(claims.as_object_mut().unwrap().remove("sub"))).await;
    assert_eq!(code, "userinfo_claim_missing");
}

#[tokio::test]
async fn a_refused_access_token_is_told() {
    let client = client().await;
    let reply = Reply::json(401, &json!({"error": "invalid_token"}));
    client.provider.reply(Endpoint::Userinfo, Some(reply));
    assert_eq!(
        asked(&client).await,
        Err(OidcError::UserinfoRefused { status: 401 })
    );
}
