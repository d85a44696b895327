//! One look-up for all who ask the same at the same time, and a short memory.

use std::{
    collections::HashMap,
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use futures_util::future::{FutureExt, Shared, WeakShared};
use jiff::{SignedDuration, Timestamp};
use moka::sync::Cache;
use stagedoor_ambient::SharedClock;

use super::{failure::Failure, question::Question};
use crate::Entity;

/// An answer never shows the catalog as it was longer ago than this when the
/// question was asked: so long after a user was removed, or put into a group,
/// every sign-in and refresh knows.
pub const MAX_STALENESS: SignedDuration = SignedDuration::from_secs(2);

/// What all remembered answers may take together, in bytes as received.
const MEMORY: u64 = 16 << 20;

/// What was found, and how many bytes told it.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub(super) entities: Arc<[Entity]>,
    pub(super) size: usize,
}

pub(super) type Outcome = Result<Found, Failure>;
type Asking = Pin<Box<dyn Future<Output = Outcome> + Send>>;

/// The look-ups under way, and those just done.
pub(super) struct LookUps {
    recent: Cache<Question, Recent>,
    under_way: Mutex<HashMap<Question, UnderWay>>,
    clock: SharedClock,
}

#[derive(Clone)]
struct Recent {
    asked_at: Timestamp,
    found: Found,
}

/// A look-up that lasts as long as someone waits for it.
struct UnderWay {
    asked_at: Timestamp,
    ticket: Arc<()>,
    outcome: WeakShared<Asking>,
}

impl LookUps {
    pub(super) fn new(clock: SharedClock) -> Arc<Self> {
        let recent = Cache::builder()
            .weigher(|_, recent: &Recent| u32::try_from(recent.found.size).unwrap_or(u32::MAX))
            .max_capacity(MEMORY)
            .time_to_live(MAX_STALENESS.unsigned_abs())
            .build();
        Arc::new(Self {
            recent,
            under_way: Mutex::default(),
            clock,
        })
    }

    /// The answer to `question`: remembered, or the one that others are
    /// waiting for, or that of `ask`.
    pub(super) async fn answer<F, A>(self: &Arc<Self>, question: Question, ask: F) -> Outcome
    where
        F: FnOnce() -> A,
        A: Future<Output = Outcome> + Send + 'static,
    {
        let now = self.clock.now();
        if let Some(recent) = self.recent.get(&question)
            && is_recent(recent.asked_at, now)
        {
            return Ok(recent.found);
        }
        let outcome = self.join(question, now, ask);
        outcome.await
    }

    fn join<F, A>(self: &Arc<Self>, question: Question, now: Timestamp, ask: F) -> Shared<Asking>
    where
        F: FnOnce() -> A,
        A: Future<Output = Outcome> + Send + 'static,
    {
        let mut under_way = self.under_way();
        if let Some(other) = under_way.get(&question)
            && is_recent(other.asked_at, now)
            && let Some(outcome) = other.outcome.upgrade()
        {
            return outcome;
        }
        let ticket = Arc::new(());
        let leaving = Leaving {
            look_ups: self.clone(),
            question: question.clone(),
            ticket: ticket.clone(),
        };
        let asking = ask();
        let outcome = async move {
            let outcome = asking.await;
            leaving.remember(now, &outcome);
            outcome
        };
        let outcome = (Box::pin(outcome) as Asking).shared();
        if let Some(weak) = outcome.downgrade() {
            let entry = UnderWay {
                asked_at: now,
                ticket,
                outcome: weak,
            };
            under_way.insert(question, entry);
        }
        outcome
    }

    fn under_way(&self) -> MutexGuard<'_, HashMap<Question, UnderWay>> {
        self.under_way
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// Takes a look-up off the list of those under way, also when all who waited
/// have gone.
struct Leaving {
    look_ups: Arc<LookUps>,
    question: Question,
    ticket: Arc<()>,
}

impl Leaving {
    /// Somebody who was not found may be there in a moment: only who was found
    /// is remembered.
    fn remember(&self, asked_at: Timestamp, outcome: &Outcome) {
        if let Ok(found) = outcome
            && !found.entities.is_empty()
        {
            let found = found.clone();
            self.look_ups
                .recent
                .insert(self.question.clone(), Recent { asked_at, found });
        }
    }
}

impl Drop for Leaving {
    fn drop(&mut self) {
        let mut under_way = self.look_ups.under_way();
        let listed = under_way.get(&self.question);
        if listed.is_some_and(|listed| Arc::ptr_eq(&listed.ticket, &self.ticket)) {
            under_way.remove(&self.question);
        }
    }
}

fn is_recent(asked_at: Timestamp, now: Timestamp) -> bool {
    (SignedDuration::ZERO..MAX_STALENESS).contains(&now.duration_since(asked_at))
}
