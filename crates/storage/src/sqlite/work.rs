//! How a piece of work is done on a connection.
//!
//! SQLite answers from memory, its own or the system's, in some ten
//! microseconds: handing that to another thread, and being woken by it, costs
//! more than doing it. So it is done where it is asked for, unless it may take
//! long or has to wait for somebody.

use std::time::Duration;

use rusqlite::{Connection, Transaction, TransactionBehavior};
use tokio::runtime::{Handle, RuntimeFlavor};

use crate::{
    error::{DatabaseError, is_busy},
    statement::{Reach, Statement},
};

/// Between two attempts, while another process writes.
const PAUSE: Duration = Duration::from_millis(5);

/// Runs work that may take long, or wait for the disk, so that other tasks of
/// this thread go on meanwhile.
pub(super) fn aside<T>(work: impl FnOnce() -> T) -> T {
    match Handle::try_current().map(|runtime| runtime.runtime_flavor()) {
        Ok(RuntimeFlavor::MultiThread) => tokio::task::block_in_place(work),
        // There is no other thread to go on in.
        _ => work(),
    }
}

/// The same, for what is known to reach many rows.
pub(super) fn by_reach<T>(reach: Reach, work: impl FnOnce() -> T) -> T {
    match reach {
        Reach::Few => work(),
        Reach::Many => aside(work),
    }
}

/// Tries again while another process has the file: SQLite itself would wait for
/// it in this thread.
pub(super) async fn unless_busy<T>(
    patience: Duration,
    mut attempt: impl FnMut() -> rusqlite::Result<T>,
) -> Result<T, DatabaseError> {
    let mut waited = Duration::ZERO;
    loop {
        match attempt() {
            Err(error) if is_busy(&error) && waited < patience => {
                tokio::time::sleep(PAUSE).await;
                waited += PAUSE;
            }
            outcome => return outcome.map_err(DatabaseError::Sqlite),
        }
    }
}

/// Begins a transaction that writes: it is never refused half-way.
pub(super) fn begin(connection: &mut Connection) -> rusqlite::Result<Transaction<'_>> {
    connection.transaction_with_behavior(TransactionBehavior::Immediate)
}

/// Runs a statement that answers with no rows; how many it changed.
pub(super) fn execute(
    connection: &Connection,
    statement: &Statement<'_>,
) -> rusqlite::Result<usize> {
    with_values(connection, statement)?.raw_execute()
}

/// Runs a statement to its end, and maps each row it answers with: a change is
/// committed when the statement is done, and nothing counts as done before.
pub(super) fn query<T>(
    connection: &Connection,
    statement: &Statement<'_>,
    map: impl Fn(&rusqlite::Row<'_>) -> T,
) -> rusqlite::Result<Vec<T>> {
    let mut prepared = with_values(connection, statement)?;
    let mut rows = prepared.raw_query();
    let mut mapped = Vec::new();
    while let Some(row) = rows.next()? {
        mapped.push(map(row));
    }
    Ok(mapped)
}

fn with_values<'c>(
    connection: &'c Connection,
    statement: &Statement<'_>,
) -> rusqlite::Result<rusqlite::CachedStatement<'c>> {
    let mut prepared = connection.prepare_cached(statement.sql())?;
    for index in 1..=prepared.parameter_count() {
        // SQLite counts `$2` as the first parameter where it stands first.
        let value = prepared.parameter_name(index);
        let value = value.and_then(|name| statement.value(name));
        prepared.raw_bind_parameter(index, value)?;
    }
    Ok(prepared)
}
