//! Ending the provider's own session, RP-Initiated Logout 1.0.

use serde_json::json;
use url::Url;

use crate::support::{CLIENT_ID, Client, Endpoint, query};

fn offered(client: &Client) {
    client.provider.discovery(|doc| {
        doc["end_session_endpoint"] = json!("https://id.example/logout?tenant=a+b&state=evil");
    });
}

#[tokio::test]
async fn the_url_tells_whose_session_ends_and_where_to_go_then() {
    let client = Client::with(|it| it.authorization.ui_locales = vec!["de".into(), "en".into()]);
    let client = client.await;
    offered(&client);
    let id_token = client.sign_in().await.unwrap().id_token.unwrap();
    let back: Url = "https://app.example/?a=b c".parse().unwrap();
    let url = client
        .party
        .end_session_url(Some(&id_token), Some(&back), Some("s&1"))
        .await
        .unwrap();
    assert!(url.as_str().starts_with("https://id.example/logout?"));
    let query = query(&url);
    assert_eq!(query["id_token_hint"], id_token.raw());
    assert_eq!(query["client_id"], CLIENT_ID);
    assert_eq!(query["post_logout_redirect_uri"], back.as_str());
    assert_eq!(query["state"], "s&1", "not the endpoint's own");
    assert_eq!(query["ui_locales"], "de en");
    assert_eq!(query["tenant"], "a b", "the endpoint's own query stays");
}

#[tokio::test]
async fn nothing_but_the_client_need_be_known() {
    let client = Client::new().await;
    offered(&client);
    let url = client.party.end_session_url(None, None, None).await;
    let query = query(&url.unwrap());
    assert_eq!(query.len(), 2, "{query:?}");
    assert_eq!(query["client_id"], CLIENT_ID);
}

#[tokio::test]
async fn an_id_token_too_long_for_a_url_is_left_out() {
    let client = Client::new().await;
    offered(&client);
    client
        .provider
        .id_token(|claims| claims["groups"] = json!("g".repeat(4096)));
    let id_token = client.sign_in().await.unwrap().id_token.unwrap();
    let url = client
        .party
        .end_session_url(Some(&id_token), None, None)
        .await
        .unwrap();
    assert!(!query(&url).contains_key("id_token_hint"));
    assert_eq!(query(&url)["client_id"], CLIENT_ID);
}

#[tokio::test]
async fn a_provider_without_the_endpoint_or_out_of_reach_has_no_url() {
    let client = Client::new().await;
    assert_eq!(client.party.end_session_url(None, None, None).await, None);
    let client = Client::new().await;
    client.provider.fail(Endpoint::Discovery);
    assert_eq!(client.party.end_session_url(None, None, None).await, None);
}
