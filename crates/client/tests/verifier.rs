//! Services behind Backstage: whose token is accepted, and how often the keys
//! are fetched for it.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]
#![cfg(feature = "axum")]

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering::SeqCst},
};

use axum::{Json, Router, extract::State, response::IntoResponse, routing::get};
use futures_util::future::join_all;
use http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use stagedoor_ambient::{Clock, ManualClock, SystemEntropy};
use stagedoor_client::verify::{
    BackstageTokenVerifier, BackstageUser, SetupError, TokenError, UserTokenKind, VerifyError,
};
use stagedoor_identity::{
    EntityRef, KeySet, SigningAlgorithm, SigningKey, UserClaims, UserTokenIssuer,
    limited_user_token,
};

struct Issuer {
    keys: Mutex<Vec<SigningKey>>,
    fetched: AtomicUsize,
    down: Mutex<Option<StatusCode>>,
    url: Mutex<String>,
    clock: Arc<ManualClock>,
}

impl Issuer {
    async fn start() -> Arc<Self> {
        let issuer = Arc::new(Self {
            keys: Mutex::new(vec![key()]),
            fetched: AtomicUsize::new(0),
            down: Mutex::default(),
            url: Mutex::default(),
            clock: Arc::new(ManualClock::at(
                Timestamp::from_second(1_800_000_000).unwrap(),
            )),
        });
        let routes = Router::new()
            .route("/api/auth/.well-known/jwks.json", get(jwks))
            .with_state(issuer.clone());
        *issuer.url.lock().unwrap() = format!("{}/api/auth", serve(routes).await);
        issuer
    }

    fn url(&self) -> String {
        self.url.lock().unwrap().clone()
    }

    fn verifier(&self) -> BackstageTokenVerifier {
        let builder = BackstageTokenVerifier::builder(&self.url());
        builder.clock(self.clock.clone()).build().unwrap()
    }

    fn token_of(&self, key: &SigningKey, issuer: &str) -> String {
        let issuer = UserTokenIssuer {
            issuer: issuer.to_owned(),
            lifetime: SignedDuration::from_hours(2),
            omit_ownership_claim: true,
        };
        let claims = UserClaims::new(EntityRef::parse("user:default/ada").unwrap(), vec![]);
        let identity = issuer.issue(key, &claims, self.clock.now()).unwrap();
        identity.token.expose().to_owned()
    }

    /// Of the newest key.
    fn token(&self) -> String {
        self.token_of(self.keys.lock().unwrap().last().unwrap(), &self.url())
    }

    fn fetched(&self) -> usize {
        self.fetched.load(SeqCst)
    }
}

fn key() -> SigningKey {
    SigningKey::generate(SigningAlgorithm::default(), &SystemEntropy::default()).unwrap()
}

async fn serve(routes: Router) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, routes).await });
    format!("http://{address}")
}

async fn jwks(State(issuer): State<Arc<Issuer>>) -> axum::response::Response {
    issuer.fetched.fetch_add(1, SeqCst);
    if let Some(status) = *issuer.down.lock().unwrap() {
        return status.into_response();
    }
    let keys = issuer.keys.lock().unwrap();
    let set: KeySet = keys.iter().map(SigningKey::public_jwk).collect();
    let mut jwks: Value = serde_json::from_str(&set.to_jwks_json()).unwrap();
    // Of another kind, as an issuer of other things may publish.
    let other = serde_json::json!({ "kty": "oct", "kid": "other", "k": "c2VjcmV0" });
    jwks["keys"].as_array_mut().unwrap().push(other);
    Json(jwks).into_response()
}

#[tokio::test]
async fn keys_are_fetched_once_for_all_who_wait() {
    let issuer = Issuer::start().await;
    let (verifier, token) = (issuer.verifier(), issuer.token());
    assert_eq!(issuer.fetched(), 0);
    for user in join_all((0..20).map(|_| verifier.verify(&token))).await {
        assert_eq!(user.unwrap().user_entity_ref.as_str(), "user:default/ada");
    }
    verifier.verify(&token).await.unwrap();
    assert_eq!(issuer.fetched(), 1);
}

#[tokio::test]
async fn a_new_key_is_looked_for_and_an_invented_one_costs_little() {
    let issuer = Issuer::start().await;
    let verifier = issuer.verifier();
    verifier.verify(&issuer.token()).await.unwrap();
    let invented = issuer.token_of(&key(), &issuer.url());
    issuer.clock.advance(SignedDuration::from_secs(6));
    for refused in join_all((0..20).map(|_| verifier.verify(&invented))).await {
        let error = refused.unwrap_err();
        let unknown = matches!(&error, VerifyError::Refused(TokenError::UnknownKey { .. }));
        assert!(unknown, "{error}");
    }
    assert_eq!(issuer.fetched(), 2);
    issuer.keys.lock().unwrap().push(key());
    issuer.clock.advance(SignedDuration::from_secs(6));
    verifier.verify(&issuer.token()).await.unwrap();
    assert_eq!(issuer.fetched(), 3);
}

