//! Grants that were given elsewhere: whose they are is found out.

use serde_json::{Value, json};
use stagedoor_oidc::{OidcError, RefreshToken, TakenOver, UnidentifiedGrant};

use crate::support::{Client, Endpoint, SUBJECT, refused};

async fn take_over(client: &Client) -> Result<TakenOver, OidcError> {
    let token = RefreshToken::new("from-elsewhere");
    Ok(client.party.take_over(&token).await?)
}

/// A grant that comes without an ID token.
async fn unidentified(client: &Client) -> UnidentifiedGrant {
    client
        .provider
        .token_response(|response| response["id_token"] = json!(null));
    match take_over(client).await.unwrap() {
        TakenOver::Unidentified(grant) => grant,
        TakenOver::Identified(tokens) => unreachable!("there is no ID token in {tokens:?}"),
    }
}

#[tokio::test]
async fn an_id_token_tells_whose_grant_it_is() {
    let client = Client::new().await;
    match take_over(&client).await.unwrap() {
        TakenOver::Identified(tokens) => {
            assert_eq!(tokens.id_token.unwrap().subject(), SUBJECT);
        }
        TakenOver::Unidentified(_) => unreachable!("there is an ID token"),
    }
    let asked = client.provider.asked(Endpoint::Token);
    assert_eq!(asked.form["refresh_token"], "from-elsewhere");
}

#[tokio::test]
async fn without_one_userinfo_does() {
    let client = Client::new().await;
    let grant = unidentified(&client).await;
    let claims = client.party.identify(&grant).await.unwrap().unwrap();
    assert_eq!(claims.str("sub"), Some(SUBJECT));
    let token = grant.into_tokens().access_token;
    let asked = client.provider.asked(Endpoint::Userinfo).authorization;
    assert_eq!(asked.unwrap(), format!("Bearer {}", token.expose()));
}

#[tokio::test]
async fn userinfo_must_name_somebody() {
    let client = Client::new().await;
    let grant = unidentified(&client).await;
    let name = |sub: Value| {
        client.provider.userinfo(move |it| it["sub"] = sub.clone());
    };
    for (sub, code) in [
        (json!(""), "userinfo_claim_malformed"),
        (json!(7), "userinfo_claim_malformed"),
        (json!("x".repeat(256)), "userinfo_claim_malformed"),
    ] {
        name(sub);
        assert_eq!(refused(client.party.identify(&grant).await), code);
    }
    client.provider.userinfo(|it| *it = json!({"name": "Ann"}));
    let code = refused(client.party.identify(&grant).await);
    assert_eq!(code, "userinfo_claim_missing");
}

#[tokio::test]
async fn without_userinfo_nobody_can_tell() {
    let client = Client::new().await;
    client
        .provider
        .discovery(|doc| doc["userinfo_endpoint"] = json!(null));
    let grant = unidentified(&client).await;
    assert_eq!(client.party.identify(&grant).await, Ok(None));
}
