//! How and when a person must have authenticated: `max_age`, `acr_values`
//! (OpenID Connect Core 3.1.2.1, 3.1.3.7 rules 12 and 13, 5.5.1.1).

use std::time::Duration;

use serde_json::{Value, json};
use stagedoor_oidc::{AuthorizationParams, ClientSettings, FlowSecrets};

use crate::support::{Client, callback, query, refused};

fn max_age_of_a_minute(settings: &mut ClientSettings) {
    settings.authorization.max_age = Some(Duration::from_secs(60));
}

fn multi_factor(settings: &mut ClientSettings) {
    settings.authorization.acr_values = vec!["phr".into(), "mfa".into()];
}

fn multi_factor_for_sure(settings: &mut ClientSettings) {
    multi_factor(settings);
    settings.authorization.acr_essential = true;
}

#[tokio::test]
async fn max_age_is_asked_for_and_auth_time_required() {
    let client = Client::with(max_age_of_a_minute).await;
    let request = client.start().await;
    assert_eq!(query(&request.url)["max_age"], "60");
    assert_eq!(refused(client.sign_in().await), "id_token_claim_missing");
}

#[tokio::test]
async fn an_authentication_longer_ago_than_max_age_is_refused() {
    let client = Client::with(max_age_of_a_minute).await;
    let auth_time = client.now();
    client
        .provider
        .id_token(move |claims| claims["auth_time"] = json!(auth_time));
    client.advance(90);
    client.sign_in().await.unwrap();
    client.advance(1);
    assert_eq!(
        refused(client.sign_in().await),
        "id_token_authentication_too_old"
    );
}

#[tokio::test]
async fn max_age_among_the_extra_parameters_is_enforced_too() {
    let client = Client::new().await;
    let params = AuthorizationParams {
        scope: "openid",
        state: "s",
        extra: &[("max_age".into(), "60".into())],
        ..Default::default()
    };
    let request = client.party.authorization_request(params).await.unwrap();
    assert_eq!(query(&request.url)["max_age"], "60");
    let nonce = request.secrets.nonce.expose();
    client.provider.claims(client.claims(Some(nonce)));
    let callback = callback(&[("code", "c")]);
    let outcome = client.party.exchange_code(&callback, &request.secrets);
    assert_eq!(refused(outcome.await), "id_token_claim_missing");
}

#[tokio::test]
async fn a_refresh_is_no_authentication() {
    let client = Client::with(|settings| {
        max_age_of_a_minute(settings);
        multi_factor_for_sure(settings);
    })
    .await;
    client.refresh().await.unwrap();
}

#[tokio::test]
async fn acr_values_are_a_wish() {
    let client = Client::with(multi_factor).await;
    let request = client.start().await;
    assert_eq!(query(&request.url)["acr_values"], "phr mfa");
    client
        .provider
        .id_token(|claims| claims["acr"] = json!("pwd"));
    client.sign_in().await.unwrap();
}

#[tokio::test]
async fn essential_acr_values_are_checked() {
    let client = Client::with(multi_factor_for_sure).await;
    assert_eq!(refused(client.sign_in().await), "id_token_acr_mismatch");
    client
        .provider
        .id_token(|claims| claims["acr"] = json!("pwd"));
    assert_eq!(refused(client.sign_in().await), "id_token_acr_mismatch");
    client
        .provider
        .id_token(|claims| claims["acr"] = json!("mfa"));
    client.sign_in().await.unwrap();
}

#[tokio::test]
async fn essential_acr_values_are_asked_for_as_the_provider_understands() {
    let client = Client::with(multi_factor_for_sure).await;
    let request = client.start().await;
    assert_eq!(query(&request.url)["acr_values"], "phr mfa");

    let client = Client::with(multi_factor_for_sure).await;
    client
        .provider
        .discovery(|doc| doc["claims_parameter_supported"] = json!(true));
    let wished = r#"{"userinfo": {"email": null}, "id_token": {"groups": null}}"#;
    for (extra, userinfo) in [
        (wished, json!({"email": null})),
        ("junk", json!(null)),
        (r#"{"id_token": 1}"#, json!(null)),
    ] {
        let params = AuthorizationParams {
            scope: "openid",
            state: "s",
            extra: &[("claims".into(), extra.into())],
            ..Default::default()
        };
        let request = client.party.authorization_request(params).await.unwrap();
        let query = query(&request.url);
        assert!(!query.contains_key("acr_values"));
        let claims: Value = serde_json::from_str(&query["claims"]).unwrap();
        assert_eq!(
            claims["id_token"]["acr"],
            json!({"essential": true, "values": ["phr", "mfa"]})
        );
        assert_eq!(claims["userinfo"], userinfo);
    }
}

#[tokio::test]
async fn what_was_demanded_at_the_start_counts_at_the_end() {
    let client = Client::with(|settings| {
        max_age_of_a_minute(settings);
        multi_factor_for_sure(settings);
    })
    .await;
    let secrets = client.start().await.secrets;
    assert_eq!(secrets.authentication.max_age, Some(60));
    assert_eq!(secrets.authentication.acr, ["phr", "mfa"]);
    let json = serde_json::to_string(&secrets).unwrap();
    let read: FlowSecrets = serde_json::from_str(&json).unwrap();
    assert_eq!(read, secrets);
}

#[tokio::test]
async fn flows_started_before_an_update_finish_after_it() {
    let client = Client::with(max_age_of_a_minute).await;
    let secrets = client.start().await.secrets;
    let mut json = serde_json::to_value(&secrets).unwrap();
    json.as_object_mut().unwrap().remove("authentication");
    let read: FlowSecrets = serde_json::from_value(json).unwrap();
    let callback = callback(&[("code", "c")]);
    client.party.exchange_code(&callback, &read).await.unwrap();
}
