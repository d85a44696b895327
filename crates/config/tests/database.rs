//! `backend.database`, as it is for the plugin `auth`.
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use rstest::rstest;
use secrecy::ExposeSecret;
use stagedoor_config::*;

fn read(database: &str, env: &Environment) -> Result<Database, ConfigErrors> {
    let yaml = format!(
        "app: {{baseUrl: 'http://a'}}\nbackend:\n  baseUrl: http://b\n  database: {database}\n"
    );
    load_str(&yaml, env, &Known::default()).map(|loaded| loaded.settings.backend.database)
}

fn postgres(database: &str) -> PostgresSettings {
    match read(database, &Environment::default()).unwrap() {
        Database::Postgres(settings) => *settings,
        Database::Sqlite(location) => panic!("{location:?}"),
    }
}

#[rstest]
#[case(
    "{client: better-sqlite3, connection: ':memory:'}",
    SqliteLocation::Memory
)]
#[case(
    "{client: sqlite3, connection: {filename: ':memory:'}}",
    SqliteLocation::Memory
)]
#[case(
    "{client: better-sqlite3, connection: {directory: /data}}",
    SqliteLocation::Directory("/data".into())
)]
#[case(
    "{client: better-sqlite3, connection: {directory: data}}",
    SqliteLocation::Directory("/app/data".into())
)]
#[case(
    "{client: better-sqlite3, connection: {directory: /d}, plugin: {auth: {connection: {filename: a.db}}}}",
    SqliteLocation::File("/d/a.db".into())
)]
#[case(
    "{client: pg, connection: {host: x}, plugin: {auth: {client: better-sqlite3, connection: {directory: /d}}}}",
    SqliteLocation::Directory("/d".into())
)]
#[case(
    "{client: mysql2, connection: x, plugin: {auth: {client: sqlite3, connection: ':memory:'}}}",
    SqliteLocation::Memory
)]
fn sqlite(#[case] database: &str, #[case] expected: SqliteLocation) {
    let env = Environment::default().with_working_directory("/app");
    let Database::Sqlite(location) = read(database, &env).unwrap() else {
        panic!()
    };
    assert_eq!(location, expected);
}

#[test]
fn postgres_by_parts() {
    let settings = postgres(
        "{client: pg, role: owner, connection: {host: h, port: '5433', user: u, password: p, database: ignored,
          ssl: {rejectUnauthorized: false, ca: CA}}}",
    );
    assert_eq!((settings.host.as_str(), settings.port), ("h", 5433));
    assert_eq!(settings.user.as_deref(), Some("u"));
    assert_eq!(settings.password.unwrap().expose_secret(), "p");
    assert_eq!(settings.database.as_deref(), Some("backstage_plugin_auth"));
    assert_eq!(settings.division, Division::Database);
    assert_eq!(settings.role.as_deref(), Some("owner"));
    assert_eq!(settings.application_name, "backstage_plugin_auth");
    assert!(settings.ensure_exists && !settings.ensure_schema_exists);
    let PostgresTls::Enabled { verify, ca, .. } = settings.tls else {
        panic!()
    };
    assert_eq!((verify, ca.as_deref()), (false, Some("CA")));
}

#[test]
fn postgres_by_url() {
    let settings = postgres(
        "{client: pg, prefix: bs_, connection: 'postgresql://u%40x:p%2Fw@h.example:6000/base?sslmode=require'}",
    );
    assert_eq!((settings.host.as_str(), settings.port), ("h.example", 6000));
    assert_eq!(settings.user.as_deref(), Some("u@x"));
    assert_eq!(settings.password.unwrap().expose_secret(), "p/w");
    assert_eq!(settings.database.as_deref(), Some("bs_auth"));
    assert!(matches!(
        settings.tls,
        PostgresTls::Enabled { verify: true, .. }
    ));
}

#[test]
fn the_plugins_own_connection_goes_over_that_of_all() {
    let settings = postgres(
        "{client: pg, connection: 'postgres://u:p@h/base', ensureExists: false,
          plugin: {auth: {connection: {database: mine, password: q}, ensureExists: true}}}",
    );
    assert_eq!((settings.host.as_str(), settings.port), ("h", 5432));
    assert_eq!(settings.password.unwrap().expose_secret(), "q");
    assert_eq!(settings.database.as_deref(), Some("mine"));
    assert!(settings.ensure_exists);
}

