//! The one connection that writes.

use std::time::{Duration, Instant};

use rusqlite::Connection;
use tokio::sync::Mutex;

use super::work::{aside, unless_busy};
use crate::{error::DatabaseError, statement::Reach};

/// After so many changes the log is written back to the file: at some five pages
/// each, when it has grown to 5 MB.
const CHANGES_UNTIL_CHECKPOINT: u32 = 250;

/// A change that took longer has waited for the disk, and so may the next.
const SLOW: Duration = Duration::from_millis(5);

/// A connection for one statement, or one transaction, at a time: whoever comes
/// waits for their turn.
#[derive(Debug)]
pub(super) struct Writer {
    patience: Duration,
    held: Mutex<Held>,
}

#[derive(Debug)]
struct Held {
    connection: Connection,
    /// Whether there is a log, which SQLite was told to leave to us.
    has_log: bool,
    changes: u32,
    is_slow: bool,
}

impl Writer {
    /// Over a database in memory.
    pub(super) fn of_memory(connection: Connection, patience: Duration) -> Self {
        Self::of(connection, patience, false)
    }

    /// Over a file with a write-ahead log.
    pub(super) fn of_file(connection: Connection, patience: Duration) -> Self {
        Self::of(connection, patience, true)
    }

    fn of(connection: Connection, patience: Duration, has_log: bool) -> Self {
        let held = Held {
            connection,
            has_log,
            changes: 0,
            is_slow: false,
        };
        Self {
            patience,
            held: Mutex::new(held),
        }
    }

    /// Does `work` when it is its turn, and again if another process was in its
    /// way; nobody waits longer than `patience` for either.
    pub(super) async fn run<T>(
        &self,
        reach: Reach,
        mut work: impl FnMut(&mut Connection) -> rusqlite::Result<T>,
    ) -> Result<T, DatabaseError> {
        let turn = tokio::time::timeout(self.patience, self.held.lock()).await;
        let mut held = turn.map_err(|_| DatabaseError::TimedOut)?;
        unless_busy(self.patience, || held.run(reach, &mut work)).await
    }
}

