//! Brings the tables of a file to this version. The record has the form that
//! `sqlx` gives it, as in PostgreSQL.

use rusqlite::{Connection, OptionalExtension as _, TransactionBehavior, params};
use sqlx::migrate::{AppliedMigration, MigrateError, Migration};

use crate::{StorageError, migrations};

const MAKE_RECORD: &str = "CREATE TABLE IF NOT EXISTS stagedoor_migrations ( \
     version BIGINT PRIMARY KEY, \
     description TEXT NOT NULL, \
     installed_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, \
     success BOOLEAN NOT NULL, \
     checksum BLOB NOT NULL, \
     execution_time BIGINT NOT NULL)";

const RECORD: &str = "INSERT INTO stagedoor_migrations \
     (version, description, success, checksum, execution_time) VALUES (?1, ?2, TRUE, ?3, 0)";

/// Runs what has not been run, in one transaction that locks the file from its
/// first statement: of several processes one migrates, and the others find it
/// done.
pub(super) fn migrate(connection: &mut Connection) -> Result<(), StorageError> {
    let migrator = migrations::sqlite();
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate);
    let transaction = transaction.map_err(StorageError::of_query)?;
    transaction.execute_batch(MAKE_RECORD).map_err(failed)?;
    for migration in migrations::pending(&migrator, &applied(&transaction)?)? {
        apply(&transaction, migration).map_err(failed)?;
    }
    transaction.commit().map_err(StorageError::of_query)
}

fn apply(connection: &Connection, migration: &Migration) -> rusqlite::Result<()> {
    connection.execute_batch(migration.sql.as_str())?;
    let values = params![migration.version, migration.description, migration.checksum];
    connection.execute(RECORD, values).map(drop)
}

/// What has been run, by the record, which must be there.
pub(super) fn applied(connection: &Connection) -> Result<Vec<AppliedMigration>, StorageError> {
    let unfinished = "SELECT version FROM stagedoor_migrations WHERE NOT success ORDER BY version";
    let unfinished = connection.query_row(unfinished, [], |row| row.get(0));
    if let Some(version) = unfinished.optional().map_err(failed)? {
        return Err(MigrateError::Dirty(version).into());
    }
    let read = || {
        let sql = "SELECT version, checksum FROM stagedoor_migrations ORDER BY version";
        let mut statement = connection.prepare(sql)?;
        let rows = statement.query_map([], |row| {
            Ok(AppliedMigration {
                version: row.get(0)?,
                checksum: row.get::<_, Vec<u8>>(1)?.into(),
            })
        });
        rows?.collect::<rusqlite::Result<_>>()
    };
    read().map_err(failed)
}

fn failed(error: rusqlite::Error) -> StorageError {
    MigrateError::Source(Box::new(error)).into()
}
