//! One row of a table as large as sessions are.

use std::sync::{Mutex, PoisonError};

use rusqlite::{Connection, params};
use tempfile::TempDir;

use crate::Failure;

/// A session's sealed tokens, as the load program's provider makes them.
const SEALED: usize = 2_500;
/// How many rows there are.
const ROWS: i64 = 2_000;

/// Rows in a file of their own.
pub(crate) struct Rows {
    connection: Mutex<Connection>,
    _directory: TempDir,
}

impl Rows {
    pub(crate) fn new() -> Result<Self, Failure> {
        let directory = TempDir::new()?;
        let mut connection = Connection::open(directory.path().join("floor.sqlite"))?;
        connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        connection.execute_batch(
            "CREATE TABLE rows (id BLOB PRIMARY KEY, sealed BLOB NOT NULL) STRICT",
        )?;
        let transaction = connection.transaction()?;
        for row in 0..ROWS {
            let values = params![id(row), vec![0_u8; SEALED]];
            transaction.execute("INSERT INTO rows VALUES (?1, ?2)", values)?;
        }
        transaction.commit()?;
        Ok(Self {
            connection: Mutex::new(connection),
            _directory: directory,
        })
    }

    /// Where it is called, as the storage does it.
    pub(crate) fn read_and_write(&self, lane: usize) -> Result<(), Failure> {
        let id = id(i64::try_from(lane)? * 97 % ROWS);
        let connection = self.connection.lock();
        let connection = connection.unwrap_or_else(PoisonError::into_inner);
        let mut read = connection.prepare_cached("SELECT sealed FROM rows WHERE id = ?1")?;
        let mut sealed: Vec<u8> = read.query_row([&id], |row| row.get(0))?;
        // New tokens: SQLite does not write what is there already.
        sealed
            .iter_mut()
            .for_each(|byte| *byte = byte.wrapping_add(1));
        let mut write = connection.prepare_cached("UPDATE rows SET sealed = ?2 WHERE id = ?1")?;
        write.execute(params![id, sealed])?;
        Ok(())
    }
}

/// Keys that don't come in the order of the rows, as random ones do not.
fn id(row: i64) -> Vec<u8> {
    let mixed = row.wrapping_mul(0x9E37_79B9_7F4A_7C15_u64.cast_signed());
    [mixed.to_be_bytes(), row.to_be_bytes()].concat()
}
