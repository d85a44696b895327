//! `discovery.endpoints`, `catalog.locations` → the catalog that sign-ins ask.

use std::sync::Arc;

use stagedoor_ambient::{SharedClock, SharedTraceContext};
use stagedoor_catalog::{
    Catalog, CatalogWatch, FileCatalog, FileLocation, RemoteCatalog, RemoteCatalogSettings,
    WatchSettings,
};
use stagedoor_config::Settings;
use stagedoor_signin::tokens::KeyRing;
use url::Url;

use super::{
    Authorities,
    catalog_credentials::catalog_credentials,
    catalog_place::{CatalogPlace, DISCOVERY},
};
use crate::StartError;

/// The catalog that is asked.
pub(crate) enum CatalogInUse {
    /// Files of our own.
    Files(Arc<FileCatalog>),
    /// That of a running Backstage.
    Remote(Arc<RemoteCatalog>),
}

impl CatalogInUse {
    /// As resolvers ask it.
    pub(crate) fn as_catalog(&self) -> Arc<dyn Catalog> {
        match self {
            Self::Files(catalog) => catalog.clone(),
            Self::Remote(catalog) => catalog.clone(),
        }
    }

    /// Follows changes of files for as long as the answer is kept.
    pub(crate) fn watch(&self) -> Result<Option<CatalogWatch>, StartError> {
        Ok(match self {
            Self::Files(catalog) => Some(catalog.clone().watch(WatchSettings::default())?),
            Self::Remote(_) => None,
        })
    }
}

/// Chooses the catalog, the first of these that there is, and logs which:
///
/// 1. The Backstage catalog that `discovery.endpoints` names: an endpoint for
///    the plugin `catalog`, or for `*`, that is not this server.
/// 2. The files of `catalog.locations`.
/// 3. The Backstage catalog at `backend.listen`, Backstage's rule for plugins
///    without an endpoint, where that is not this server.
/// 4. None: nobody is found, which the log says.
///
/// A Backstage's own app-config mostly names files too, be it only its
/// examples, and they are what its catalog would read. They do not say that
/// there is a catalog to ask; an endpoint does. So to move over with users from
/// a directory, name the plugin `catalog` in `discovery.endpoints`.
pub(crate) fn catalog(
    settings: &Settings,
    plugin_keys: Arc<KeyRing>,
    authorities: Authorities,
    trace_context: Option<SharedTraceContext>,
    clock: SharedClock,
) -> Result<CatalogInUse, StartError> {
    let place = CatalogPlace::of(settings)?;
    let files: Vec<_> = settings
        .catalog
        .locations
        .iter()
        .map(|location| FileLocation::new(&location.target))
        .collect();
    let remote = |url| {
        let at = RemoteCatalogSettings {
            extra_ca_pems: authorities,
            trace_context,
            ..RemoteCatalogSettings::at(url)
        };
        remote(at, settings, plugin_keys, clock)
    };
    match (place, files.is_empty()) {
        (CatalogPlace::Named(url), _) => remote(url),
        (CatalogPlace::ByDefault(url), true) => remote(url),
        (CatalogPlace::ByDefault(_), false) => in_files(files),
        (CatalogPlace::Ourselves { url, named }, false) => {
            if named {
                tracing::warn!("{}", calls_ourselves(&url));
            }
            in_files(files)
        }
        (CatalogPlace::Ourselves { url, named: true }, true) => {
            Err(StartError::setting(DISCOVERY, calls_ourselves(&url)))
        }
        (CatalogPlace::Ourselves { url, named: false }, true) => {
            tracing::warn!(
                "there is no catalog, resolvers that look for a user will find nobody: catalog.locations names no file, \
                 and without an endpoint for the plugin 'catalog' in {DISCOVERY} it would be at {url}, which is this server. \
                 Name the backend with your catalog in {DISCOVERY}: {{target: 'http://its-host:7007/api/{{{{pluginId}}}}', plugins: [catalog]}}"
            );
            in_files(files)
        }
    }
}

fn calls_ourselves(url: &Url) -> String {
    format!(
        "the plugin 'catalog' is said to be at {url}, which is this server, and it has no catalog. \
         Name the backend that has it: {{target: 'http://its-host:7007/api/{{{{pluginId}}}}', plugins: [catalog]}}"
    )
}

fn remote(
    at: RemoteCatalogSettings,
    settings: &Settings,
    plugin_keys: Arc<KeyRing>,
    clock: SharedClock,
) -> Result<CatalogInUse, StartError> {
    let chosen = catalog_credentials(settings, plugin_keys, clock.clone());
    let catalog = RemoteCatalog::new(at, chosen.credentials, clock)
        .map_err(|error| StartError::setting(DISCOVERY, error.to_string()))?;
    tracing::info!(
        catalog = %catalog.base_url(),
        credentials = chosen.source,
        "users are looked up in the catalog of a Backstage"
    );
    Ok(CatalogInUse::Remote(Arc::new(catalog)))
}

fn in_files(files: Vec<FileLocation>) -> Result<CatalogInUse, StartError> {
    if !files.is_empty() {
        tracing::info!(
            locations = files.len(),
            "users are looked up in the files of catalog.locations"
        );
    }
    Ok(CatalogInUse::Files(Arc::new(FileCatalog::load(files)?)))
}

#[cfg(test)]
mod tests;
