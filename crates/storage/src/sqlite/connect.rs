//! Connections to SQLite, and how they are set up.

use std::{fs, path::Path, time::Duration};

use rusqlite::{Connection, OpenFlags};

use crate::error::{DatabaseError, is_busy};

/// How long to wait for another process's write, and for our own writer.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

const PAUSE: Duration = Duration::from_millis(25);

/// More than there are statements.
const PREPARED: usize = 64;

/// Makes the directory and the file. What is in it is sealed, but who signed in
/// and when is not: so the file is its owner's alone. SQLite gives its log files
/// the same mode.
pub(super) fn make_file(path: &Path) -> Result<(), DatabaseError> {
    if let Some(directory) = path.parent() {
        fs::create_dir_all(directory)?;
    }
    let mut options = fs::OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?;
    Ok(())
}

/// The connection that writes. It also turns on the write-ahead log, which
/// stays on in the file.
pub(super) fn file_writer(path: &Path) -> Result<Connection, DatabaseError> {
    let connection = file(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    turn_on_log(&connection)?;
    // With the log, NORMAL loses nothing when the process dies; a power cut
    // may cost the last moments, never the file.
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    // Else SQLite writes the log back within some statement, which then takes
    // as long as the disk does.
    connection.pragma_update_and_check(None, "wal_autocheckpoint", 0, |_| Ok(()))?;
    Ok(connection)
}

/// SQLite waits by itself for most locks, but refuses at once to turn the log on
/// while another process does.
fn turn_on_log(connection: &Connection) -> Result<(), DatabaseError> {
    let mut waited = Duration::ZERO;
    loop {
        let on = connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()));
        match on {
            Err(error) if is_busy(&error) && waited < PATIENCE => {
                std::thread::sleep(PAUSE);
                waited += PAUSE;
            }
            outcome => return Ok(outcome?),
        }
    }
}

/// A connection that reads, and waits for nobody.
pub(super) fn reader(path: &Path) -> rusqlite::Result<Connection> {
    let connection = file(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    connection.pragma_update(None, "query_only", true)?;
    wait_for_nobody(&connection)?;
    Ok(connection)
}

/// A connection that can't write, not even SQLite's own files.
pub(super) fn onlooker(path: &Path) -> rusqlite::Result<Connection> {
    file(path, OpenFlags::SQLITE_OPEN_READ_ONLY)
}

/// The one connection to a new database in memory, which lives as long as it.
pub(super) fn memory() -> rusqlite::Result<Connection> {
    set_up(Connection::open_in_memory()?)
}

/// From now on, being in the way of another process is an error at once.
pub(super) fn wait_for_nobody(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(Duration::ZERO)
}

fn file(path: &Path, access: OpenFlags) -> rusqlite::Result<Connection> {
    // One thread at a time has it, and a path is no URI.
    let flags = access | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    set_up(Connection::open_with_flags(path, flags)?)
}

fn set_up(connection: Connection) -> rusqlite::Result<Connection> {
    connection.set_prepared_statement_cache_capacity(PREPARED);
    connection.busy_timeout(PATIENCE)?;
    Ok(connection)
}
