//! Connections to PostgreSQL, and how they are set up.

use std::time::Duration;

use secrecy::ExposeSecret;
use sqlx::{
    AssertSqlSafe, ConnectOptions, Connection, PgConnection,
    postgres::{PgConnectOptions, PgPool, PgPoolOptions, PgSslMode},
};

use super::within;
use crate::{
    DatabaseError, PostgresLocation, PostgresTls, PostgresTrust, StorageError, migrations,
};

/// How long making the tables may take, with the wait for other nodes' doing so.
const MIGRATION_PATIENCE: Duration = Duration::from_secs(120);

/// SQLSTATEs (PostgreSQL manual, appendix A).
const INVALID_CATALOG_NAME: &str = "3D000";
const DUPLICATE_DATABASE: &str = "42P04";
const DUPLICATE_SCHEMA: &str = "42P06";
const UNIQUE_VIOLATION: &str = "23505";

/// How long a call may take: the wait for a connection, the statement, and a
/// little for the server to report that its own limit is over.
pub(super) fn patience(location: &PostgresLocation) -> Duration {
    location.acquire_timeout + location.statement_timeout + Duration::from_secs(1)
}

/// The connections for daily work; each is made when first needed.
pub(super) fn pool(location: &PostgresLocation) -> PgPool {
    let settings = Settings::of(location, location.statement_timeout);
    PgPoolOptions::new()
        .max_connections(location.pool_size)
        .acquire_timeout(location.acquire_timeout)
        .after_connect(move |connection, _| {
            let settings = settings.clone();
            Box::pin(async move { settings.apply(connection).await })
        })
        .connect_lazy_with(options(location))
}

/// Sets what every connection has: limits, role, schema.
pub(super) async fn prepare_session(
    location: &PostgresLocation,
    connection: &mut PgConnection,
) -> Result<(), sqlx::Error> {
    let settings = Settings::of(location, location.statement_timeout);
    settings.apply(connection).await
}

/// Whether there is no database of that name.
pub(super) fn is_missing_database(error: &StorageError) -> bool {
    matches!(error, StorageError::Query(error) if answers(error, &[INVALID_CATALOG_NAME]))
}

/// Makes what is missing: database, schema, tables.
pub(super) async fn prepare(location: &PostgresLocation) -> Result<(), StorageError> {
    let mut connection = connect_or_create(location).await?;
    let settings = Settings::of(location, MIGRATION_PATIENCE);
    let limit = patience(location);
    within(limit, settings.apply(&mut connection)).await?;
    if let (Some(schema), true) = (&location.schema, location.create_schema) {
        within(limit, create_schema(&mut connection, schema)).await?;
    }
    // Takes an advisory lock first: of several nodes one migrates at a time.
    migrations::run(&migrations::postgres(), &mut connection).await?;
    within(limit, connection.close()).await
}

async fn connect_or_create(location: &PostgresLocation) -> Result<PgConnection, StorageError> {
    let options = options(location);
    let limit = location.acquire_timeout;
    let outcome = within(limit, options.connect()).await;
    match (outcome, &location.database) {
        (Err(error), Some(database)) if location.create_database && is_missing_database(&error) => {
            create_database(location, database).await?;
            within(limit, options.connect()).await
        }
        (outcome, _) => outcome,
    }
}

/// As Backstage does: through the database `postgres`, which every server has.
async fn create_database(location: &PostgresLocation, database: &str) -> Result<(), StorageError> {
    let admin = options(location).database("postgres");
    let mut admin = within(location.acquire_timeout, admin.connect()).await?;
    let statement = format!("CREATE DATABASE {}", identifier(database));
    let made = sqlx::query(AssertSqlSafe(statement)).execute(&mut admin);
    match within(MIGRATION_PATIENCE, made).await {
        Ok(_) => {}
        // Another node was faster.
        Err(StorageError::Query(error))
            if answers(&error, &[DUPLICATE_DATABASE, UNIQUE_VIOLATION]) => {}
        Err(error) => return Err(error),
    }
    within(location.acquire_timeout, admin.close()).await
}

