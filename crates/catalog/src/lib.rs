//! Finds the User entity for someone who signed in.
//!
//! [`Catalog`] is what a sign-in asks; [`RemoteCatalog`] asks the catalog of a
//! running Backstage, [`FileCatalog`] answers from YAML files, for those who
//! have no Backstage catalog yet.
//!
//! ```
//! use stagedoor_catalog::{Catalog, EntityFilter, FileCatalog, FileLocation};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! # let file = folder.path().join("users.yaml");
//! # std::fs::write(&file, "
//! # apiVersion: backstage.io/v1alpha1
//! # kind: User
//! # metadata: { name: ada }
//! # spec: { profile: { email: ada@example.com }, memberOf: [] }
//! # ")?;
//! let catalog = FileCatalog::load(vec![FileLocation::new(file)])?;
//! let filter = EntityFilter::all_of([("spec.profile.email", "ada@example.com")]);
//! let found = catalog.entities_by_filter(&filter).await?;
//! assert_eq!(found[0].entity_ref().as_str(), "user:default/ada");
//! # Ok(())
//! # }
//! ```

mod catalog;
mod entity;
mod file;
mod filter;
mod remote;

pub use catalog::{Catalog, CatalogError};
pub use entity::{Entity, EntityMeta, Relation};
pub use file::{
    CatalogStatus, CatalogWarning, CatalogWatch, FileCatalog, FileCatalogError, FileLocation,
    Invalid, Place, WatchSettings,
};
pub use filter::EntityFilter;
pub use remote::{
    CatalogCredentials, CatalogToken, MAX_STALENESS, NoCatalogToken, RemoteCatalog,
    RemoteCatalogError, RemoteCatalogSettings,
};
