//! How sessions are reached in SQLite.

use jiff::Timestamp;
use rusqlite::TransactionBehavior;

use super::{SqliteStorage, work};
use crate::{
    SessionFilter, SessionRecord, StorageError, row,
    session_filter::Conditions,
    session_store::SessionDatabase,
    statement::{Reach, Statement},
};

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

    async fn run_returning(
        &self,
        statement: Statement<'_>,
    ) -> Result<Option<SessionRecord>, StorageError> {
        let changed = self.write(statement.reach(), |connection| {
            work::query(connection, &statement, |row| row::session(row))
        });
        changed.await?.pop().transpose()
    }

    async fn run_both(
        &self,
        first: Statement<'_>,
        second: Statement<'_>,
    ) -> Result<Option<u64>, StorageError> {
        let both = self.write(Reach::Few, |connection| {
            let immediate = TransactionBehavior::Immediate;
            let transaction = connection.transaction_with_behavior(immediate)?;
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