#[test]
fn schemas_share_one_database() {
    let settings = postgres(
        "{client: pg, pluginDivisionMode: schema, schemaPrefix: bs_, ensureSchemaExists: true,
          connection: 'postgres://u:p@h/base'}",
    );
    assert_eq!(settings.database.as_deref(), Some("base"));
    assert_eq!(settings.division, Division::Schema("bs_auth".to_owned()));
    assert!(settings.ensure_schema_exists);
}

#[rstest]
#[case("'postgres://h/d?sslmode=disable'", false, false)]
#[case("'postgres://h/d?sslmode=no-verify'", true, false)]
#[case("'postgres://h/d?ssl=true'", true, true)]
#[case("{ssl: true}", true, true)]
#[case("{ssl: 'no-verify'}", true, false)]
#[case("{ssl: false}", false, false)]
#[case("{host: h}", false, false)]
fn postgres_tls(#[case] connection: &str, #[case] on: bool, #[case] verified: bool) {
    let tls = postgres(&format!("{{client: pg, connection: {connection}}}")).tls;
    match tls {
        PostgresTls::Disabled => assert!(!on),
        PostgresTls::Enabled { verify, .. } => assert_eq!((on, verified), (true, verify)),
    }
}

#[test]
fn sockets() {
    let settings = postgres("{client: pg, connection: '/run/pg db'}");
    assert_eq!(settings.host, "/run/pg");
    let settings = postgres("{client: pg, connection: 'postgres://u@/db?host=/cloudsql/x'}");
    assert_eq!(settings.host, "/cloudsql/x");
    let settings = postgres("{client: pg, connection: 'socket:/run/pg?db=x'}");
    assert_eq!(settings.host, "/run/pg");
}

#[test]
fn what_is_not_written_comes_from_the_environment() {
    let env = [
        ("PGHOST", "h"),
        ("PGPORT", "1"),
        ("PGUSER", "u"),
        ("PGPASSWORD", "p"),
        ("PGSSLMODE", "require"),
    ];
    let database = read("{client: pg, connection: {}}", &env.into_iter().collect()).unwrap();
    let Database::Postgres(settings) = database else {
        panic!()
    };
    assert_eq!((settings.host.as_str(), settings.port), ("h", 1));
    assert_eq!(settings.user.as_deref(), Some("u"));
    assert_eq!(settings.password.unwrap().expose_secret(), "p");
    assert!(matches!(
        settings.tls,
        PostgresTls::Enabled { verify: true, .. }
    ));
}

#[rstest]
#[case("{connection: x}", "backend.database.client: is missing")]
#[case("{client: pg}", "backend.database.connection: is missing")]
#[case(
    "{client: postgres, connection: x}",
    "backend.database.client: found \"postgres\", expected one of better-sqlite3, sqlite3, pg"
)]
#[case(
    "{client: mysql2, connection: x}",
    "backend.database.client: MySQL is not supported"
)]
#[case(
    "{client: pg, connection: 'hunter2'}",
    "backend.database.connection: found something else, expected a URL such as"
)]
#[case(
    "{client: pg, connection: 'postgres://u:hunter2@h/d?sslmode=maybe'}",
    "backend.database.connection: found an unknown `sslmode`"
)]
#[case(
    "{client: pg, connection: [hunter2]}",
    "backend.database.connection: found a list, expected a postgres:// URL"
)]
#[case(
    "{client: pg, connection: {type: rds}}",
    "backend.database.connection.type: found \"rds\", which is not supported"
)]
#[case(
    "{client: pg, connection: {port: 70000}}",
    "backend.database.connection.port: found the number 70000, expected a port"
)]
#[case(
    "{client: pg, connection: {password: 5}}",
    "backend.database.connection.password: found a number (not shown), expected a string"
)]
#[case(
    "{client: pg, pluginDivisionMode: schema, schemaPrefix: 1x, connection: {}}",
    "backend.database.schemaPrefix: found \"1x\""
)]
#[case(
    "{client: sqlite3, pluginDivisionMode: schema, connection: ':memory:'}",
    "backend.database.pluginDivisionMode: found \"schema\", expected `database`"
)]
#[case("7", "backend.database: found the number 7, expected an object")]
fn refuses(#[case] database: &str, #[case] expected: &str) {
    let errors = read(database, &Environment::default()).unwrap_err();
    assert_eq!(errors.problems().len(), 1, "{errors}");
    assert!(errors.to_string().contains(expected), "{errors}");
    assert!(!errors.to_string().contains("hunter2"), "{errors}");
}
