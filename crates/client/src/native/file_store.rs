//! A session in a file that its owner alone can read.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
    time::Duration,
};

use async_trait::async_trait;
use tempfile::NamedTempFile;
use tokio::{task::spawn_blocking, time::timeout};

use super::{OpenSessionStore, SessionStore, StoredSession};
use crate::auth::AuthError;

/// How long another process may have the file to itself.
const PATIENCE: Duration = Duration::from_secs(60);
/// A larger file is none of ours.
const MAX_BYTES: u64 = 1024 * 1024;

/// Keeps a session in a file, which is replaced as a whole. Processes that use
/// the same file wait for each other.
#[derive(Debug, Clone)]
pub struct FileSessionStore {
    path: PathBuf,
}

impl FileSessionStore {
    /// In the file at `path`. Its folder is made when it is first written to.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

struct Open {
    path: PathBuf,
    /// Held until it is dropped.
    _lock: File,
}

#[async_trait]
impl SessionStore for FileSessionStore {
    async fn open(&self) -> Result<Box<dyn OpenSessionStore>, AuthError> {
        let path = self.path.clone();
        let locking = spawn_blocking(move || lock(&path).map(|lock| (path, lock)));
        let failed = |error| AuthError::local("the file of the session can't be opened", error);
        let too_long = |_| failed(io::Error::from(io::ErrorKind::TimedOut));
        let locked = timeout(PATIENCE, locking).await.map_err(too_long)?;
        let locked = locked.map_err(|error| failed(io::Error::other(error)))?;
        let (path, _lock) = locked.map_err(failed)?;
        Ok(Box::new(Open { path, _lock }))
    }
}

/// A file beside, since the file itself is replaced.
fn lock(path: &Path) -> io::Result<File> {
    if let Some(folder) = path.parent() {
        make_folder(folder)?;
    }
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).write(true);
    private(&mut options);
    let file = options.open(path.with_extension("lock"))?;
    file.lock()?;
    Ok(file)
}

#[cfg(unix)]
fn make_folder(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
}

#[cfg(not(unix))]
fn make_folder(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)
}

#[cfg(unix)]
fn private(options: &mut OpenOptions) {
    use std::os::unix::fs::OpenOptionsExt;
    options.mode(0o600);
}

/// Elsewhere the folder of the user is private.
#[cfg(not(unix))]
fn private(_: &mut OpenOptions) {}

impl OpenSessionStore for Open {
    fn read(&mut self) -> Result<Option<StoredSession>, AuthError> {
        let failed = |error: io::Error| AuthError::local("the session can't be read", error);
        match fs::metadata(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed(error)),
            Ok(data) if data.len() > MAX_BYTES => {
                return Err(failed(io::ErrorKind::FileTooLarge.into()));
            }
            Ok(_) => {}
        }
        let text = fs::read(&self.path).map_err(failed)?;
        // The parser's own words may show what it read.
        let not_ours = |_| {
            failed(io::Error::other(
                "it is not as it was written: sign in again",
            ))
        };
        serde_json::from_slice(&text).map(Some).map_err(not_ours)
    }

    fn write(&mut self, session: Option<&StoredSession>) -> Result<(), AuthError> {
        let written = match session {
            Some(session) => replace(&self.path, session),
            None => match fs::remove_file(&self.path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
                _ => Ok(()),
            },
        };
        written.map_err(|error| AuthError::local("the session can't be kept", error))
    }
}

/// The new file is complete before it is there, and private from its start.
fn replace(path: &Path, session: &StoredSession) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = NamedTempFile::new_in(folder)?;
    serde_json::to_writer(&mut file, session)?;
    file.flush()?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}
