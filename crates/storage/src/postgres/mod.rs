//! Storage in PostgreSQL, for any number of nodes.

mod backstage;
mod connect;
mod inspect;
mod keys;
mod plugin_keys;
mod session;
mod user_info;

pub(crate) use inspect::inspect;

use std::{future::Future, io, time::Duration};

use sqlx::{
    Postgres,
    postgres::{PgArguments, PgPool, PgRow},
    query::Query,
};

use crate::{
    PostgresLocation, StorageError, last_write::LastWrite, shared::SharedTables, timing::timed,
};

/// Sessions, keys and user info in PostgreSQL, in a database that a running
/// Backstage may share.
#[derive(Debug)]
pub struct PostgresStorage {
    pool: PgPool,
    patience: Duration,
    shared: SharedTables,
    last_write: LastWrite,
}

impl PostgresStorage {
    /// Connects to the server at `location`, making the database and the schema
    /// when they are missing and `location` says so, and the tables.
    ///
    /// # Errors
    /// [`StorageError::Unavailable`] when the server can't be reached,
    /// [`StorageError::Query`] when it refuses, [`StorageError::Migration`]
    /// when the tables can't be made.
    pub async fn open(location: &PostgresLocation) -> Result<Self, StorageError> {
        connect::prepare(location).await?;
        let storage = Self {
            pool: connect::pool(location),
            patience: connect::patience(location),
            shared: SharedTables::default(),
            last_write: LastWrite::default(),
        };
        storage.look_for_backstage().await?;
        Ok(storage)
    }

    /// Runs a statement that changes rows; how many it changed.
    async fn change(&self, query: Query<'_, Postgres, PgArguments>) -> Result<u64, StorageError> {
        let done = within(self.patience, query.execute(&self.pool)).await;
        Ok(self.last_write.was(done)?.rows_affected())
    }

    /// Runs a statement that answers with one row or none.
    async fn one(
        &self,
        query: Query<'_, Postgres, PgArguments>,
    ) -> Result<Option<PgRow>, StorageError> {
        within(self.patience, query.fetch_optional(&self.pool)).await
    }

    async fn all(
        &self,
        query: Query<'_, Postgres, PgArguments>,
    ) -> Result<Vec<PgRow>, StorageError> {
        within(self.patience, query.fetch_all(&self.pool)).await
    }
}

/// Waits no longer than `patience`. The server keeps its own limit; this one
/// is for a server that has fallen silent, as one does in a failover.
async fn within<T>(
    patience: Duration,
    work: impl Future<Output = Result<T, sqlx::Error>>,
) -> Result<T, StorageError> {
    let timed_out = |_| sqlx::Error::Io(io::ErrorKind::TimedOut.into());
    let limited = async {
        let outcome = tokio::time::timeout(patience, work).await;
        outcome.map_err(timed_out).flatten()
    };
    timed(limited).await.map_err(StorageError::of_query)
}
