//! `catalog`: files with users and groups.

use super::Paths;
use crate::reading::Section;

/// The catalog that Stagedoor embeds for those who have no Backstage yet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CatalogSettings {
    /// The entries of `catalog.locations` of type `file`; others are left to
    /// Backstage's own catalog.
    pub locations: Vec<FileLocation>,
}

/// A YAML file with entities, or several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileLocation {
    /// A path or a glob; absolute whenever the working directory is known.
    ///
    /// A relative one starts, as in Backstage, from the working directory; if
    /// there is nothing, from the directory of the configuration file, then from
    /// the `packages/backend` beside it, where Backstage runs while developing.
    pub target: String,
}

impl CatalogSettings {
    pub(super) fn read(root: &Section<'_>, paths: &Paths) -> Self {
        let catalog = root.section("catalog");
        let locations = catalog
            .get("locations")
            .and_then(|field| field.sections())
            .unwrap_or_default();
        Self {
            locations: locations
                .iter()
                .filter_map(|location| FileLocation::read(location, paths))
                .collect(),
        }
    }
}

impl FileLocation {
    fn read(location: &Section<'_>, paths: &Paths) -> Option<Self> {
        let kind = location.required("type", &[])?.string()?;
        let target = location.required("target", &["path"])?.string()?;
        if kind != "file" {
            tracing::debug!(%kind, "a catalog location that is no file is left to Backstage");
            return None;
        }
        let target = paths.existing_glob(&target);
        Some(Self {
            target: target.to_string_lossy().into_owned(),
        })
    }
}
