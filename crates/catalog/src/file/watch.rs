//! Reads the files again when they change.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, PoisonError};
use std::thread;
use std::time::Duration;

use notify::{Config, Event, EventKind, EventKindMask, RecommendedWatcher, RecursiveMode, Watcher};

use super::error::FileCatalogError;
use super::interest::{Interest, directories};
use super::sources::Check;
use super::{CatalogStatus, FileCatalog};

/// How many times in a row a change may put off the load.
const MAX_QUIET_ROUNDS: usize = 10;
/// How many times in a row new directories may lead to yet another load.
const MAX_FOLLOW_UPS: usize = 4;

/// How to watch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct WatchSettings {
    /// How long files must have been left alone before they are read; at most
    /// ten times as long is waited.
    pub quiet: Duration,
    /// How often to look at sizes and times regardless: network file systems
    /// don't tell of changes.
    pub patrol: Duration,
}

impl Default for WatchSettings {
    fn default() -> Self {
        Self {
            quiet: Duration::from_millis(100),
            patrol: Duration::from_secs(30),
        }
    }
}

/// Keeps a [`FileCatalog`] up to date until it is dropped.
#[derive(Debug)]
#[must_use = "the catalog is no longer watched when this is dropped"]
pub struct CatalogWatch(Sender<Message>);

enum Message {
    Changed(Event),
    Stop,
}

impl CatalogWatch {
    pub(super) fn start(
        catalog: Arc<FileCatalog>,
        settings: WatchSettings,
    ) -> Result<Self, FileCatalogError> {
        let failed = |error: &dyn std::error::Error| FileCatalogError::Watch {
            reason: error.to_string(),
        };
        let (sender, messages) = mpsc::channel();
        let changes = sender.clone();
        let told = move |event: notify::Result<Event>| {
            // An error such as an overflowing queue may hide a change.
            let event = event.unwrap_or_else(|_| Event::new(EventKind::Any));
            // Nobody listens any more: the watch is being dropped.
            let _ = changes.send(Message::Changed(event));
        };
        let kinds = Config::default().with_event_kinds(kinds());
        let watcher = RecommendedWatcher::new(told, kinds).map_err(|error| failed(&error))?;
        let worker = Worker {
            catalog,
            settings,
            messages,
            watcher,
            watched: BTreeMap::new(),
            interest: Interest::default(),
        };
        thread::Builder::new()
            .name("catalog-watch".to_owned())
            .spawn(move || worker.run())
            .map_err(|error| failed(&error))?;
        Ok(Self(sender))
    }
}

impl Drop for CatalogWatch {
    fn drop(&mut self) {
        // When the thread is gone already, that is what is wanted.
        let _ = self.0.send(Message::Stop);
    }
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

struct Worker {
    catalog: Arc<FileCatalog>,
    settings: WatchSettings,
    messages: Receiver<Message>,
    watcher: RecommendedWatcher,
    watched: BTreeMap<PathBuf, bool>,
    interest: Interest,
}

impl Worker {
    fn run(mut self) {
        // Something may have changed between the load and this moment.
        self.look(Check::Contents);
        loop {
            match self.messages.recv_timeout(self.settings.patrol) {
                Ok(Message::Changed(event)) => {
                    let relevant = self.interest.includes(&event);
                    match self.wait_for_quiet(relevant) {
                        Some(true) => self.look(Check::Contents),
                        Some(false) => {}
                        None => return,
                    }
                }
                Err(RecvTimeoutError::Timeout) => self.look(Check::Stamps),
                Ok(Message::Stop) | Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    /// Whether anything relevant happened until nothing happened any more;
    /// none when told to stop.
    fn wait_for_quiet(&self, mut relevant: bool) -> Option<bool> {
        for _ in 0..MAX_QUIET_ROUNDS {
            if !relevant {
                break;
            }
            thread::sleep(self.settings.quiet);
            let mut quiet = true;
            for message in self.messages.try_iter() {
                let Message::Changed(event) = message else {
                    return None;
                };
                quiet &= !self.interest.includes(&event);
                relevant |= !quiet;
            }
            if quiet {
                break;
            }
        }
        Some(relevant)
    }

    fn look(&mut self, check: Check) {
        self.watch_sources();
        for _ in 0..MAX_FOLLOW_UPS {
            if self.catalog.has_changed(check) {
                self.reload();
            }
            // A file may have come into a directory before it was watched.
            if !self.watch_sources() {
                break;
            }
        }
    }

    fn reload(&self) {
        match self.catalog.reload() {
            Ok(()) => {
                let status: CatalogStatus = self.catalog.status();
                for warning in &*status.warnings {
                    tracing::warn!("{warning}");
                }
                let CatalogStatus {
                    generation,
                    users,
                    groups,
                    ..
                } = status;
                tracing::info!(
                    generation,
                    users,
                    groups,
                    "the catalog files changed and were read"
                );
            }
            Err(error) => {
                let place = error.place();
                tracing::error!(
                    file = place.map(|place| tracing::field::display(place.file.display())),
                    line = place.map(|place| place.line),
                    column = place.map(|place| place.column),
                    "the catalog files can't be used, the last good state serves on: {error}"
                );
            }
        }
    }

    /// Watches every directory in which a change could matter. Whether a new
    /// one is among them.
    fn watch_sources(&mut self) -> bool {
        let sources = &self.catalog.sources;
        let sources = sources.lock().unwrap_or_else(PoisonError::into_inner);
        let wanted = directories(&sources);
        self.interest = Interest::of(&sources);
        drop(sources);
        let mut is_new = false;
        for (directory, &recursive) in &wanted {
            let mode = match recursive {
                true => RecursiveMode::Recursive,
                false => RecursiveMode::NonRecursive,
            };
            // Also those that are watched: the directory of that name may be
            // another by now.
            match self.watcher.watch(directory, mode) {
                Ok(()) => is_new |= self.watched.get(directory) != Some(&recursive),
                Err(error) => tracing::debug!(%error, "a directory can't be watched"),
            }
        }
        for gone in self
            .watched
            .keys()
            .filter(|path| !wanted.contains_key(*path))
        {
            // It may have been deleted.
            let _ = self.watcher.unwatch(gone);
        }
        self.watched = wanted;
        is_new
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, io::Write as _};

    use notify::event::ModifyKind;

    use super::*;

    #[cfg(target_os = "linux")]
    #[test]
    fn nothing_is_told_of_a_neighbour_that_is_written_and_not_closed() {
        let directory = tempfile::tempdir().unwrap();
        let neighbour = directory.path().join("database");
        let mut open = fs::File::create(&neighbour).unwrap();
        let (told, events) = mpsc::channel();
        let settings = Config::default().with_event_kinds(kinds());
        let mut watcher = RecommendedWatcher::new(told, settings).unwrap();
        watcher
            .watch(directory.path(), RecursiveMode::NonRecursive)
            .unwrap();
        open.write_all(b"a page").unwrap();
        let file = directory.path().join("catalog.yaml");
        fs::rename(&neighbour, &file).unwrap();
        let event = events.recv().unwrap().unwrap();
        let renamed = matches!(event.kind, EventKind::Modify(ModifyKind::Name(_)));
        assert!(renamed, "{event:?}");
        assert_eq!(event.paths[0], neighbour);
    }
}
