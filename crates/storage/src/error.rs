//! What can go wrong with storage.

/// Why the database did not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StorageError {
    /// It can't be reached, or did not answer in time. Trying again may help.
    #[error("the database is not available: {0}")]
    Unavailable(#[source] DatabaseError),
    /// It answered with an error.
    #[error("the database refused: {0}")]
    Query(#[source] DatabaseError),
    /// Its tables could not be brought to this version.
    #[error("the database could not be migrated: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// A row holds what this version can't read.
    #[error("a row of {table} can't be read: {reason}")]
    Corrupt {
        /// The table.
        table: &'static str,
        /// What is wrong, without the row's content.
        reason: String,
    },
}

/// What a database, or what it is kept in, said.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DatabaseError {
    /// PostgreSQL, or the way to it.
    #[error(transparent)]
    Postgres(#[from] sqlx::Error),
    /// SQLite.
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
    /// The filesystem.
    #[error(transparent)]
    File(#[from] std::io::Error),
    /// Those before took too long.
    #[error("no connection became free in time")]
    TimedOut,
}

impl StorageError {
    /// Tells an answer from the lack of one.
    pub(crate) fn of_query(error: impl Into<DatabaseError>) -> Self {
        let error = error.into();
        if error.is_unavailable() {
            Self::Unavailable(error)
        } else {
            Self::Query(error)
        }
    }
}

impl DatabaseError {
    fn is_unavailable(&self) -> bool {
        match self {
            Self::Postgres(error) => is_away(error),
            Self::Sqlite(error) => is_busy(error),
            Self::File(_) | Self::TimedOut => true,
        }
    }
}

fn is_away(error: &sqlx::Error) -> bool {
    use sqlx::Error as E;
    match error {
        E::Io(_) | E::Tls(_) | E::PoolTimedOut | E::PoolClosed | E::WorkerCrashed => true,
        E::Database(answer) => answer
            .try_downcast_ref::<sqlx::postgres::PgDatabaseError>()
            .is_some_and(|answer| is_unavailable_state(answer.code())),
        _ => false,
    }
}

/// SQLSTATE classes (PostgreSQL manual, appendix A) for "not now": 08
/// connection, 53 resources, 57 operator intervention (a cancelled statement,
/// a shutdown, a start), 55P03 lock not available.
fn is_unavailable_state(sqlstate: &str) -> bool {
    ["08", "53", "57", "55P03"]
        .iter()
        .any(|class| sqlstate.starts_with(class))
}

/// `SQLITE_BUSY` and `SQLITE_LOCKED`, whatever their extended code.
pub(crate) fn is_busy(error: &rusqlite::Error) -> bool {
    use rusqlite::ErrorCode::{DatabaseBusy, DatabaseLocked};
    matches!(
        error.sqlite_error_code(),
        Some(DatabaseBusy | DatabaseLocked)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cancelled_statement_is_unavailability_and_a_constraint_is_not() {
        assert!(is_unavailable_state("57014"));
        assert!(is_unavailable_state("08006"));
        assert!(is_unavailable_state("55P03"));
        assert!(!is_unavailable_state("55000"));
        assert!(!is_unavailable_state("23505"));
    }

    #[test]
    fn a_pool_with_nothing_free_is_unavailable() {
        let error = StorageError::of_query(sqlx::Error::PoolTimedOut);
        assert!(matches!(error, StorageError::Unavailable(_)));
        let error = StorageError::of_query(sqlx::Error::RowNotFound);
        assert!(matches!(error, StorageError::Query(_)));
    }
}
