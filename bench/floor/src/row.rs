//! One row of a table as large as sessions are.

use sqlx::{
    Row as _,
    sqlite::{
        SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
    },
};
use tempfile::TempDir;

use crate::Failure;

/// A session's sealed tokens, as the load program's provider makes them.
const SEALED: usize = 2_500;
/// How many rows there are.
const ROWS: i64 = 2_000;

/// Rows in a file of their own.
pub(crate) struct Rows {
    pool: SqlitePool,
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
        let pool = SqlitePoolOptions::new()
            .max_connections(1)
            .connect_with(options)
            .await?;
        sqlx::query("CREATE TABLE rows (id BLOB PRIMARY KEY, sealed BLOB NOT NULL) STRICT")
            .execute(&pool)
            .await?;
        let mut transaction = pool.begin().await?;
        for row in 0..ROWS {
            sqlx::query("INSERT INTO rows VALUES ($1, $2)")
                .bind(id(row))
                .bind(vec![0; SEALED])
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await?;
        Ok(Self {
            pool,
            _directory: directory,
        })
    }

    pub(crate) async fn read_and_write(&self, lane: usize) -> Result<(), Failure> {
        let id = id(i64::try_from(lane)? * 97 % ROWS);
        let row = sqlx::query("SELECT sealed FROM rows WHERE id = $1")
            .bind(id.as_slice())
            .fetch_one(&self.pool)
            .await?;
        let sealed: Vec<u8> = row.try_get(0)?;
        sqlx::query("UPDATE rows SET sealed = $2 WHERE id = $1")
            .bind(id.as_slice())
            .bind(sealed)
            .execute(&self.pool)
            .await?;
        Ok(())
    }
}

/// Keys that don't come in the order of the rows, as random ones do not.
fn id(row: i64) -> Vec<u8> {
    let mixed = row.wrapping_mul(0x9E37_79B9_7F4A_7C15_u64.cast_signed());
    [mixed.to_be_bytes(), row.to_be_bytes()].concat()
}
