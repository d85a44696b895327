//! Reads all files, following Location entities from one to the next.

use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};
use std::thread;

use super::FileLocation;
use super::document::{Document, FoundEntity, FoundLocation, Reader};
use super::error::{CatalogWarning, FileCatalogError, Place};
use super::expand::Target;
use super::node::{self, SyntaxError};
use super::snapshot::Snapshot;
use super::sources::Sources;

/// How many Location entities may lead from one to the next.
const MAX_CHAIN: usize = 16;
/// Without optimization, each level of nesting takes some 40 KiB.
const STACK_SIZE: usize = 16 * 1024 * 1024;
const MAX_FILES: usize = 20_000;
const MAX_DOCUMENTS: usize = 5_000_000;

/// What a load looked at and what came of it.
pub(super) struct Attempt {
    pub(super) sources: Sources,
    pub(super) outcome: Result<Snapshot, FileCatalogError>,
}

/// Reads everything that `locations` lead to, with stack enough for the deepest
/// document that is allowed, whatever the caller has left of its own.
pub(super) fn load(locations: &[FileLocation]) -> Attempt {
    let failed = |error| Attempt {
        sources: Sources::default(),
        outcome: Err(FileCatalogError::NoThread { error }),
    };
    thread::scope(|scope| {
        thread::Builder::new()
            .name("catalog-load".to_owned())
            .stack_size(STACK_SIZE)
            .spawn_scoped(scope, || read_all(locations))
            .and_then(|thread| thread.join().map_err(|_| io::Error::other("it panicked")))
            .unwrap_or_else(failed)
    })
}

fn read_all(locations: &[FileLocation]) -> Attempt {
    let mut loader = Loader::default();
    let outcome = loader.locations(locations);
    Attempt {
        sources: loader.sources,
        outcome: outcome.map(|()| loader.entities.finish(loader.warnings)),
    }
}

#[derive(Default)]
struct Loader {
    sources: Sources,
    entities: Snapshot,
    warnings: Vec<CatalogWarning>,
    documents: usize,
    /// Files that have been read, without symbolic links.
    read: HashSet<PathBuf>,
    /// The files whose Location entities lead to the present one.
    chain: Vec<PathBuf>,
}

type Done = Result<(), FileCatalogError>;

impl Loader {
    fn locations(&mut self, locations: &[FileLocation]) -> Done {
        for FileLocation { target } in locations {
            if !target.is_absolute() {
                let target = target.display().to_string();
                return Err(FileCatalogError::NotAbsolute { target });
            }
            self.target(target, None, false)?;
        }
        Ok(())
    }

    /// Reads the files of one target, which a Location entity at `by` named.
    fn target(&mut self, target: &Path, by: Option<&Place>, optional: bool) -> Done {
        let target = Target::new(target);
        let files = target.files();
        let matches = files.as_ref().cloned().unwrap_or_default();
        self.sources.targets.push((target.clone(), matches));
        let files = files?;
        if files.is_empty() && !optional {
            self.nothing_at(target, by)?;
        }
        for file in files {
            self.file(&file, by)?;
        }
        Ok(())
    }

    fn nothing_at(&mut self, target: Target, by: Option<&Place>) -> Done {
        match target {
            Target::File(path) => Err(FileCatalogError::NotFound {
                target: path.display().to_string(),
                by: by.cloned(),
            }),
            Target::Pattern { pattern, .. } => {
                self.warnings.push(CatalogWarning::NoMatch { pattern });
                Ok(())
            }
        }
    }

    fn file(&mut self, file: &Path, by: Option<&Place>) -> Done {
        let identity = file.canonicalize().unwrap_or_else(|_| file.to_owned());
        if let (true, Some(place)) = (self.chain.contains(&identity), by) {
            return Err(FileCatalogError::Cycle {
                place: place.clone(),
                target: file.display().to_string(),
            });
        }
        if !self.read.insert(identity.clone()) {
            return Ok(());
        }
        if self.read.len() > MAX_FILES {
            return Err(too_much(file, "the catalog's files", MAX_FILES));
        }
        if self.chain.len() >= MAX_CHAIN {
            return Err(too_much(file, "the locations that lead here", MAX_CHAIN));
        }
        let contents = self.sources.read(file)?;
        self.chain.push(identity);
        self.documents(file, &contents)?;
        self.chain.pop();
        Ok(())
    }

    fn documents(&mut self, file: &Path, mut contents: &[u8]) -> Done {
        let reader = Reader { file };
        for document in node::documents(&mut contents) {
            self.documents += 1;
            if self.documents > MAX_DOCUMENTS {
                return Err(too_much(file, "the catalog's documents", MAX_DOCUMENTS));
            }
            let root = document.map_err(|error| syntax(file, error))?;
            match reader.read(&root)? {
                Document::Entity(found) => self.entity(found),
                Document::Location(location) => self.location(file, location)?,
                Document::Other => {}
            }
        }
        Ok(())
    }

    fn entity(&mut self, found: Box<FoundEntity>) {
        if let Err(first) = self.entities.add(&found) {
            self.warnings.push(CatalogWarning::Duplicate {
                entity_ref: found.entity_ref,
                place: found.place,
                first,
            });
        }
    }

    fn location(&mut self, file: &Path, location: FoundLocation) -> Done {
        if let Some(kind) = location.kind.filter(|kind| kind != "file") {
            let place = location.place;
            self.warnings
                .push(CatalogWarning::OtherLocation { place, kind });
            return Ok(());
        }
        let directory = file.parent().unwrap_or(file);
        for (target, place) in location.targets {
            self.target(&directory.join(target), Some(&place), location.optional)?;
        }
        Ok(())
    }
}

fn syntax(file: &Path, error: SyntaxError) -> FileCatalogError {
    let place = Place {
        file: file.to_owned(),
        line: error.line,
        column: error.column,
    };
    let message = error.message;
    FileCatalogError::Syntax { place, message }
}

fn too_much(file: &Path, what: &'static str, limit: usize) -> FileCatalogError {
    FileCatalogError::TooMuch {
        file: file.to_owned(),
        what,
        limit: limit as u64,
    }
}
