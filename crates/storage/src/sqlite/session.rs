//! How sessions are reached in SQLite.

use super::{SqliteStorage, work};
use crate::{
    SessionFilter, SessionRecord, StorageError, row,
    session_filter::Conditions,
    session_store::SessionDatabase,
    sql,
    statement::{Reach, Statement, Value},
};
use jiff::Timestamp;

impl SessionDatabase for SqliteStorage {
    const DELETE_EXPIRED_SESSIONS: &'static str = "DELETE FROM stagedoor_sessions WHERE id IN \
         (SELECT id FROM stagedoor_sessions WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)";

    const DELETE_EXPIRED_FLOWS: &'static str = "DELETE FROM stagedoor_used_flows WHERE flow IN \
         (SELECT flow FROM stagedoor_used_flows WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)";

    fn listed(filter: &SessionFilter, now: Timestamp) -> Conditions<'_> {
        filter.listed(now)
    }

    async fn run(&self, statement: Statement<'_>) -> Result<u64, StorageError> {
        self.change(statement).await
    }

    // Not with `RETURNING`, for which SQLite makes a table of its own each time.
    async fn lease(&self, values: [Value<'_>; 4]) -> Result<Option<SessionRecord>, StorageError> {
        let [id, now, ..] = values;
        let lease = Statement::new(sql::LEASE_SESSION, values);
        let session = Statement::new(sql::SESSION, [id, now]);
        let leased = self.write(Reach::Few, |connection| {
            let transaction = work::begin(connection)?;
            if work::execute(&transaction, &lease)? == 0 {
                return Ok(None);
            }
            let found = work::query(&transaction, &session, |row| row::session(row))?;
            transaction.commit()?;
            Ok(found.into_iter().next())
        });
        leased.await?.transpose()
    }

    async fn run_both(
        &self,
        first: Statement<'_>,
        second: Statement<'_>,
    ) -> Result<Option<u64>, StorageError> {
        let both = self.write(Reach::Few, |connection| {
            let transaction = work::begin(connection)?;
            if work::execute(&transaction, &first)? == 0 {
                return Ok(None);
            }
            let changed = work::execute(&transaction, &second)?;
            transaction.commit()?;
            Ok(Some(changed as u64))
        });
        both.await
    }

    fn last_write_failed(&self) -> bool {
        self.last_write.failed()
    }

    async fn find(&self, statement: Statement<'_>) -> Result<Vec<SessionRecord>, StorageError> {
        self.read(statement, |row| row::session(row)).await
    }

    async fn count(&self, statement: Statement<'_>) -> Result<u64, StorageError> {
        let counts = self.read(statement, |row| row::count(row)).await?;
        Ok(counts.into_iter().next().unwrap_or(0))
    }
}
