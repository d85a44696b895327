//! Requests bring a fresh token, to where it belongs.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]
#![cfg(feature = "tower")]

use std::sync::Arc;

use async_trait::async_trait;
use axum::{Router, routing::get};
use http::HeaderMap;
use stagedoor_client::{
    auth::{AuthConnector, AuthError, OAuth2, OAuth2Session, Scopes, SessionOptions},
    layer::{BackstageTokenLayer, SendError},
};
use tower_layer::Layer;
use tower_service::Service;

struct Fixed(Result<&'static str, AuthError>);

#[async_trait]
impl AuthConnector for Fixed {
    async fn create_session(&self, _: &Scopes) -> Result<OAuth2Session, AuthError> {
        panic!("nobody is to be asked")
    }

    async fn refresh_session(&self, _: &Scopes) -> Result<OAuth2Session, AuthError> {
        let token = self.0.clone()?;
        let json = format!(
            r#"{{"providerInfo":{{"accessToken":"at"}},"backstageIdentity":{{"token":"{token}",
                "identity":{{"userEntityRef":"user:default/ada"}}}}}}"#
        );
        OAuth2Session::from_json(json.as_bytes(), jiff::Timestamp::now())
    }

    async fn remove_session(&self) -> Result<(), AuthError> {
        Ok(())
    }
}

async fn echo() -> String {
    let authorization = |headers: HeaderMap| async move {
        let value = headers.get("authorization");
        value.map_or_else(String::new, |value| value.to_str().unwrap().to_owned())
    };
    let routes = Router::new().fallback(get(authorization));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, routes).await });
    format!("http://{address}")
}

fn layer(says: Result<&'static str, AuthError>, prefix: &str) -> BackstageTokenLayer {
    let session = OAuth2::new(Arc::new(Fixed(says)), SessionOptions::default());
    BackstageTokenLayer::new(Arc::new(session), [prefix.parse().unwrap()])
}

async fn sent(
    layer: &BackstageTokenLayer,
    url: &str,
    own: Option<&str>,
) -> Result<String, SendError<reqwest::Error>> {
    let plain = reqwest::Client::new();
    let mut request = plain.get(url);
    if let Some(own) = own {
        request = request.header("authorization", own);
    }
    let answer = layer.layer(plain).call(request.build().unwrap()).await?;
    Ok(answer.text().await.unwrap())
}

#[tokio::test]
async fn a_request_below_the_prefix_brings_the_token() {
    let backend = echo().await;
    let layer = layer(Ok("bt"), &format!("{backend}/api"));
    let sent = async |path: &str, own| {
        sent(&layer, &format!("{backend}{path}"), own)
            .await
            .unwrap()
    };
    assert_eq!(
        sent("/api/catalog/entities?filter=a", None).await,
        "Bearer bt"
    );
    assert_eq!(sent("/elsewhere", None).await, "");
    assert_eq!(sent("/api", Some("Basic eDp5")).await, "Basic eDp5");
}

#[tokio::test]
async fn without_a_session_it_passes_and_without_a_network_it_fails() {
    let backend = echo().await;
    let signed_out = layer(Err(AuthError::NotSignedIn), &backend);
    assert_eq!(sent(&signed_out, &backend, None).await.unwrap(), "");
    let offline = layer(Err(AuthError::connection("unplugged")), &backend);
    let error = sent(&offline, &backend, None).await.unwrap_err();
    assert!(
        matches!(error, SendError::Auth(AuthError::Connection(_))),
        "{error}"
    );
}