#[tokio::test]
async fn old_keys_are_used_on_for_an_hour_and_no_longer() {
    let issuer = Issuer::start().await;
    let (verifier, token) = (issuer.verifier(), issuer.token());
    verifier.verify(&token).await.unwrap();
    *issuer.down.lock().unwrap() = Some(StatusCode::BAD_GATEWAY);
    issuer.clock.advance(SignedDuration::from_mins(59));
    verifier.verify(&token).await.unwrap();
    issuer.clock.advance(SignedDuration::from_mins(2));
    let error = verifier.verify(&token).await.unwrap_err();
    assert!(error.to_string().contains("502"), "{error}");
    // The auth backend is back.
    *issuer.down.lock().unwrap() = None;
    issuer.clock.advance(SignedDuration::from_secs(6));
    verifier.verify(&token).await.unwrap();
}

#[tokio::test]
async fn a_withdrawn_key_is_forgotten() {
    let issuer = Issuer::start().await;
    let (verifier, token) = (issuer.verifier(), issuer.token());
    verifier.verify(&token).await.unwrap();
    *issuer.keys.lock().unwrap() = vec![key()];
    issuer.clock.advance(SignedDuration::from_mins(61));
    verifier.verify(&token).await.unwrap_err();
}

#[tokio::test]
async fn tokens_of_others_and_of_yesterday_are_refused() {
    let issuer = Issuer::start().await;
    let verifier = issuer.verifier();
    let key = issuer.keys.lock().unwrap()[0].public_jwk();
    let others = {
        let keys = issuer.keys.lock().unwrap();
        issuer.token_of(&keys[0], "https://elsewhere.example.com/api/auth")
    };
    let error = verifier.verify(&others).await.unwrap_err();
    assert!(error.to_string().contains("\"iss\""), "{error} {key:?}");
    let token = issuer.token();
    issuer.clock.advance(SignedDuration::from_hours(2));
    let error = verifier.verify(&token).await.unwrap_err();
    assert!(error.to_string().contains("expired"), "{error}");
    for nonsense in ["", ".", "a.b.c", &"x".repeat(100_000)] {
        verifier.verify(nonsense).await.unwrap_err();
    }
}

#[tokio::test]
async fn limited_tokens_are_accepted_where_they_are_asked_for_only() {
    let issuer = Issuer::start().await;
    let limited = limited_user_token(&issuer.token()).unwrap();
    let error = issuer.verifier().verify(&limited).await.unwrap_err();
    assert!(matches!(error, VerifyError::Limited), "{error}");
    let verifier = BackstageTokenVerifier::builder(&issuer.url())
        .clock(issuer.clock.clone())
        .accept_limited_user_tokens();
    let user = verifier.build().unwrap().verify(&limited).await.unwrap();
    assert_eq!(user.token_kind, UserTokenKind::LimitedUser);
}

#[test]
fn what_is_no_address_is_refused() {
    for bad in ["", "backstage", "ftp://backstage.example.com/api/auth"] {
        let error = BackstageTokenVerifier::new(bad).unwrap_err();
        assert!(matches!(error, SetupError::Url { .. }), "{error}");
    }
}

#[tokio::test]
async fn the_extractor_gives_the_user_or_answers_as_backstage_does() {
    let issuer = Issuer::start().await;
    let who = |BackstageUser(user): BackstageUser| async move { user.user_entity_ref.to_string() };
    let maybe = |user: Option<BackstageUser>| async move { user.is_some().to_string() };
    let routes = Router::new()
        .route("/who", get(who))
        .route("/maybe", get(maybe))
        .with_state(issuer.verifier());
    let service = serve(routes).await;
    let client = reqwest::Client::new();
    let ask = async |path: &str, credentials: &[&str]| {
        let mut request = client.get(format!("{service}{path}"));
        for credentials in credentials {
            request = request.header("authorization", *credentials);
        }
        let answer = request.send().await.unwrap();
        let challenge = answer.headers().get("www-authenticate").cloned();
        let challenge = challenge.map(|value| value.to_str().unwrap().to_owned());
        (
            answer.status().as_u16(),
            challenge,
            answer.text().await.unwrap(),
        )
    };
    let good = format!("bearer {}", issuer.token());
    assert_eq!(ask("/who", &[&good]).await.2, "user:default/ada");
    assert_eq!(ask("/maybe", &[&good]).await.2, "true");
    assert_eq!(ask("/maybe", &[]).await.2, "false");
    let missing = ask("/who", &[]).await;
    assert_eq!((missing.0, missing.1.as_deref()), (401, Some("Bearer")));
    let body: Value = serde_json::from_str(&missing.2).unwrap();
    assert_eq!(body["error"]["name"], "AuthenticationError");
    for path in ["/who", "/maybe"] {
        let bad = ask(path, &["Bearer x.y.z"]).await;
        assert_eq!(
            (bad.0, bad.1.as_deref()),
            (401, Some(r#"Bearer error="invalid_token""#))
        );
        assert_eq!(ask(path, &["Basic eDp5"]).await.0, 401);
        assert_eq!(ask(path, &[&good, &good]).await.0, 401, "two are none");
    }
    *issuer.down.lock().unwrap() = Some(StatusCode::INTERNAL_SERVER_ERROR);
    issuer.clock.advance(SignedDuration::from_mins(61));
    let unavailable = ask("/who", &[&format!("Bearer {}", issuer.token())]).await;
    assert_eq!(unavailable.0, 503);
}
