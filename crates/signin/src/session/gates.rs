//! One refresh at a time per session, within this process.
//!
//! Between processes the database's lease does it; the gate spares everyone in
//! the same process from polling for it.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use stagedoor_storage::SessionId;
use tokio::sync::OwnedMutexGuard;

/// The gates of the sessions being refreshed right now. Holds one entry per
/// session with a request in flight, none otherwise.
#[derive(Debug)]
pub(crate) struct SessionGates<F>(Gates<F>);

type Gates<F> = Arc<Mutex<HashMap<SessionId, Arc<Gate<F>>>>>;

/// One session's gate, and the last failure of those who were inside.
#[derive(Debug)]
struct Gate<F> {
    inside: Arc<tokio::sync::Mutex<Option<F>>>,
    failures: AtomicU64,
}

/// Being inside: the next one waits until this is dropped.
pub(crate) struct Inside<F> {
    gates: Gates<F>,
    id: SessionId,
    gate: Option<Arc<Gate<F>>>,
    guard: Option<OwnedMutexGuard<Option<F>>>,
    failures_before: u64,
}

impl<F> Default for SessionGates<F> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<F> Default for Gate<F> {
    fn default() -> Self {
        Self {
            inside: Arc::default(),
            failures: AtomicU64::new(0),
        }
    }
}

impl<F: Clone> SessionGates<F> {
    /// Waits until nobody else in this process refreshes the session.
    pub(crate) async fn enter(&self, id: SessionId) -> Inside<F> {
        let gate = lock(&self.0).entry(id).or_default().clone();
        let guard = gate.inside.clone().lock_owned();
        // Made before waiting, so that a caller that gives up cleans up too.
        let mut inside = Inside {
            gates: self.0.clone(),
            id,
            failures_before: gate.failures.load(Ordering::Relaxed),
            gate: Some(gate),
            guard: None,
        };
        inside.guard = Some(guard.await);
        inside
    }
}

impl<F: Clone> Inside<F> {
    /// How somebody failed while this one waited for the same: there is no use
    /// in everyone who waits failing anew, one after the other.
    pub(crate) fn failure_while_waiting(&self) -> Option<F> {
        let failures = self.gate.as_ref()?.failures.load(Ordering::Relaxed);
        let failure = self.guard.as_ref()?.as_ref();
        failure.filter(|_| failures > self.failures_before).cloned()
    }

    /// Tells those who wait how this one failed.
    pub(crate) fn failed(&mut self, failure: F) {
        if let (Some(guard), Some(gate)) = (&mut self.guard, &self.gate) {
            **guard = Some(failure);
            gate.failures.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl<F> Drop for Inside<F> {
    fn drop(&mut self) {
        let mut gates = lock(&self.gates);
        self.guard = None;
        self.gate = None;
        // One count is the map's own; any other belongs to someone waiting.
        if gates
            .get(&self.id)
            .is_some_and(|gate| Arc::strong_count(gate) == 1)
        {
            gates.remove(&self.id);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn waiters_enter_one_by_one_and_leave_nothing_behind() {
        let gates = Arc::new(SessionGates::<()>::default());
        let inside = Arc::new(Mutex::new(0_u32));
        let tasks: Vec<_> = (0..50)
            .map(|n| {
                let (gates, inside) = (gates.clone(), inside.clone());
                tokio::spawn(async move {
                    let _held = gates.enter(SessionId([n % 5; 16])).await;
                    let before = *inside.lock().unwrap();
                    assert!(before < 5, "one per session at most");
                    *inside.lock().unwrap() += 1;
                    tokio::task::yield_now().await;
                    *inside.lock().unwrap() -= 1;
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        assert!(gates.0.lock().unwrap().is_empty());
    }

    #[tokio::test]
    async fn giving_up_while_waiting_leaves_nothing_behind() {
        let gates = SessionGates::<()>::default();
        let held = gates.enter(SessionId([1; 16])).await;
        let waiting = gates.enter(SessionId([1; 16]));
        let waited = tokio::time::timeout(std::time::Duration::from_millis(5), waiting).await;
        assert!(waited.is_err());
        drop(held);
        assert!(gates.0.lock().unwrap().is_empty());
    }

    #[tokio::test]
    async fn who_waited_is_told_of_a_failure_and_who_comes_later_is_not() {
        let gates = Arc::new(SessionGates::<&str>::default());
        let id = SessionId([1; 16]);
        let mut first = gates.enter(id).await;
        assert_eq!(first.failure_while_waiting(), None);
        let waiting = |gates: &Arc<SessionGates<&'static str>>| {
            let gates = gates.clone();
            tokio::spawn(async move { gates.enter(id).await })
        };
        let second = waiting(&gates);
        tokio::task::yield_now().await;
        first.failed("away");
        let late = waiting(&gates);
        tokio::task::yield_now().await;
        drop(first);
        let second = second.await.unwrap();
        assert_eq!(second.failure_while_waiting(), Some("away"));
        drop(second);
        let late = late.await.unwrap();
        assert_eq!(late.failure_while_waiting(), None);
        drop(late);
        assert!(gates.0.lock().unwrap().is_empty());
    }
}
