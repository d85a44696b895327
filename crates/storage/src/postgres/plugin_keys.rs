//! Public keys of plugin tokens.

use async_trait::async_trait;
use sqlx::{postgres::PgRow, query};

use super::PostgresStorage;
use crate::{
    PluginKeyStore, StorageError, StoredKey,
    plugin_keys::{self, BACKSTAGES, OURS, Statements},
    row::{self, column},
};

const REMOVE_OURS: &str = "DELETE FROM stagedoor_plugin_keys WHERE id = ANY ($1)";
const REMOVE_BACKSTAGES: &str =
    "DELETE FROM backstage_backend_public_keys__keys WHERE id = ANY ($1)";

#[async_trait]
impl PluginKeyStore for PostgresStorage {
    async fn add_plugin_key(&self, key: &StoredKey) -> Result<(), StorageError> {
        let (statements, _) = self.plugin_key_statements().await?;
        let query = query(statements.add)
            .bind(&key.kid)
            .bind(key.jwk.to_string())
            .bind(plugin_keys::expires_at(key));
        self.change(query).await.map(drop)
    }

    async fn list_plugin_keys(&self) -> Result<Vec<StoredKey>, StorageError> {
        let (statements, _) = self.plugin_key_statements().await?;
        let rows = self.all(query(statements.list)).await?;
        rows.iter().map(|row| key(row, statements.table)).collect()
    }

    async fn remove_plugin_keys(&self, kids: &[String]) -> Result<(), StorageError> {
        let (_, remove) = self.plugin_key_statements().await?;
        let query = query(remove).bind(kids);
        self.change(query).await.map(drop)
    }
}

impl PostgresStorage {
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

fn key(row: &PgRow, table: &'static str) -> Result<StoredKey, StorageError> {
    let jwk: String = column(row, "key", table)?;
    let expires_at: String = column(row, "expires_at", table)?;
    Ok(StoredKey {
        kid: column(row, "id", table)?,
        jwk: row::json(&jwk, "key", table)?,
        created_at: plugin_keys::created_at(&expires_at, table)?,
    })
}
