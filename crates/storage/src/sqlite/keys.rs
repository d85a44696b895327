//! Public signing keys.

use async_trait::async_trait;
use sqlx::{query, sqlite::SqliteRow};

use super::SqliteStorage;
use crate::{
    SigningKeyStore, StorageError, StoredKey,
    row::{self, column, corrupt},
    sql_time,
};

struct Statements {
    table: &'static str,
    add: &'static str,
    list: &'static str,
    remove: &'static str,
}

macro_rules! statements {
    ($table:literal) => {
        Statements {
            table: $table,
            add: concat!(
                "INSERT INTO ",
                $table,
                " (kid, created_at, key) VALUES ($1, $2, $3)"
            ),
            list: concat!(
                "SELECT kid, CAST(created_at AS TEXT) AS created_at, key FROM ",
                $table,
                " ORDER BY created_at, kid"
            ),
            remove: concat!(
                "DELETE FROM ",
                $table,
                " WHERE kid IN (SELECT value FROM json_each($1))"
            ),
        }
    };
}

static OURS: Statements = statements!("stagedoor_signing_keys");
static BACKSTAGES: Statements = statements!("signing_keys");

#[async_trait]
impl SigningKeyStore for SqliteStorage {
    async fn add_key(&self, key: &StoredKey) -> Result<(), StorageError> {
        let query = query(self.key_statements().await?.add)
            .bind(&key.kid)
            .bind(sql_time::to_second(key.created_at))
            .bind(key.jwk.to_string());
        self.change(query).await.map(drop)
    }

    async fn list_keys(&self) -> Result<Vec<StoredKey>, StorageError> {
        let statements = self.key_statements().await?;
        let rows = self.read_all(query(statements.list)).await?;
        rows.iter().map(|row| key(row, statements.table)).collect()
    }

    async fn remove_keys(&self, kids: &[String]) -> Result<(), StorageError> {
        let query = query(self.key_statements().await?.remove)
            .bind(serde_json::Value::from(kids).to_string());
        self.change(query).await.map(drop)
    }
}

impl SqliteStorage {
    async fn key_statements(&self) -> Result<&'static Statements, StorageError> {
        let seen = self.look_for_backstage().await?;
        Ok(if seen.signing_keys {
            &BACKSTAGES
        } else {
            &OURS
        })
    }
}

fn key(row: &SqliteRow, table: &'static str) -> Result<StoredKey, StorageError> {
    let jwk: String = column(row, "key", table)?;
    let created_at: String = column(row, "created_at", table)?;
    Ok(StoredKey {
        kid: column(row, "kid", table)?,
        jwk: row::json(&jwk, "key", table)?,
        created_at: sql_time::parse(&created_at)
            .ok_or_else(|| corrupt(table, "created_at is not a time".into()))?,
    })
}
