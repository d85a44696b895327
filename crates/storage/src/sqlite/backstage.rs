//! Looks for Backstage's tables, and moves into them (see `shared.rs`).

use super::{SqliteStorage, work};
use crate::{
    StorageError,
    row::column,
    shared::Seen,
    statement::{Reach, Statement},
};

/// Whether anything of these names is there at all: at every look, so it must cost
/// next to nothing.
const LOOK_FOR_NAMES: &str = "SELECT 1 FROM sqlite_schema WHERE name COLLATE NOCASE IN \
     ('signing_keys', 'backstage_backend_public_keys__keys', 'user_info') LIMIT 1";

const LOOK: &str = "SELECT \
     (SELECT count(*) FROM pragma_table_info('signing_keys') \
       WHERE name IN ('kid', 'created_at', 'key')) = 3 AS signing_keys, \
     (SELECT count(*) FROM pragma_table_info('backstage_backend_public_keys__keys') \
       WHERE name IN ('id', 'key', 'expires_at')) = 3 AS plugin_keys, \
     (SELECT count(*) FROM pragma_table_info('user_info') \
       WHERE name IN ('user_entity_ref', 'user_info', 'created_at', 'updated_at')) = 4 AS user_info";

const MOVE_KEYS: [&str; 2] = [
    "INSERT INTO signing_keys (kid, created_at, key) \
     SELECT kid, created_at, key FROM stagedoor_signing_keys WHERE true ON CONFLICT DO NOTHING",
    "DELETE FROM stagedoor_signing_keys",
];

const MOVE_PLUGIN_KEYS: [&str; 2] = [
    "INSERT INTO backstage_backend_public_keys__keys (id, key, expires_at) \
     SELECT id, key, expires_at FROM stagedoor_plugin_keys WHERE true ON CONFLICT DO NOTHING",
    "DELETE FROM stagedoor_plugin_keys",
];

// Both write the time as text of one form, so that text compares as time does.
const MOVE_USER_INFO: [&str; 2] = [
    "INSERT INTO user_info (user_entity_ref, user_info, created_at, updated_at) \
     SELECT user_entity_ref, user_info, created_at, updated_at FROM stagedoor_user_info WHERE true \
     ON CONFLICT (user_entity_ref) DO UPDATE \
     SET user_info = excluded.user_info, updated_at = excluded.updated_at \
     WHERE user_info.updated_at < excluded.updated_at",
    "DELETE FROM stagedoor_user_info",
];

impl SqliteStorage {
    /// Which tables to use now.
    pub(super) async fn look_for_backstage(&self) -> Result<Seen, StorageError> {
        let known = self.shared.seen();
        if known == Seen::ALL {
            return Ok(known);
        }
        let found = self.find_tables().await?;
        if found.signing_keys && !known.signing_keys {
            self.in_one_step(MOVE_KEYS).await?;
            self.shared.use_signing_keys();
        }
        if found.plugin_keys && !known.plugin_keys {
            self.in_one_step(MOVE_PLUGIN_KEYS).await?;
            self.shared.use_plugin_keys();
        }
        if found.user_info && !known.user_info {
            self.in_one_step(MOVE_USER_INFO).await?;
            self.shared.use_user_info();
        }
        Ok(self.shared.seen())
    }

    async fn find_tables(&self) -> Result<Seen, StorageError> {
        const TABLE: &str = "sqlite_schema";
        let any = self.read(Statement::new(LOOK_FOR_NAMES, []), |_| Ok(()));
        if any.await?.is_empty() {
            return Ok(Seen::NONE);
        }
        let seen = self.read(Statement::new(LOOK, []), |row| {
            Ok(Seen {
                signing_keys: column(row, "signing_keys", TABLE)?,
                plugin_keys: column(row, "plugin_keys", TABLE)?,
                user_info: column(row, "user_info", TABLE)?,
            })
        });
        Ok(seen.await?.pop().unwrap_or(Seen::NONE))
    }

    async fn in_one_step(&self, statements: [&'static str; 2]) -> Result<(), StorageError> {
        let step = self.write(Reach::Many, |connection| {
            let transaction = work::begin(connection)?;
            for statement in statements {
                transaction.execute(statement, [])?;
            }
            transaction.commit()
        });
        step.await
    }
}
