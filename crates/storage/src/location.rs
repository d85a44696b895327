//! Where the database is (`backend.database`, contract §12).

use std::{path::PathBuf, time::Duration};

use secrecy::SecretString;

/// Which database to open.
#[derive(Debug, Clone)]
#[expect(
    clippy::large_enum_variant,
    reason = "a process has one, and passes it by reference"
)]
pub enum DatabaseLocation {
    /// SQLite in this process's memory: gone when the process ends.
    SqliteMemory,
    /// SQLite in a file, made when it is missing, with its directory.
    SqliteFile(PathBuf),
    /// A PostgreSQL server.
    Postgres(PostgresLocation),
}

/// A PostgreSQL server, and how to use it.
#[derive(Debug, Clone)]
pub struct PostgresLocation {
    /// A host name, an address, or the directory of a Unix socket, which begins
    /// with `/`.
    pub host: String,
    /// The port; it is also part of a Unix socket's name.
    pub port: u16,
    /// The user to connect as; `None` is the process's own.
    pub user: Option<String>,
    /// The user's password, where the server asks for one.
    pub password: Option<SecretString>,
    /// The database, `backstage_plugin_auth` where Backstage decides; `None` is
    /// the one named like the user.
    pub database: Option<String>,
    /// The schema our tables are in (`pluginDivisionMode: schema`); else the
    /// user's search path decides.
    pub schema: Option<String>,
    /// The role to take on after connecting (`role`).
    pub role: Option<String>,
    /// How the connection is protected.
    pub tls: PostgresTls,
    /// Makes the database when it is missing (`ensureExists`).
    pub create_database: bool,
    /// Makes the schema when it is missing (`ensureExists`, or
    /// `ensureSchemaExists`).
    pub create_schema: bool,
    /// What the server lists our connections as.
    pub application_name: String,
    /// How many connections this process may hold.
    pub pool_size: u32,
    /// How long to wait for one of them, and for one to be established.
    pub acquire_timeout: Duration,
    /// How long a statement may run.
    pub statement_timeout: Duration,
}

/// How a connection to PostgreSQL is protected: Backstage's `ssl`. It is never
/// weaker than asked for: a server that can't do TLS is an error.
#[derive(Debug, Clone, Default)]
pub enum PostgresTls {
    /// Not at all: `false`, or left out.
    #[default]
    Off,
    /// With TLS: `true`, or an object.
    On {
        /// Who may answer.
        trust: PostgresTrust,
        /// Who we are, where the server asks (`cert` and `key`).
        client: Option<PostgresClientCertificate>,
    },
}

/// Which certificates of a PostgreSQL server are accepted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum PostgresTrust {
    /// One for `host`, from an authority in Mozilla's list.
    #[default]
    PublicAuthorities,
    /// One for `host`, from one of these authorities (`ca`, PEM) or a public one.
    PublicAuthoritiesAnd(String),
    /// Any: `rejectUnauthorized: false`.
    Anyone,
}

/// How we prove to a PostgreSQL server who we are.
#[derive(Debug, Clone)]
pub struct PostgresClientCertificate {
    /// The certificate and its chain, PEM.
    pub certificate: String,
    /// Its private key, PEM.
    pub key: SecretString,
}

impl PostgresLocation {
    /// A server with everything else as Backstage has it when left out, and
    /// room for a moderate load: 10 connections, 5 s for each wait.
    #[must_use]
    pub fn new(
        host: impl Into<String>,
        user: impl Into<String>,
        database: impl Into<String>,
    ) -> Self {
        Self {
            host: host.into(),
            port: 5432,
            user: Some(user.into()),
            password: None,
            database: Some(database.into()),
            schema: None,
            role: None,
            tls: PostgresTls::Off,
            create_database: true,
            create_schema: true,
            application_name: "stagedoor".into(),
            pool_size: 10,
            acquire_timeout: Duration::from_secs(5),
            statement_timeout: Duration::from_secs(5),
        }
    }
}
