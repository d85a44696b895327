//! Finds the User entity for someone who signed in.
//!
//! [`Catalog`] is what a sign-in asks; [`RemoteCatalog`] asks the catalog of a
//! running Backstage, [`FileCatalog`] answers from YAML files, for those who
//! have no Backstage catalog yet.

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
