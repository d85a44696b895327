//! Looking at a database before it is opened.

use crate::{DatabaseLocation, Inspection, StorageError, migrations, postgres, sqlite};

/// Looks at the database at `location` and changes nothing.
///
/// # Errors
/// [`StorageError::Unavailable`] when it can't be reached,
/// [`StorageError::Query`] when it refuses, [`StorageError::Migration`] when
/// its record of migrations contradicts this version.
pub async fn inspect(location: &DatabaseLocation) -> Result<Inspection, StorageError> {
    match location {
        DatabaseLocation::SqliteMemory => {
            let pending = migrations::all(&migrations::sqlite());
            Ok(Inspection::missing(pending, None))
        }
        DatabaseLocation::SqliteFile(path) => sqlite::inspect(path).await,
        DatabaseLocation::Postgres(location) => postgres::inspect(location).await,
    }
}
