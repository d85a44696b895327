//! `catalog.locations` → the catalog.

use std::sync::Arc;

use stagedoor_catalog::{FileCatalog, FileLocation};
use stagedoor_config::Settings;

use crate::backend::StartError;

/// The catalog of the files that are named.
pub(crate) fn catalog(settings: &Settings) -> Result<Arc<FileCatalog>, StartError> {
    let locations: Vec<_> = settings
        .catalog
        .locations
        .iter()
        .map(|location| FileLocation::new(&location.target))
        .collect();
    if locations.is_empty() {
        tracing::warn!(
            "catalog.locations names no file: resolvers that look for a user will find nobody"
        );
    }
    Ok(Arc::new(FileCatalog::load(locations)?))
}
