//! Proofs of who the client is that it signs itself: `client_secret_jwt` and
//! `private_key_jwt` (RFC 7523, OpenID Connect Core 9).

use std::collections::HashMap;

use aws_lc_rs::hmac;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use stagedoor_oidc::{
    AssertionAudience, ClientAuthMethod, ClientKey, ClientSettings, RefreshToken, SigningAlg,
};

use crate::support::{CLIENT_ID, Client, Endpoint, TestKey, refused};

const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

fn with_key(key: &TestKey, key_id: Option<&str>) -> impl FnOnce(&mut ClientSettings) + use<> {
    let key = ClientKey::from_pem(&key.pem(), key_id.map(str::to_owned)).unwrap();
    move |settings| {
        settings.client_secret = None;
        settings.auth_method = ClientAuthMethod::PrivateKeyJwt;
        settings.assertion.key = Some(key);
    }
}

fn with_secret(settings: &mut ClientSettings) {
    settings.auth_method = ClientAuthMethod::ClientSecretJwt;
}

/// The assertion in a form that proves the client by it alone.
fn assertion(form: &HashMap<String, String>) -> &str {
    assert_eq!(form["client_assertion_type"], TYPE);
    assert_eq!(form["client_id"], CLIENT_ID);
    assert!(!form.contains_key("client_secret"));
    &form["client_assertion"]
}

async fn asked_for_tokens(client: &Client) -> HashMap<String, String> {
    client.sign_in().await.unwrap();
    let asked = client.provider.asked(Endpoint::Token);
    assert_eq!(asked.authorization, None);
    asked.form
}

/// RFC 7523 section 3, and at most a minute of life.
fn assert_claims(client: &Client, claims: &Value, audience: &str) {
    assert_eq!(claims["iss"], CLIENT_ID);
    assert_eq!(claims["sub"], CLIENT_ID);
    assert_eq!(claims["aud"], audience, "one text, no list");
    assert_eq!(claims["iat"], client.now());
    assert_eq!(claims["exp"], client.now() + 60);
    assert_eq!(claims["jti"].as_str().unwrap().len(), 22);
}

#[tokio::test]
async fn private_key_jwt_signs_with_every_kind_of_key() {
    for alg in [
        SigningAlg::RS256,
        SigningAlg::ES256,
        SigningAlg::ES384,
        SigningAlg::ES512,
        SigningAlg::EdDSA,
    ] {
        let key = TestKey::new(alg, "c1");
        let client = Client::with(with_key(&key, None)).await;
        let form = asked_for_tokens(&client).await;
        let (header, claims) = key.opened(assertion(&form));
        assert_eq!(header, json!({"alg": alg.as_str(), "typ": "JWT"}));
        assert_claims(&client, &claims, client.provider.issuer.as_str());
    }
}

#[tokio::test]
async fn the_key_is_named_if_it_has_a_name() {
    let key = TestKey::new(SigningAlg::ES256, "c1");
    let client = Client::with(with_key(&key, Some("key-2026"))).await;
    let form = asked_for_tokens(&client).await;
    assert_eq!(key.opened(assertion(&form)).0["kid"], "key-2026");
}

#[tokio::test]
async fn the_algorithm_can_be_chosen() {
    let key = TestKey::new(SigningAlg::PS512, "c1");
    let settings = with_key(&key, None);
    let client = Client::with(|it| {
        settings(it);
        it.assertion.alg = Some(SigningAlg::PS512);
    })
    .await;
    let form = asked_for_tokens(&client).await;
    assert_eq!(key.opened(assertion(&form)).0["alg"], "PS512");
}

#[tokio::test]
async fn without_choice_the_first_that_provider_and_key_can_do_is_used() {
    let key = TestKey::new(SigningAlg::PS256, "c1");
    let client = Client::with(with_key(&key, None)).await;
    client.provider.discovery(|doc| {
        doc["token_endpoint_auth_signing_alg_values_supported"] =
            json!(["HS256", "ES256", "PS256", "RS256"]);
    });
    let form = asked_for_tokens(&client).await;
    assert_eq!(key.opened(assertion(&form)).0["alg"], "PS256");
}

#[tokio::test]
async fn an_algorithm_that_is_not_the_keys_is_a_matter_of_settings() {
    let settings = with_key(&TestKey::new(SigningAlg::ES256, "c1"), None);
    let client = Client::with(|it| {
        settings(it);
        it.assertion.alg = Some(SigningAlg::RS256);
    })
    .await;
    assert_eq!(refused(client.sign_in().await), "client_misconfigured");
    assert_eq!(client.provider.count(Endpoint::Token), 0);
}

#[tokio::test]
async fn a_missing_key_is_a_matter_of_settings() {
    let client = Client::with(|it| it.auth_method = ClientAuthMethod::PrivateKeyJwt).await;
    assert_eq!(refused(client.sign_in().await), "client_misconfigured");
}

#[tokio::test]
async fn the_token_endpoint_can_be_the_audience_everywhere() {
    let key = TestKey::new(SigningAlg::ES256, "c1");
    let settings = with_key(&key, None);
    let client = Client::with(|it| {
        settings(it);
        it.assertion.audience = AssertionAudience::TokenEndpoint;
    })
    .await;
    let endpoint = format!("{}/token", client.provider.issuer);
    let form = asked_for_tokens(&client).await;
    assert_claims(&client, &key.opened(assertion(&form)).1, &endpoint);
    let token = RefreshToken::new("refresh-1");
    client.party.revoke(&token).await.unwrap();
    let form = client.provider.asked(Endpoint::Revocation).form;
    assert_claims(&client, &key.opened(assertion(&form)).1, &endpoint);
}

#[tokio::test]
async fn no_proof_is_used_twice() {
    let key = TestKey::new(SigningAlg::ES256, "c1");
    let client = Client::with(with_key(&key, None)).await;
    let first = key.opened(assertion(&asked_for_tokens(&client).await)).1;
    client.refresh().await.unwrap();
    let form = client.provider.asked(Endpoint::Token).form;
    assert_ne!(first["jti"], key.opened(assertion(&form)).1["jti"]);
}

#[tokio::test]
async fn client_secret_jwt_signs_with_the_secret() {
    let client = Client::with(with_secret).await;
    let form = asked_for_tokens(&client).await;
    let (message, signature) = assertion(&form).rsplit_once('.').unwrap();
    let key = hmac::Key::new(hmac::HMAC_SHA256, b"s3cret:&");
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    hmac::verify(&key, message.as_bytes(), &signature).unwrap();
    let parts: Vec<Value> = message
        .split('.')
        .map(|part| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap())
        .collect();
    assert_eq!(parts[0], json!({"alg": "HS256", "typ": "JWT"}));
    assert_claims(&client, &parts[1], client.provider.issuer.as_str());
}

#[tokio::test]
async fn client_secret_jwt_needs_a_secret() {
    let client = Client::with(|settings| {
        with_secret(settings);
        settings.client_secret = None;
    })
    .await;
    assert_eq!(refused(client.sign_in().await), "client_misconfigured");
}
