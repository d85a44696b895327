//! Sessions: refreshed ahead, once for all, and signed out by a refusal only
//! (contract §13).
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
};

use async_trait::async_trait;
use futures_util::{StreamExt, future::join_all};
use jiff::{SignedDuration, Timestamp};
use stagedoor_ambient::ManualClock;
use stagedoor_client::auth::{
    AuthConnector, AuthError, BackstageIdentityApi, OAuth2, OAuth2Session, OAuthApi,
    OpenIdConnectApi, ProfileInfoApi, Scopes, SessionApi, SessionOptions, SessionState,
};
use tokio::sync::Semaphore;

/// An auth backend that answers what it is told to.
struct Backend {
    clock: Arc<ManualClock>,
    refreshes: Mutex<VecDeque<Result<&'static str, AuthError>>>,
    refreshed: AtomicUsize,
    asked: Mutex<Vec<String>>,
    removed: AtomicUsize,
    /// Lets answers out.
    gate: Semaphore,
    /// Lets people sign in.
    browser: Semaphore,
}

impl Backend {
    fn session(&self, scope: &str) -> OAuth2Session {
        let n = self.refreshed.load(SeqCst);
        let json = format!(
            r#"{{"profile":{{"displayName":"Ada"}},
                "providerInfo":{{"accessToken":"at-{n}","idToken":"id-{n}","scope":"{scope}","expiresInSeconds":3600}},
                "backstageIdentity":{{"token":"bt-{n}","expiresInSeconds":600,"identity":
                  {{"type":"user","userEntityRef":"user:default/ada","ownershipEntityRefs":["user:default/ada"]}}}}}}"#
        );
        let now = stagedoor_ambient::Clock::now(&*self.clock);
        OAuth2Session::from_json(json.as_bytes(), now).unwrap()
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

#[async_trait]
impl AuthConnector for Backend {
    async fn create_session(&self, scopes: &Scopes) -> Result<OAuth2Session, AuthError> {
        self.asked.lock().unwrap().push(scopes.to_string());
        drop(self.browser.acquire().await.unwrap());
        Ok(self.session(&scopes.to_string()))
    }

    async fn refresh_session(&self, _: &Scopes) -> Result<OAuth2Session, AuthError> {
        let next = self.refreshes.lock().unwrap().pop_front();
        drop(self.gate.acquire().await.unwrap());
        self.refreshed.fetch_add(1, SeqCst);
        next.unwrap_or(Err(AuthError::NotSignedIn))
            .map(|scope| self.session(scope))
    }

    async fn remove_session(&self) -> Result<(), AuthError> {
        self.removed.fetch_add(1, SeqCst);
        Ok(())
    }
}

/// What the backend answers to the refreshes to come.
fn backend(
    refreshes: impl IntoIterator<Item = Result<&'static str, AuthError>>,
) -> (Arc<Backend>, OAuth2) {
    let start = Timestamp::from_second(1_800_000_000).unwrap();
    let backend = Arc::new(Backend {
        clock: Arc::new(ManualClock::at(start)),
        refreshes: Mutex::new(refreshes.into_iter().collect()),
        refreshed: AtomicUsize::new(0),
        asked: Mutex::default(),
        removed: AtomicUsize::new(0),
        gate: Semaphore::new(1),
        browser: Semaphore::new(1),
    });
    let options = SessionOptions {
        default_scopes: Scopes::parse("openid"),
        clock: backend.clock.clone(),
    };
    (backend.clone(), OAuth2::new(backend, options))
}

fn offline() -> AuthError {
    AuthError::connection("the network is unplugged")
}

fn refused() -> AuthError {
    AuthError::Refused {
        code: "invalid_grant".to_owned(),
        message: "the session is over".to_owned(),
    }
}

async fn token(session: &OAuth2) -> Result<Option<String>, AuthError> {
    let identity = session.get_optional_backstage_identity().await?;
    Ok(identity.map(|identity| identity.token.expose().to_owned()))
}

#[tokio::test]
async fn the_session_there_is_goes_on_before_anyone_is_asked() {
    let (backend, session) = backend([Ok("openid")]);
    session.sign_in().await.unwrap();
    assert_eq!(token(&session).await.unwrap().unwrap(), "bt-1");
    assert_eq!(session.get_id_token().await.unwrap().expose(), "id-1");
    let profile = session.get_profile().await.unwrap();
    assert_eq!(profile.display_name.as_deref(), Some("Ada"));
    assert!(backend.asked().is_empty());
    assert_eq!(backend.refreshed.load(SeqCst), 1);
}

#[tokio::test]
async fn what_is_optional_asks_nobody() {
    let (backend, session) = backend([]);
    assert!(token(&session).await.unwrap().is_none());
    let openid = Scopes::parse("openid");
    let access = session.get_optional_access_token(&openid).await.unwrap();
    assert!(access.is_none() && backend.asked().is_empty());
    session.sign_in().await.unwrap();
    assert_eq!(backend.asked(), ["openid"]);
}

