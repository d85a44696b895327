//! `backend`: where Stagedoor listens and what it is called from outside.

use url::Url;

use super::{BackendAuth, Cors, Database, Https, Listen, Paths};
use crate::{environment::Environment, reading::Section};

/// Keys of `backend` that are read here or that Backstage has.
const KEYS: [&str; 14] = [
    "actions",
    "auditor",
    "auth",
    "baseUrl",
    "cache",
    "cors",
    "csp",
    "database",
    "health",
    "https",
    "lifecycle",
    "listen",
    "reading",
    "trustProxy",
];

/// How Stagedoor is reached.
#[derive(Debug, Clone)]
pub struct Backend {
    /// `backend.baseUrl`: as browsers and other backends reach it.
    pub base_url: Url,
    /// `backend.listen`.
    pub listen: Listen,
    /// `backend.cors`; without it no other origin may call.
    pub cors: Option<Cors>,
    /// `backend.https`; without it plain HTTP is served.
    pub https: Option<Https>,
    /// `backend.database`, with what `backend.database.plugin.auth` overrides.
    pub database: Database,
    /// `backend.auth`.
    pub auth: BackendAuth,
}

impl Backend {
    pub(super) fn read(root: &Section<'_>, env: &Environment, paths: &Paths) -> Option<Self> {
        let backend = root.section("backend");
        backend.warn_of_typos(&KEYS, &[]);
        let base_url = backend
            .required("baseUrl", &["url"])
            .and_then(|field| field.url());
        let listen = Listen::read(&backend);
        let cors = Cors::read(&backend);
        let https = Https::read(&backend);
        let database = Database::read(&backend, env, paths);
        let auth = BackendAuth::read(&backend);
        Some(Self {
            base_url: base_url?,
            listen: listen?,
            cors,
            https,
            database: database?,
            auth,
        })
    }
}
