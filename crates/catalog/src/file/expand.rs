//! From a target, a path or a pattern, to files.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use globset::{GlobBuilder, GlobMatcher};

use super::error::FileCatalogError;

/// How deep `**` looks.
const MAX_DEPTH: usize = 32;
/// How many directory entries one pattern may look at.
const MAX_ENTRIES: usize = 200_000;

/// A target, understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Target {
    /// One file.
    File(PathBuf),
    /// All files that match.
    Pattern {
        /// The whole pattern.
        pattern: String,
        /// The directory before the first wildcard.
        base: PathBuf,
        /// How many levels below it a match can be.
        depth: usize,
    },
}

impl Target {
    /// A path that exists is that path, also with `[` in its name.
    pub(super) fn new(target: &Path) -> Self {
        let target = normalized(target);
        let is_wild = |component: &Component<'_>| {
            let text = component.as_os_str().to_string_lossy();
            text.contains(['*', '?', '[', '{'])
        };
        let fixed: PathBuf = target.components().take_while(|c| !is_wild(c)).collect();
        if fixed == target || target.exists() {
            return Self::File(target);
        }
        let pattern = target.to_string_lossy().into_owned();
        let levels = target.components().count() - fixed.components().count();
        Self::Pattern {
            depth: if pattern.contains("**") {
                MAX_DEPTH
            } else {
                levels
            },
            base: fixed,
            pattern,
        }
    }

    /// The files it stands for at this moment, sorted. None when the file is
    /// not there.
    ///
    /// # Errors
    /// When the pattern is malformed, a directory can't be read, or there is
    /// too much to look at.
    pub(super) fn files(&self) -> Result<Vec<PathBuf>, FileCatalogError> {
        match self {
            Self::File(path) if path.exists() => Ok(vec![path.clone()]),
            Self::File(_) => Ok(Vec::new()),
            Self::Pattern {
                pattern,
                base,
                depth,
            } => {
                let mut search = Search::new(pattern, base)?;
                search.directory(base, *depth)?;
                search.found.sort();
                Ok(search.found)
            }
        }
    }
}

struct Search {
    matcher: GlobMatcher,
    /// Whether the pattern asks for names that begin with a dot: `*` alone
    /// does not match them.
    hidden: bool,
    entries: usize,
    seen: HashSet<PathBuf>,
    found: Vec<PathBuf>,
}

impl Search {
    fn new(pattern: &str, base: &Path) -> Result<Self, FileCatalogError> {
        let glob = GlobBuilder::new(pattern)
            .literal_separator(true)
            .build()
            .map_err(|error| FileCatalogError::Pattern {
                target: pattern.to_owned(),
                reason: error.kind().to_string(),
            })?;
        Ok(Self {
            matcher: glob.compile_matcher(),
            hidden: Path::new(pattern)
                .components()
                .skip(base.components().count())
                .any(|component| component.as_os_str().to_string_lossy().starts_with('.')),
            entries: 0,
            seen: HashSet::new(),
            found: Vec::new(),
        })
    }

    fn directory(&mut self, directory: &Path, depth: usize) -> Result<(), FileCatalogError> {
        let unreadable = |error| FileCatalogError::Unreadable {
            file: directory.to_owned(),
            error,
        };
        let entries = match fs::read_dir(directory) {
            Err(error) if is_absent(&error) => return Ok(()),
            entries => entries.map_err(unreadable)?,
        };
        // Symbolic links can make a directory its own descendant.
        if !self
            .seen
            .insert(directory.canonicalize().map_err(unreadable)?)
        {
            return Ok(());
        }
        for entry in entries {
            let entry = entry.map_err(unreadable)?;
            self.entries += 1;
            if self.entries > MAX_ENTRIES {
                return Err(FileCatalogError::TooMuch {
                    file: directory.to_owned(),
                    what: "the directory entries that a pattern has to look at",
                    limit: MAX_ENTRIES as u64,
                });
            }
            if self.hidden || !entry.file_name().to_string_lossy().starts_with('.') {
                self.entry(&entry.path(), depth)?;
            }
        }
        Ok(())
    }

    fn entry(&mut self, path: &Path, depth: usize) -> Result<(), FileCatalogError> {
        // Follows links; one that leads nowhere is nothing.
        let Ok(metadata) = fs::metadata(path) else {
            return Ok(());
        };
        if metadata.is_dir() && depth > 1 {
            return self.directory(path, depth - 1);
        }
        if metadata.is_file() && self.matcher.is_match(path) {
            self.found.push(path.to_owned());
        }
        Ok(())
    }
}

/// Whether there simply is no such file or directory.
pub(super) fn is_absent(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    )
}

/// `path` without `.` and `..`, as Node's `path.normalize`.
pub(super) fn normalized(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                normal.pop();
            }
            other => normal.push(other),
        }
    }
    normal
}
