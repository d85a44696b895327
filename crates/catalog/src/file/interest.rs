//! Where to look for changes, and which of them matter.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};

use notify::Event;

use super::expand::Target;
use super::sources::Sources;

/// Directories to watch, and whether with all below them.
pub(super) fn directories(sources: &Sources) -> BTreeMap<PathBuf, bool> {
    let mut wanted = BTreeMap::new();
    let mut want = |directory: &Path, recursive: bool| {
        let existing = directory.ancestors().find(|path| path.is_dir());
        let Some(existing) = existing else { return };
        let recursive = recursive && existing == directory;
        *wanted.entry(existing.to_owned()).or_insert(false) |= recursive;
        // Tells when the directory itself is replaced.
        if let Some(parent) = existing.parent() {
            wanted.entry(parent.to_owned()).or_insert(false);
        }
    };
    for (target, _) in &sources.targets {
        match target {
            Target::File(path) => want(path.parent().unwrap_or(path), false),
            Target::Pattern { base, depth, .. } => want(base, *depth > 1),
        }
    }
    for file in &sources.files {
        for path in [Some(file.path.clone()), file.path.canonicalize().ok()] {
            if let Some(directory) = path.as_deref().and_then(Path::parent) {
                want(directory, false);
            }
        }
    }
    wanted
}

/// Which paths matter among all that change in watched directories.
#[derive(Default)]
pub(super) struct Interest {
    exact: HashSet<PathBuf>,
    below: Vec<PathBuf>,
}

impl Interest {
    pub(super) fn of(sources: &Sources) -> Self {
        let mut interest = Self::default();
        for (target, _) in &sources.targets {
            match target {
                Target::File(path) => interest.add(path),
                Target::Pattern { base, .. } => {
                    interest.add(base);
                    interest.below.push(base.clone());
                }
            }
        }
        for file in &sources.files {
            interest.add(&file.path);
        }
        interest
    }

    /// `path`, and every directory on the way to it. Where symbolic links are
    /// on the way, any of them may be swapped: so everything beside it.
    fn add(&mut self, path: &Path) {
        let real = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        if real != path {
            self.exact.extend(real.ancestors().map(Path::to_owned));
            self.below.extend(path.parent().map(Path::to_owned));
        }
        self.exact.extend(path.ancestors().map(Path::to_owned));
    }

    /// Whether `event` may change what a load finds.
    pub(super) fn includes(&self, event: &Event) -> bool {
        let is_included = |path: &PathBuf| {
            self.exact.contains(path) || self.below.iter().any(|base| path.starts_with(base))
        };
        event.need_rescan() || event.paths.is_empty() || event.paths.iter().any(is_included)
    }
}
