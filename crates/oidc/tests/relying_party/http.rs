//! Limits on what a provider may answer.

use std::time::Duration;

use serde_json::json;
use stagedoor_oidc::{HttpClient, HttpSettings};

use crate::support::{Client, Endpoint, Reply};

async fn outage(status: u16, content_type: &'static str, body: String) -> String {
    let client = Client::new().await;
    let reply = Reply {
        status,
        content_type,
        body,
    };
    client.provider.reply(Endpoint::Token, Some(reply));
    let error = client.sign_in().await.unwrap_err();
    assert!(error.is_transient(), "{error}");
    error.to_string()
}

#[tokio::test]
async fn redirects_are_not_followed() {
    for status in [301, 302, 303, 307, 308] {
        let shown = outage(status, "text/html", String::new()).await;
        assert!(
            shown.contains("redirects to http://127.0.0.1:1/elsewhere"),
            "{shown}"
        );
    }
}

#[tokio::test]
async fn answers_that_are_not_json_are_outages() {
    let shown = outage(200, "text/html; charset=utf-8", "<p>login</p>".into()).await;
    assert!(shown.contains("'text/html', not JSON"), "{shown}");
    outage(200, "application/json", "{".into()).await;
    outage(502, "text/html", "bad gateway".into()).await;
    outage(429, "application/json", "{}".into()).await;
}

#[tokio::test]
async fn no_more_than_a_mebibyte_is_read() {
    let body = json!({"access_token": "a".repeat(1 << 20)}).to_string();
    let shown = outage(200, "application/json", body).await;
    assert!(shown.contains("more than 1048576 bytes"), "{shown}");
}

#[tokio::test]
async fn structured_json_types_are_json() {
    let client = Client::new().await;
    let keys = json!({"keys": []}).to_string();
    let reply = Reply {
        status: 200,
        content_type: "application/jwk-set+json",
        body: keys,
    };
    client.provider.reply(Endpoint::Jwks, Some(reply));
    let code = client.sign_in().await.unwrap_err().code();
    assert_eq!(code, "id_token_unknown_key");
}

#[tokio::test]
async fn a_provider_that_never_answers_is_given_up() {
    // Accepts connections into its backlog and says nothing.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = silent.local_addr().unwrap();
    let client = Client::with(|settings| {
        settings.timeout = Duration::from_millis(50);
        settings.metadata_url = format!("http://{address}").parse().unwrap();
    })
    .await;
    let error = client.party.metadata().await.unwrap_err();
    assert!(error.to_string().contains("no answer in time"), "{error}");
}

#[test]
fn a_certificate_file_without_certificates_is_refused() {
    for pem in [
        &b"junk"[..],
        b"-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----\n",
    ] {
        let settings = HttpSettings {
            extra_ca_pems: vec![pem.to_vec()],
            ..HttpSettings::default()
        };
        assert!(HttpClient::new(settings).is_err());
    }
}
