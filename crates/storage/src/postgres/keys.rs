//! Public signing keys.

use async_trait::async_trait;
use sqlx::{postgres::PgRow, query};

use super::PostgresStorage;
use crate::{
    SigningKeyStore, StorageError, StoredKey,
    row::{self, column},
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
                " (kid, created_at, key) VALUES ($1, to_timestamp($2::bigint), $3)"
            ),
            list: concat!(
                "SELECT kid, key, CASE WHEN isfinite(created_at) \
                 THEN (extract(epoch FROM created_at) * 1000)::bigint END AS created_at FROM ",
                $table,
                " ORDER BY created_at, kid"
            ),
            remove: concat!("DELETE FROM ", $table, " WHERE kid = ANY ($1)"),
        }
    };
}

static OURS: Statements = statements!("stagedoor_signing_keys");
static BACKSTAGES: Statements = statements!("signing_keys");

#[async_trait]
impl SigningKeyStore for PostgresStorage {
    async fn add_key(&self, key: &StoredKey) -> Result<(), StorageError> {
        let query = query(self.key_statements().await?.add)
            .bind(&key.kid)
            .bind(key.created_at.as_second())
            .bind(key.jwk.to_string());
        self.change(query).await.map(drop)
    }

    async fn list_keys(&self) -> Result<Vec<StoredKey>, StorageError> {
        let statements = self.key_statements().await?;
        let rows = self.all(query(statements.list)).await?;
        rows.iter().map(|row| key(row, statements.table)).collect()
    }

    async fn remove_keys(&self, kids: &[String]) -> Result<(), StorageError> {
        let query = query(self.key_statements().await?.remove).bind(kids);
        self.change(query).await.map(drop)
    }
}

impl PostgresStorage {
    async fn key_statements(&self) -> Result<&'static Statements, StorageError> {
        let seen = self.look_for_backstage().await?;
        Ok(if seen.signing_keys {
            &BACKSTAGES
        } else {
            &OURS
        })
    }
}

fn key(row: &PgRow, table: &'static str) -> Result<StoredKey, StorageError> {
    let jwk: String = column(row, "key", table)?;
    let created_at: i64 = column(row, "created_at", table)?;
    Ok(StoredKey {
        kid: column(row, "kid", table)?,
        jwk: row::json(&jwk, "key", table)?,
        created_at: row::timestamp(created_at, "created_at", table)?,
    })
}
