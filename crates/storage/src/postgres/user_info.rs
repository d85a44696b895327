//! What `/v1/userinfo` answers from.

use async_trait::async_trait;
use jiff::Timestamp;
use sqlx::query;
use stagedoor_identity::EntityRef;

use super::PostgresStorage;
use crate::{
    StorageError, UserInfoStore,
    row::{self, column},
};

struct Statements {
    table: &'static str,
    put: &'static str,
    get: &'static str,
}

macro_rules! statements {
    ($table:literal) => {
        Statements {
            table: $table,
            put: concat!(
                "INSERT INTO ",
                $table,
                " (user_entity_ref, user_info, created_at, updated_at) VALUES ($1, $2, to_timestamp($3::bigint / 1000.0), to_timestamp($3::bigint / 1000.0)) \
                 ON CONFLICT (user_entity_ref) DO UPDATE \
                 SET user_info = excluded.user_info, updated_at = excluded.updated_at"
            ),
            get: concat!("SELECT user_info FROM ", $table, " WHERE user_entity_ref = $1"),
        }
    };
}

static OURS: Statements = statements!("stagedoor_user_info");
static BACKSTAGES: Statements = statements!("user_info");

#[async_trait]
impl UserInfoStore for PostgresStorage {
    async fn put_user_info(
        &self,
        user: &EntityRef,
        info: &serde_json::Value,
        now: Timestamp,
    ) -> Result<(), StorageError> {
        let query = query(self.user_info_statements().await?.put)
            .bind(user.as_str())
            .bind(info.to_string())
            .bind(now.as_millisecond());
        self.change(query).await.map(drop)
    }

    async fn user_info(&self, user: &EntityRef) -> Result<Option<serde_json::Value>, StorageError> {
        let statements = self.user_info_statements().await?;
        let query = query(statements.get).bind(user.as_str());
        let Some(row) = self.one(query).await? else {
            return Ok(None);
        };
        let info: String = column(&row, "user_info", statements.table)?;
        row::json(&info, "user_info", statements.table).map(Some)
    }
}

impl PostgresStorage {
    async fn user_info_statements(&self) -> Result<&'static Statements, StorageError> {
        let seen = self.look_for_backstage().await?;
        Ok(if seen.user_info { &BACKSTAGES } else { &OURS })
    }
}
