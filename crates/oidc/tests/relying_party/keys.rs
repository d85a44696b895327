//! The provider's keys: rotation, outage, and what is fetched when.

use serde_json::json;
use stagedoor_oidc::SigningAlg;

use crate::support::{Client, Endpoint, TestKey, callback, refused};

const ALG: SigningAlg = SigningAlg::ES256;

async fn elliptic_client() -> Client {
    Client::with_key(TestKey::new(ALG, "k1"), |_| {}).await
}

fn rotate(client: &Client, kid: &str) {
    let key = TestKey::new(ALG, kid);
    client.provider.publish(vec![key.jwk()]);
    client.provider.sign_with(key);
}

#[tokio::test]
async fn keys_are_fetched_once_for_many_sign_ins() {
    let client = elliptic_client().await;
    for _ in 0..3 {
        client.sign_in().await.unwrap();
    }
    assert_eq!(client.provider.count(Endpoint::Jwks), 1);
}

#[tokio::test]
async fn a_key_rotated_in_mid_flow_is_picked_up_by_one_fetch() {
    let client = elliptic_client().await;
    client.sign_in().await.unwrap();
    rotate(&client, "k2");
    client.sign_in().await.unwrap();
    assert_eq!(client.provider.count(Endpoint::Jwks), 2);
}

#[tokio::test]
async fn a_new_key_under_an_old_kid_is_picked_up() {
    let client = elliptic_client().await;
    client.sign_in().await.unwrap();
    rotate(&client, "k1");
    client.sign_in().await.unwrap();
}

#[tokio::test]
async fn fifty_at_once_with_an_unknown_kid_cause_one_fetch() {
    let client = elliptic_client().await;
    client.sign_in().await.unwrap();
    rotate(&client, "k2");
    let secrets = client.start().await.secrets;
    let flows: Vec<_> = (0..50)
        .map(|_| {
            let (party, secrets) = (client.party.clone(), secrets.clone());
            tokio::spawn(async move {
                let callback = callback(&[("code", "c")]);
                party.exchange_code(&callback, &secrets).await
            })
        })
        .collect();
    for flow in flows {
        flow.await.unwrap().unwrap();
    }
    assert_eq!(client.provider.count(Endpoint::Jwks), 2);
}

#[tokio::test]
async fn unknown_kids_cannot_make_us_fetch_without_end() {
    let client = elliptic_client().await;
    client.provider.sign_with(TestKey::new(ALG, "forged"));
    for _ in 0..5 {
        assert_eq!(refused(client.sign_in().await), "id_token_unknown_key");
    }
    assert_eq!(client.provider.count(Endpoint::Jwks), 2);
    client.advance(10);
    assert_eq!(refused(client.sign_in().await), "id_token_unknown_key");
    assert_eq!(client.provider.count(Endpoint::Jwks), 3);
}

#[tokio::test]
async fn a_token_without_kid_is_verified_by_the_key_that_fits() {
    let client = elliptic_client().await;
    let mut key = TestKey::new(ALG, "k1");
    let rsa = TestKey::new(SigningAlg::RS256, "k0");
    client.provider.publish(vec![rsa.jwk(), key.jwk()]);
    key.kid = None;
    client.provider.sign_with(key);
    client.sign_in().await.unwrap();
}

#[tokio::test]
async fn of_several_keys_with_one_kid_the_right_one_is_found() {
    let client = elliptic_client().await;
    let key = TestKey::new(ALG, "k1");
    let others = [
        TestKey::new(ALG, "k1"),
        TestKey::new(SigningAlg::RS256, "k1"),
    ];
    client
        .provider
        .publish(vec![others[0].jwk(), others[1].jwk(), key.jwk()]);
    client.provider.sign_with(key);
    client.sign_in().await.unwrap();
}

#[tokio::test]
async fn published_keys_for_encryption_are_not_used() {
    let client = elliptic_client().await;
    let key = TestKey::new(ALG, "k1");
    let mut jwk = key.jwk();
    jwk["use"] = json!("enc");
    client.provider.publish(vec![jwk]);
    client.provider.sign_with(key);
    assert_eq!(refused(client.sign_in().await), "id_token_unknown_key");
}

#[tokio::test]
async fn old_keys_serve_while_the_provider_cannot_give_new_ones() {
    let client = elliptic_client().await;
    client.sign_in().await.unwrap();
    client.provider.fail(Endpoint::Jwks);
    client.advance(3600);
    client.sign_in().await.unwrap();
    client.advance(24 * 3600);
    assert_eq!(refused(client.sign_in().await), "provider_unavailable");
    client.provider.reply(Endpoint::Jwks, None);
    client.advance(60);
    client.sign_in().await.unwrap();
}

#[tokio::test]
async fn an_unknown_kid_while_keys_cannot_be_had_is_an_outage_not_a_forgery() {
    let client = elliptic_client().await;
    client.sign_in().await.unwrap();
    rotate(&client, "k2");
    client.provider.fail(Endpoint::Jwks);
    let error = client.sign_in().await.unwrap_err();
    assert!(error.is_transient(), "{error}");
}
