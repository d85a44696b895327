//! A statement with its values, before it is known which database runs it.

use rusqlite::types::{ToSqlOutput, ValueRef};
use sqlx::{AssertSqlSafe, Postgres, SqlSafeStr, SqlStr, postgres::PgArguments, query::Query};

/// A value of a statement.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Value<'a> {
    Bytes(&'a [u8]),
    Text(&'a str),
    TextOrNull(Option<&'a str>),
    Integer(i64),
}

/// How many rows a statement may have to look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// A few, which an index leads to: done in microseconds.
    Few,
    /// Any number.
    Many,
}

/// SQL that both databases understand, and the values of `$1`, `$2`, ….
pub(crate) struct Statement<'a> {
    sql: SqlStr,
    values: Vec<Value<'a>>,
    reach: Reach,
}

impl<'a> Statement<'a> {
    pub(crate) fn new(sql: &'static str, values: impl IntoIterator<Item = Value<'a>>) -> Self {
        Self {
            sql: sql.into_sql_str(),
            values: values.into_iter().collect(),
            reach: Reach::Few,
        }
    }

    /// With SQL that was put together of pieces of ours: what comes from
    /// elsewhere is in `values`.
    pub(crate) fn composed(sql: String, values: Vec<Value<'a>>) -> Self {
        Self {
            sql: AssertSqlSafe(sql).into_sql_str(),
            values,
            reach: Reach::Few,
        }
    }

    /// The same, which may have to look at any number of rows.
    pub(crate) fn over_many(self) -> Self {
        Self {
            reach: Reach::Many,
            ..self
        }
    }

    pub(crate) fn reach(&self) -> Reach {
        self.reach
    }

    pub(crate) fn sql(&self) -> &str {
        self.sql.as_str()
    }

    /// The value of a parameter by its name: `$1` is the first.
    pub(crate) fn value(&self, parameter: &str) -> Option<Value<'a>> {
        let number: usize = parameter.strip_prefix('$')?.parse().ok()?;
        self.values.get(number.checked_sub(1)?).copied()
    }

    /// The query of PostgreSQL.
    pub(crate) fn into_query(self) -> Query<'a, Postgres, PgArguments> {
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

impl rusqlite::ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match *self {
            Value::Bytes(bytes) => ValueRef::Blob(bytes),
            Value::Text(text) | Value::TextOrNull(Some(text)) => ValueRef::Text(text.as_bytes()),
            Value::TextOrNull(None) => ValueRef::Null,
            Value::Integer(integer) => ValueRef::Integer(integer),
        }))
    }
}
