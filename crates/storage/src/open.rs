//! The one way in.

use std::sync::Arc;

use crate::{DatabaseLocation, PostgresStorage, SqliteStorage, Storage, StorageError};

/// Opens the database at `location` and brings its tables to this version.
/// Several processes may do so at once.
///
/// # Errors
/// [`StorageError::Unavailable`] when it can't be reached,
/// [`StorageError::Migration`] when its tables can't be made.
pub async fn open(location: &DatabaseLocation) -> Result<Arc<dyn Storage>, StorageError> {
    Ok(match location {
        DatabaseLocation::SqliteMemory => Arc::new(SqliteStorage::open_memory().await?),
        DatabaseLocation::SqliteFile(path) => Arc::new(SqliteStorage::open_file(path).await?),
        DatabaseLocation::Postgres(location) => Arc::new(PostgresStorage::open(location).await?),
    })
}
