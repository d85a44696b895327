//! Revocation, RFC 7009.

use serde_json::json;
use stagedoor_oidc::{OidcError, RefreshToken, Revocation};

use crate::support::{Client, Endpoint, Reply, refused};

async fn revoke(client: &Client) -> Result<Revocation, OidcError> {
    client.party.revoke(&RefreshToken::new("refresh-1")).await
}

#[tokio::test]
async fn a_token_is_revoked_by_an_authenticated_client() {
    let client = Client::new().await;
    let reply = Reply {
        status: 200,
        content_type: "text/html",
        body: String::new(),
    };
    client.provider.reply(Endpoint::Revocation, Some(reply));
    assert_eq!(revoke(&client).await, Ok(Revocation::Done));
    let asked = client.provider.asked(Endpoint::Revocation);
    assert_eq!(asked.form["token"], "refresh-1");
    assert_eq!(asked.form["token_type_hint"], "refresh_token");
    assert!(asked.authorization.is_some());
}

#[tokio::test]
async fn a_provider_may_offer_no_revocation() {
    let client = Client::new().await;
    client
        .provider
        .discovery(|doc| doc["revocation_endpoint"] = json!(null));
    assert_eq!(revoke(&client).await, Ok(Revocation::NotOffered));
}

#[tokio::test]
async fn a_refused_revocation_is_told() {
    let client = Client::new().await;
    let reply = Reply::json(401, &json!({"error": "invalid_client"}));
    client.provider.reply(Endpoint::Revocation, Some(reply));
    assert_eq!(refused(revoke(&client).await), "token_refused");
    client.provider.fail(Endpoint::Revocation);
    assert!(revoke(&client).await.unwrap_err().is_transient());
}
