//! Issuers that are not what the metadata URL says: set by the operator, one or
//! that of every tenant.

use serde_json::json;
use stagedoor_oidc::{
    AssertionAudience, ClientAuthMethod, ClientKey, ClientSettings, OidcError, SigningAlg, TokenSet,
};

use crate::support::{Client, Endpoint, TestKey, callback, refused};

const TEMPLATE: &str = "https://login.example/{tenantid}/v2.0";
const TENANT: &str = "9f6e3b1a-0c5d-4b7e-8a1f-2d3c4b5a6978";

fn set(issuer: &str) -> impl FnOnce(&mut ClientSettings) + use<> {
    let issuer = issuer.to_owned();
    move |settings| settings.issuer = Some(issuer)
}

fn named(client: &Client, issuer: &'static str) {
    client
        .provider
        .discovery(move |doc| doc["issuer"] = json!(issuer));
}

fn of_tenant(tenant: &str) -> String {
    TEMPLATE.replace("{tenantid}", tenant)
}

/// A client of all tenants, and tokens of one of them.
async fn many_tenants() -> Client {
    let client = Client::with(set(TEMPLATE)).await;
    named(&client, TEMPLATE);
    tokens_of(&client, TENANT, TENANT);
    client
}

fn tokens_of(client: &Client, issuer: &str, tenant: &str) {
    let (issuer, tenant) = (of_tenant(issuer), tenant.to_owned());
    client.provider.id_token(move |claims| {
        claims["iss"] = json!(issuer);
        claims["tid"] = json!(tenant);
    });
}

async fn sign_in_with_iss(client: &Client, iss: &str) -> Result<TokenSet, OidcError> {
    let request = client.start().await;
    let callback = callback(&[("code", "c"), ("iss", iss)]);
    client
        .party
        .exchange_code(&callback, &request.secrets)
        .await
}

#[tokio::test]
async fn an_issuer_that_was_set_counts_in_place_of_the_metadata_url() {
    const ISSUER: &str = "https://tenant.b2c.example/5d1f/v2.0/";
    let client = Client::with(set(ISSUER)).await;
    named(&client, ISSUER);
    assert_eq!(refused(client.sign_in().await), "id_token_issuer_mismatch");
    client
        .provider
        .id_token(|claims| claims["iss"] = json!(ISSUER));
    client.sign_in().await.unwrap();
    sign_in_with_iss(&client, ISSUER).await.unwrap();
    let other = "https://tenant.b2c.example/5d1f/v2.0";
    let outcome = sign_in_with_iss(&client, other).await;
    assert_eq!(refused(outcome), "callback_issuer_mismatch");
}

#[tokio::test]
async fn the_document_must_name_it_to_the_letter() {
    let client = Client::with(set("https://id.example/v2.0")).await;
    let outcome = client.party.metadata().await;
    assert_eq!(refused(outcome), "discovery_issuer_mismatch");
    for other in ["https://id.example/v2.0/", "https://ID.example/v2.0"] {
        let client = Client::with(set("https://id.example/v2.0")).await;
        named(&client, other);
        let outcome = client.party.metadata().await;
        assert_eq!(refused(outcome), "discovery_issuer_mismatch");
    }
}

#[tokio::test]
async fn a_provider_cannot_widen_the_circle_of_issuers_by_itself() {
    let client = Client::new().await;
    named(&client, TEMPLATE);
    let outcome = client.party.metadata().await;
    assert_eq!(refused(outcome), "discovery_issuer_mismatch");
}

#[tokio::test]
async fn people_of_every_tenant_sign_in_if_that_was_set() {
    let client = many_tenants().await;
    client.sign_in().await.unwrap();
    tokens_of(&client, "another-tenant", "another-tenant");
    client.sign_in().await.unwrap();
    client.refresh().await.unwrap();
}

#[tokio::test]
async fn the_issuer_must_be_that_of_the_tokens_own_tenant() {
    let client = many_tenants().await;
    tokens_of(&client, "evil", TENANT);
    assert_eq!(refused(client.sign_in().await), "id_token_issuer_mismatch");
    tokens_of(&client, "a/b", "a/b");
    assert_eq!(refused(client.sign_in().await), "id_token_issuer_mismatch");
    client
        .provider
        .id_token(|claims| claims["iss"] = json!(of_tenant(TENANT)));
    assert_eq!(refused(client.sign_in().await), "id_token_claim_missing");
}

#[tokio::test]
async fn the_response_may_name_any_tenant_of_this_provider() {
    let client = many_tenants().await;
    sign_in_with_iss(&client, TEMPLATE).await.unwrap();
    sign_in_with_iss(&client, &of_tenant(TENANT)).await.unwrap();
    let outcome = sign_in_with_iss(&client, "https://evil.example/t/v2.0").await;
    assert_eq!(refused(outcome), "callback_issuer_mismatch");
}

#[tokio::test]
async fn a_key_of_one_tenant_does_not_sign_for_another() {
    let sign_in_with_key_of = async |issuer: String| {
        let client = many_tenants().await;
        let mut jwk = TestKey::new(SigningAlg::RS256, "k1").jwk();
        jwk["issuer"] = json!(issuer);
        client.provider.publish(vec![jwk]);
        client.sign_in().await
    };
    let outcome = sign_in_with_key_of(of_tenant("evil")).await;
    assert_eq!(refused(outcome), "id_token_unknown_key");
    sign_in_with_key_of(of_tenant(TENANT)).await.unwrap();
    sign_in_with_key_of(TEMPLATE.to_owned()).await.unwrap();
}

#[tokio::test]
async fn a_template_is_nobodys_audience() {
    let key = TestKey::new(SigningAlg::ES256, "c1");
    let own = ClientKey::from_pem(&key.pem(), None).unwrap();
    let client = Client::with(|settings| {
        set(TEMPLATE)(settings);
        settings.auth_method = ClientAuthMethod::PrivateKeyJwt;
        settings.assertion.key = Some(own);
        settings.assertion.audience = AssertionAudience::Issuer;
    })
    .await;
    named(&client, TEMPLATE);
    tokens_of(&client, TENANT, TENANT);
    client.sign_in().await.unwrap();
    let form = client.provider.asked(Endpoint::Token).form;
    let (_, claims) = key.opened(&form["client_assertion"]);
    assert_eq!(claims["aud"], format!("{}/token", client.provider.issuer));
}
