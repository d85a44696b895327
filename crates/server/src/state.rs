//! What every route can reach.

use std::{
    ops::Deref,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use stagedoor_signin::{SignIn, tokens::KeyRing};

use crate::{
    limits::{InFlight, RateLimits},
    settings::ServerSettings,
    traces::RequestTraces,
};

/// The parts behind the door, which all requests share.
#[derive(Clone)]
pub struct AppState(Arc<AppParts>);

impl AppState {
    /// Shares `parts`.
    #[must_use]
    pub fn new(parts: AppParts) -> Self {
        Self(Arc::new(parts))
    }
}

impl Deref for AppState {
    type Target = AppParts;

    fn deref(&self) -> &AppParts {
        &self.0
    }
}

/// The parts behind the door.
pub struct AppParts {
    /// The flows.
    pub sign_in: Arc<SignIn>,
    /// The keys of plugin tokens, published for other plugins.
    pub plugin_keys: Arc<KeyRing>,
    /// Which configuration is in force.
    pub configuration: Arc<ConfigurationStatus>,
    /// How the server presents itself.
    pub settings: Arc<ServerSettings>,
    /// How much one client may ask for.
    pub rate_limits: Arc<RateLimits>,
    /// Places for requests under way.
    pub in_flight: Arc<InFlight>,
    /// Where requests become parts of traces; `None` makes none.
    pub traces: Option<Arc<dyn RequestTraces>>,
}

/// Which configuration is in force, and whether a newer one was refused: for
/// readiness and metrics.
#[derive(Debug, Default)]
pub struct ConfigurationStatus {
    changes: AtomicU64,
    fingerprint: AtomicU64,
    problem: Mutex<Option<String>>,
}

impl ConfigurationStatus {
    /// A change has taken effect; how many there have been.
    pub fn accepted(&self) -> u64 {
        *self.problem.lock().unwrap_or_else(PoisonError::into_inner) = None;
        self.changes.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// This configuration serves from now on: a number that says which it is.
    pub fn is(&self, fingerprint: u64) {
        self.fingerprint.store(fingerprint, Ordering::Relaxed);
    }

    /// Which configuration serves.
    #[must_use]
    pub fn fingerprint(&self) -> u64 {
        self.fingerprint.load(Ordering::Relaxed)
    }

    /// A change was refused, for this reason.
    pub fn refused(&self, problem: String) {
        *self.problem.lock().unwrap_or_else(PoisonError::into_inner) = Some(problem);
    }

    /// How many changes have taken effect since the start.
    #[must_use]
    pub fn changes(&self) -> u64 {
        self.changes.load(Ordering::Relaxed)
    }

    /// Why the newest change was refused, if it was.
    #[must_use]
    pub fn problem(&self) -> Option<String> {
        self.problem
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}
