//! `auth.keyStore`: where the keys that sign Backstage tokens are kept.

use std::path::PathBuf;

use super::Paths;
use crate::reading::{Field, Section};

/// Where signing keys live (contract §9).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum KeyStore {
    /// Public keys in the database, private ones in memory: the default.
    #[default]
    Database,
    /// All in memory: for one node, and for development.
    Memory,
    /// Fixed keys in files; the first one signs. There is at least one.
    Static(Vec<StaticKey>),
}

/// A key pair in two files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaticKey {
    /// SPKI PEM.
    pub public_key_file: PathBuf,
    /// PKCS#8 PEM.
    pub private_key_file: PathBuf,
    /// `kid`.
    pub key_id: String,
    /// JWS algorithm, `ES256` unless it is set.
    pub algorithm: String,
}

#[derive(Clone, Copy)]
enum Kind {
    Database,
    Memory,
    Static,
}

/// What a Backstage token may be signed with: the names `jose` makes key pairs for.
pub(super) const ALGORITHMS: [(&str, &str); 10] = [
    ("ES256", "ES256"),
    ("ES384", "ES384"),
    ("ES512", "ES512"),
    ("RS256", "RS256"),
    ("RS384", "RS384"),
    ("RS512", "RS512"),
    ("PS256", "PS256"),
    ("PS384", "PS384"),
    ("PS512", "PS512"),
    ("EdDSA", "EdDSA"),
];

impl KeyStore {
    pub(super) fn read(auth: &Section<'_>, paths: &Paths) -> Option<Self> {
        let store = auth.section("keyStore");
        if store.is_broken() {
            return None;
        }
        store.warn_of_typos(&["provider", "static", "firestore"], &[]);
        let kind = match store.get("provider") {
            Some(field) => field.choice(&[
                ("database", Kind::Database),
                ("memory", Kind::Memory),
                ("static", Kind::Static),
            ])?,
            None => Kind::Database,
        };
        match kind {
            Kind::Database => Some(Self::Database),
            Kind::Memory => Some(Self::Memory),
            Kind::Static => Self::read_static(&store, paths),
        }
    }

    fn read_static(store: &Section<'_>, paths: &Paths) -> Option<Self> {
        let field = store.section("static").required("keys", &["key"])?;
        let sections = field.sections()?;
        let keys: Vec<_> = sections
            .iter()
            .filter_map(|key| StaticKey::read(key, paths))
            .collect();
        if field.items().is_empty() {
            return field.error(field.problem("found an empty list, expected at least one key"));
        }
        (keys.len() == field.items().len()).then_some(Self::Static(keys))
    }
}

impl StaticKey {
    fn read(key: &Section<'_>, paths: &Paths) -> Option<Self> {
        key.warn_of_typos(
            &["publicKeyFile", "privateKeyFile", "keyId", "algorithm"],
            &[],
        );
        let public = key.required("publicKeyFile", &[]);
        let private = key.required("privateKeyFile", &[]);
        let id = key.required("keyId", &["kid"]);
        let algorithm = match key.get("algorithm") {
            Some(field) => field.choice(&ALGORITHMS),
            None => Some("ES256"),
        };
        let file = |field: Field<'_>| {
            let path = paths.existing(field.str()?);
            if path.is_file() {
                return Some(path);
            }
            let message = format!("there is no file {}", path.display());
            field.error(field.problem(message))
        };
        let (public, private) = (public.and_then(file), private.and_then(file));
        Some(Self {
            public_key_file: public?,
            private_key_file: private?,
            key_id: id?.string()?,
            algorithm: algorithm?.to_owned(),
        })
    }
}
