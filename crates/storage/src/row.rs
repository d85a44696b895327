//! Rows read back: whatever a row holds, the answer is a value or
//! [`StorageError::Corrupt`], never a panic.

use jiff::Timestamp;
use rusqlite::types::FromSql;
use sqlx::{Decode, Postgres, Row as _, Type, postgres::PgRow};

use crate::{SecretHash, SessionId, SessionRecord, StorageError};

/// What a column can be read as, in both databases.
pub(crate) trait Readable: FromSql + for<'r> Decode<'r, Postgres> + Type<Postgres> {}

impl<T: FromSql + for<'r> Decode<'r, Postgres> + Type<Postgres>> Readable for T {}

/// A row of either database.
pub(crate) trait Row {
    /// The column `name`; `None` when it holds something else. The driver's
    /// message may quote the value, so it goes no further.
    fn get<T: Readable>(&self, name: &'static str) -> Option<T>;
}

impl Row for PgRow {
    fn get<T: Readable>(&self, name: &'static str) -> Option<T> {
        self.try_get(name).ok()
    }
}

impl Row for rusqlite::Row<'_> {
    fn get<T: Readable>(&self, name: &'static str) -> Option<T> {
        rusqlite::Row::get(self, name).ok()
    }
}

/// One column of a row of `table`.
pub(crate) fn column<T: Readable>(
    row: &impl Row,
    name: &'static str,
    table: &'static str,
) -> Result<T, StorageError> {
    row.get(name)
        .ok_or_else(|| corrupt(table, format!("{name} is not of the expected type")))
}

/// A timestamp of milliseconds.
pub(crate) fn timestamp(
    millisecond: i64,
    name: &'static str,
    table: &'static str,
) -> Result<Timestamp, StorageError> {
    Timestamp::from_millisecond(millisecond)
        .map_err(|_| corrupt(table, format!("{name} is out of range")))
}

/// JSON text.
pub(crate) fn json(
    text: &str,
    name: &'static str,
    table: &'static str,
) -> Result<serde_json::Value, StorageError> {
    serde_json::from_str(text).map_err(|_| corrupt(table, format!("{name} is not JSON")))
}

/// The number in the column `rows`.
pub(crate) fn count(row: &impl Row) -> Result<u64, StorageError> {
    const TABLE: &str = "stagedoor_sessions";
    let rows: i64 = column(row, "rows", TABLE)?;
    u64::try_from(rows).map_err(|_| corrupt(TABLE, "a count is negative".to_owned()))
}

/// A row of `stagedoor_sessions`.
pub(crate) fn session(row: &impl Row) -> Result<SessionRecord, StorageError> {
    const TABLE: &str = "stagedoor_sessions";
    let time = |name| timestamp(column(row, name, TABLE)?, name, TABLE);
    Ok(SessionRecord {
        id: SessionId(bytes(row, "id", TABLE)?),
        secret_hash: SecretHash(bytes(row, "secret_hash", TABLE)?),
        provider: column(row, "provider", TABLE)?,
        environment: column(row, "environment", TABLE)?,
        subject: column(row, "subject", TABLE)?,
        provider_session: column(row, "provider_session", TABLE)?,
        user_entity_ref: column(row, "user_entity_ref", TABLE)?,
        sealed_tokens: column(row, "sealed_tokens", TABLE)?,
        created_at: time("created_at")?,
        refreshed_at: time("refreshed_at")?,
        expires_at: time("expires_at")?,
    })
}

fn bytes<const N: usize>(
    row: &impl Row,
    name: &'static str,
    table: &'static str,
) -> Result<[u8; N], StorageError> {
    let value: Vec<u8> = column(row, name, table)?;
    let length = value.len();
    value
        .try_into()
        .map_err(|_| corrupt(table, format!("{name} has {length} bytes, not {N}")))
}

pub(crate) fn corrupt(table: &'static str, reason: String) -> StorageError {
    StorageError::Corrupt { table, reason }
}
