//! Telling that a configuration file has changed.

use std::{
    collections::BTreeSet,
    fs::File,
    hash::{DefaultHasher, Hash, Hasher},
    io::Read,
    path::{Path, PathBuf},
    time::Duration,
};

use notify::{Config, EventKindMask, RecommendedWatcher, RecursiveMode, Watcher as _};
use tokio::{
    sync::{mpsc, watch as channel},
    task::JoinHandle,
    time::{Instant, sleep_until, timeout},
};

use crate::document::MAX_FILE_BYTES;

/// How long files must be quiet before a change is told.
const QUIET: Duration = Duration::from_millis(150);
/// The files are looked at this often even if the system tells nothing, as it
/// does on network file systems.
const POLL: Duration = Duration::from_secs(10);

/// Why files cannot be watched.
#[derive(Debug, thiserror::Error)]
#[error("configuration files cannot be watched for change")]
pub struct WatchError(#[from] notify::Error);

/// Tells when one of the files has other content than before. Dropping it ends
/// the watch.
#[derive(Debug)]
pub struct Watcher {
    files: Vec<PathBuf>,
    changes: channel::Receiver<u64>,
    task: JoinHandle<()>,
    _notify: RecommendedWatcher,
}

impl Watcher {
    /// Waits until a file has changed since the last call, several changes in a
    /// short time being one. `false` if there is nothing to wait for any more.
    /// May be cancelled without missing anything.
    pub async fn changed(&mut self) -> bool {
        self.changes.changed().await.is_ok()
    }

    /// Stands for what is in the files at this moment.
    #[must_use]
    pub fn content(&self) -> u64 {
        fingerprint(&self.files)
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Watches files, which need not exist yet. Must be called within a Tokio runtime.
///
/// It is their directories that are watched, and their content that is compared:
/// so a file that is replaced by renaming counts as changed, one behind a
/// symbolic link that is swapped (as Kubernetes does for a ConfigMap) too, and one
/// that is merely touched does not.
///
/// # Errors
///
/// When the system gives no means to watch.
pub fn watch(files: impl IntoIterator<Item = impl Into<PathBuf>>) -> Result<Watcher, WatchError> {
    let files: Vec<PathBuf> = files.into_iter().map(Into::into).collect();
    let (wake, woken) = mpsc::channel(1);
    let told = move |_: notify::Result<notify::Event>| {
        // A full channel will wake the task all the same.
        let _ = wake.try_send(());
    };
    let settings = Config::default().with_event_kinds(kinds());
    let mut notify = RecommendedWatcher::new(told, settings)?;
    for directory in directories(&files) {
        // What cannot be watched, or is not there yet, is polled.
        if let Err(error) = notify.watch(&directory, RecursiveMode::NonRecursive) {
            tracing::debug!(directory = %directory.display(), %error, "is polled for change");
        }
    }
    let (tell, changes) = channel::channel(0);
    let before = fingerprint(&files);
    Ok(Watcher {
        files: files.clone(),
        changes,
        task: tokio::spawn(run(files, before, woken, tell)),
        _notify: notify,
    })
}

/// What is worth being woken for. Not our own reading; and where the system tells
/// of the end of writing, not each write either, since a database or a log may be
/// in the same directory.
fn kinds() -> EventKindMask {
    let written = match cfg!(target_os = "linux") {
        true => EventKindMask::ACCESS_CLOSE,
        false => EventKindMask::MODIFY_DATA,
    };
    EventKindMask::CORE.difference(EventKindMask::MODIFY_DATA) | written
}

async fn run(
    files: Vec<PathBuf>,
    mut before: u64,
    mut woken: mpsc::Receiver<()>,
    tell: channel::Sender<u64>,
) {
    loop {
        let next_poll = Instant::now() + POLL;
        tokio::select! {
            event = woken.recv() => {
                if event.is_none() {
                    return;
                }
                // Until nothing has happened for a while, but not for ever.
                while Instant::now() < next_poll {
                    match timeout(QUIET, woken.recv()).await {
                        Ok(Some(())) => {}
                        Ok(None) => return,
                        Err(_) => break,
                    }
                }
            }
            () = sleep_until(next_poll) => {}
        }
        let now = fingerprint(&files);
        if now != before {
            before = now;
            tell.send_modify(|count| *count += 1);
        }
    }
}

/// The directories the files are in, and those their symbolic links lead to.
fn directories(files: &[PathBuf]) -> BTreeSet<PathBuf> {
    let real = files.iter().filter_map(|file| file.canonicalize().ok());
    files
        .iter()
        .cloned()
        .chain(real)
        .map(|file| match file.parent() {
            Some(parent) if parent != Path::new("") => parent.to_owned(),
            _ => PathBuf::from("."),
        })
        .collect()
}

/// Stands for the content of all files, and for which of them there are.
fn fingerprint(files: &[PathBuf]) -> u64 {
    let mut hasher = DefaultHasher::new();
    for file in files {
        content(file).hash(&mut hasher);
    }
    hasher.finish()
}

fn content(path: &Path) -> Option<Vec<u8>> {
    // A pipe would make us wait.
    let is_file = path.metadata().is_ok_and(|metadata| metadata.is_file());
    let mut bytes = Vec::new();
    File::open(path)
        .ok()
        .filter(|_| is_file)?
        .take(MAX_FILE_BYTES + 1)
        .read_to_end(&mut bytes)
        .ok()?;
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use std::{fs, io::Write as _, sync::mpsc};

    use super::*;

    #[cfg(target_os = "linux")]
    #[test]
    fn nothing_is_told_of_a_neighbour_until_it_is_closed() {
        let directory = tempfile::tempdir().unwrap();
        let neighbour = directory.path().join("database");
        let mut open = File::create(&neighbour).unwrap();
        let (told, events) = mpsc::channel();
        let settings = Config::default().with_event_kinds(kinds());
        let mut watcher = RecommendedWatcher::new(told, settings).unwrap();
        watcher
            .watch(directory.path(), RecursiveMode::NonRecursive)
            .unwrap();
        open.write_all(b"a page").unwrap();
        let _ = fs::read(&neighbour).unwrap();
        let changed = directory.path().join("app-config.yaml");
        fs::write(&changed, "a: 1").unwrap();
        let next = || events.recv().unwrap().unwrap();
        let (made, written) = (next(), next());
        assert!(made.kind.is_create() && made.paths == [changed.clone()]);
        assert!(written.kind.is_access() && written.paths == [changed]);
        drop(open);
        assert_eq!(next().paths, [neighbour]);
    }
}
