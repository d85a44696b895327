//! Public signing keys.

use async_trait::async_trait;

use super::SqliteStorage;
use crate::{
    SigningKeyStore, StorageError, StoredKey,
    row::{self, Row, column, corrupt},
    sql_time,
    statement::{Statement, Value::Text},
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
        let add = self.key_statements().await?.add;
        let (created_at, jwk) = (sql_time::to_second(key.created_at), key.jwk.to_string());
        let values = [&key.kid, &created_at, &jwk].map(|text| Text(text));
        self.change(Statement::new(add, values)).await.map(drop)
    }

    async fn list_keys(&self) -> Result<Vec<StoredKey>, StorageError> {
        let statements = self.key_statements().await?;
        let list = Statement::new(statements.list, []);
        self.read(list, |row| key(row, statements.table)).await
    }

    async fn remove_keys(&self, kids: &[String]) -> Result<(), StorageError> {
        let remove = self.key_statements().await?.remove;
        let kids = serde_json::Value::from(kids).to_string();
        let remove = Statement::new(remove, [Text(&kids)]);
        self.change(remove).await.map(drop)
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

fn key(row: &impl Row, table: &'static str) -> Result<StoredKey, StorageError> {
    let jwk: String = column(row, "key", table)?;
    let created_at: String = column(row, "created_at", table)?;
    Ok(StoredKey {
        kid: column(row, "kid", table)?,
        jwk: row::json(&jwk, "key", table)?,
        created_at: sql_time::parse(&created_at)
            .ok_or_else(|| corrupt(table, "created_at is not a time".into()))?,
    })
}
