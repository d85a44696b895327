//! OpenID Connect Discovery.

use serde_json::json;

use crate::support::{Client, Endpoint, refused};

#[tokio::test]
async fn the_full_well_known_url_does_as_well_as_the_issuer() {
    let client = Client::with(|settings| {
        let url = format!("{}/.well-known/openid-configuration", settings.metadata_url);
        settings.metadata_url = url.parse().unwrap();
    })
    .await;
    let metadata = client.party.metadata().await.unwrap();
    assert_eq!(metadata.issuer, client.provider.issuer.as_str());
    client.sign_in().await.unwrap();
}

#[tokio::test]
async fn the_document_must_name_the_issuer_it_was_asked_of() {
    let client = Client::new().await;
    client
        .provider
        .discovery(|doc| doc["issuer"] = json!("https://other.example"));
    let error = client.party.metadata().await.unwrap_err();
    assert_eq!(error.code(), "discovery_issuer_mismatch");
    assert!(!error.is_transient());
    assert!(error.to_string().contains("https://other.example"));
}

#[tokio::test]
async fn the_issuers_own_spelling_counts_afterwards() {
    let client = Client::new().await;
    let slashed = format!("{}/", client.provider.issuer);
    let issuer = slashed.clone();
    client
        .provider
        .discovery(move |doc| doc["issuer"] = json!(issuer));
    assert_eq!(refused(client.sign_in().await), "id_token_issuer_mismatch");
    client
        .provider
        .id_token(move |claims| claims["iss"] = json!(slashed));
    client.sign_in().await.unwrap();
}

#[tokio::test]
async fn metadata_is_fetched_once_and_renewed_after_an_hour() {
    let client = Client::new().await;
    for _ in 0..3 {
        client.party.metadata().await.unwrap();
    }
    assert_eq!(client.provider.count(Endpoint::Discovery), 1);

    let token_endpoint = format!("{}/new", client.provider.issuer);
    let moved = token_endpoint.clone();
    client
        .provider
        .discovery(move |doc| doc["token_endpoint"] = json!(moved));
    client.advance(3601);
    let old = client.party.metadata().await.unwrap();
    assert_ne!(old.token_endpoint.as_str(), token_endpoint);
    while client.party.metadata().await.unwrap().token_endpoint == old.token_endpoint {
        tokio::task::yield_now().await;
    }
    assert_eq!(client.provider.count(Endpoint::Discovery), 2);
}

#[tokio::test]
async fn the_configured_endpoints_override_the_discovered_ones() {
    let client = Client::with(|settings| {
        settings.authorization_endpoint = Some("https://front.example/auth".parse().unwrap());
        settings.token_endpoint = Some("http://127.0.0.1:1/token".parse().unwrap());
    })
    .await;
    let request = client.start().await;
    assert_eq!(request.url.host_str(), Some("front.example"));
    assert_eq!(refused(client.sign_in().await), "provider_unavailable");
    assert_eq!(client.provider.count(Endpoint::Token), 0);
}
