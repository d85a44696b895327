//! Something fetched from a provider and kept: used while it is good, renewed
//! in the background, fetched once for all who wait, and with growing pauses
//! while it fails.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use stagedoor_ambient::SharedClock;

use crate::error::OidcError;

/// Where a kept value comes from.
pub(crate) trait Source: Send + Sync + 'static {
    type Value: Send + Sync + 'static;

    /// What is fetched, for the log.
    fn describe(&self) -> String;

    fn fetch(&self) -> impl Future<Output = Result<Self::Value, OidcError>> + Send;
}

/// How long a value is used, and how patiently it is fetched.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Policy {
    /// Older values are still used, but renewed in the background.
    pub(crate) refresh_after: SignedDuration,
    /// Older values are not used any more.
    pub(crate) expire_after: SignedDuration,
    /// The pause after a first failure; it doubles with each further one.
    pub(crate) first_pause: SignedDuration,
    /// The longest pause between two attempts.
    pub(crate) longest_pause: SignedDuration,
    /// The shortest time between two [`Cached::renew`]s.
    pub(crate) renew_interval: SignedDuration,
}

/// How fetching went lately.
#[derive(Debug, Clone)]
pub(crate) enum Health<V> {
    Untried,
    Good { value: Arc<V>, since: Timestamp },
    Failing { error: OidcError, since: Timestamp },
}

pub(crate) struct Cached<S: Source>(Arc<Inner<S>>);

struct Inner<S: Source> {
    source: S,
    policy: Policy,
    clock: SharedClock,
    state: Mutex<State<S::Value>>,
    /// Held while fetching, so that there is one fetch for all who wait.
    turn: Arc<tokio::sync::Mutex<()>>,
}

struct State<V> {
    kept: Option<Kept<V>>,
    failure: Option<Failure>,
    renewed_at: Option<Timestamp>,
    good_since: Option<Timestamp>,
}

struct Kept<V> {
    value: Arc<V>,
    fetched_at: Timestamp,
}

struct Failure {
    error: OidcError,
    since: Timestamp,
    last: Timestamp,
    retry_at: Timestamp,
    pause: SignedDuration,
}

enum Look<V> {
    Fresh(Arc<V>),
    Stale(Arc<V>),
    Failing(OidcError),
    Absent,
}

impl<S: Source> Clone for Cached<S> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<S: Source> Cached<S> {
    pub(crate) fn new(source: S, policy: Policy, clock: SharedClock) -> Self {
        Self(Arc::new(Inner {
            source,
            policy,
            clock,
            state: Mutex::new(State {
                kept: None,
                failure: None,
                renewed_at: None,
                good_since: None,
            }),
            turn: Arc::default(),
        }))
    }

    /// The value: at once if one is kept, else after fetching it.
    ///
    /// # Errors
    /// The fetch's; or, during the pause after a failure, that failure again.
    pub(crate) async fn get(&self) -> Result<Arc<S::Value>, OidcError> {
        match self.0.look() {
            Look::Fresh(value) => Ok(value),
            Look::Stale(value) => {
                self.refresh_in_background();
                Ok(value)
            }
            Look::Failing(error) => Err(error),
            Look::Absent => self.fetch_in_turn().await,
        }
    }

    /// A value newer than `seen`, which did not do; `None` when it is too soon
    /// to ask again. However many ask at once, one fetch serves them all.
    ///
    /// # Errors
    /// The fetch's.
    pub(crate) async fn renew(
        &self,
        seen: &Arc<S::Value>,
    ) -> Result<Option<Arc<S::Value>>, OidcError> {
        let _turn = self.0.turn.lock().await;
        let newer = self.0.state().newer_than(seen);
        if newer.is_some() {
            return Ok(newer);
        }
        if !self.0.may_renew() {
            return Ok(None);
        }
        self.0.fetch().await.map(Some)
    }

    pub(crate) fn health(&self) -> Health<S::Value> {
        let state = self.0.state();
        match (&state.kept, &state.failure, state.good_since) {
            (Some(kept), _, Some(since)) => Health::Good {
                value: Arc::clone(&kept.value),
                since,
            },
            (_, Some(failure), _) => Health::Failing {
                error: failure.error.clone(),
                since: failure.since,
            },
            _ => Health::Untried,
        }
    }

