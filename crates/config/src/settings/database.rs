//! `backend.database`, as it is for the plugin `auth`.

use std::path::{Path, PathBuf};

use super::{Paths, connections::Connections, postgres::PostgresSettings};
use crate::{environment::Environment, problem::Problem, reading::Section};

/// Where sessions and keys are stored.
#[derive(Debug, Clone)]
pub enum Database {
    /// `client: better-sqlite3` or `sqlite3`.
    Sqlite(SqliteLocation),
    /// `client: pg`.
    Postgres(Box<PostgresSettings>),
}

/// Where an SQLite database is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SqliteLocation {
    /// `:memory:`; gone with the process.
    Memory,
    /// A directory, in which Backstage keeps its own in `auth.sqlite`.
    Directory(PathBuf),
    /// A file that is named.
    File(PathBuf),
}

#[derive(Clone, Copy, PartialEq)]
enum Client {
    Sqlite,
    Postgres,
}

const CLIENTS: [(&str, Client); 3] = [
    ("better-sqlite3", Client::Sqlite),
    ("sqlite3", Client::Sqlite),
    ("pg", Client::Postgres),
];

const KEYS: [&str; 11] = [
    "client",
    "connection",
    "ensureExists",
    "ensureSchemaExists",
    "keepalive",
    "knexConfig",
    "plugin",
    "pluginDivisionMode",
    "prefix",
    "role",
    "schemaPrefix",
];

impl Database {
    pub(super) fn read(backend: &Section<'_>, env: &Environment, paths: &Paths) -> Option<Self> {
        let database = backend.section("database");
        if database.is_broken() {
            return None;
        }
        if !backend.mentions("database") {
            let message = "is missing: sessions and keys are kept in memory, and a restart signs \
                           everybody out";
            let path = backend.path_of("database");
            let mut warning: Problem = backend.problem(message);
            warning.path = path;
            backend.report.warn(warning);
            return Some(Self::Sqlite(SqliteLocation::Memory));
        }
        database.warn_of_typos(&KEYS, &["client"]);
        let plugin = database.section("plugin").section("auth");
        let base_client = database.get("client");
        let client_field = match plugin.get("client") {
            Some(field) => field,
            None => database.required("client", &["type"])?,
        };
        if let Some("mysql" | "mysql2") = client_field.as_text() {
            let problem = client_field
                .problem("MySQL is not supported, expected better-sqlite3 or pg")
                .with_help("set `backend.database.plugin.auth` to a database of its own");
            return client_field.error(problem);
        }
        let client = client_field.choice(&CLIENTS)?;
        let is_overridden =
            base_client.is_some_and(|base| base.as_text() != client_field.as_text());
        let base_connection = if is_overridden {
            None
        } else if plugin.mentions("connection") {
            database.get("connection")
        } else {
            Some(database.required("connection", &["connectionString", "url"])?)
        };
        let connections = base_connection
            .into_iter()
            .chain(plugin.get("connection"))
            .collect();
        let connections = Connections {
            database,
            plugin,
            connections,
        };
        match client {
            Client::Sqlite => SqliteLocation::read(&connections, paths).map(Self::Sqlite),
            Client::Postgres => PostgresSettings::read(&connections, env, paths)
                .map(|settings| Self::Postgres(Box::new(settings))),
        }
    }
}

impl SqliteLocation {
    fn read(all: &Connections<'_>, paths: &Paths) -> Option<Self> {
        if let Some(mode) = all.database.get("pluginDivisionMode") {
            mode.choice(&[("database", ())])?;
        }
        let (mut directory, mut file) = (None, None);
        for connection in &all.connections {
            if connection.as_text().is_some() {
                file = Some(connection.string()?);
                continue;
            }
            if !connection.is_object() {
                return connection.wrong("`:memory:`, or an object with `directory`");
            }
            let section = connection.section()?;
            section.warn_of_typos(&["directory", "filename"], &[]);
            if let Some(field) = section.get("directory") {
                directory = Some(field.string()?);
            }
            if let Some(field) = section.get("filename") {
                file = Some(field.string()?);
            }
        }
        if file.as_deref() == Some(":memory:") {
            return Some(Self::Memory);
        }
        let directory = directory.unwrap_or_else(|| ".".to_owned());
        Some(match file {
            // An absolute file name stays what it is.
            Some(file) => {
                let file = Path::new(&directory).join(file);
                Self::File(paths.new_in_first(&file.to_string_lossy()))
            }
            None => Self::Directory(paths.new_in_first(&directory)),
        })
    }
}