#[tokio::test]
async fn it_is_refreshed_three_minutes_ahead() {
    let (backend, session) = backend([Ok("openid"), Ok("openid")]);
    assert_eq!(token(&session).await.unwrap().unwrap(), "bt-1");
    // The Backstage token is valid for ten minutes.
    backend.clock.advance(SignedDuration::from_secs(7 * 60 - 1));
    assert_eq!(token(&session).await.unwrap().unwrap(), "bt-1");
    backend.clock.advance(SignedDuration::from_secs(1));
    assert_eq!(token(&session).await.unwrap().unwrap(), "bt-2");
}

#[tokio::test]
async fn many_who_ask_share_one_refresh_and_one_sign_in() {
    let (backend, session) = backend([Ok("openid")]);
    backend.gate.forget_permits(1);
    let asking = join_all((0..20).map(|_| token(&session)));
    let opening = async { backend.gate.add_permits(1) };
    let (tokens, ()) = tokio::join!(asking, opening);
    assert!(
        tokens
            .into_iter()
            .all(|token| token.unwrap().unwrap() == "bt-1")
    );
    assert_eq!(backend.refreshed.load(SeqCst), 1);

    let (backend, session) = self::backend([]);
    let signing_in = join_all((0..20).map(|_| session.sign_in())).await;
    assert!(signing_in.iter().all(Result::is_ok));
    assert_eq!(backend.asked(), ["openid"]);
}

#[tokio::test]
async fn who_goes_away_does_not_stop_a_refresh() {
    let (backend, session) = backend([Ok("openid")]);
    backend.gate.forget_permits(1);
    {
        let mut asking = Box::pin(token(&session));
        assert!(futures_util::poll!(&mut asking).is_pending());
    }
    backend.gate.add_permits(1);
    let mut states = session.session_state();
    while states.next().await != Some(SessionState::SignedIn) {}
    assert_eq!(token(&session).await.unwrap().unwrap(), "bt-1");
    assert_eq!(backend.refreshed.load(SeqCst), 1);
}

#[tokio::test]
async fn a_network_failure_signs_nobody_out() {
    let (backend, session) = backend([Ok("openid"), Err(offline()), Err(offline()), Ok("openid")]);
    session.sign_in().await.unwrap();
    let mut states = session.session_state();
    assert_eq!(states.next().await, Some(SessionState::SignedIn));
    backend.clock.advance(SignedDuration::from_mins(8));
    assert_eq!(
        token(&session).await.unwrap().unwrap(),
        "bt-1",
        "it is still good"
    );
    backend.clock.advance(SignedDuration::from_mins(3));
    let error = token(&session).await.unwrap_err();
    assert!(matches!(error, AuthError::Connection(_)), "{error}");
    assert_eq!(token(&session).await.unwrap().unwrap(), "bt-4");
    assert!(futures_util::poll!(states.next()).is_pending());
    assert!(backend.asked().is_empty());
}

#[tokio::test]
async fn a_refused_refresh_signs_out_and_says_so_once() {
    let (backend, session) = backend([Ok("openid"), Err(refused()), Err(refused())]);
    session.sign_in().await.unwrap();
    let mut states = session.session_state();
    assert_eq!(states.next().await, Some(SessionState::SignedIn));
    backend.clock.advance(SignedDuration::from_mins(8));
    assert!(token(&session).await.unwrap().is_none());
    assert_eq!(states.next().await, Some(SessionState::SignedOut));
    assert!(token(&session).await.unwrap().is_none());
    assert!(futures_util::poll!(states.next()).is_pending());
    session.sign_in().await.unwrap();
    assert_eq!(states.next().await, Some(SessionState::SignedIn));
}

#[tokio::test]
async fn more_scopes_are_asked_for_with_those_there_are() {
    let (backend, session) = backend([(); 3].map(|()| Ok("openid repo")));
    session.sign_in().await.unwrap();
    let calendar = Scopes::parse("calendar");
    let access = session.get_optional_access_token(&calendar).await.unwrap();
    assert!(access.is_none());
    let mut states = session.session_state();
    assert_eq!(states.next().await, Some(SessionState::SignedIn));
    session.get_access_token(&calendar).await.unwrap();
    assert_eq!(backend.asked(), ["calendar openid repo"]);
    assert!(futures_util::poll!(states.next()).is_pending());
}

#[tokio::test]
async fn signing_out_wins_over_a_refresh_under_way() {
    let (backend, session) = backend([Ok("openid")]);
    backend.gate.forget_permits(1);
    let mut asking = Box::pin(token(&session));
    assert!(futures_util::poll!(&mut asking).is_pending());
    session.sign_out().await.unwrap();
    backend.gate.add_permits(1);
    assert!(asking.await.unwrap().is_none());
    assert_eq!(backend.removed.load(SeqCst), 1);
    let state = session.session_state().next().await;
    assert_eq!(state, Some(SessionState::SignedOut));
}

#[tokio::test]
async fn a_sign_in_that_nobody_waits_for_stops() {
    let (backend, session) = backend([]);
    backend.browser.forget_permits(1);
    {
        let mut signing_in = session.sign_in();
        while backend.asked().is_empty() {
            assert!(futures_util::poll!(&mut signing_in).is_pending());
            tokio::task::yield_now().await;
        }
    }
    backend.browser.add_permits(1);
    session.sign_in().await.unwrap();
    assert_eq!(
        backend.asked().len(),
        2,
        "the second is a sign-in of its own"
    );
}
