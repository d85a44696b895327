//! Whether the database takes writes: a full disk, or a server that became
//! read-only, shows there alone.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::StorageError;

/// How the last write ended.
#[derive(Debug, Default)]
pub(crate) struct LastWrite {
    failed: AtomicBool,
}

impl LastWrite {
    /// Notes how a write ended, and passes it on.
    pub(crate) fn was<T>(&self, outcome: Result<T, StorageError>) -> Result<T, StorageError> {
        self.failed.store(outcome.is_err(), Ordering::Relaxed);
        outcome
    }

    /// Whether it failed.
    pub(crate) fn failed(&self) -> bool {
        self.failed.load(Ordering::Relaxed)
    }
}
