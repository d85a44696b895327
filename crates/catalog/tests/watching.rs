//! Changes of files, noticed. Every wait is for the condition itself.
#![allow(clippy::unwrap_used)]
#![cfg(unix)]

mod support;

use std::fs;
use std::os::unix::fs::symlink;
use std::sync::Arc;
use std::time::Duration;

use stagedoor_catalog::{Catalog, CatalogStatus, CatalogWatch, FileCatalog, WatchSettings};
use stagedoor_identity::EntityRef;
use support::{Files, location, user};

/// When a test fails; nothing waits for it otherwise.
const LONG: Duration = Duration::from_secs(60);

struct Watched {
    catalog: Arc<FileCatalog>,
    _watch: CatalogWatch,
}

impl Watched {
    fn new(files: &Files, target: &str) -> Self {
        let catalog = Arc::new(files.load(target).unwrap());
        let mut settings = WatchSettings::default();
        settings.quiet = Duration::from_millis(10);
        // Never, so that it is not what notices.
        settings.patrol = Duration::from_secs(3600);
        Self::with(catalog, settings)
    }

    fn with(catalog: Arc<FileCatalog>, settings: WatchSettings) -> Self {
        let watch = Arc::clone(&catalog).watch(settings).unwrap();
        Self {
            catalog,
            _watch: watch,
        }
    }

    async fn wait_for(&self, mut condition: impl AsyncFnMut(&CatalogStatus) -> bool) {
        let mut changes = self.catalog.subscribe();
        let met = async {
            while !condition(&self.catalog.status()).await {
                changes.changed().await.unwrap();
            }
        };
        tokio::time::timeout(LONG, met).await.unwrap();
    }

    async fn has(&self, name: &str) -> bool {
        let name = EntityRef::new("user", "default", name);
        self.catalog.entity_by_ref(&name).await.unwrap().is_some()
    }

    async fn wait_for_user(&self, name: &str) {
        self.wait_for(async |_| self.has(name).await).await;
    }
}

#[tokio::test]
async fn a_changed_file() {
    let files = Files::new();
    files.write("users.yaml", user("jane", "{}"));
    let watched = Watched::new(&files, "users.yaml");
    files.write("users.yaml", user("jim", "{}"));
    watched.wait_for_user("jim").await;
    assert!(!watched.has("jane").await);
}

#[tokio::test]
async fn a_file_that_is_replaced_as_editors_do_again_and_again() {
    let files = Files::new();
    files.write("users.yaml", user("jane", "{}"));
    let watched = Watched::new(&files, "users.yaml");
    for name in ["jim", "joe", "jil"] {
        files.write(".users.yaml.swp", user(name, "{}"));
        fs::rename(files.path(".users.yaml.swp"), files.path("users.yaml")).unwrap();
        watched.wait_for_user(name).await;
    }
}

#[tokio::test]
async fn a_broken_file_and_its_repair() {
    let files = Files::new();
    files.write("users.yaml", user("jane", "{}"));
    let watched = Watched::new(&files, "users.yaml");
    files.write("users.yaml", "a: [");
    watched
        .wait_for(async |status| status.problem.is_some())
        .await;
    assert!(watched.has("jane").await);
    // Also when the repair brings back just what was there.
    files.write("users.yaml", user("jane", "{}"));
    watched
        .wait_for(async |status| status.problem.is_none())
        .await;
    assert!(watched.has("jane").await);
}

#[tokio::test]
async fn a_file_that_goes_and_comes_back() {
    let files = Files::new();
    files.write("users.yaml", user("jane", "{}"));
    let watched = Watched::new(&files, "users.yaml");
    fs::remove_file(files.path("users.yaml")).unwrap();
    watched
        .wait_for(async |status| status.problem.is_some())
        .await;
    files.write("users.yaml", user("jim", "{}"));
    watched.wait_for_user("jim").await;
}

