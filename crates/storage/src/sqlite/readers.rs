//! The connections that only read.

use std::{
    path::PathBuf,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use rusqlite::Connection;
use tokio::sync::Semaphore;

use super::{
    connect,
    work::{aside, by_reach, unless_busy},
};
use crate::{error::DatabaseError, statement::Reach};

/// Enough for one process: reads that take long are few.
const READERS: usize = 4;

/// A few connections to a file, each made when first needed. They wait for no
/// writer.
#[derive(Debug)]
pub(super) struct Readers {
    path: PathBuf,
    patience: Duration,
    places: Semaphore,
    idle: Mutex<Vec<Connection>>,
}

impl Readers {
    pub(super) fn of(path: PathBuf, patience: Duration) -> Self {
        Self {
            path,
            patience,
            places: Semaphore::new(READERS),
            idle: Mutex::default(),
        }
    }

    /// Does `work` on one of the connections.
    pub(super) async fn run<T>(
        &self,
        reach: Reach,
        mut work: impl FnMut(&mut Connection) -> rusqlite::Result<T>,
    ) -> Result<T, DatabaseError> {
        let place = tokio::time::timeout(self.patience, self.places.acquire()).await;
        let Ok(Ok(_place)) = place else {
            return Err(DatabaseError::TimedOut);
        };
        let idle = self.idle().pop();
        let mut connection = match idle {
            Some(connection) => connection,
            None => aside(|| connect::reader(&self.path))?,
        };
        let done = unless_busy(self.patience, || by_reach(reach, || work(&mut connection)));
        let done = done.await;
        self.idle().push(connection);
        done
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
