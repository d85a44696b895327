//! What all endpoints share.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use axum::http::HeaderMap;
use jiff::{SignedDuration, Timestamp};
use stagedoor_ambient::{NoEntropy, SharedClock, SharedEntropy};

use crate::{
    DemoClient, DemoSettings, Misbehave, Person, RefreshPolicy,
    authorization::AuthorizationRequest,
    cookies::CookieStyle,
    grants::Grants,
    issuer::Issuer,
    keys::KeyRing,
    misbehave::Behave,
    opaque::Opaque,
    sessions::{Session, Sessions},
    sign_out::SignOut,
    waiting::Waiting,
    watch::Watch,
};

/// The provider: its settings, all of which tests may change while it runs,
/// and its state, all of which is bounded and in memory.
#[derive(Debug)]
pub(crate) struct Provider {
    pub(crate) issuer: Issuer,
    pub(crate) title: String,
    pub(crate) cookies: CookieStyle,
    pub(crate) access_token_lifetime: SignedDuration,
    pub(crate) keys: KeyRing,
    pub(crate) watch: Watch,
    clock: SharedClock,
    entropy: SharedEntropy,
    clients: RwLock<Vec<DemoClient>>,
    people: RwLock<Vec<Person>>,
    refresh: RwLock<RefreshPolicy>,
    misbehave: RwLock<Arc<dyn Misbehave>>,
    grants: Mutex<Grants>,
    sessions: Mutex<Sessions>,
    sign_ins: Mutex<Waiting<AuthorizationRequest>>,
    sign_outs: Mutex<Waiting<SignOut>>,
}

impl Provider {
    pub(crate) fn new(
        settings: DemoSettings,
        issuer: Issuer,
        port: u16,
        clock: SharedClock,
        entropy: SharedEntropy,
    ) -> Self {
        let base_path = issuer.base_path().to_owned();
        let secure = issuer.url().scheme() == "https";
        Self {
            cookies: CookieStyle {
                port,
                base_path,
                secure,
            },
            issuer,
            title: settings.title,
            access_token_lifetime: settings.access_token_lifetime,
            keys: KeyRing::new(settings.signing_key),
            watch: Watch::default(),
            clock,
            entropy,
            clients: RwLock::new(settings.clients),
            people: RwLock::new(settings.people),
            refresh: RwLock::new(settings.refresh),
            misbehave: RwLock::new(Arc::new(Behave)),
            grants: Mutex::default(),
            sessions: Mutex::default(),
            sign_ins: Mutex::default(),
            sign_outs: Mutex::default(),
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(crate) fn fresh(&self) -> Result<Opaque, NoEntropy> {
        Opaque::fresh(&*self.entropy)
    }

    pub(crate) fn client(&self, client_id: &str) -> Option<DemoClient> {
        let clients = self.clients.read().unwrap_or_else(PoisonError::into_inner);
        clients
            .iter()
            .find(|client| client.client_id == client_id)
            .cloned()
    }

    /// Adds a client, or replaces the one of the same id.
    pub(crate) fn put_client(&self, client: DemoClient) {
        let mut clients = self.clients.write().unwrap_or_else(PoisonError::into_inner);
        clients.retain(|known| known.client_id != client.client_id);
        clients.push(client);
    }

    pub(crate) fn people(&self) -> Vec<Person> {
        self.people
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(crate) fn person(&self, sub: &str) -> Option<Person> {
        let people = self.people.read().unwrap_or_else(PoisonError::into_inner);
        people.iter().find(|person| person.sub == sub).cloned()
    }

    /// Changes the list of people.
    pub(crate) fn change_people<T>(&self, change: impl FnOnce(&mut Vec<Person>) -> T) -> T {
        change(&mut self.people.write().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn refresh_policy(&self) -> RefreshPolicy {
        *self.refresh.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn set_refresh_policy(&self, policy: RefreshPolicy) {
        *self.refresh.write().unwrap_or_else(PoisonError::into_inner) = policy;
    }

    pub(crate) fn misbehave(&self) -> Arc<dyn Misbehave> {
        Arc::clone(
            &self
                .misbehave
                .read()
                .unwrap_or_else(PoisonError::into_inner),
        )
    }

    pub(crate) fn set_misbehave(&self, misbehave: Arc<dyn Misbehave>) {
        *self
            .misbehave
            .write()
            .unwrap_or_else(PoisonError::into_inner) = misbehave;
    }

    pub(crate) fn grants(&self) -> MutexGuard<'_, Grants> {
        self.grants.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn sessions(&self) -> MutexGuard<'_, Sessions> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn sign_ins(&self) -> MutexGuard<'_, Waiting<AuthorizationRequest>> {
        self.sign_ins.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn sign_outs(&self) -> MutexGuard<'_, Waiting<SignOut>> {
        self.sign_outs
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Who is signed in at the browser that sent `headers`; nobody once the
    /// person is off the list.
    pub(crate) fn signed_in(&self, headers: &HeaderMap) -> Option<(Session, Person)> {
        let cookie = self.cookies.session();
        let session = self.sessions().find(cookie.read(headers)?, self.now())?;
        let person = self.person(&session.subject)?;
        Some((session, person))
    }
}
