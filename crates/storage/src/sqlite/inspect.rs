//! Looking at a file without changing it.

use std::{
    io::{self, ErrorKind},
    path::Path,
};

use rusqlite::{Connection, OptionalExtension as _};

use super::{connect, migrate};
use crate::{Inspection, Obstacle, PendingMigration, StorageError, migrations};

/// What opening the file at `path` would find and do.
pub(crate) async fn inspect(path: &Path) -> Result<Inspection, StorageError> {
    let path = path.to_owned();
    let looking = tokio::task::spawn_blocking(move || look(&path)).await;
    looking.map_err(|lost| StorageError::of_query(io::Error::other(lost)))?
}

fn look(path: &Path) -> Result<Inspection, StorageError> {
    let migrator = migrations::sqlite();
    let obstacle = obstacle(path).map_err(StorageError::of_query)?;
    if !path.try_exists().map_err(StorageError::of_query)? {
        return Ok(Inspection::missing(migrations::all(&migrator), obstacle));
    }
    let connection = connect::onlooker(path).map_err(StorageError::of_query)?;
    let pending = if has_record(&connection).map_err(StorageError::of_query)? {
        let applied = migrate::applied(&connection)?;
        let pending = migrations::pending(&migrator, &applied)?;
        pending.into_iter().map(PendingMigration::from).collect()
    } else {
        migrations::all(&migrator)
    };
    Ok(Inspection {
        exists: true,
        pending,
        obstacle,
    })
}

fn has_record(connection: &Connection) -> rusqlite::Result<bool> {
    let sql = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?1";
    let found = connection.query_row(sql, [migrations::TABLE], |_| Ok(()));
    found.optional().map(|found| found.is_some())
}

/// SQLite writes the file, and makes its log beside it.
fn obstacle(path: &Path) -> io::Result<Option<Obstacle>> {
    let file = std::fs::OpenOptions::new().write(true).open(path);
    match file {
        Err(error) if error.kind() == ErrorKind::PermissionDenied => {
            return Ok(Some(Obstacle::NotWritable(path.to_owned())));
        }
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let directory = existing_directory(path);
    // A file without a name: nothing is left behind.
    Ok(match tempfile::tempfile_in(directory) {
        Ok(_) => None,
        Err(_) => Some(Obstacle::NotWritable(directory.to_owned())),
    })
}

/// The directory of `path`, or the nearest above it that is there.
fn existing_directory(path: &Path) -> &Path {
    let above = path.ancestors().skip(1);
    let named = above.filter(|directory| !directory.as_os_str().is_empty());
    let mut there = named.filter(|directory| directory.exists());
    there.next().unwrap_or(Path::new("."))
}
