//! The example at work: a whole sign-in at a real provider, through HTTP.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    net::{Ipv4Addr, SocketAddr, TcpListener},
    sync::Arc,
};

use reqwest::{Client, RequestBuilder, StatusCode, redirect::Policy};
use serde_json::Value;
use stagedoor::{AuthBackend, StartError};
use stagedoor_ambient::{SystemClock, SystemEntropy};
use stagedoor_demo_idp::{DemoClient, DemoIdp, DemoSettings};
use url::Url;

#[tokio::test]
async fn whoever_signs_in_is_the_user_named_by_their_subject() {
    let port = free_port();
    let base = format!("http://localhost:{port}");
    let idp = identity_provider(&base).await;
    let backend = build(&base, port, &idp).await.unwrap();
    tokio::spawn(idp.serve(std::future::pending()));
    tokio::spawn(backend.serve());

    let browser = Client::builder()
        .cookie_store(true)
        .redirect(Policy::none());
    let browser = browser.build().unwrap();
    sign_in(&browser, &base).await;

    let refresh = browser.get(format!("{base}/api/auth/keycloak/refresh?env=development"));
    let session = json(refresh.header("X-Requested-With", "XMLHttpRequest")).await;
    let identity = &session["backstageIdentity"];
    assert_eq!(
        identity["identity"]["userEntityRef"], "user:default/ada-1815",
        "{session}"
    );
    let owned = serde_json::json!(["user:default/ada-1815"]);
    assert_eq!(identity["identity"]["ownershipEntityRefs"], owned);
    let token = identity["token"].as_str().unwrap();
    let info = browser.get(format!("{base}/api/auth/v1/userinfo"));
    let info = json(info.bearer_auth(token)).await;
    assert_eq!(info["claims"]["ent"], owned);
}

/// As a person does, at the provider's form.
async fn sign_in(browser: &Client, base: &str) {
    let start = format!("{base}/api/auth/keycloak/start?env=development&origin={base}");
    let authorize = redirect_of(browser.get(start).send().await.unwrap());
    let login = browser
        .get(authorize.clone())
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    let csrf = login
        .split("name=\"csrf\" value=\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .unwrap();
    let chosen = browser
        .post(authorize.join("/login").unwrap())
        .form(&[("csrf", csrf), ("person", "ada-1815")])
        .send()
        .await
        .unwrap();
    let frame = browser.get(redirect_of(chosen)).send().await.unwrap();
    assert_eq!(frame.status(), StatusCode::OK);
}

async fn json(request: RequestBuilder) -> Value {
    request.send().await.unwrap().json().await.unwrap()
}

async fn identity_provider(base: &str) -> DemoIdp {
    let mut settings = DemoSettings::on(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
    settings.clients.push(DemoClient {
        client_id: "backstage".to_owned(),
        client_secret: Some("secret".into()),
        redirect_uris: vec![
            Url::parse(&format!("{base}/api/auth/keycloak/handler/frame")).unwrap(),
        ],
        post_logout_redirect_uris: vec![],
    });
    DemoIdp::bind(
        settings,
        Arc::new(SystemClock),
        Arc::new(SystemEntropy::default()),
    )
    .await
    .unwrap()
}

/// The example's own configuration, on this test's ports.
async fn build(base: &str, port: u16, idp: &DemoIdp) -> Result<AuthBackend, StartError> {
    let yaml = include_str!("../app-config.yaml")
        .replace("http://localhost:7007", base)
        .replace("port: 7007", &format!("port: {port}"))
        .replace(
            "http://localhost:8080/realms/backstage",
            idp.issuer().as_str().trim_end_matches('/'),
        );
    custom_resolver::auth_backend()
        .config_text(yaml)
        .build()
        .await
}

fn redirect_of(response: reqwest::Response) -> Url {
    assert!(response.status().is_redirection(), "{}", response.status());
    let location = response.headers()["location"].to_str().unwrap();
    response.url().join(location).unwrap()
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}
