//! `backend.database` with `client: pg`.

use secrecy::SecretString;

use super::{
    Paths, connections::Connections, postgres_parameters::Parameters, postgres_tls::PostgresTls,
    postgres_url,
};
use crate::{
    environment::Environment,
    reading::{Field, Section},
};

/// A PostgreSQL connection, whichever way it is written, with everything
/// resolved for the plugin `auth`. What is not written comes from `PGHOST`,
/// `PGPORT`, `PGUSER`, `PGPASSWORD`, `PGDATABASE` and `PGSSLMODE`, as for
/// Backstage's driver.
#[derive(Debug, Clone)]
pub struct PostgresSettings {
    /// A name, an address, or the directory of a socket.
    pub host: String,
    /// 5432 unless it is set.
    pub port: u16,
    /// `None` leaves it to the driver.
    pub user: Option<String>,
    /// The password.
    pub password: Option<SecretString>,
    /// The database; `backstage_plugin_auth` unless it is set. `None`, only when
    /// plugins are divided by schema, leaves it to the driver.
    pub database: Option<String>,
    /// How plugins are kept apart.
    pub division: Division,
    /// Whether and how to encrypt.
    pub tls: PostgresTls,
    /// `role`: the role to take on after connecting.
    pub role: Option<String>,
    /// `ensureExists`: make the database if there is none. True unless it is set.
    pub ensure_exists: bool,
    /// `ensureSchemaExists`.
    pub ensure_schema_exists: bool,
    /// What the server lists the connection as.
    pub application_name: String,
}

/// `pluginDivisionMode`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Division {
    /// A database for each plugin.
    Database,
    /// A schema for each plugin, in one database; this is the one of `auth`.
    Schema(String),
}

const PLUGIN: &str = "auth";
const KEYS: [&str; 9] = [
    "application_name",
    "connectionString",
    "database",
    "host",
    "password",
    "port",
    "ssl",
    "type",
    "user",
];

impl PostgresSettings {
    pub(super) fn read(all: &Connections<'_>, env: &Environment, paths: &Paths) -> Option<Self> {
        let by_schema = match all.database.get("pluginDivisionMode") {
            Some(field) => field.choice(&[("database", false), ("schema", true)])?,
            None => false,
        };
        let mut parameters = Parameters::of_all(all, by_schema, paths)?;
        let prefix = string(&all.database, "prefix").unwrap_or("backstage_plugin_".to_owned());
        let division = if by_schema {
            Division::Schema(schema_name(&all.database)?)
        } else {
            parameters
                .database
                .get_or_insert_with(|| format!("{prefix}{PLUGIN}"));
            Division::Database
        };
        let flag = |section: &Section<'_>, key| section.get(key).and_then(|f| Field::boolean(&f));
        let role = string(&all.plugin, "role").or_else(|| string(&all.database, "role"));
        let ensure_exists = flag(&all.plugin, "ensureExists")
            .or_else(|| flag(&all.database, "ensureExists"))
            .unwrap_or(true);
        let ensure_schema_exists = flag(&all.database, "ensureSchemaExists").unwrap_or(false);
        let set = |name| env.get(name).filter(|v| !v.is_empty()).map(str::to_owned);
        Some(Self {
            host: parameters
                .host
                .or_else(|| set("PGHOST"))
                .unwrap_or_else(|| "localhost".to_owned()),
            port: parameters
                .port
                .or_else(|| set("PGPORT")?.parse().ok())
                .unwrap_or(5432),
            user: parameters.user.or_else(|| set("PGUSER")),
            password: parameters
                .password
                .or_else(|| set("PGPASSWORD").map(SecretString::from)),
            database: parameters.database.or_else(|| set("PGDATABASE")),
            division,
            tls: parameters
                .tls
                .or_else(|| PostgresTls::of_mode(&set("PGSSLMODE")?))
                .unwrap_or_default(),
            role,
            ensure_exists,
            ensure_schema_exists,
            application_name: parameters
                .application_name
                .unwrap_or_else(|| format!("backstage_plugin_{PLUGIN}")),
        })
    }
}

impl Parameters {
    /// What all connections say together, the later over the earlier.
    fn of_all(all: &Connections<'_>, by_schema: bool, paths: &Paths) -> Option<Self> {
        let mut parameters = Self::default();
        for (index, field) in all.connections.iter().enumerate() {
            let mut layer = Self::read(field, paths)?;
            // Without schemas each plugin has a database of its own, so that
            // the one of all plugins is not it.
            let is_base = field.path == all.database.path_of("connection");
            if index == 0 && is_base && !by_schema && !layer.database_is_fixed {
                layer.database = None;
            }
            parameters = layer.over(parameters);
        }
        Some(parameters)
    }

    fn read(field: &Field<'_>, paths: &Paths) -> Option<Self> {
        if field.as_text().is_some() {
            return postgres_url::read(field, paths);
        }
        if !field.is_object() {
            return field.wrong("a postgres:// URL, or an object with `host`, `user` and so on");
        }
        let section = field.section()?;
        section.warn_of_typos(&KEYS, &[]);
        if let Some(kind) = section
            .get("type")
            .filter(|kind| kind.as_text() != Some("default"))
        {
            let message = format!("found {}, which is not supported", kind.described());
            return kind.error(
                kind.problem(message)
                    .with_help("give `host`, `user` and `password`, or a postgres:// URL"),
            );
        }
        let port = section.get("port").map(|port| port.port());
        let tls = section.get("ssl").map(|ssl| PostgresTls::read(&ssl));
        let mut parameters = Self {
            host: string(&section, "host"),
            port: port.flatten(),
            user: string(&section, "user"),
            // An empty password is none.
            password: section
                .get("password")
                .filter(|field| field.as_text() != Some(""))
                .and_then(|field| field.secret()),
            database: string(&section, "database"),
            database_is_fixed: false,
            tls: tls.flatten(),
            application_name: string(&section, "application_name"),
        };
        if let Some(url) = section.get("connectionString") {
            let mut over = postgres_url::read(&url, paths)?;
            over.database_is_fixed = over.database.is_some();
            parameters = over.over(parameters);
        }
        Some(parameters)
    }
}

fn string(section: &Section<'_>, key: &str) -> Option<String> {
    section.get(key)?.string()
}

fn schema_name(database: &Section<'_>) -> Option<String> {
    let Some(field) = database.get("schemaPrefix") else {
        return Some(PLUGIN.to_owned());
    };
    let prefix = field.str()?;
    let fits = prefix.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && prefix
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '_')
        && prefix.len() + PLUGIN.len() <= 63;
    if !fits {
        return field.wrong("up to 59 letters, digits and `_`, the first no digit");
    }
    Some(format!("{prefix}{PLUGIN}"))
}
