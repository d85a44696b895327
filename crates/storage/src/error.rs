//! What can go wrong with storage.

/// Why the database did not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StorageError {
    /// It can't be reached, or did not answer in time.
    #[error("the database is not available: {0}")]
    Unavailable(#[source] sqlx::Error),
    /// It answered with an error.
    #[error("the database refused: {0}")]
    Query(#[source] sqlx::Error),
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