impl Held {
    fn run<T>(
        &mut self,
        reach: Reach,
        work: impl FnOnce(&mut Connection) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<T> {
        let is_log_full = self.has_log && self.changes >= CHANGES_UNTIL_CHECKPOINT;
        let started = Instant::now();
        let done = if reach == Reach::Many || self.is_slow || is_log_full {
            aside(|| {
                if is_log_full {
                    self.checkpoint();
                }
                // After it a change begins the log anew, for which it, too, waits
                // for the disk.
                work(&mut self.connection)
            })
        } else {
            work(&mut self.connection)
        };
        self.is_slow = started.elapsed() > SLOW;
        // In memory nothing begins the count anew.
        self.changes = self.changes.saturating_add(match reach {
            Reach::Few => 1,
            Reach::Many => CHANGES_UNTIL_CHECKPOINT,
        });
        done
    }

    /// Writes the log back to the file. What could not be written back now, since
    /// somebody reads it, is at the next time.
    fn checkpoint(&mut self) {
        let sql = "PRAGMA wal_checkpoint(PASSIVE)";
        match self.connection.query_row(sql, [], |_| Ok(())) {
            Ok(()) => self.changes = 0,
            Err(error) => tracing::warn!(%error, "the database's log can't be written back"),
        }
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::TransactionBehavior;

    use super::*;
    use crate::sqlite::connect;

    const TAKE: &str = "INSERT INTO taken VALUES (1)";
    const HELD_UP: Duration = Duration::from_millis(50);

    struct House {
        writer: Writer,
        directory: tempfile::TempDir,
    }

    impl House {
        async fn new(patience: Duration) -> Self {
            let directory = tempfile::tempdir().unwrap();
            let path = directory.path().join("writer.sqlite");
            connect::make_file(&path).unwrap();
            let connection = connect::file_writer(&path).unwrap();
            connect::wait_for_nobody(&connection).unwrap();
            let writer = Writer::of_file(connection, patience);
            let house = Self { writer, directory };
            house
                .execute("CREATE TABLE taken (n INTEGER) STRICT")
                .await
                .unwrap();
            house
        }

        async fn execute(&self, sql: &str) -> Result<usize, DatabaseError> {
            let work = |connection: &mut Connection| connection.execute(sql, []);
            self.writer.run(Reach::Few, work).await
        }

        async fn count(&self) -> i64 {
            let sql = "SELECT count(*) FROM taken";
            let work =
                |connection: &mut Connection| connection.query_row(sql, [], |row| row.get(0));
            self.writer.run(Reach::Few, work).await.unwrap()
        }

        fn another_process(&self) -> Connection {
            Connection::open(self.directory.path().join("writer.sqlite")).unwrap()
        }
    }

    #[tokio::test]
    async fn nobody_waits_longer_than_they_have_patience() {
        let house = House::new(HELD_UP).await;
        let held = house.writer.held.lock().await;
        let refused = house.execute(TAKE).await;
        assert!(matches!(refused, Err(DatabaseError::TimedOut)));
        drop(held);
        house.execute(TAKE).await.unwrap();
        let other = house.another_process();
        other.execute_batch("BEGIN IMMEDIATE").unwrap();
        let refused = house.execute(TAKE).await;
        assert!(
            matches!(refused, Err(DatabaseError::Sqlite(error)) if crate::error::is_busy(&error))
        );
        drop(other);
        house.execute(TAKE).await.unwrap();
    }

    // All in one thread: whoever waited in it would wait forever.
    #[tokio::test]
    async fn other_tasks_go_on_while_another_process_writes() {
        let house = House::new(connect::PATIENCE).await;
        let other = house.another_process();
        other.execute_batch("BEGIN IMMEDIATE").unwrap();
        let end = async {
            tokio::task::yield_now().await;
            other.execute_batch("COMMIT").unwrap();
        };
        let (taken, ()) = tokio::join!(house.execute(TAKE), end);
        taken.unwrap();
    }

    async fn take_in_a_transaction(house: &House, value: &str) -> Result<(), DatabaseError> {
        let work = |connection: &mut Connection| {
            let immediate = TransactionBehavior::Immediate;
            let transaction = connection.transaction_with_behavior(immediate)?;
            transaction.execute("INSERT INTO large VALUES (?1)", [value])?;
            transaction.commit()
        };
        house.writer.run(Reach::Few, work).await
    }

    // SQLite then rolls back by itself, so that rolling back is refused.
    #[tokio::test]
    async fn a_full_disk_costs_one_transaction_and_not_those_after_it() {
        let house = House::new(HELD_UP).await;
        house
            .execute("CREATE TABLE large (t TEXT) STRICT")
            .await
            .unwrap();
        let limit = |connection: &mut Connection| {
            connection.pragma_update_and_check(None, "max_page_count", 4, |_| Ok(()))
        };
        house.writer.run(Reach::Few, limit).await.unwrap();
        let refused = take_in_a_transaction(&house, &"x".repeat(100_000)).await;
        assert!(refused.is_err());
        take_in_a_transaction(&house, "x").await.unwrap();
    }

    #[tokio::test]
    async fn a_transaction_that_is_given_up_is_rolled_back() {
        let house = House::new(HELD_UP).await;
        let give_up = |connection: &mut Connection| -> rusqlite::Result<()> {
            let transaction = connection.transaction()?;
            transaction.execute(TAKE, [])?;
            Err(rusqlite::Error::InvalidQuery)
        };
        house.writer.run(Reach::Few, give_up).await.unwrap_err();
        assert_eq!(house.count().await, 0);
        house.execute(TAKE).await.unwrap();
        assert_eq!(house.count().await, 1);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn the_log_is_written_back_and_begun_anew() {
        let house = House::new(connect::PATIENCE).await;
        for _ in 0..8 * CHANGES_UNTIL_CHECKPOINT {
            house.execute(TAKE).await.unwrap();
        }
        let log = house.directory.path().join("writer.sqlite-wal");
        let pages = std::fs::metadata(log).unwrap().len() / 4096;
        // Each change is a page, at least.
        let most = 2 * u64::from(CHANGES_UNTIL_CHECKPOINT);
        assert!(pages > 100 && pages < most, "{pages} pages");
    }
}
