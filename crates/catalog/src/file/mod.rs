//! A catalog in YAML files, in Backstage's format (contract §10).

mod document;
mod error;
mod expand;
mod index;
mod interest;
mod loader;
mod names;
mod node;
mod relations;
mod snapshot;
mod sources;
mod terms;
mod watch;

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use async_trait::async_trait;
use stagedoor_identity::EntityRef;

pub use error::{CatalogWarning, FileCatalogError, Invalid, Place};
pub use watch::{CatalogWatch, WatchSettings};

use crate::{Catalog, CatalogError, Entity, EntityFilter};
use loader::Attempt;
use snapshot::Snapshot;
use sources::{Check, Sources};

/// Where entities are: an entry of `catalog.locations` with `type: file`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileLocation {
    /// The absolute path of a YAML file, or a glob pattern (`*`, `**`, `?`,
    /// `[…]`, `{…}`) for several.
    pub target: PathBuf,
}

impl FileLocation {
    /// The location of one file or pattern.
    #[must_use]
    pub fn new(target: impl Into<PathBuf>) -> Self {
        let target = target.into();
        Self { target }
    }
}

/// User and Group entities from YAML files, all in memory.
///
/// Every look-up is by hash: it takes microseconds however many users there
/// are. [`FileCatalog::watch`] keeps it up to date; a file that can't be read
/// then leaves the last good state in place.
///
/// ```
/// use stagedoor_catalog::{Catalog, EntityFilter, FileCatalog, FileLocation};
///
/// # let directory = tempfile::tempdir()?;
/// let file = directory.path().join("users.yaml");
/// std::fs::write(&file, "
/// apiVersion: backstage.io/v1alpha1
/// kind: User
/// metadata: {name: jane}
/// spec: {profile: {email: jane@example.com}, memberOf: [team-a]}
/// ")?;
/// let catalog = FileCatalog::load(vec![FileLocation::new(file)])?;
/// # let runtime = tokio::runtime::Builder::new_current_thread().build()?;
/// # runtime.block_on(async {
/// let filter = EntityFilter::all_of([("spec.profile.email", "Jane@example.com")]);
/// let found = catalog.entities_by_filter(&filter).await?;
/// assert_eq!(found[0].relations[0].target_ref, "group:default/team-a");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct FileCatalog {
    locations: Vec<FileLocation>,
    snapshot: ArcSwap<Snapshot>,
    /// What the last attempt looked at; held while loading, so that there is
    /// one load at a time.
    sources: Mutex<Sources>,
    status: tokio::sync::watch::Sender<CatalogStatus>,
}

/// How a [`FileCatalog`] is doing.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct CatalogStatus {
    /// How many times the entities have been loaded: 1 at first, one more with
    /// every change.
    pub generation: u64,
    /// How many users there are.
    pub users: usize,
    /// How many groups there are.
    pub groups: usize,
    /// What deserves attention in the files being served.
    pub warnings: Arc<[CatalogWarning]>,
    /// Why the files as they are now can't be served, when they can't: then an
    /// earlier state of them is.
    pub problem: Option<Arc<FileCatalogError>>,
}

impl FileCatalog {
    /// Reads all files. Blocks while it does.
    ///
    /// # Errors
    /// When a location's file does not exist, can't be read, or holds something
    /// that is no valid entity. A pattern without matches is only a warning.
    pub fn load(locations: Vec<FileLocation>) -> Result<Self, FileCatalogError> {
        let Attempt { sources, outcome } = loader::load(&locations);
        let snapshot = outcome?;
        let (status, _) = tokio::sync::watch::channel(CatalogStatus::default());
        let catalog = Self {
            locations,
            snapshot: ArcSwap::from_pointee(Snapshot::default()),
            sources: Mutex::new(sources),
            status,
        };
        catalog.publish(snapshot);
        Ok(catalog)
    }

    /// Reads all files again and serves them. Blocks while it does.
    ///
    /// # Errors
    /// As [`FileCatalog::load`]; then the last good state serves on.
    pub fn reload(&self) -> Result<(), Arc<FileCatalogError>> {
        let mut sources = self.sources.lock().unwrap_or_else(PoisonError::into_inner);
        let attempt = loader::load(&self.locations);
        *sources = attempt.sources;
        match attempt.outcome {
            Ok(snapshot) => {
                self.publish(snapshot);
                Ok(())
            }
            Err(error) => {
                let problem = Arc::new(error);
                self.status
                    .send_modify(|status| status.problem = Some(Arc::clone(&problem)));
                Err(problem)
            }
        }
    }

    /// How the catalog is doing.
    #[must_use]
    pub fn status(&self) -> CatalogStatus {
        self.status.borrow().clone()
    }

    /// The status and every change of it.
    #[must_use]
    pub fn subscribe(&self) -> tokio::sync::watch::Receiver<CatalogStatus> {
        self.status.subscribe()
    }

    /// Keeps the catalog up to date, for as long as the answer is kept: a
    /// thread reads the files again whenever one changes, appears or goes.
    ///
    /// # Errors
    /// When the operating system can't watch files.
    pub fn watch(
        self: Arc<Self>,
        settings: WatchSettings,
    ) -> Result<CatalogWatch, FileCatalogError> {
        CatalogWatch::start(self, settings)
    }

    fn publish(&self, snapshot: Snapshot) {
        let [users, groups] = [snapshot.users, snapshot.groups];
        let warnings = Arc::clone(&snapshot.warnings);
        self.snapshot.store(Arc::new(snapshot));
        self.status.send_modify(|status| {
            *status = CatalogStatus {
                generation: status.generation + 1,
                users,
                groups,
                warnings,
                problem: None,
            };
        });
    }

    fn has_changed(&self, check: Check) -> bool {
        let sources = self.sources.lock().unwrap_or_else(PoisonError::into_inner);
        sources.have_changed(check)
    }
}

/// Without the entities: there may be very many.
impl fmt::Debug for FileCatalog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileCatalog")
            .field("locations", &self.locations)
            .field("status", &*self.status.borrow())
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl Catalog for FileCatalog {
    async fn entity_by_ref(&self, entity_ref: &EntityRef) -> Result<Option<Entity>, CatalogError> {
        Ok(self.snapshot.load().by_ref(entity_ref))
    }

    async fn entities_by_filter(&self, filter: &EntityFilter) -> Result<Vec<Entity>, CatalogError> {
        Ok(self.snapshot.load().matching(filter))
    }

    fn problem(&self) -> Option<String> {
        let status = self.status.borrow();
        status.problem.as_ref().map(ToString::to_string)
    }
}
