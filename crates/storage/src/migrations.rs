//! Brings the tables to this version.
//!
//! Our migrations are recorded in `stagedoor_migrations`; Backstage's record
//! (`knex_migrations`) is left alone. They only ever add, so that a node of the
//! version before keeps working while a cluster is upgraded: hence a migration
//! this version does not know is no error.

use std::{ops::Deref, pin::Pin};

use sqlx::{
    Acquire, SqlSafeStr,
    migrate::{Migrate, MigrateError, Migration, MigrationType, Migrator},
};

/// For SQLite.
pub(crate) fn sqlite() -> Migrator {
    migrator(&[(
        1,
        "sessions",
        include_str!("../migrations/sqlite/1_sessions.sql"),
    )])
}

/// For PostgreSQL.
pub(crate) fn postgres() -> Migrator {
    migrator(&[(
        1,
        "sessions",
        include_str!("../migrations/postgres/1_sessions.sql"),
    )])
}

/// Runs what has not been run. Boxed here, where the lifetimes have names:
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
    migrator.dangerous_set_table_name("stagedoor_migrations");
    migrator.set_ignore_missing(true);
    migrator
}
