//! Brings the tables to this version.
//!
//! Our migrations are recorded in `stagedoor_migrations`; Backstage's record
//! (`knex_migrations`) is left alone. They only ever add, so that a node of the
//! version before keeps working while a cluster is upgraded: hence a migration
//! this version does not know is no error.

use std::{ops::Deref, pin::Pin};

use sqlx::{
    Acquire, SqlSafeStr,
    migrate::{AppliedMigration, Migrate, MigrateError, Migration, MigrationType, Migrator},
};

use crate::PendingMigration;

/// Where it is recorded what has been run.
pub(crate) const TABLE: &str = "stagedoor_migrations";

/// For SQLite.
pub(crate) fn sqlite() -> Migrator {
    migrator(&[
        (
            1,
            "sessions",
            include_str!("../migrations/sqlite/1_sessions.sql"),
        ),
        (
            2,
            "plugin keys",
            include_str!("../migrations/sqlite/2_plugin_keys.sql"),
        ),
        (
            3,
            "session order",
            include_str!("../migrations/sqlite/3_session_order.sql"),
        ),
    ])
}

/// For PostgreSQL.
pub(crate) fn postgres() -> Migrator {
    migrator(&[
        (
            1,
            "sessions",
            include_str!("../migrations/postgres/1_sessions.sql"),
        ),
        (
            2,
            "plugin keys",
            include_str!("../migrations/postgres/2_plugin_keys.sql"),
        ),
        (
            3,
            "session order",
            include_str!("../migrations/postgres/3_session_order.sql"),
        ),
    ])
}

/// Runs what has not been run in PostgreSQL. Boxed here, where the lifetimes have names:
/// awaited inside an `async fn`, the compiler can't tell that it is `Send`.
pub(crate) fn run<'c, C>(
    migrator: &'c Migrator,
    connection: C,
) -> Pin<Box<dyn Future<Output = Result<(), MigrateError>> + Send + 'c>>
where
    C: Acquire<'c> + Send + 'c,
    C::Connection: Send,
    <C::Connection as Deref>::Target: Migrate + Send,
{
    Box::pin(migrator.run(connection))
}

/// Every migration, as one that has not been run.
pub(crate) fn all(migrator: &Migrator) -> Vec<PendingMigration> {
    migrator.iter().map(PendingMigration::from).collect()
}

/// What has not been run, when `applied` has been.
pub(crate) fn pending<'m>(
    migrator: &'m Migrator,
    applied: &[AppliedMigration],
) -> Result<Vec<&'m Migration>, MigrateError> {
    let mut pending = Vec::new();
    for migration in migrator.iter() {
        match applied.iter().find(|a| a.version == migration.version) {
            None => pending.push(migration),
            Some(applied) if applied.checksum != migration.checksum => {
                return Err(MigrateError::VersionMismatch(migration.version));
            }
            Some(_) => {}
        }
    }
    Ok(pending)
}

impl From<&Migration> for PendingMigration {
    fn from(migration: &Migration) -> Self {
        Self {
            version: migration.version,
            description: migration.description.to_string(),
        }
    }
}

fn migrator(steps: &[(i64, &'static str, &'static str)]) -> Migrator {
    let steps = steps
        .iter()
        .map(|&(version, description, sql)| {
            Migration::new(
                version,
                description.into(),
                MigrationType::Simple,
                sql.into_sql_str(),
                false,
            )
        })
        .collect();
    let mut migrator = Migrator::with_migrations(steps);
    migrator.dangerous_set_table_name(TABLE);
    migrator.set_ignore_missing(true);
    migrator
}
