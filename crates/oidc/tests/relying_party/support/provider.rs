//! The provider: well-behaved unless told otherwise.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use rustls::ServerConfig;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use url::{Url, form_urlencoded};

use super::{
    keys::TestKey,
    tls::{Presented, TlsListener},
};

/// What a client can ask of a provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Endpoint {
    Discovery,
    Jwks,
    Token,
    Userinfo,
    Revocation,
    Pushed,
}

/// An answer given in place of the usual one.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) content_type: &'static str,
    pub(crate) body: String,
}

impl Reply {
    pub(crate) fn json(status: u16, body: &Value) -> Self {
        let content_type = "application/json";
        let body = body.to_string();
        Self {
            status,
            content_type,
            body,
        }
    }
}

/// What the provider was last asked at an endpoint.
#[derive(Debug, Clone, Default)]
pub(crate) struct Asked {
    pub(crate) form: HashMap<String, String>,
    pub(crate) body: String,
    pub(crate) authorization: Option<String>,
    pub(crate) accept: Option<String>,
}

type Change = Box<dyn Fn(&mut Value) + Send>;

#[derive(Default)]
struct Behaviour {
    changes: HashMap<&'static str, Change>,
    replies: HashMap<Endpoint, Reply>,
    asked: HashMap<Endpoint, (usize, Asked)>,
    signing: Option<TestKey>,
    published: Vec<Value>,
    claims: Value,
}

/// A provider on a port of this machine.
#[derive(Clone)]
pub(crate) struct TestProvider {
    pub(crate) issuer: Url,
    behaviour: Arc<Mutex<Behaviour>>,
}

impl TestProvider {
    /// A provider that signs with `key` and publishes it.
    pub(crate) async fn start(key: TestKey) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("http://{}/realm", listener.local_addr().unwrap());
        let (provider, routes) = Self::with_key(key, &issuer);
        tokio::spawn(async move { axum::serve(listener, routes).await });
        provider
    }

    /// The same over TLS, under the name `localhost`.
    pub(crate) async fn start_with_tls(key: TestKey, tls: ServerConfig) -> (Self, Presented) {
        let listener = TlsListener::bind(tls).await;
        let presented = listener.presented.clone();
        let issuer = format!("https://localhost:{}/realm", listener.port());
        let (provider, routes) = Self::with_key(key, &issuer);
        tokio::spawn(async move { axum::serve(listener, routes).await });
        (provider, presented)
    }

    fn with_key(key: TestKey, issuer: &str) -> (Self, Router) {
        let provider = Self {
            issuer: issuer.parse().unwrap(),
            behaviour: Arc::default(),
        };
        provider.publish(vec![key.jwk()]);
        provider.sign_with(key);
        let routes = Router::new()
            .route("/realm/.well-known/openid-configuration", get(discovery))
            .route("/realm/jwks", get(jwks))
            .route("/realm/token", post(token))
            .route("/realm/userinfo", get(userinfo))
            .route("/realm/revoke", post(revocation))
            .route("/realm/par", post(pushed))
            .with_state(provider.clone());
        (provider, routes)
    }

    fn with<T>(&self, change: impl FnOnce(&mut Behaviour) -> T) -> T {
        change(&mut self.behaviour.lock().unwrap())
    }

    /// Changes the discovery document.
    pub(crate) fn discovery(&self, change: impl Fn(&mut Value) + Send + 'static) {
        self.with(|it| it.changes.insert("discovery", Box::new(change)));
    }

    /// Changes the ID token's header.
    pub(crate) fn header(&self, change: impl Fn(&mut Value) + Send + 'static) {
        self.with(|it| it.changes.insert("header", Box::new(change)));
    }

    /// Changes the ID token's claims.
    pub(crate) fn id_token(&self, change: impl Fn(&mut Value) + Send + 'static) {
        self.with(|it| it.changes.insert("id_token", Box::new(change)));
    }

    /// Changes the token response, whose ID token is signed already.
    pub(crate) fn token_response(&self, change: impl Fn(&mut Value) + Send + 'static) {
        self.with(|it| it.changes.insert("token_response", Box::new(change)));
    }

    /// Changes the userinfo answer.
    pub(crate) fn userinfo(&self, change: impl Fn(&mut Value) + Send + 'static) {
        self.with(|it| it.changes.insert("userinfo", Box::new(change)));
    }

    /// Answers `reply` at `endpoint` from now on; `None` for the usual answer.
    pub(crate) fn reply(&self, endpoint: Endpoint, reply: Option<Reply>) {
        self.with(|it| match reply {
            Some(reply) => it.replies.insert(endpoint, reply),
            None => it.replies.remove(&endpoint),
        });
    }

    /// Fails at `endpoint` with `503` from now on.
    pub(crate) fn fail(&self, endpoint: Endpoint) {
        self.reply(endpoint, Some(Reply::json(503, &json!({}))));
    }

    /// Signs ID tokens with `key`, without publishing it.
    pub(crate) fn sign_with(&self, key: TestKey) {
        self.with(|it| it.signing = Some(key));
    }

    /// Signs any token with the present key.
    pub(crate) fn sign(&self, header: &Value, claims: &Value) -> String {
        self.with(|it| it.signing.as_ref().unwrap().sign(header, claims))
    }

    /// Publishes `keys` and no others.
    pub(crate) fn publish(&self, keys: Vec<Value>) {
        self.with(|it| it.published = keys);
    }

    /// The claims of the ID tokens to come.
    pub(crate) fn claims(&self, claims: Value) {
        self.with(|it| it.claims = claims);
    }

    /// How often `endpoint` was asked.
    pub(crate) fn count(&self, endpoint: Endpoint) -> usize {
        self.with(|it| it.asked.get(&endpoint).map_or(0, |(count, _)| *count))
    }

    /// What `endpoint` was last asked.
    pub(crate) fn asked(&self, endpoint: Endpoint) -> Asked {
        self.with(|it| it.asked[&endpoint].1.clone())
    }

    fn answer(
        &self,
        endpoint: Endpoint,
        headers: &HeaderMap,
        form: &[u8],
        usual: impl FnOnce(&Behaviour) -> Value,
    ) -> Response {
        let header = |name| {
            let value = headers.get(name)?;
            Some(value.to_str().unwrap().to_owned())
        };
        let asked = Asked {
            body: String::from_utf8_lossy(form).into_owned(),
            form: form_urlencoded::parse(form).into_owned().collect(),
            authorization: header(header::AUTHORIZATION),
            accept: header(header::ACCEPT),
        };
        let reply = self.with(|it| {
            let entry = it.asked.entry(endpoint).or_default();
            *entry = (entry.0 + 1, asked);
            it.replies.get(&endpoint).cloned()
        });
        let reply = reply.unwrap_or_else(|| self.with(|it| Reply::json(200, &usual(it))));
        let status = StatusCode::from_u16(reply.status).unwrap();
        let headers = [
            (header::CONTENT_TYPE, reply.content_type),
            (header::LOCATION, "http://127.0.0.1:1/elsewhere"),
        ];
        (status, headers, reply.body).into_response()
    }
}

