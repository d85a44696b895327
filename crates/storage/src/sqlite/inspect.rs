//! Looking at a file without changing it.

use std::{
    io::{self, ErrorKind},
    path::Path,
};

use sqlx::{ConnectOptions, Connection, SqliteConnection};

use super::connect;
use crate::{Inspection, Obstacle, StorageError, migrations};

/// What opening the file at `path` would find and do.
pub(crate) async fn inspect(path: &Path) -> Result<Inspection, StorageError> {
    let migrator = migrations::sqlite();
    let obstacle = obstacle(path).await.map_err(StorageError::of_io)?;
    let there = tokio::fs::try_exists(path).await;
    if !there.map_err(StorageError::of_io)? {
        return Ok(Inspection::missing(migrations::all(&migrator), obstacle));
    }
    let options = connect::options().filename(path).read_only(true);
    let connection = options.connect().await;
    let mut connection = connection.map_err(StorageError::of_query)?;
    let pending = if has_record(&mut connection).await? {
        migrations::pending(&migrator, &mut connection).await?
    } else {
        migrations::all(&migrator)
    };
    connection.close().await.map_err(StorageError::of_query)?;
    Ok(Inspection {
        exists: true,
        pending,
        obstacle,
    })
}

async fn has_record(connection: &mut SqliteConnection) -> Result<bool, StorageError> {
    let found = sqlx::query("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?")
        .bind(migrations::TABLE)
        .fetch_optional(connection)
        .await;
    Ok(found.map_err(StorageError::of_query)?.is_some())
}

/// SQLite writes the file, and makes its log beside it.
async fn obstacle(path: &Path) -> io::Result<Option<Obstacle>> {
    let file = tokio::fs::OpenOptions::new().write(true).open(path).await;
    match file {
        Err(error) if error.kind() == ErrorKind::PermissionDenied => {
            return Ok(Some(Obstacle::NotWritable(path.to_owned())));
        }
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let directory = existing_directory(path).to_owned();
    let tried = directory.clone();
    // A file without a name: nothing is left behind.
    let writable = tokio::task::spawn_blocking(move || tempfile::tempfile_in(tried));
    Ok(match writable.await.map_err(io::Error::other)? {
        Ok(_) => None,
        Err(_) => Some(Obstacle::NotWritable(directory)),
    })
}

/// The directory of `path`, or the nearest above it that is there.
fn existing_directory(path: &Path) -> &Path {
    let above = path.ancestors().skip(1);
    let named = above.filter(|directory| !directory.as_os_str().is_empty());
    let mut there = named.filter(|directory| directory.exists());
    there.next().unwrap_or(Path::new("."))
}
