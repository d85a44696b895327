//! Where the database is (`backend.database`, contract §12).

use std::{path::PathBuf, time::Duration};

use secrecy::SecretString;

/// Which database to open.
#[derive(Debug, Clone)]
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
    /// The user to connect as.
    pub user: String,
    /// The user's password, where the server asks for one.
    pub password: Option<SecretString>,
    /// The database, `backstage_plugin_auth` where Backstage decides.
    pub database: String,
    /// The schema our tables are in (`pluginDivisionMode: schema`); else the
    /// user's search path decides.
    pub schema: Option<String>,
    /// The role to take on after connecting (`role`).
    pub role: Option<String>,
    /// How the connection is protected.
    pub tls: PostgresTls,
    /// Makes the database and the schema when they are missing
    /// (`ensureExists`), which Backstage does by default.
    pub create_if_missing: bool,
    /// How many connections this process may hold.
    pub pool_size: u32,
    /// How long to wait for one of them, and for one to be established.
    pub acquire_timeout: Duration,
    /// How long a statement may run.
    pub statement_timeout: Duration,
}

/// How a connection to PostgreSQL is protected: Backstage's `ssl`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum PostgresTls {
    /// Not at all: `false`, or left out.
    #[default]
    Off,
    /// TLS, with a certificate for `host` from an authority in Mozilla's list:
    /// `true`.
    Verified,
    /// The same, but any authority of this PEM text will do too: `{ca}`.
    VerifiedBy {
        /// One or more certificates.
        ca: String,
    },
    /// TLS with whoever answers: `{rejectUnauthorized: false}`.
    Unverified,
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
            user: user.into(),
            password: None,
            database: database.into(),
            schema: None,
            role: None,
            tls: PostgresTls::Off,
            create_if_missing: true,
            pool_size: 10,
            acquire_timeout: Duration::from_secs(5),
            statement_timeout: Duration::from_secs(5),
        }
    }
}
