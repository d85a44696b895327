//! Looks for Backstage's tables, and moves into them (see `shared.rs`).

use sqlx::query;

use super::{PostgresStorage, within};
use crate::{StorageError, row::column, shared::Seen};

const LOOK: &str = "SELECT \
     (SELECT count(*) FROM pg_attribute \
       WHERE attrelid = to_regclass('signing_keys') AND NOT attisdropped \
         AND attname IN ('kid', 'created_at', 'key')) = 3 AS signing_keys, \
     (SELECT count(*) FROM pg_attribute \
       WHERE attrelid = to_regclass('backstage_backend_public_keys__keys') AND NOT attisdropped \
         AND attname IN ('id', 'key', 'expires_at')) = 3 AS plugin_keys, \
     (SELECT count(*) FROM pg_attribute \
       WHERE attrelid = to_regclass('user_info') AND NOT attisdropped \
         AND attname IN ('user_entity_ref', 'user_info', 'created_at', 'updated_at')) = 4 AS user_info";

// Each moves in one statement: a row is in one table or the other.
const MOVE_KEYS: &str = "WITH moved AS \
       (DELETE FROM stagedoor_signing_keys RETURNING kid, created_at, key) \
     INSERT INTO signing_keys (kid, created_at, key) \
     SELECT kid, created_at, key FROM moved ON CONFLICT DO NOTHING";

const MOVE_PLUGIN_KEYS: &str = "WITH moved AS \
       (DELETE FROM stagedoor_plugin_keys RETURNING id, key, expires_at) \
     INSERT INTO backstage_backend_public_keys__keys (id, key, expires_at) \
     SELECT id, key, expires_at FROM moved ON CONFLICT DO NOTHING";

const MOVE_USER_INFO: &str = "WITH moved AS \
       (DELETE FROM stagedoor_user_info \
        RETURNING user_entity_ref, user_info, created_at, updated_at) \
     INSERT INTO user_info (user_entity_ref, user_info, created_at, updated_at) \
     SELECT user_entity_ref, user_info, created_at, updated_at FROM moved \
     ON CONFLICT (user_entity_ref) DO UPDATE \
     SET user_info = excluded.user_info, updated_at = excluded.updated_at \
     WHERE user_info.updated_at < excluded.updated_at";

impl PostgresStorage {
    /// Which tables to use now.
    pub(super) async fn look_for_backstage(&self) -> Result<Seen, StorageError> {
        let known = self.shared.seen();
        if known == Seen::ALL {
            return Ok(known);
        }
        let found = self.find_tables().await?;
        if found.signing_keys && !known.signing_keys {
            self.change(query(MOVE_KEYS)).await?;
            self.shared.use_signing_keys();
        }
        if found.plugin_keys && !known.plugin_keys {
            self.change(query(MOVE_PLUGIN_KEYS)).await?;
            self.shared.use_plugin_keys();
        }
        if found.user_info && !known.user_info {
            self.change(query(MOVE_USER_INFO)).await?;
            self.shared.use_user_info();
        }
        Ok(self.shared.seen())
    }

    async fn find_tables(&self) -> Result<Seen, StorageError> {
        const TABLE: &str = "pg_attribute";
        let row = within(self.patience, query(LOOK).fetch_one(&self.pool)).await?;
        Ok(Seen {
            signing_keys: column(&row, "signing_keys", TABLE)?,
            plugin_keys: column(&row, "plugin_keys", TABLE)?,
            user_info: column(&row, "user_info", TABLE)?,
        })
    }
}
