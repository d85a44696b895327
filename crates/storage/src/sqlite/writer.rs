//! The one connection that writes.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use sqlx::{
    ConnectOptions as _, Connection as _, Error, Sqlite,
    sqlite::{SqliteConnectOptions, SqliteConnection, SqliteQueryResult, SqliteRow},
};
use tokio::sync::{Mutex, MutexGuard};

use crate::statement::Query;

/// A connection for one statement, or one transaction, at a time: whoever comes
/// waits for their turn.
///
/// A pool of one would ask the connection before and after every statement
/// whether it is still there, each time to its thread and back, and take it back
/// in a task. But a file does not go away as a server does.
#[derive(Debug)]
pub(super) struct Writer {
    options: SqliteConnectOptions,
    patience: Duration,
    connection: Mutex<SqliteConnection>,
    /// The connection's thread has died: it takes another.
    is_dead: AtomicBool,
}

impl Writer {
    /// Opens the connection; nobody waits longer than `patience` for their turn.
    pub(super) async fn open(
        options: SqliteConnectOptions,
        patience: Duration,
    ) -> Result<Self, Error> {
        let connection = options.connect().await?;
        Ok(Self {
            options,
            patience,
            connection: Mutex::new(connection),
            is_dead: AtomicBool::new(false),
        })
    }

    /// Waits for the connection.
    pub(super) async fn turn(&self) -> Result<MutexGuard<'_, SqliteConnection>, Error> {
        let turn = tokio::time::timeout(self.patience, self.connection.lock()).await;
        let mut connection = turn.map_err(|_| Error::PoolTimedOut)?;
        if self.is_dead.load(Ordering::Relaxed) || is_stuck(&mut connection).await {
            *connection = self.options.connect().await?;
            self.is_dead.store(false, Ordering::Relaxed);
        }
        Ok(connection)
    }

    pub(super) async fn execute(
        &self,
        query: Query<'_, Sqlite>,
    ) -> Result<SqliteQueryResult, Error> {
        let mut connection = self.turn().await?;
        self.looked_at(query.execute(&mut *connection).await)
    }

    pub(super) async fn fetch_all(
        &self,
        query: Query<'_, Sqlite>,
    ) -> Result<Vec<SqliteRow>, Error> {
        let mut connection = self.turn().await?;
        self.looked_at(query.fetch_all(&mut *connection).await)
    }

    fn looked_at<T>(&self, outcome: Result<T, Error>) -> Result<T, Error> {
        if matches!(outcome, Err(Error::WorkerCrashed)) {
            self.is_dead.store(true, Ordering::Relaxed);
        }
        outcome
    }
}

/// Whether the connection believes in a transaction that is not there: SQLite
/// rolls one back by itself when the disk is full or fails, so that rolling it
/// back is refused, and every further one is too.
async fn is_stuck(connection: &mut SqliteConnection) -> bool {
    // One that was given up is rolled back by the time the ping is answered.
    connection.is_in_transaction()
        && (connection.ping().await.is_err() || connection.is_in_transaction())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TAKE: &str = "INSERT INTO taken VALUES (1)";

    async fn writer(directory: &tempfile::TempDir) -> Writer {
        let file = directory.path().join("writer.sqlite");
        let options = SqliteConnectOptions::new().filename(file);
        let options = options.create_if_missing(true);
        let writer = Writer::open(options, Duration::from_millis(50));
        let writer = writer.await.unwrap();
        let make = sqlx::query("CREATE TABLE taken (n INTEGER) STRICT");
        writer.execute(make).await.unwrap();
        writer
    }

    #[tokio::test]
    async fn nobody_waits_longer_than_they_have_patience() {
        let directory = tempfile::tempdir().unwrap();
        let writer = writer(&directory).await;
        let held = writer.turn().await.unwrap();
        let refused = writer.execute(sqlx::query(TAKE)).await;
        assert!(matches!(refused, Err(Error::PoolTimedOut)));
        drop(held);
        writer.execute(sqlx::query(TAKE)).await.unwrap();
    }

    #[tokio::test]
    async fn a_connection_whose_thread_died_is_made_anew() {
        let directory = tempfile::tempdir().unwrap();
        let writer = writer(&directory).await;
        // What only the connection before knows.
        let temporary = sqlx::query("CREATE TEMP TABLE mine (n INTEGER)");
        writer.execute(temporary).await.unwrap();
        assert!(writer.looked_at::<()>(Err(Error::WorkerCrashed)).is_err());
        writer.execute(sqlx::query(TAKE)).await.unwrap();
        let gone = writer.fetch_all(sqlx::query("SELECT n FROM mine")).await;
        assert!(gone.is_err());
        let rows = writer.fetch_all(sqlx::query("SELECT n FROM taken")).await;
        assert_eq!(rows.unwrap().len(), 1);
    }

    async fn take_in_a_transaction(writer: &Writer, value: &str) -> Result<(), Error> {
        let mut connection = writer.turn().await?;
        let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
        let take = sqlx::query("INSERT INTO large VALUES ($1)").bind(value);
        take.execute(&mut *transaction).await?;
        transaction.commit().await
    }

    #[tokio::test]
    async fn a_full_disk_costs_one_transaction_and_not_those_after_it() {
        let directory = tempfile::tempdir().unwrap();
        let writer = writer(&directory).await;
        let make = sqlx::query("CREATE TABLE large (t TEXT) STRICT");
        writer.execute(make).await.unwrap();
        let full = sqlx::query("PRAGMA max_page_count = 4");
        writer.fetch_all(full).await.unwrap();
        let refused = take_in_a_transaction(&writer, &"x".repeat(100_000)).await;
        assert!(refused.is_err());
        take_in_a_transaction(&writer, "x").await.unwrap();
    }

    #[tokio::test]
    async fn a_transaction_that_is_given_up_is_rolled_back() {
        let directory = tempfile::tempdir().unwrap();
        let writer = writer(&directory).await;
        let temporary = sqlx::query("CREATE TEMP TABLE mine (n INTEGER)");
        writer.execute(temporary).await.unwrap();
        let mut connection = writer.turn().await.unwrap();
        let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await.unwrap();
        let take = sqlx::query(TAKE).execute(&mut *transaction).await;
        take.unwrap();
        drop(transaction);
        drop(connection);
        let rows = writer.fetch_all(sqlx::query("SELECT n FROM taken")).await;
        assert!(rows.unwrap().is_empty());
        // And on the same connection: none was made anew.
        let mine = writer.fetch_all(sqlx::query("SELECT n FROM mine")).await;
        assert!(mine.is_ok());
    }
}
