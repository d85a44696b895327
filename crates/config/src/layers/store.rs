//! Reading files, and remembering which.

use std::{
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::{
    document::{MAX_FILE_BYTES, Place, Source},
    problem::{Problem, Report},
};

/// No configuration has more files than this, includes counted each time.
const MAX_READS: usize = 500;

/// Every file read so far.
#[derive(Default)]
pub(super) struct Store {
    read: Vec<PathBuf>,
    missing: Vec<PathBuf>,
    reads: usize,
}

impl Store {
    /// A configuration file by its path, or nothing after a word to `report`.
    pub(super) fn open(&mut self, path: &Path, report: &Report) -> Option<Arc<Source>> {
        let name = display(path);
        match self.read(path) {
            Ok(text) => Some(Source::new(name, text)),
            Err(reason) => {
                let place = Place::of(&Source::named(name));
                let message = format!("this configuration file {reason}");
                report.unreadable(Problem::new(&place, "", message));
                None
            }
        }
    }

    /// The text of a file, or what is wrong with it: "does not exist", ….
    /// What is not UTF-8 is replaced, as Node.js does.
    pub(super) fn read(&mut self, path: &Path) -> Result<String, String> {
        self.reads += 1;
        if self.reads > MAX_READS {
            return Err(format!(
                "is one of more than {MAX_READS}; that many are not read"
            ));
        }
        let bytes = read_bounded(path);
        let list = match &bytes {
            Err(error) if error.kind() == io::ErrorKind::NotFound => &mut self.missing,
            _ => &mut self.read,
        };
        if !list.iter().any(|known| known == path) {
            list.push(path.to_owned());
        }
        let bytes = bytes.map_err(|error| reason(&error))?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// Remembers a file that may appear later.
    pub(super) fn note_missing(&mut self, path: PathBuf) {
        self.missing.push(path);
    }

    /// Those read, and those missing.
    pub(super) fn into_files(self) -> (Vec<PathBuf>, Vec<PathBuf>) {
        (self.read, self.missing)
    }
}

fn read_bounded(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?
        .take(MAX_FILE_BYTES + 1)
        .read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    Ok(bytes)
}

fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "does not exist".to_owned(),
        io::ErrorKind::PermissionDenied => "may not be read: permission denied".to_owned(),
        io::ErrorKind::IsADirectory => "is a directory".to_owned(),
        io::ErrorKind::FileTooLarge => {
            format!("is larger than {} MiB", MAX_FILE_BYTES / (1024 * 1024))
        }
        kind => format!("cannot be read: {kind}"),
    }
}

/// A path as a person would write it.
pub(super) fn display(path: &Path) -> String {
    path.strip_prefix("./")
        .unwrap_or(path)
        .display()
        .to_string()
}
