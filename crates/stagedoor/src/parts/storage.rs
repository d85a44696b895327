//! `backend.database` → the database.

use std::{sync::Arc, time::Duration};

use stagedoor_config::{
    Database, Division, PostgresSettings, PostgresTls as TlsSetting, Settings, SqliteLocation,
};
use stagedoor_storage::{
    DatabaseLocation, PostgresClientCertificate, PostgresLocation, PostgresTls, PostgresTrust,
    Storage, open,
};

use crate::StartError;

/// Our file in the directory where Backstage keeps one per plugin.
const SQLITE_FILE: &str = "stagedoor.sqlite";

/// Opens the database, and brings its tables to this version.
pub(crate) async fn storage(settings: &Settings) -> Result<Arc<dyn Storage>, StartError> {
    let location = database_location(&settings.backend.database);
    open(&location)
        .await
        .map_err(|source| StartError::Database {
            place: place_of(&location),
            source,
        })
}

/// How long a node that comes anew waits before it signs. Others that share
/// its database publish its key within a second; nobody shares a file.
pub(crate) fn settling_time(settings: &Settings) -> Duration {
    match settings.backend.database {
        Database::Postgres(_) => Duration::from_secs(1),
        Database::Sqlite(_) => Duration::ZERO,
    }
}

fn place_of(location: &DatabaseLocation) -> String {
    match location {
        DatabaseLocation::SqliteMemory => "in memory".to_owned(),
        DatabaseLocation::SqliteFile(path) => path.display().to_string(),
        DatabaseLocation::Postgres(postgres) => format!("{}:{}", postgres.host, postgres.port),
    }
}

/// Where it is.
pub(crate) fn database_location(database: &Database) -> DatabaseLocation {
    match database {
        Database::Sqlite(SqliteLocation::Memory) => DatabaseLocation::SqliteMemory,
        Database::Sqlite(SqliteLocation::Directory(directory)) => {
            DatabaseLocation::SqliteFile(directory.join(SQLITE_FILE))
        }
        Database::Sqlite(SqliteLocation::File(file)) => DatabaseLocation::SqliteFile(file.clone()),
        Database::Postgres(settings) => DatabaseLocation::Postgres(postgres(settings)),
    }
}

fn postgres(settings: &PostgresSettings) -> PostgresLocation {
    let mut location = PostgresLocation::new(&settings.host, "", "");
    location.port = settings.port;
    location.user.clone_from(&settings.user);
    location.password.clone_from(&settings.password);
    location.database.clone_from(&settings.database);
    location.role.clone_from(&settings.role);
    location.create_database = settings.ensure_exists;
    // As in Backstage, which makes the schema with the database.
    location.create_schema = settings.ensure_exists || settings.ensure_schema_exists;
    location
        .application_name
        .clone_from(&settings.application_name);
    location.schema = match &settings.division {
        Division::Schema(schema) => Some(schema.clone()),
        Division::Database => None,
    };
    location.tls = tls(&settings.tls);
    location
}

fn tls(setting: &TlsSetting) -> PostgresTls {
    let TlsSetting::Enabled {
        verify,
        ca,
        cert,
        key,
    } = setting
    else {
        return PostgresTls::Off;
    };
    let client = cert.clone().zip(key.clone());
    PostgresTls::On {
        trust: match (verify, ca) {
            (false, _) => PostgresTrust::Anyone,
            (true, Some(ca)) => PostgresTrust::PublicAuthoritiesAnd(ca.clone()),
            (true, None) => PostgresTrust::PublicAuthorities,
        },
        client: client.map(|(certificate, key)| PostgresClientCertificate { certificate, key }),
    }
}