async fn create_schema(connection: &mut PgConnection, schema: &str) -> Result<(), sqlx::Error> {
    // Asked first, since creating needs a right that using does not.
    let there = sqlx::query("SELECT 1 FROM pg_namespace WHERE nspname = $1")
        .bind(schema)
        .fetch_optional(&mut *connection)
        .await?;
    if there.is_some() {
        return Ok(());
    }
    let statement = format!("CREATE SCHEMA IF NOT EXISTS {}", identifier(schema));
    let made = sqlx::query(AssertSqlSafe(statement))
        .execute(connection)
        .await;
    match made {
        // IF NOT EXISTS does not save from another node doing it this instant.
        Err(error) if has_state(&error, &[DUPLICATE_SCHEMA, UNIQUE_VIOLATION]) => Ok(()),
        outcome => outcome.map(drop),
    }
}

pub(super) fn options(location: &PostgresLocation) -> PgConnectOptions {
    let mut options = PgConnectOptions::new_without_pgpass()
        .host(&location.host)
        .port(location.port)
        .application_name(&location.application_name);
    if let Some(user) = &location.user {
        options = options.username(user);
    }
    if let Some(database) = &location.database {
        options = options.database(database);
    }
    if let Some(password) = &location.password {
        options = options.password(password.expose_secret());
    }
    with_tls(options, &location.tls)
}

fn with_tls(options: PgConnectOptions, tls: &PostgresTls) -> PgConnectOptions {
    let PostgresTls::On { trust, client } = tls else {
        return options.ssl_mode(PgSslMode::Disable);
    };
    let options = match trust {
        PostgresTrust::Anyone => options.ssl_mode(PgSslMode::Require),
        PostgresTrust::PublicAuthorities => options.ssl_mode(PgSslMode::VerifyFull),
        PostgresTrust::PublicAuthoritiesAnd(ca) => options
            .ssl_mode(PgSslMode::VerifyFull)
            .ssl_root_cert_from_pem(ca.clone().into_bytes()),
    };
    match client {
        None => options,
        Some(client) => options
            .ssl_client_cert_from_pem(&client.certificate)
            .ssl_client_key_from_pem(client.key.expose_secret()),
    }
}

/// What is set on a new connection: after connecting, since connection poolers
/// refuse unknown settings in the connection's first message.
#[derive(Clone)]
struct Settings {
    names: Vec<&'static str>,
    values: Vec<String>,
}

impl Settings {
    fn of(location: &PostgresLocation, statement_timeout: Duration) -> Self {
        let timeout = statement_timeout.as_millis().to_string();
        let mut settings = Self {
            names: vec!["TimeZone", "statement_timeout"],
            values: vec!["UTC".into(), timeout],
        };
        settings.add("role", location.role.clone());
        settings.add("search_path", location.schema.as_deref().map(identifier));
        settings
    }

    fn add(&mut self, name: &'static str, value: Option<String>) {
        if let Some(value) = value {
            self.names.push(name);
            self.values.push(value);
        }
    }

    async fn apply(&self, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
        sqlx::query(
            "SELECT set_config(name, value, false) \
             FROM unnest($1::text[], $2::text[]) AS setting (name, value)",
        )
        .bind(&self.names)
        .bind(&self.values)
        .execute(connection)
        .await
        .map(drop)
    }
}

/// A quoted identifier (PostgreSQL manual, 4.1.1).
fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn answers(error: &DatabaseError, states: &[&str]) -> bool {
    matches!(error, DatabaseError::Postgres(error) if has_state(error, states))
}

fn has_state(error: &sqlx::Error, states: &[&str]) -> bool {
    error
        .as_database_error()
        .and_then(sqlx::error::DatabaseError::code)
        .is_some_and(|code| states.contains(&code.as_ref()))
}

#[cfg(test)]
mod tests {
    use super::identifier;

    #[test]
    fn an_identifier_can_not_end_its_quotes() {
        assert_eq!(identifier("auth"), "\"auth\"");
        assert_eq!(identifier("a\"; DROP"), "\"a\"\"; DROP\"");
    }
}
