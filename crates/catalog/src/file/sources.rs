//! What a load looked at, to tell later whether it would find the same.

use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::error::FileCatalogError;
use super::expand::{Target, is_absent};

/// The largest file that is read.
pub(super) const MAX_FILE_SIZE: u64 = 64 * 1024 * 1024;

/// Targets with their matches, and files with their contents' hash.
#[derive(Debug, Default)]
pub(super) struct Sources {
    pub(super) targets: Vec<(Target, Vec<PathBuf>)>,
    pub(super) files: Vec<SourceFile>,
}

/// A file that was read, or that could not be.
#[derive(Debug)]
pub(super) struct SourceFile {
    pub(super) path: PathBuf,
    stamp: Option<Stamp>,
    hash: Option<u64>,
}

/// How closely to look for changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Check {
    /// At sizes and times.
    Stamps,
    /// At the contents.
    Contents,
}

#[derive(Debug, PartialEq, Eq)]
struct Stamp {
    length: u64,
    modified: Option<SystemTime>,
}

impl Sources {
    /// Whether a load now would see something else.
    pub(super) fn have_changed(&self, check: Check) -> bool {
        self.targets
            .iter()
            .any(|(target, matches)| target.files().unwrap_or_default() != *matches)
            || self.files.iter().any(|file| file.has_changed(check))
    }

    /// Reads a file and notes what it held.
    pub(super) fn read(&mut self, path: &Path) -> Result<Vec<u8>, FileCatalogError> {
        // Before the contents: what changes in between shows later.
        let stamp = Stamp::of(path);
        let contents = read(path);
        self.files.push(SourceFile {
            path: path.to_owned(),
            stamp,
            hash: contents.as_ref().ok().map(|contents| hash(contents)),
        });
        contents
    }
}

impl SourceFile {
    fn has_changed(&self, check: Check) -> bool {
        if self.stamp != Stamp::of(&self.path) {
            return true;
        }
        check == Check::Contents
            && self.hash != read(&self.path).ok().map(|contents| hash(&contents))
    }
}

impl Stamp {
    fn of(path: &Path) -> Option<Self> {
        let metadata = fs::metadata(path).ok()?;
        Some(Self {
            length: metadata.len(),
            modified: metadata.modified().ok(),
        })
    }
}

fn read(path: &Path) -> Result<Vec<u8>, FileCatalogError> {
    let unreadable = |error: std::io::Error| {
        let target = path.display().to_string();
        match is_absent(&error) {
            // It went while we looked.
            true => FileCatalogError::NotFound { target, by: None },
            false => FileCatalogError::Unreadable {
                file: path.to_owned(),
                error,
            },
        }
    };
    let mut contents = Vec::new();
    let file = File::open(path).map_err(unreadable)?;
    file.take(MAX_FILE_SIZE + 1)
        .read_to_end(&mut contents)
        .map_err(unreadable)?;
    if contents.len() as u64 > MAX_FILE_SIZE {
        return Err(FileCatalogError::TooMuch {
            file: path.to_owned(),
            what: "the bytes of this file",
            limit: MAX_FILE_SIZE,
        });
    }
    Ok(contents)
}

fn hash(contents: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    contents.hash(&mut hasher);
    hasher.finish()
}
