//! What `/v1/userinfo` answers from.

use async_trait::async_trait;
use jiff::Timestamp;
use stagedoor_identity::EntityRef;

use super::SqliteStorage;
use crate::{
    StorageError, UserInfoStore,
    row::{self, column},
    sql_time,
    statement::{Statement, Value::Text},
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
                " (user_entity_ref, user_info, created_at, updated_at) VALUES ($1, $2, $3, $4) \
                 ON CONFLICT (user_entity_ref) DO UPDATE \
                 SET user_info = excluded.user_info, updated_at = excluded.updated_at"
            ),
            get: concat!(
                "SELECT user_info FROM ",
                $table,
                " WHERE user_entity_ref = $1"
            ),
        }
    };
}

static OURS: Statements = statements!("stagedoor_user_info");
static BACKSTAGES: Statements = statements!("user_info");

#[async_trait]
impl UserInfoStore for SqliteStorage {
    async fn put_user_info(
        &self,
        user: &EntityRef,
        info: &serde_json::Value,
        now: Timestamp,
    ) -> Result<(), StorageError> {
        let put = self.user_info_statements().await?.put;
        let info = info.to_string();
        let (second, millisecond) = (sql_time::to_second(now), sql_time::to_millisecond(now));
        let values = [user.as_str(), &info, &second, &millisecond].map(Text);
        self.change(Statement::new(put, values)).await.map(drop)
    }

    async fn user_info(&self, user: &EntityRef) -> Result<Option<serde_json::Value>, StorageError> {
        let statements = self.user_info_statements().await?;
        let get = Statement::new(statements.get, [Text(user.as_str())]);
        let found = self.read(get, |row| {
            let info: String = column(row, "user_info", statements.table)?;
            row::json(&info, "user_info", statements.table)
        });
        Ok(found.await?.pop())
    }
}

impl SqliteStorage {
    async fn user_info_statements(&self) -> Result<&'static Statements, StorageError> {
        let seen = self.look_for_backstage().await?;
        Ok(if seen.user_info { &BACKSTAGES } else { &OURS })
    }
}
