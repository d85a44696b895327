//! `auth.keyStore`: the keys that sign Backstage tokens.

use stagedoor_config::{Database, KeyStore, Settings, SqliteLocation};

use super::Finding;
use crate::parts;

const CHECK: &str = "keys";

pub(super) fn check(settings: &Settings) -> Vec<Finding> {
    let algorithm = match parts::user_token_algorithm(settings) {
        Ok(algorithm) => algorithm,
        Err(error) => return vec![Finding::start_error(CHECK, &error)],
    };
    vec![match &settings.auth.key_store {
        KeyStore::Static(keys) => match parts::static_keys(keys) {
            Ok(keys) => Finding::ok(
                CHECK,
                match keys.len() {
                    1 => "1 static key can be read".to_owned(),
                    count => format!("{count} static keys can be read, the first signs"),
                },
            ),
            Err(error) => Finding::start_error(CHECK, &error),
        },
        KeyStore::Memory if !is_in_memory(&settings.backend.database) => Finding::warning(
            CHECK,
            "kept in memory: a restart makes every token worthless, and a second node's tokens are unknown to the first",
            "leave out auth.keyStore.provider, so that public keys are kept in the database",
        ),
        KeyStore::Memory | KeyStore::Database => {
            Finding::ok(CHECK, format!("made when needed, {algorithm}"))
        }
    }]
}

fn is_in_memory(database: &Database) -> bool {
    matches!(database, Database::Sqlite(SqliteLocation::Memory))
}
