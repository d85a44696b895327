//! Public keys of plugin tokens.

use async_trait::async_trait;

use super::SqliteStorage;
use crate::{
    PluginKeyStore, StorageError, StoredKey,
    plugin_keys::{self, BACKSTAGES, OURS, Statements},
    row::{self, Row, column},
    statement::{Statement, Value::Text},
};

const REMOVE_OURS: &str =
    "DELETE FROM stagedoor_plugin_keys WHERE id IN (SELECT value FROM json_each($1))";
const REMOVE_BACKSTAGES: &str =
    "DELETE FROM backstage_backend_public_keys__keys WHERE id IN (SELECT value FROM json_each($1))";

#[async_trait]
impl PluginKeyStore for SqliteStorage {
    async fn add_plugin_key(&self, key: &StoredKey) -> Result<(), StorageError> {
        let (statements, _) = self.plugin_key_statements().await?;
        let (jwk, expires_at) = (key.jwk.to_string(), plugin_keys::expires_at(key));
        let values = [&key.kid, &jwk, &expires_at].map(|text| Text(text));
        let add = Statement::new(statements.add, values);
        self.change(add).await.map(drop)
    }

    async fn list_plugin_keys(&self) -> Result<Vec<StoredKey>, StorageError> {
        let (statements, _) = self.plugin_key_statements().await?;
        let list = Statement::new(statements.list, []);
        self.read(list, |row| key(row, statements.table)).await
    }

    async fn remove_plugin_keys(&self, kids: &[String]) -> Result<(), StorageError> {
        let (_, remove) = self.plugin_key_statements().await?;
        let kids = serde_json::Value::from(kids).to_string();
        let remove = Statement::new(remove, [Text(&kids)]);
        self.change(remove).await.map(drop)
    }
}

impl SqliteStorage {
    async fn plugin_key_statements(
        &self,
    ) -> Result<(&'static Statements, &'static str), StorageError> {
        let seen = self.look_for_backstage().await?;
        Ok(if seen.plugin_keys {
            (&BACKSTAGES, REMOVE_BACKSTAGES)
        } else {
            (&OURS, REMOVE_OURS)
        })
    }
}

fn key(row: &impl Row, table: &'static str) -> Result<StoredKey, StorageError> {
    let jwk: String = column(row, "key", table)?;
    let expires_at: String = column(row, "expires_at", table)?;
    Ok(StoredKey {
        kid: column(row, "id", table)?,
        jwk: row::json(&jwk, "key", table)?,
        created_at: plugin_keys::created_at(&expires_at, table)?,
    })
}
