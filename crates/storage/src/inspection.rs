//! What opening a database would find and do, without doing it.

use std::path::PathBuf;

/// What opening a database would find and do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inspection {
    /// Whether the database is there. One that is not will be made.
    pub exists: bool,
    /// The migrations that would be run, in their order.
    pub pending: Vec<PendingMigration>,
    /// Why that would fail, as far as can be told without trying.
    pub obstacle: Option<Obstacle>,
}

/// A migration that has not been run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PendingMigration {
    /// Its number.
    pub version: i64,
    /// What it brings.
    pub description: String,
}

/// Why a database that can be reached can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Obstacle {
    /// The file or its directory belongs to someone else.
    #[error("{} can't be written by this user", .0.display())]
    NotWritable(PathBuf),
    /// The database is missing, and this user can't make it.
    #[error("the database does not exist, and this user may not create one")]
    MayNotCreateDatabase,
    /// The schema is missing, and is not to be made, or can't be.
    #[error("there is no schema to keep tables in, and this user may not create one")]
    MayNotCreateSchema,
    /// Tables are missing, and this user can't make them.
    #[error("tables are missing, and this user may not create them")]
    MayNotCreateTables,
}

impl Inspection {
    /// There is no database yet.
    pub(crate) fn missing(pending: Vec<PendingMigration>, obstacle: Option<Obstacle>) -> Self {
        Self {
            exists: false,
            pending,
            obstacle,
        }
    }
}
