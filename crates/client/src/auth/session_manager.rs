//! Keeps a session fresh: Backstage's `RefreshingAuthSessionManager`.

use std::sync::{Arc, Mutex, PoisonError};

use futures_util::FutureExt;
use jiff::SignedDuration;
use stagedoor_ambient::SharedClock;

use super::{
    AuthConnector, AuthError, OAuth2Session, Scopes, SessionState, SessionStates,
    flight::{Flight, Outcome},
    session_state::SessionStateTracker,
};

/// A session is refreshed when less than this is left of its first token.
const AHEAD: SignedDuration = SignedDuration::from_mins(3);

/// Cheap to clone; all clones are one.
#[derive(Clone)]
pub(super) struct SessionManager(Arc<Inner>);

struct Inner {
    connector: Arc<dyn AuthConnector>,
    default_scopes: Scopes,
    clock: SharedClock,
    current: Mutex<Current>,
    states: SessionStateTracker,
    refreshes: Flight,
    sign_ins: Flight,
}

#[derive(Default)]
struct Current {
    session: Option<Arc<OAuth2Session>>,
    /// Grows at each removal, so that what was under way then comes to nothing.
    removals: u64,
}

impl SessionManager {
    pub(super) fn new(
        connector: Arc<dyn AuthConnector>,
        default_scopes: Scopes,
        clock: SharedClock,
    ) -> Self {
        Self(Arc::new(Inner {
            connector,
            default_scopes,
            clock,
            current: Mutex::default(),
            states: SessionStateTracker::default(),
            refreshes: Flight::default(),
            sign_ins: Flight::default(),
        }))
    }

    /// A session with these scopes: the one there is, the same refreshed, or
    /// that of who signs in now.
    pub(super) async fn session(&self, scopes: &Scopes) -> Outcome {
        match self.optional_session(scopes).await? {
            Some(session) => Ok(session),
            None => self.sign_in(scopes).await,
        }
    }

    /// The same, with nobody asked to sign in.
    pub(super) async fn optional_session(
        &self,
        scopes: &Scopes,
    ) -> Result<Option<Arc<OAuth2Session>>, AuthError> {
        let current = self.0.current_with(scopes);
        if let Some(session) = &current
            && !self.0.ends_within(session, AHEAD)
        {
            return Ok(current);
        }
        match self.refresh(scopes).await {
            Ok(session) => {
                let enough = session.provider_info.scopes.has_all(scopes);
                Ok(enough.then_some(session))
            }
            Err(error) if error.ends_session() => Ok(None),
            // It was refreshed ahead of time: what is left of it is still good.
            Err(error) => match current {
                Some(session) if !self.0.ends_within(&session, SignedDuration::ZERO) => {
                    tracing::debug!(%error, "the session could not be refreshed, it is still good");
                    Ok(Some(session))
                }
                _ => Err(error),
            },
        }
    }

    /// Ends the session, here first.
    pub(super) async fn remove(&self) -> Result<(), AuthError> {
        {
            let mut current = self.0.lock();
            current.removals += 1;
            current.session = None;
            self.0.states.set(SessionState::SignedOut);
        }
        self.0.connector.remove_session().await
    }

    pub(super) fn states(&self) -> SessionStates {
        self.0.states.states()
    }

    async fn refresh(&self, scopes: &Scopes) -> Outcome {
        self.0
            .refreshes
            .join(scopes, |scopes| {
                // In a task of its own: who goes away must not stop it between a
                // rotated token's arrival and its safe keeping.
                let (scopes, removals) = self.0.extended(&scopes);
                let refreshing = tokio::spawn(self.0.clone().refresh(scopes, removals));
                async move {
                    let stopped = |error| AuthError::local("the refresh was stopped", error);
                    refreshing.await.map_err(stopped)?
                }
                .boxed()
            })
            .await
    }

    async fn sign_in(&self, scopes: &Scopes) -> Outcome {
        let session = self
            .0
            .sign_ins
            .join(scopes, |scopes| self.0.clone().sign_in(scopes).boxed())
            .await?;
        if session.provider_info.scopes.has_all(scopes) {
            Ok(session)
        } else {
            Err(AuthError::MissingScopes)
        }
    }
}

impl Inner {
    async fn refresh(self: Arc<Self>, scopes: Scopes, removals: u64) -> Outcome {
        match self.connector.refresh_session(&scopes).await {
            Ok(session) => self.keep(session, removals),
            Err(error) => {
                if error.ends_session() {
                    self.forget(removals);
                }
                Err(error)
            }
        }
    }

    async fn sign_in(self: Arc<Self>, scopes: Scopes) -> Outcome {
        // Somebody may have signed in since it was found that nobody was.
        if let Some(session) = self.current_with(&scopes)
            && !self.ends_within(&session, SignedDuration::ZERO)
        {
            return Ok(session);
        }
        let (scopes, removals) = self.extended(&scopes);
        let session = self.connector.create_session(&scopes).await?;
        self.keep(session, removals)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Current> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn current_with(&self, scopes: &Scopes) -> Option<Arc<OAuth2Session>> {
        let session = self.lock().session.clone();
        session.filter(|session| session.provider_info.scopes.has_all(scopes))
    }

    fn ends_within(&self, session: &OAuth2Session, time: SignedDuration) -> bool {
        let now = self.clock.now();
        session
            .expires_at()
            .is_some_and(|end| end.duration_since(now) <= time)
    }

    /// What to ask for: the defaults, what has been granted, and `scopes`.
    fn extended(&self, scopes: &Scopes) -> (Scopes, u64) {
        let current = self.lock();
        let asked = self.default_scopes.and(scopes);
        let asked = match &current.session {
            Some(session) => asked.and(&session.provider_info.scopes),
            None => asked,
        };
        (asked, current.removals)
    }

    fn keep(&self, session: OAuth2Session, removals: u64) -> Outcome {
        let session = Arc::new(session);
        let mut current = self.lock();
        if current.removals != removals {
            // Somebody signed out meanwhile.
            return Err(AuthError::NotSignedIn);
        }
        current.session = Some(session.clone());
        self.states.set(SessionState::SignedIn);
        Ok(session)
    }

    fn forget(&self, removals: u64) {
        let mut current = self.lock();
        if current.removals == removals {
            current.session = None;
            self.states.set(SessionState::SignedOut);
        }
    }
}
