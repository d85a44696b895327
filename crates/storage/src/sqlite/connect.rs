//! Connections to SQLite, and how they are set up.

use std::{path::Path, time::Duration};

use sqlx::{
    Connection as _,
    sqlite::{
        SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
    },
};

use super::writer::Writer;
use crate::{StorageError, error::is_busy, migrations};

/// How long to wait for another process's write, and for our own writer.
const PATIENCE: Duration = Duration::from_secs(5);

const PAUSE: Duration = Duration::from_millis(25);

/// Enough for the reads of one process; each is a thread.
const READERS: u32 = 4;

/// Makes the directory and the file. What is in it is sealed, but who signed in
/// and when is not: so the file is its owner's alone. SQLite gives its log files
/// the same mode.
pub(super) async fn make_file(path: &Path) -> Result<(), StorageError> {
    if let Some(directory) = path.parent() {
        let made = tokio::fs::create_dir_all(directory).await;
        made.map_err(StorageError::of_io)?;
    }
    let mut options = tokio::fs::OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    options.mode(0o600);
    let file = options.open(path).await;
    file.map_err(StorageError::of_io).map(drop)
}

/// The connection that writes. It also turns on the write-ahead log, which
/// stays on in the file.
pub(super) async fn file_writer(path: &Path) -> Result<Writer, StorageError> {
    let options = options()
        .filename(path)
        .journal_mode(SqliteJournalMode::Wal)
        // With the log, NORMAL loses nothing when the process dies; a power cut
        // may cost the last moments, never the file.
        .synchronous(SqliteSynchronous::Normal);
    // SQLite waits by itself for most locks, but refuses at once to turn the
    // log on while another process does.
    let mut waited = Duration::ZERO;
    loop {
        match Writer::open(options.clone(), PATIENCE).await {
            Err(error) if is_busy(&error) && waited < PATIENCE => {
                tokio::time::sleep(PAUSE).await;
                waited += PAUSE;
            }
            outcome => return outcome.map_err(StorageError::of_query),
        }
    }
}

/// The connections that read; each is made when first needed.
pub(super) fn file_readers(path: &Path) -> SqlitePool {
    SqlitePoolOptions::new()
        .max_connections(READERS)
        .acquire_timeout(PATIENCE)
        // A file does not go away.
        .test_before_acquire(false)
        .connect_lazy_with(options().filename(path).pragma("query_only", "ON"))
}

/// The one connection to a new database in memory, which lives as long as it.
pub(super) async fn memory() -> Result<Writer, StorageError> {
    let writer = Writer::open(options().in_memory(true), PATIENCE).await;
    writer.map_err(StorageError::of_query)
}

/// Runs the migrations in one transaction that locks the file from its first
/// statement: of several processes one migrates, and the others find it done.
pub(super) async fn migrate(writer: &Writer) -> Result<(), StorageError> {
    let turn = writer.turn().await;
    let mut connection = turn.map_err(StorageError::of_query)?;
    let transaction = connection.begin_with("BEGIN IMMEDIATE").await;
    let mut transaction = transaction.map_err(StorageError::of_query)?;
    migrations::run(&migrations::sqlite(), &mut *transaction).await?;
    transaction.commit().await.map_err(StorageError::of_query)
}

pub(super) fn options() -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .foreign_keys(true)
        .busy_timeout(PATIENCE)
}
