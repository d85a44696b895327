//! One refresh at a time per session, within this process.
//!
//! Between processes the database's lease does it; the gate spares everyone in
//! the same process from polling for it.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use stagedoor_storage::SessionId;
use tokio::sync::OwnedMutexGuard;

type Gate = Arc<tokio::sync::Mutex<()>>;

/// The gates of the sessions being refreshed right now. Holds one entry per
/// session with a request in flight, none otherwise.
#[derive(Debug, Default)]
pub(crate) struct SessionGates(Arc<Mutex<HashMap<SessionId, Gate>>>);

/// Being inside: the next one waits until this is dropped.
pub(crate) struct Inside {
    gates: Arc<Mutex<HashMap<SessionId, Gate>>>,
    id: SessionId,
    guard: Option<OwnedMutexGuard<()>>,
}

impl SessionGates {
    /// Waits until nobody else in this process refreshes the session.
    pub(crate) async fn enter(&self, id: SessionId) -> Inside {
        let gate = self
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .entry(id)
            .or_default()
            .clone();
        // Made before waiting, so that a caller that gives up cleans up too.
        let mut inside = Inside {
            gates: self.0.clone(),
            id,
            guard: None,
        };
        inside.guard = Some(gate.lock_owned().await);
        inside
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        let mut gates = self.gates.lock().unwrap_or_else(PoisonError::into_inner);
        self.guard = None;
        // One count is the map's own; any other belongs to someone waiting.
        if gates
            .get(&self.id)
            .is_some_and(|gate| Arc::strong_count(gate) == 1)
        {
            gates.remove(&self.id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn waiters_enter_one_by_one_and_leave_nothing_behind() {
        let gates = Arc::new(SessionGates::default());
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
        let gates = SessionGates::default();
        let held = gates.enter(SessionId([1; 16])).await;
        let waiting = gates.enter(SessionId([1; 16]));
        let waited = tokio::time::timeout(std::time::Duration::from_millis(5), waiting).await;
        assert!(waited.is_err());
        drop(held);
        assert!(gates.0.lock().unwrap().is_empty());
    }
}
