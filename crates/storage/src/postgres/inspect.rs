//! Looking at a database without changing it.

use sqlx::{
    ConnectOptions, Connection, PgConnection, Row,
    migrate::{Migrate, MigrateError, Migrator},
};

use super::{connect, within};
use crate::{
    DatabaseError, Inspection, Obstacle, PendingMigration, PostgresLocation, StorageError,
    migrations,
};

/// What opening the database at `location` would find and do.
pub(crate) async fn inspect(location: &PostgresLocation) -> Result<Inspection, StorageError> {
    let migrator = migrations::postgres();
    let limit = connect::patience(location);
    let connecting = within(limit, connect::options(location).connect()).await;
    let mut connection = match connecting {
        Err(error) if location.create_database && connect::is_missing_database(&error) => {
            let obstacle =
                (!may_create_database(location).await?).then_some(Obstacle::MayNotCreateDatabase);
            return Ok(Inspection::missing(migrations::all(&migrator), obstacle));
        }
        outcome => outcome?,
    };
    let looking = look(location, &migrator, &mut connection);
    let found = tokio::time::timeout(limit, looking).await;
    let found = found.map_err(|_| StorageError::of_query(DatabaseError::TimedOut))??;
    within(limit, connection.close()).await?;
    Ok(found)
}

async fn look(
    location: &PostgresLocation,
    migrator: &Migrator,
    connection: &mut PgConnection,
) -> Result<Inspection, StorageError> {
    let limit = connect::patience(location);
    within(limit, connect::prepare_session(location, connection)).await?;
    let rights = within(limit, rights(connection)).await?;
    let pending = if rights.has_record {
        pending(migrator, connection).await?
    } else {
        migrations::all(migrator)
    };
    Ok(Inspection {
        exists: true,
        obstacle: rights.obstacle(location, !pending.is_empty()),
        pending,
    })
}

/// What has not been run, by the record, which must be there.
async fn pending(
    migrator: &Migrator,
    connection: &mut PgConnection,
) -> Result<Vec<PendingMigration>, MigrateError> {
    if let Some(version) = connection.dirty_version(migrations::TABLE).await? {
        return Err(MigrateError::Dirty(version));
    }
    let applied = connection
        .list_applied_migrations(migrations::TABLE)
        .await?;
    let pending = migrations::pending(migrator, &applied)?;
    Ok(pending.into_iter().map(PendingMigration::from).collect())
}

async fn may_create_database(location: &PostgresLocation) -> Result<bool, StorageError> {
    let limit = connect::patience(location);
    let admin = connect::options(location).database("postgres");
    let mut admin = within(limit, admin.connect()).await?;
    let statement = "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user";
    let may = sqlx::query_scalar(statement).fetch_one(&mut admin);
    let may = within(limit, may).await?;
    within(limit, admin.close()).await?;
    Ok(may)
}

/// What is there, and what this user may do about the rest.
struct Rights {
    has_schema: bool,
    has_record: bool,
    may_create_tables: bool,
    may_create_schema: bool,
}

async fn rights(connection: &mut PgConnection) -> Result<Rights, sqlx::Error> {
    let row = sqlx::query(
        "SELECT current_schema() IS NOT NULL AS has_schema, \
         to_regclass($1) IS NOT NULL AS has_record, \
         COALESCE(has_schema_privilege(current_schema(), 'CREATE'), false) AS may_create_tables, \
         has_database_privilege(current_database(), 'CREATE') AS may_create_schema",
    )
    .bind(migrations::TABLE)
    .fetch_one(connection)
    .await?;
    Ok(Rights {
        has_schema: row.try_get("has_schema")?,
        has_record: row.try_get("has_record")?,
        may_create_tables: row.try_get("may_create_tables")?,
        may_create_schema: row.try_get("may_create_schema")?,
    })
}

impl Rights {
    fn obstacle(&self, location: &PostgresLocation, tables_are_missing: bool) -> Option<Obstacle> {
        if !self.has_schema {
            let can_be_made = location.schema.is_some() && location.create_schema;
            return (!(can_be_made && self.may_create_schema))
                .then_some(Obstacle::MayNotCreateSchema);
        }
        (tables_are_missing && !self.may_create_tables).then_some(Obstacle::MayNotCreateTables)
    }
}
