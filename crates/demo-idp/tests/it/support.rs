//! A provider on a free port, a browser and a relying party.

use std::{collections::HashMap, net::SocketAddr, sync::Arc};

use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header, jwk::JwkSet};
use reqwest::{Client, Response, StatusCode, redirect::Policy};
use serde_json::{Map, Value};
use stagedoor_ambient::{ManualClock, SystemEntropy};
use stagedoor_demo_idp::{Control, DemoClient, DemoIdp, DemoSettings};
use tokio::sync::oneshot;
use url::Url;

pub(crate) const REDIRECT: &str = "http://localhost:7007/api/auth/oidc/handler/frame";
pub(crate) const REDIRECT_WITH_QUERY: &str = "http://localhost:7007/cb?env=dev";
pub(crate) const BYE: &str = "http://localhost:3000/bye";
/// Characters that Basic authentication must encode.
pub(crate) const SECRET: &str = "s:e&c r+e%t=ü";
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(crate) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

pub(crate) struct World {
    pub(crate) base: String,
    pub(crate) control: Control,
    pub(crate) clock: Arc<ManualClock>,
    http: Client,
    _stop: oneshot::Sender<()>,
}

pub(crate) fn client(client_id: &str, secret: Option<&str>) -> DemoClient {
    DemoClient {
        client_id: client_id.to_owned(),
        client_secret: secret.map(Into::into),
        redirect_uris: vec![
            REDIRECT.parse().unwrap(),
            REDIRECT_WITH_QUERY.parse().unwrap(),
        ],
        post_logout_redirect_uris: vec![BYE.parse().unwrap()],
    }
}

pub(crate) fn settings() -> DemoSettings {
    let mut settings = DemoSettings::on(SocketAddr::from(([127, 0, 0, 1], 0)));
    settings.clients = vec![
        client("app", Some(SECRET)),
        client("other", Some("x")),
        client("public", None),
    ];
    settings
}

impl World {
    pub(crate) async fn start() -> Self {
        Self::start_with(settings()).await
    }

    pub(crate) async fn start_with(settings: DemoSettings) -> Self {
        let clock = Arc::new(ManualClock::at(
            Timestamp::from_second(1_800_000_000).unwrap(),
        ));
        let entropy = Arc::new(SystemEntropy::default());
        let idp = DemoIdp::bind(settings, Arc::clone(&clock) as _, entropy)
            .await
            .unwrap();
        let base = idp.issuer().as_str().trim_end_matches('/').to_owned();
        let control = idp.control();
        let (stop, stopped) = oneshot::channel::<()>();
        tokio::spawn(idp.serve(async { stopped.await.unwrap_or_default() }));
        Self {
            base,
            control,
            clock,
            http: http(false),
            _stop: stop,
        }
    }

    pub(crate) fn advance(&self, seconds: i64) {
        self.clock.advance(SignedDuration::from_secs(seconds));
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    pub(crate) async fn get_json(&self, path: &str) -> Map<String, Value> {
        self.http
            .get(self.url(path))
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap()
    }

    pub(crate) async fn post(&self, path: &str, form: &[(&str, &str)]) -> Response {
        self.http
            .post(self.url(path))
            .form(form)
            .send()
            .await
            .unwrap()
    }

    pub(crate) fn request(&self, method: reqwest::Method, path: &str) -> reqwest::RequestBuilder {
        self.http.request(method, self.url(path))
    }

    /// The token endpoint's answer to `app`, and its status.
    pub(crate) async fn token(&self, form: &[(&str, &str)]) -> (StatusCode, Map<String, Value>) {
        let app = [("client_id", "app"), ("client_secret", SECRET)];
        let form: Vec<(&str, &str)> = app.into_iter().chain(form.iter().copied()).collect();
        json(self.post("/token", &form).await).await
    }

    pub(crate) async fn redeem(&self, code: &str) -> (StatusCode, Map<String, Value>) {
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", REDIRECT),
            ("code_verifier", VERIFIER),
        ];
        self.token(&form).await
    }

    pub(crate) async fn refresh(&self, token: &str) -> (StatusCode, Map<String, Value>) {
        self.token(&[("grant_type", "refresh_token"), ("refresh_token", token)])
            .await
    }

    pub(crate) async fn userinfo(&self, access_token: &str) -> Response {
        let request = self
            .http
            .get(self.url("/userinfo"))
            .bearer_auth(access_token);
        request.send().await.unwrap()
    }

    /// Signs `sub` in with a new browser and redeems the code.
    pub(crate) async fn tokens(&self, sub: &str) -> Tokens {
        self.tokens_in(&Browser::new(), sub).await
    }