    async fn fetch_in_turn(&self) -> Result<Arc<S::Value>, OidcError> {
        let _turn = self.0.turn.lock().await;
        match self.0.look() {
            Look::Fresh(value) | Look::Stale(value) => Ok(value),
            Look::Failing(error) => Err(error),
            Look::Absent => self.0.fetch().await,
        }
    }

    fn refresh_in_background(&self) {
        let Ok(turn) = Arc::clone(&self.0.turn).try_lock_owned() else {
            return; // somebody is at it
        };
        let inner = Arc::clone(&self.0);
        tokio::spawn(async move {
            let _turn = turn;
            if let Look::Stale(_) = inner.look() {
                // The error is kept in the state and logged there.
                let _ = inner.fetch().await;
            }
        });
    }
}

impl<S: Source> Inner<S> {
    fn state(&self) -> MutexGuard<'_, State<S::Value>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn look(&self) -> Look<S::Value> {
        let now = self.clock.now();
        let state = self.state();
        let pausing = state.failure.as_ref().filter(|it| it.pauses_at(now));
        if let Some(kept) = &state.kept {
            let age = now.duration_since(kept.fetched_at);
            if age <= self.policy.refresh_after {
                return Look::Fresh(Arc::clone(&kept.value));
            }
            if age <= self.policy.expire_after {
                let value = Arc::clone(&kept.value);
                return if pausing.is_some() {
                    Look::Fresh(value)
                } else {
                    Look::Stale(value)
                };
            }
        }
        pausing.map_or(Look::Absent, |it| Look::Failing(it.error.clone()))
    }

    /// Whether [`Policy::renew_interval`] has passed, which then starts anew.
    fn may_renew(&self) -> bool {
        let now = self.clock.now();
        let mut state = self.state();
        let soon = state.renewed_at.is_some_and(|at| {
            let waited = now.duration_since(at);
            !waited.is_negative() && waited < self.policy.renew_interval
        });
        if !soon {
            state.renewed_at = Some(now);
        }
        !soon
    }

    /// Fetches and keeps the outcome. Only for who holds the turn.
    async fn fetch(&self) -> Result<Arc<S::Value>, OidcError> {
        let outcome = self.source.fetch().await;
        let now = self.clock.now();
        let mut state = self.state();
        match outcome {
            Ok(value) => {
                if state.failure.take().is_some() {
                    tracing::info!("{} is back", self.source.describe());
                }
                let value = Arc::new(value);
                state.good_since.get_or_insert(now);
                state.kept = Some(Kept {
                    value: Arc::clone(&value),
                    fetched_at: now,
                });
                Ok(value)
            }
            Err(error) => {
                let failure = self.next_failure(state.failure.take(), error.clone(), now);
                tracing::warn!(
                    code = error.code(),
                    retry_in_seconds = failure.pause.as_secs(),
                    kept = state.kept.is_some(),
                    "{} could not be fetched: {error}",
                    self.source.describe(),
                );
                state.failure = Some(failure);
                Err(error)
            }
        }
    }

    fn next_failure(&self, before: Option<Failure>, error: OidcError, now: Timestamp) -> Failure {
        let pause = before
            .as_ref()
            .map_or(self.policy.first_pause, |it| it.pause.saturating_mul(2))
            .min(self.policy.longest_pause);
        Failure {
            error,
            since: before.map_or(now, |it| it.since),
            last: now,
            retry_at: now.saturating_add(pause).unwrap_or(now),
            pause,
        }
    }
}

impl<V> State<V> {
    fn newer_than(&self, seen: &Arc<V>) -> Option<Arc<V>> {
        let kept = self.kept.as_ref()?;
        (!Arc::ptr_eq(&kept.value, seen)).then(|| Arc::clone(&kept.value))
    }
}

impl Failure {
    /// Whether `now` lies in the pause. A clock set back ends it: better one
    /// fetch too many than none for hours.
    fn pauses_at(&self, now: Timestamp) -> bool {
        self.last <= now && now < self.retry_at
    }
}
