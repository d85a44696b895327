//! Userinfo, OpenID Connect Core 5.3.

use serde_json::json;
use stagedoor_oidc::{AccessToken, Claims, OidcError};

use crate::support::{Client, Endpoint, Reply, SUBJECT, refused};

async fn userinfo(client: &Client) -> Result<Option<Claims>, OidcError> {
    let token = AccessToken::new("access-1");
    client.party.userinfo(&token, SUBJECT).await
}

#[tokio::test]
async fn userinfo_is_asked_with_the_access_token() {
    let client = Client::new().await;
    let claims = userinfo(&client).await.unwrap().unwrap();
    assert_eq!(claims.str("name"), Some("Ann"));
    let asked = client.provider.asked(Endpoint::Userinfo);
    assert_eq!(asked.authorization.as_deref(), Some("Bearer access-1"));
}

#[tokio::test]
async fn a_provider_may_have_no_userinfo() {
    let client = Client::new().await;
    client
        .provider
        .discovery(|doc| doc["userinfo_endpoint"] = json!(null));
    assert_eq!(userinfo(&client).await, Ok(None));
}

#[tokio::test]
async fn userinfo_must_be_about_the_one_who_signed_in() {
    let client = Client::new().await;
    client.provider.userinfo(|it| it["sub"] = json!("bob"));
    assert_eq!(
        refused(userinfo(&client).await),
        "userinfo_subject_mismatch"
    );
    client.provider.userinfo(|it| it["sub"] = json!(7));
    assert_eq!(refused(userinfo(&client).await), "userinfo_claim_malformed");
    client.provider.userinfo(|it| *it = json!({"name": "Ann"}));
    assert_eq!(refused(userinfo(&client).await), "userinfo_claim_missing");
    client.provider.userinfo(|it| *it = json!([]));
    assert_eq!(refused(userinfo(&client).await), "userinfo_malformed");
}

#[tokio::test]
async fn a_refused_access_token_is_told() {
    let client = Client::new().await;
    let reply = Reply::json(401, &json!({"error": "invalid_token"}));
    client.provider.reply(Endpoint::Userinfo, Some(reply));
    let error = userinfo(&client).await.unwrap_err();
    assert_eq!(error, OidcError::UserinfoRefused { status: 401 });
    assert!(!error.is_transient() && !error.is_refused());
}

#[tokio::test]
async fn signed_userinfo_is_refused() {
    let client = Client::new().await;
    let reply = Reply {
        status: 200,
        content_type: "application/jwt",
        body: "a.b.c".into(),
    };
    client.provider.reply(Endpoint::Userinfo, Some(reply));
    assert_eq!(refused(userinfo(&client).await), "userinfo_signed");
}

#[tokio::test]
async fn an_access_token_no_header_can_hold_is_not_sent() {
    let client = Client::new().await;
    let token = AccessToken::new("line\r\nbreak");
    let outcome = client.party.userinfo(&token, SUBJECT).await;
    assert_eq!(refused(outcome), "client_misconfigured");
    assert_eq!(client.provider.count(Endpoint::Userinfo), 0);
}

#[tokio::test]
async fn distributed_and_aggregated_claims_are_neither_fetched_nor_believed() {
    let client = Client::new().await;
    let source = format!("{}/jwks", client.provider.issuer);
    client.provider.userinfo(move |it| {
        it["_claim_names"] = json!({"groups": "far", "email": "near"});
        it["_claim_sources"] = json!({
            "far": {"endpoint": source, "access_token": "t"},
            "near": {"JWT": "e30.eyJlbWFpbCI6ImV2aWxAZXhhbXBsZSJ9."},
        });
    });
    let claims = userinfo(&client).await.unwrap().unwrap();
    assert_eq!(claims.get("groups"), None);
    assert_eq!(claims.get("email"), None);
    assert_eq!(claims.str("name"), Some("Ann"));
    assert_eq!(client.provider.count(Endpoint::Jwks), 0);
}