    pub(crate) async fn tokens_in(&self, browser: &Browser, sub: &str) -> Tokens {
        let code = browser.sign_in(self, sub).await;
        let (status, response) = self.redeem(&code).await;
        assert_eq!(status, StatusCode::OK, "{response:?}");
        Tokens(response)
    }

    /// The claims of an ID token, its signature checked with the key set.
    pub(crate) async fn id_token(&self, token: &str, audience: &str) -> Map<String, Value> {
        let keys: JwkSet = serde_json::from_value(self.get_json("/jwks").await.into()).unwrap();
        let kid = decode_header(token).unwrap().kid.unwrap();
        let key = DecodingKey::from_jwk(keys.find(&kid).expect("a published key")).unwrap();
        let mut validation = Validation::new(Algorithm::RS256);
        validation.validate_exp = false;
        validation.set_issuer(&[&self.base]);
        validation.set_audience(&[audience]);
        decode(token, &key, &validation).unwrap().claims
    }
}

pub(crate) struct Tokens(pub(crate) Map<String, Value>);

impl Tokens {
    pub(crate) fn get(&self, name: &str) -> &str {
        self.0[name].as_str().unwrap()
    }
}

pub(crate) async fn json(response: Response) -> (StatusCode, Map<String, Value>) {
    (response.status(), response.json().await.unwrap())
}

fn http(cookies: bool) -> Client {
    let builder = Client::builder().no_proxy().redirect(Policy::none());
    builder.cookie_store(cookies).build().unwrap()
}

/// A good authorization request of `app`, to be varied.
pub(crate) fn request() -> Vec<(&'static str, &'static str)> {
    vec![
        ("client_id", "app"),
        ("redirect_uri", REDIRECT),
        ("response_type", "code"),
        ("scope", "openid profile email"),
        ("state", "st&te"),
        ("nonce", "n0nce"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ]
}

/// The good request with `name` set to `value`, or left out.
pub(crate) fn with(
    name: &'static str,
    value: Option<&'static str>,
) -> Vec<(&'static str, &'static str)> {
    let mut all = request();
    all.retain(|(known, _)| *known != name);
    all.extend(value.map(|value| (name, value)));
    all
}

pub(crate) struct Browser(pub(crate) Client);

impl Browser {
    pub(crate) fn new() -> Self {
        Self(http(true))
    }

    pub(crate) async fn get(&self, world: &World, path: &str, query: &[(&str, &str)]) -> Response {
        self.0
            .get(world.url(path))
            .query(query)
            .send()
            .await
            .unwrap()
    }

    pub(crate) async fn authorize(&self, world: &World, query: &[(&str, &str)]) -> Response {
        self.get(world, "/authorize", query).await
    }

    /// Opens the login page; its CSRF token.
    pub(crate) async fn login_page(&self, world: &World, query: &[(&str, &str)]) -> String {
        let response = self.authorize(world, query).await;
        assert_eq!(response.status(), StatusCode::OK);
        csrf(&response.text().await.unwrap())
    }

    pub(crate) async fn press(&self, world: &World, form: &[(&str, &str)]) -> Response {
        self.post(world, "/login", form).await
    }

    pub(crate) async fn post(&self, world: &World, path: &str, form: &[(&str, &str)]) -> Response {
        self.0
            .post(world.url(path))
            .form(form)
            .send()
            .await
            .unwrap()
    }

    /// Signs `sub` in for the good request; the code.
    pub(crate) async fn sign_in(&self, world: &World, sub: &str) -> String {
        self.sign_in_for(world, &with("prompt", Some("login")), sub)
            .await
    }

    pub(crate) async fn sign_in_for(
        &self,
        world: &World,
        query: &[(&str, &str)],
        sub: &str,
    ) -> String {
        let csrf = self.login_page(world, query).await;
        let answer = self.press(world, &[("csrf", &csrf), ("person", sub)]).await;
        callback(&answer).1["code"].clone()
    }
}

/// The value of the hidden field.
pub(crate) fn csrf(page: &str) -> String {
    let (_, rest) = page
        .split_once(r#"name="csrf" value=""#)
        .expect("a CSRF token");
    rest.split_once('"').unwrap().0.to_owned()
}

/// Where a redirect goes, without its query, and the query.
pub(crate) fn callback(response: &Response) -> (String, HashMap<String, String>) {
    assert_eq!(response.status(), StatusCode::SEE_OTHER);
    let location = response.headers()["location"].to_str().unwrap();
    let mut url = Url::parse(location).unwrap();
    let query = url.query_pairs().into_owned().collect();
    url.set_query(None);
    (url.into(), query)
}

/// Asserts a page of our own, not a redirect.
pub(crate) async fn assert_page(response: Response, status: StatusCode, words: &str) {
    assert_eq!(response.status(), status);
    assert!(!response.headers().contains_key("location"));
    let text = response.text().await.unwrap();
    assert!(text.contains(words), "{text}");
}
