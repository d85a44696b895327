//! One row of a table as large as sessions are.

use sqlx::{
    ConnectOptions as _, Connection as _, Row as _,
    sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous},
};
use tempfile::TempDir;
use tokio::sync::Mutex;

use crate::Failure;

/// A session's sealed tokens, as the load program's provider makes them.
const SEALED: usize = 2_500;
/// How many rows there are.
const ROWS: i64 = 2_000;

/// Rows in a file of their own.
pub(crate) struct Rows {
    /// No pool: it asks the connection whether it is there around every statement.
    connection: Mutex<SqliteConnection>,
    _directory: TempDir,
}

impl Rows {
    pub(crate) async fn new() -> Result<Self, Failure> {
        let directory = TempDir::new()?;
        let options = SqliteConnectOptions::new()
            .filename(directory.path().join("floor.sqlite"))
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Normal);
        let mut connection = options.connect().await?;
        sqlx::query("CREATE TABLE rows (id BLOB PRIMARY KEY, sealed BLOB NOT NULL) STRICT")
            .execute(&mut connection)
            .await?;
        let mut transaction = connection.begin().await?;
        for row in 0..ROWS {
            sqlx::query("INSERT INTO rows VALUES ($1, $2)")
                .bind(id(row))
                .bind(vec![0; SEALED])
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await?;
        Ok(Self {
            connection: Mutex::new(connection),
            _directory: directory,
        })
    }

    pub(crate) async fn read_and_write(&self, lane: usize) -> Result<(), Failure> {
        let id = id(i64::try_from(lane)? * 97 % ROWS);
        let mut connection = self.connection.lock().await;
        let row = sqlx::query("SELECT sealed FROM rows WHERE id = $1")
            .bind(id.as_slice())
            .fetch_one(&mut *connection)
            .await?;
        let sealed: Vec<u8> = row.try_get(0)?;
        sqlx::query("UPDATE rows SET sealed = $2 WHERE id = $1")
            .bind(id.as_slice())
            .bind(sealed)
            .execute(&mut *connection)
            .await?;
        Ok(())
    }
}

/// Keys that don't come in the order of the rows, as random ones do not.
fn id(row: i64) -> Vec<u8> {
    let mixed = row.wrapping_mul(0x9E37_79B9_7F4A_7C15_u64.cast_signed());
    [mixed.to_be_bytes(), row.to_be_bytes()].concat()
}
