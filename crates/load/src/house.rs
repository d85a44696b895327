//! The configuration of a Stagedoor that is put under load: one provider, and
//! a catalog with everyone in it.

use std::{
    fmt::Write as _,
    fs, io,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};

use crate::{people::Person, provider};

/// `auth.environment`
pub(crate) const ENVIRONMENT: &str = "development";
/// `app.baseUrl`; nothing listens there.
pub(crate) const APP: &str = "http://localhost:3000";

/// The name of the file that `stagedoor serve --config` is given.
pub(crate) const CONFIG_FILE: &str = "app-config.yaml";
const CATALOG_FILE: &str = "catalog.yaml";

/// What is under load.
#[derive(Debug, Clone)]
pub(crate) struct House {
    /// Where the files are.
    pub(crate) directory: PathBuf,
    /// How many people there are.
    pub(crate) people: u32,
    /// Where the server listens.
    pub(crate) port: u16,
    /// What it is called from outside.
    pub(crate) base_url: String,
    /// Where the provider is.
    pub(crate) provider: SocketAddr,
    /// Its id in `auth.providers`.
    pub(crate) provider_id: String,
    /// A `postgres://` URL; without one, SQLite in the directory.
    pub(crate) database: Option<String>,
}

impl House {
    /// Writes the files; where the configuration is.
    ///
    /// # Errors
    /// When they can't be written.
    pub(crate) fn prepare(&self) -> io::Result<PathBuf> {
        fs::create_dir_all(&self.directory)?;
        fs::write(self.directory.join(CATALOG_FILE), catalog(self.people))?;
        let path = self.directory.join(CONFIG_FILE);
        // JSON is YAML.
        fs::write(&path, format!("{:#}\n", self.config()))?;
        Ok(path)
    }

    fn config(&self) -> Value {
        let metadata = format!(
            "{}/.well-known/openid-configuration",
            provider::issuer(self.provider)
        );
        json!({
            "app": { "title": "Load", "baseUrl": APP },
            "backend": {
                "baseUrl": self.base_url,
                "listen": { "host": "127.0.0.1", "port": self.port },
                "cors": { "origin": APP, "credentials": true },
                "database": self.database(),
            },
            "auth": {
                "environment": ENVIRONMENT,
                "session": { "secret": "a session secret of the load program, 32 bytes and more" },
                "providers": { &self.provider_id: { ENVIRONMENT: {
                    "metadataUrl": metadata,
                    "clientId": provider::CLIENT_ID,
                    "clientSecret": "a secret that nobody checks",
                    "prompt": "auto",
                    "signIn": { "resolvers": [{ "resolver": "emailMatchingUserEntityProfileEmail" }] },
                } } },
            },
            // Everyone is at one address here.
            "stagedoor": { "rateLimit": false },
            "catalog": {
                "rules": [{ "allow": ["User", "Group"] }],
                "locations": [{ "type": "file", "target": absolute(&self.directory).join(CATALOG_FILE) }],
            },
        })
    }

    fn database(&self) -> Value {
        match &self.database {
            Some(url) => json!({ "client": "pg", "connection": url }),
            None => json!({
                "client": "better-sqlite3",
                "connection": { "directory": absolute(&self.directory).join("db") },
            }),
        }
    }
}

fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

fn catalog(people: u32) -> String {
    let mut yaml = String::new();
    for person in (0..people).map(Person) {
        // Writing to a string can't fail.
        let _ = write!(
            yaml,
            "---\napiVersion: backstage.io/v1alpha1\nkind: User\nmetadata:\n  name: {}\nspec:\n  \
             profile:\n    email: {}\n  memberOf: [{}]\n",
            person.name(),
            person.email(),
            person.group(),
        );
    }
    yaml
}
