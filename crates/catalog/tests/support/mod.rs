//! A directory with catalog files.
#![allow(dead_code, clippy::unwrap_used, unreachable_pub)]

use std::fs;
use std::path::PathBuf;

use stagedoor_catalog::{
    Catalog, Entity, EntityFilter, FileCatalog, FileCatalogError, FileLocation,
};
use stagedoor_identity::EntityRef;
use tempfile::TempDir;

pub struct Files(TempDir);

impl Files {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn path(&self, name: &str) -> PathBuf {
        // Without symbolic links, to compare with what errors say.
        self.0.path().canonicalize().unwrap().join(name)
    }

    pub fn write(&self, name: &str, contents: impl AsRef<[u8]>) -> &Self {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, contents).unwrap();
        self
    }

    pub fn load(&self, target: &str) -> Result<FileCatalog, FileCatalogError> {
        FileCatalog::load(vec![FileLocation::new(self.path(target))])
    }
}

pub fn user(name: &str, spec: &str) -> String {
    format!(
        "apiVersion: backstage.io/v1alpha1\nkind: User\nmetadata:\n  name: {name}\nspec: {spec}\n"
    )
}

pub fn group(name: &str, spec: &str) -> String {
    format!(
        "apiVersion: backstage.io/v1alpha1\nkind: Group\nmetadata:\n  name: {name}\nspec: {spec}\n"
    )
}

pub fn location(spec: &str) -> String {
    format!(
        "apiVersion: backstage.io/v1alpha1\nkind: Location\nmetadata: {{name: more}}\nspec: {spec}\n"
    )
}

pub fn wait<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap()
        .block_on(future)
}

pub fn by_ref(catalog: &FileCatalog, entity_ref: &str) -> Option<Entity> {
    let entity_ref = EntityRef::parse(entity_ref).unwrap();
    wait(catalog.entity_by_ref(&entity_ref)).unwrap()
}

/// The names of those that match.
pub fn names(catalog: &FileCatalog, filter: &EntityFilter) -> Vec<String> {
    wait(catalog.entities_by_filter(filter))
        .unwrap()
        .into_iter()
        .map(|entity| entity.metadata.name)
        .collect()
}

/// `type target` of each relation.
pub fn relations(entity: &Entity) -> Vec<String> {
    let text = |r: &stagedoor_catalog::Relation| format!("{} {}", r.kind, r.target_ref);
    entity.relations.iter().map(text).collect()
}
