//! How sessions are reached in PostgreSQL.

use jiff::Timestamp;

use super::{PostgresStorage, within};
use crate::{
    SessionFilter, SessionRecord, StorageError, row,
    session_filter::Conditions,
    session_store::SessionDatabase,
    sql,
    statement::{Statement, Value},
};

impl SessionDatabase for PostgresStorage {
    // The ids are found once, and rows that another node is deleting are left to it.
    const DELETE_EXPIRED_SESSIONS: &'static str = "DELETE FROM stagedoor_sessions \
         WHERE id = ANY (ARRAY \
         (SELECT id FROM stagedoor_sessions WHERE expires_at <= $1 \
          ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED))";

    const DELETE_EXPIRED_FLOWS: &'static str = "DELETE FROM stagedoor_used_flows \
         WHERE flow = ANY (ARRAY \
         (SELECT flow FROM stagedoor_used_flows WHERE expires_at <= $1 \
          ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED))";

    // As it is: PostgreSQL counts how many fit, and chooses by that. With what
    // hides a column it takes them for a few, and finds them among all.
    fn listed(filter: &SessionFilter, now: Timestamp) -> Conditions<'_> {
        filter.conditions(now)
    }

    async fn run(&self, statement: Statement<'_>) -> Result<u64, StorageError> {
        self.change(statement.into_query()).await
    }

    async fn lease(&self, values: [Value<'_>; 4]) -> Result<Option<SessionRecord>, StorageError> {
        let lease = Statement::new(sql::LEASE_SESSION_RETURNING, values);
        let row = self.one(lease.into_query()).await;
        let row = self.last_write.was(row)?;
        row.as_ref().map(row::session).transpose()
    }

    async fn run_both(
        &self,
        first: Statement<'_>,
        second: Statement<'_>,
    ) -> Result<Option<u64>, StorageError> {
        let work = async {
            let mut transaction = self.pool.begin().await?;
            let done = first.into_query().execute(&mut *transaction).await?;
            if done.rows_affected() == 0 {
                return Ok(None);
            }
            let done = second.into_query().execute(&mut *transaction).await?;
            transaction.commit().await?;
            Ok(Some(done.rows_affected()))
        };
        self.last_write.was(within(self.patience, work).await)
    }

    fn last_write_failed(&self) -> bool {
        self.last_write.failed()
    }

    async fn find(&self, statement: Statement<'_>) -> Result<Vec<SessionRecord>, StorageError> {
        let rows = self.all(statement.into_query()).await?;
        rows.iter().map(row::session).collect()
    }

    async fn count(&self, statement: Statement<'_>) -> Result<u64, StorageError> {
        let rows = self.all(statement.into_query()).await?;
        rows.first().map_or(Ok(0), row::count)
    }
}
