//! How sessions are reached in SQLite.

use sqlx::Connection as _;

use super::SqliteStorage;
use crate::{
    SessionRecord, StorageError, row, session_store::SessionDatabase, statement::Statement,
};

impl SessionDatabase for SqliteStorage {
    const DELETE_EXPIRED_SESSIONS: &'static str = "DELETE FROM stagedoor_sessions WHERE id IN \
         (SELECT id FROM stagedoor_sessions WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)";

    const DELETE_EXPIRED_FLOWS: &'static str = "DELETE FROM stagedoor_used_flows WHERE flow IN \
         (SELECT flow FROM stagedoor_used_flows WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)";

    async fn run(&self, statement: Statement<'_>) -> Result<u64, StorageError> {
        self.change(statement.into_query()).await
    }

    async fn run_returning(
        &self,
        statement: Statement<'_>,
    ) -> Result<Option<SessionRecord>, StorageError> {
        let row = self.change_returning(statement.into_query()).await?;
        row.as_ref().map(row::session).transpose()
    }

    async fn run_both(
        &self,
        first: Statement<'_>,
        second: Statement<'_>,
    ) -> Result<Option<u64>, StorageError> {
        let work = async {
            let mut connection = self.writer.turn().await?;
            let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
            let done = first.into_query().execute(&mut *transaction).await?;
            if done.rows_affected() == 0 {
                return Ok(None);
            }
            let done = second.into_query().execute(&mut *transaction).await?;
            transaction.commit().await?;
            Ok(Some(done.rows_affected()))
        };
        self.last_write
            .was(work.await.map_err(StorageError::of_query))
    }

    fn last_write_failed(&self) -> bool {
        self.last_write.failed()
    }

    async fn find(&self, statement: Statement<'_>) -> Result<Vec<SessionRecord>, StorageError> {
        let rows = self.read_all(statement.into_query()).await?;
        rows.iter().map(row::session).collect()
    }

    async fn count(&self, statement: Statement<'_>) -> Result<u64, StorageError> {
        let rows = self.read_all(statement.into_query()).await?;
        rows.first().map_or(Ok(0), row::count)
    }
}
