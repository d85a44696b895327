//! Rows read back: whatever a row holds, the answer is a value or
//! [`StorageError::Corrupt`], never a panic.

use jiff::Timestamp;
use sqlx::{ColumnIndex, Decode, Row, Type};

use crate::{SecretHash, SessionId, SessionRecord, StorageError};

/// What a column must hold to be read.
pub(crate) trait Readable<'r, R: Row>: Decode<'r, R::Database> + Type<R::Database> {}

impl<'r, R: Row, T: Decode<'r, R::Database> + Type<R::Database>> Readable<'r, R> for T {}

/// One column of a row of `table`.
pub(crate) fn column<'r, T, R>(
    row: &'r R,
    name: &'static str,
    table: &'static str,
) -> Result<T, StorageError>
where
    R: Row,
    T: Readable<'r, R>,
    &'static str: ColumnIndex<R>,
{
    // The driver's message may quote the value: say only which column it was.
    row.try_get(name)
        .map_err(|_| corrupt(table, format!("{name} is not of the expected type")))
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
pub(crate) fn count<'r, R>(row: &'r R) -> Result<u64, StorageError>
where
    R: Row,
    &'static str: ColumnIndex<R>,
    i64: Readable<'r, R>,
{
    const TABLE: &str = "stagedoor_sessions";
    let rows: i64 = column(row, "rows", TABLE)?;
    u64::try_from(rows).map_err(|_| corrupt(TABLE, "a count is negative".to_owned()))
}

/// A row of `stagedoor_sessions`.
pub(crate) fn session<'r, R>(row: &'r R) -> Result<SessionRecord, StorageError>
where
    R: Row,
    &'static str: ColumnIndex<R>,
    Vec<u8>: Readable<'r, R>,
    String: Readable<'r, R>,
    Option<String>: Readable<'r, R>,
    i64: Readable<'r, R>,
{
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

fn bytes<'r, R, const N: usize>(
    row: &'r R,
    name: &'static str,
    table: &'static str,
) -> Result<[u8; N], StorageError>
where
    R: Row,
    &'static str: ColumnIndex<R>,
    Vec<u8>: Readable<'r, R>,
{
    let value: Vec<u8> = column(row, name, table)?;
    let length = value.len();
    value
        .try_into()
        .map_err(|_| corrupt(table, format!("{name} has {length} bytes, not {N}")))
}

pub(crate) fn corrupt(table: &'static str, reason: String) -> StorageError {
    StorageError::Corrupt { table, reason }
}
