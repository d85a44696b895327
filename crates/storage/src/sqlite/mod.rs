//! Storage in SQLite, for one machine.

mod backstage;
mod connect;
mod inspect;
mod keys;
#[cfg(test)]
mod plans;
mod plugin_keys;
mod session;
mod user_info;
mod writer;

pub(crate) use inspect::inspect;

use std::path::Path;

use sqlx::sqlite::{Sqlite, SqlitePool, SqliteRow};

use crate::{
    StorageError, last_write::LastWrite, shared::SharedTables, statement::Query, timing::timed,
};
use writer::Writer;

/// Sessions, keys and user info in SQLite.
///
/// SQLite has one writer at a time; so has this: writes queue for one
/// connection, where waiting is fair and cheap, and readers never wait for them
/// (write-ahead log). Other processes may open the same file. A session is on
/// disk, out of reach of a killed process, when the call that wrote it returns.
#[derive(Debug)]
pub struct SqliteStorage {
    writer: Writer,
    /// None for a database in memory, which belongs to its one connection.
    readers: Option<SqlitePool>,
    shared: SharedTables,
    last_write: LastWrite,
}

impl SqliteStorage {
    /// Opens the database in the file at `path`, making the file (readable by
    /// its owner only) and its directory when they are missing.
    ///
    /// # Errors
    /// [`StorageError::Unavailable`] when the file can't be opened,
    /// [`StorageError::Migration`] when its tables can't be made.
    pub async fn open_file(path: &Path) -> Result<Self, StorageError> {
        connect::make_file(path).await?;
        let writer = connect::file_writer(path).await?;
        let readers = connect::file_readers(path);
        Self::over(writer, Some(readers)).await
    }

    /// Opens a new database in memory.
    ///
    /// # Errors
    /// [`StorageError::Migration`] when its tables can't be made.
    pub async fn open_memory() -> Result<Self, StorageError> {
        Self::over(connect::memory().await?, None).await
    }

    async fn over(writer: Writer, readers: Option<SqlitePool>) -> Result<Self, StorageError> {
        connect::migrate(&writer).await?;
        let storage = Self {
            writer,
            readers,
            shared: SharedTables::default(),
            last_write: LastWrite::default(),
        };
        storage.look_for_backstage().await?;
        Ok(storage)
    }

    /// Runs a statement that changes rows; how many it changed.
    async fn change(&self, query: Query<'_, Sqlite>) -> Result<u64, StorageError> {
        let done = timed(self.writer.execute(query)).await;
        let done = self.last_write.was(done.map_err(StorageError::of_query));
        Ok(done?.rows_affected())
    }

    /// Runs a statement that changes rows and returns them.
    async fn change_returning(
        &self,
        query: Query<'_, Sqlite>,
    ) -> Result<Option<SqliteRow>, StorageError> {
        // To the end, not to the first row: SQLite commits when the statement
        // is done, and nothing counts as done before.
        let rows = timed(self.writer.fetch_all(query)).await;
        let rows = self.last_write.was(rows.map_err(StorageError::of_query));
        Ok(rows?.pop())
    }

    async fn read(&self, query: Query<'_, Sqlite>) -> Result<Option<SqliteRow>, StorageError> {
        Ok(self.read_all(query).await?.pop())
    }

    async fn read_all(&self, query: Query<'_, Sqlite>) -> Result<Vec<SqliteRow>, StorageError> {
        let rows = match &self.readers {
            Some(readers) => timed(query.fetch_all(readers)).await,
            None => timed(self.writer.fetch_all(query)).await,
        };
        rows.map_err(StorageError::of_query)
    }
}
