//! A statement with its values, before it is known which database runs it.

use sqlx::{AssertSqlSafe, Database, Encode, SqlSafeStr, SqlStr, Type};

/// A query of one database.
pub(crate) type Query<'q, DB> = sqlx::query::Query<'q, DB, <DB as Database>::Arguments>;

/// A value of a statement.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Value<'a> {
    Bytes(&'a [u8]),
    Text(&'a str),
    TextOrNull(Option<&'a str>),
    Integer(i64),
}

/// SQL that both databases understand, and the values of `$1`, `$2`, ….
pub(crate) struct Statement<'a> {
    sql: SqlStr,
    values: Vec<Value<'a>>,
}

impl<'a> Statement<'a> {
    pub(crate) fn new(sql: &'static str, values: impl IntoIterator<Item = Value<'a>>) -> Self {
        Self {
            sql: sql.into_sql_str(),
            values: values.into_iter().collect(),
        }
    }

    /// With SQL that was put together of pieces of ours: what comes from
    /// elsewhere is in `values`.
    pub(crate) fn composed(sql: String, values: Vec<Value<'a>>) -> Self {
        Self {
            sql: AssertSqlSafe(sql).into_sql_str(),
            values,
        }
    }

    /// The query of one database.
    pub(crate) fn into_query<DB>(self) -> Query<'a, DB>
    where
        DB: Database,
        &'a [u8]: Encode<'a, DB> + Type<DB>,
        &'a str: Encode<'a, DB> + Type<DB>,
        Option<&'a str>: Encode<'a, DB> + Type<DB>,
        i64: Encode<'a, DB> + Type<DB>,
    {
        let query = sqlx::query(self.sql);
        self.values
            .into_iter()
            .fold(query, |query, value| match value {
                Value::Bytes(bytes) => query.bind(bytes),
                Value::Text(text) => query.bind(text),
                Value::TextOrNull(text) => query.bind(text),
                Value::Integer(integer) => query.bind(integer),
            })
    }
}