#[tokio::test]
async fn a_new_file_that_matches_a_pattern_and_its_end() {
    let files = Files::new();
    files.write("a.yaml", user("jane", "{}"));
    let watched = Watched::new(&files, "*.yaml");
    files.write("b.yaml", user("jim", "{}"));
    watched.wait_for_user("jim").await;
    fs::remove_file(files.path("b.yaml")).unwrap();
    watched.wait_for(async |status| status.users == 1).await;
    assert!(watched.has("jane").await);
}

#[tokio::test]
async fn files_in_directories_that_did_not_exist() {
    let files = Files::new();
    let watched = Watched::new(&files, "org/units/**/*.yaml");
    assert_eq!(watched.catalog.status().warnings.len(), 1);
    files.write("org/units/north/deep/a.yaml", user("jane", "{}"));
    watched.wait_for_user("jane").await;
    files.write("org/units/south/b.yaml", user("jim", "{}"));
    watched.wait_for_user("jim").await;
}

#[tokio::test]
async fn a_directory_that_is_replaced() {
    let files = Files::new();
    files.write("org/users.yaml", user("jane", "{}"));
    let watched = Watched::new(&files, "org/*.yaml");
    for (name, retired) in [("jim", "old-1"), ("joe", "old-2")] {
        files.write("next/users.yaml", user(name, "{}"));
        fs::rename(files.path("org"), files.path(retired)).unwrap();
        fs::rename(files.path("next"), files.path("org")).unwrap();
        watched.wait_for_user(name).await;
    }
    files.write("org/users.yaml", user("jil", "{}"));
    watched.wait_for_user("jil").await;
}

#[tokio::test]
async fn a_mounted_config_map() {
    // Kubernetes: users.yaml -> ..data/users.yaml, ..data -> ..1, then ..2.
    let files = Files::new();
    files.write("..1/users.yaml", user("jane", "{}"));
    symlink("..1", files.path("..data")).unwrap();
    symlink("..data/users.yaml", files.path("users.yaml")).unwrap();
    for target in ["users.yaml", "*.yaml"] {
        let watched = Watched::new(&files, target);
        for (version, name) in [("..2", "jim"), ("..3", "joe")] {
            let name = format!("{name}{}", target.len());
            files.write(&format!("{version}/users.yaml"), user(&name, "{}"));
            symlink(version, files.path("..tmp")).unwrap();
            fs::rename(files.path("..tmp"), files.path("..data")).unwrap();
            watched.wait_for_user(&name).await;
        }
    }
}

#[tokio::test]
async fn a_file_that_a_location_leads_to() {
    let files = Files::new();
    files
        .write(
            "all.yaml",
            location("{targets: [./more/jane.yaml, ./other/*.yaml]}"),
        )
        .write("more/jane.yaml", user("jane", "{}"));
    let watched = Watched::new(&files, "all.yaml");
    files.write("more/jane.yaml", user("jim", "{}"));
    watched.wait_for_user("jim").await;
    files.write("other/joe.yaml", user("joe", "{}"));
    watched.wait_for_user("joe").await;
}

#[tokio::test]
async fn the_patrol_notices_what_no_event_told() {
    let files = Files::new();
    files.write("users.yaml", user("jane", "{}"));
    let catalog = Arc::new(files.load("users.yaml").unwrap());
    let mut settings = WatchSettings::default();
    settings.patrol = Duration::from_millis(10);
    let watched = Watched::with(catalog, settings);
    files.write("users.yaml", user("a-longer-name", "{}"));
    watched.wait_for_user("a-longer-name").await;
}

#[tokio::test]
async fn dropping_the_watch_lets_go_of_the_catalog() {
    let files = Files::new();
    files.write("users.yaml", user("jane", "{}"));
    let watched = Watched::new(&files, "users.yaml");
    let mut status = watched.catalog.subscribe();
    drop(watched);
    // The sender goes with the last owner, the watching thread.
    let closed = status.wait_for(|_| false);
    let outcome = tokio::time::timeout(LONG, closed).await.unwrap();
    assert!(outcome.is_err());
}
