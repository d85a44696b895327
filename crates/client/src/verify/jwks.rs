//! The keys of the auth backend, kept.

use std::{
    fmt,
    sync::{Arc, atomic::AtomicU64, atomic::Ordering::SeqCst},
};

use arc_swap::ArcSwapOption;
use jiff::{SignedDuration, Timestamp};
use stagedoor_ambient::SharedClock;
use stagedoor_identity::KeySet;
use tokio::sync::Mutex;
use url::Url;

use super::{KeysUnavailable, fetch};

/// Older keys are fetched again, while they are used on.
const FRESH: SignedDuration = SignedDuration::from_mins(10);
/// Older keys are not used: the auth backend may have withdrawn one.
const USABLE: SignedDuration = SignedDuration::from_hours(1);
/// Unknown keys and failures make it fetch no more often than this: anyone can
/// send a token with an invented `kid`.
const COOL_DOWN: SignedDuration = SignedDuration::from_secs(5);

/// A key set at an address. Fetched when it is first needed, when it is old,
/// and for keys that it lacks; once for all who wait.
pub(super) struct RemoteKeys {
    pub(super) client: reqwest::Client,
    pub(super) url: Url,
    pub(super) clock: SharedClock,
    pub(super) kept: ArcSwapOption<Kept>,
    pub(super) attempts: AtomicU64,
    pub(super) last: Mutex<Option<Attempt>>,
}

#[derive(Debug)]
pub(super) struct Kept {
    pub(super) keys: KeySet,
    fetched_at: Timestamp,
}

pub(super) struct Attempt {
    at: Timestamp,
    outcome: Result<(), KeysUnavailable>,
}

impl fmt::Debug for RemoteKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RemoteKeys({})", self.url)
    }
}

impl RemoteKeys {
    /// The keys, as fresh as need be.
    pub(super) async fn get(self: &Arc<Self>) -> Result<Arc<Kept>, KeysUnavailable> {
        match self.kept.load_full() {
            Some(kept) if self.is_younger(kept.fetched_at, FRESH) => Ok(kept),
            Some(kept) if self.is_younger(kept.fetched_at, USABLE) => {
                self.fetch_meanwhile();
                Ok(kept)
            }
            _ => {
                self.fetch().await?;
                let kept = self.kept.load_full();
                kept.ok_or(KeysUnavailable::NoKeySet)
            }
        }
    }

    /// The keys after another look, unless there was one just now.
    pub(super) async fn look_again(self: &Arc<Self>) -> Option<Arc<Kept>> {
        match self.fetch().await {
            Ok(()) => self.kept.load_full(),
            Err(error) => {
                tracing::warn!(%error, "a token has an unknown key");
                None
            }
        }
    }

    fn fetch_meanwhile(self: &Arc<Self>) {
        if self.last.try_lock().is_err() {
            return;
        }
        let this = self.clone();
        tokio::spawn(async move {
            if let Err(error) = this.fetch().await {
                tracing::warn!(%error, "old keys are used on");
            }
        });
    }

    async fn fetch(&self) -> Result<(), KeysUnavailable> {
        let before = self.attempts.load(SeqCst);
        let mut last = self.last.lock().await;
        let recent = last.as_ref().filter(|attempt| {
            self.attempts.load(SeqCst) != before || self.is_younger(attempt.at, COOL_DOWN)
        });
        if let Some(attempt) = recent {
            return attempt.outcome.clone();
        }
        let at = self.clock.now();
        let outcome = fetch::keys(&self.client, &self.url).await.map(|keys| {
            let fetched_at = at;
            self.kept.store(Some(Arc::new(Kept { keys, fetched_at })));
        });
        self.attempts.fetch_add(1, SeqCst);
        *last = Some(Attempt {
            at,
            outcome: outcome.clone(),
        });
        outcome
    }

    /// A time to come is of a clock that was put back: it says nothing.
    fn is_younger(&self, at: Timestamp, age: SignedDuration) -> bool {
        (SignedDuration::ZERO..age).contains(&self.clock.now().duration_since(at))
    }
}
