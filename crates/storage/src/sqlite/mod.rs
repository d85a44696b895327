//! Storage in SQLite, for one machine.

mod backstage;
mod connect;
mod inspect;
mod keys;
mod migrate;
#[cfg(test)]
mod plans;
mod plugin_keys;
mod readers;
mod session;
mod user_info;
mod work;
mod writer;

pub(crate) use inspect::inspect;

use std::path::Path;

use rusqlite::{Connection, Row};

use crate::{
    StorageError,
    error::DatabaseError,
    last_write::LastWrite,
    shared::SharedTables,
    statement::{Reach, Statement},
    timing::timed,
};
use connect::PATIENCE;
use readers::Readers;
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
    readers: Option<Readers>,
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
        let path = path.to_owned();
        let readers = Readers::of(path.clone(), PATIENCE);
        let opening = tokio::task::spawn_blocking(move || open(&path)).await;
        let connection =
            opening.map_err(|lost| StorageError::of_query(std::io::Error::other(lost)))?;
        Self::over(Writer::of_file(connection?, PATIENCE), Some(readers)).await
    }

    /// Opens a new database in memory.
    ///
    /// # Errors
    /// [`StorageError::Migration`] when its tables can't be made.
    pub async fn open_memory() -> Result<Self, StorageError> {
        let mut connection = connect::memory().map_err(StorageError::of_query)?;
        migrate::migrate(&mut connection)?;
        Self::over(Writer::of_memory(connection, PATIENCE), None).await
    }

    async fn over(writer: Writer, readers: Option<Readers>) -> Result<Self, StorageError> {
        let storage = Self {
            writer,
            readers,
            shared: SharedTables::default(),
            last_write: LastWrite::default(),
        };
        storage.look_for_backstage().await?;
        Ok(storage)
    }

    /// Does what changes rows.
    async fn write<T>(
        &self,
        reach: Reach,
        work: impl FnMut(&mut Connection) -> rusqlite::Result<T>,
    ) -> Result<T, StorageError> {
        let done = timed(self.writer.run(reach, work)).await;
        self.last_write.was(done.map_err(StorageError::of_query))
    }

    /// Runs a statement that changes rows; how many it changed.
    async fn change(&self, statement: Statement<'_>) -> Result<u64, StorageError> {
        let reach = statement.reach();
        let changed = self.write(reach, |connection| work::execute(connection, &statement));
        Ok(changed.await? as u64)
    }

    /// Runs a statement that only reads, and maps its rows.
    async fn read<T>(
        &self,
        statement: Statement<'_>,
        map: impl Fn(&Row<'_>) -> Result<T, StorageError>,
    ) -> Result<Vec<T>, StorageError> {
        let reach = statement.reach();
        let query = |connection: &mut Connection| work::query(connection, &statement, &map);
        let rows: Result<_, DatabaseError> = match &self.readers {
            Some(readers) => timed(readers.run(reach, query)).await,
            None => timed(self.writer.run(reach, query)).await,
        };
        rows.map_err(StorageError::of_query)?.into_iter().collect()
    }
}

fn open(path: &Path) -> Result<Connection, StorageError> {
    connect::make_file(path).map_err(StorageError::of_query)?;
    let mut connection = connect::file_writer(path).map_err(StorageError::of_query)?;
    migrate::migrate(&mut connection)?;
    connect::wait_for_nobody(&connection).map_err(StorageError::of_query)?;
    Ok(connection)
}
