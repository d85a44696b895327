//! What is wrong with catalog files, and where.

use std::fmt;
use std::io;
use std::path::PathBuf;

use stagedoor_identity::{EntityRef, EntityRefError};

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file.
    pub file: PathBuf,
    /// The line, from 1; 0 when it is not known.
    pub line: u64,
    /// The column, from 1; 0 when it is not known.
    pub column: u64,
}

/// As compilers write it: `file:line:column`.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (file, line, column) = (self.file.display(), self.line, self.column);
        match line {
            0 => write!(f, "{file}"),
            _ => write!(f, "{file}:{line}:{column}"),
        }
    }
}

/// Why catalog files can't be served.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FileCatalogError {
    /// A file that is named does not exist.
    #[error("{target}: there is no such file; create it, or correct {}", named_by(.by))]
    NotFound {
        /// The file.
        target: String,
        /// The Location entity that names it; none when the configuration does.
        by: Option<Place>,
    },
    /// The configuration must give absolute paths.
    #[error("catalog location {target}: the path must be absolute")]
    NotAbsolute {
        /// The path.
        target: String,
    },
    /// A file or directory could not be read.
    #[error("{}: {error}; make it readable for this process", .file.display())]
    Unreadable {
        /// The file or directory.
        file: PathBuf,
        /// Why.
        #[source]
        error: io::Error,
    },
    /// A glob pattern is malformed.
    #[error("{target}: not a valid pattern: {reason}")]
    Pattern {
        /// The pattern.
        target: String,
        /// Why.
        reason: String,
    },
    /// A file is no YAML, or nested too deep, or expands to too much.
    #[error("{place}: {message}")]
    Syntax {
        /// Where.
        place: Place,
        /// What the parser says.
        message: String,
    },
    /// A document is no valid entity.
    #[error("{place}: {what}")]
    Invalid {
        /// Where.
        place: Place,
        /// What is wrong.
        what: Invalid,
    },
    /// Location entities name each other in a circle.
    #[error(
        "{place}: this location leads back to {target}, which it came from; remove one of them"
    )]
    Cycle {
        /// Where.
        place: Place,
        /// The file that would be read again.
        target: String,
    },
    /// There is more than a catalog may hold.
    #[error("{}: {what} exceed the limit of {limit}", .file.display())]
    TooMuch {
        /// The file or directory with which there was too much.
        file: PathBuf,
        /// Too much of what.
        what: &'static str,
        /// The most that is read.
        limit: u64,
    },
    /// The thread that reads the files did not start or did not finish.
    #[error("the catalog files could not be read: {error}")]
    NoThread {
        /// Why.
        #[source]
        error: io::Error,
    },
    /// The operating system can't watch files.
    #[error("the catalog files can't be watched for changes: {reason}")]
    Watch {
        /// Why.
        reason: String,
    },
}

/// What makes a document no valid entity.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Invalid {
    /// The document is no mapping.
    #[error("expected an entity with apiVersion, kind and metadata")]
    NotAnEntity,
    /// Something that must be there is not.
    #[error("{field} is missing")]
    Missing {
        /// What.
        field: &'static str,
    },
    /// Something has the wrong type.
    #[error("{field} must be {expected}")]
    Type {
        /// What.
        field: String,
        /// Of what type it must be.
        expected: &'static str,
    },
    /// A kind in the wrong letter case.
    #[error("kind {kind:?} is not known, write {expected:?}")]
    Kind {
        /// What is written.
        kind: String,
        /// What is probably meant.
        expected: &'static str,
    },
    /// An `apiVersion` that these kinds don't have.
    #[error("apiVersion {version:?} is not known, write \"backstage.io/v1alpha1\"")]
    ApiVersion {
        /// What is written.
        version: String,
    },
    /// A name with other characters than Backstage allows.
    #[error(
        "metadata.name {name:?} is not valid: 1 to 63 of a-z, A-Z, 0-9, '-', '_' and '.', \
         beginning and ending with a letter or digit"
    )]
    Name {
        /// The name.
        name: String,
    },
    /// A namespace with other characters than Backstage allows.
    #[error(
        "metadata.namespace {namespace:?} is not valid: 1 to 63 of a-z, 0-9 and '-', \
         beginning and ending with a letter or digit"
    )]
    Namespace {
        /// The namespace.
        namespace: String,
    },
    /// A ref that is none.
    #[error("{field}: {error}")]
    Ref {
        /// Where it stands.
        field: &'static str,
        /// What is wrong with it.
        error: EntityRefError,
    },
}

impl FileCatalogError {
    /// Where the error is, when it is in a file.
    #[must_use]
    pub fn place(&self) -> Option<&Place> {
        match self {
            Self::Syntax { place, .. }
            | Self::Invalid { place, .. }
            | Self::Cycle { place, .. } => Some(place),
            Self::NotFound { by, .. } => by.as_ref(),
            _ => None,
        }
    }
}

fn named_by(by: &Option<Place>) -> String {
    match by {
        Some(place) => format!("the location at {place}"),
        None => "catalog.locations".to_owned(),
    }
}

/// What deserves attention in files that can be served.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CatalogWarning {
    /// Two entities have one ref: the first is served.
    #[error("{place}: {entity_ref} is also defined at {first}, which is the one that counts")]
    Duplicate {
        /// The ref.
        entity_ref: EntityRef,
        /// Where the entity is that does not count.
        place: Place,
        /// Where the entity is that counts.
        first: Place,
    },
    /// A pattern matches no file.
    #[error("{pattern}: no file matches this pattern")]
    NoMatch {
        /// The pattern.
        pattern: String,
    },
    /// A Location entity that does not name files.
    #[error("{place}: locations of type {kind:?} are not read, only those of type \"file\"")]
    OtherLocation {
        /// Where.
        place: Place,
        /// Its `spec.type`.
        kind: String,
    },
}