impl Behaviour {
    fn changed(&self, what: &'static str, mut value: Value) -> Value {
        if let Some(change) = self.changes.get(what) {
            change(&mut value);
        }
        value
    }

    fn token_response(&self) -> Value {
        let key = self.signing.as_ref().unwrap();
        let mut header = json!({"alg": key.alg.as_str(), "typ": "JWT"});
        if let Some(kid) = &key.kid {
            header["kid"] = json!(kid);
        }
        let header = self.changed("header", header);
        let claims = self.changed("id_token", self.claims.clone());
        let response = json!({
            "access_token": "access-1",
            "token_type": "Bearer",
            "expires_in": 3600,
            "refresh_token": "refresh-2",
            "scope": "openid profile",
            "id_token": key.sign(&header, &claims),
        });
        self.changed("token_response", response)
    }
}

async fn discovery(State(provider): State<TestProvider>, headers: HeaderMap) -> Response {
    let issuer = provider.issuer.to_string();
    provider.answer(Endpoint::Discovery, &headers, b"", |it| {
        it.changed(
            "discovery",
            json!({
                "issuer": issuer,
                "authorization_endpoint": format!("{issuer}/auth?tenant=a+b"),
                "token_endpoint": format!("{issuer}/token"),
                "jwks_uri": format!("{issuer}/jwks"),
                "userinfo_endpoint": format!("{issuer}/userinfo"),
                "revocation_endpoint": format!("{issuer}/revoke"),
            }),
        )
    })
}

async fn jwks(State(provider): State<TestProvider>, headers: HeaderMap) -> Response {
    provider.answer(
        Endpoint::Jwks,
        &headers,
        b"",
        |it| json!({"keys": it.published}),
    )
}

async fn token(State(provider): State<TestProvider>, headers: HeaderMap, body: Bytes) -> Response {
    provider.answer(Endpoint::Token, &headers, &body, Behaviour::token_response)
}

async fn userinfo(State(provider): State<TestProvider>, headers: HeaderMap) -> Response {
    provider.answer(Endpoint::Userinfo, &headers, b"", |it| {
        it.changed("userinfo", json!({"sub": "ann", "name": "Ann"}))
    })
}

async fn revocation(
    State(provider): State<TestProvider>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    provider.answer(Endpoint::Revocation, &headers, &body, |_| Value::Null)
}

async fn pushed(State(provider): State<TestProvider>, headers: HeaderMap, body: Bytes) -> Response {
    provider.answer(
        Endpoint::Pushed,
        &headers,
        &body,
        |_| json!({"request_uri": "urn:ietf:params:oauth:request_uri:1", "expires_in": 60}),
    )
}
