//! The catalog: reachable, our token accepted, and someone in it.

use std::sync::Arc;

use stagedoor_catalog::{Catalog, CatalogError, CatalogStatus, RemoteCatalog};
use stagedoor_config::Settings;
use stagedoor_identity::EntityRef;

use super::{Finding, key_door::KeyDoor};
use crate::parts::{self, Authorities, CatalogInUse, Registry};

const FILES: &str = "files";
const REACHABLE: &str = "reachable";
const TOKEN: &str = "token";
/// Nobody's name; any answer will do.
const NOBODY: &str = "user:default/stagedoor-check";

/// The catalog as it was found.
pub(super) struct Checked {
    pub(super) findings: Vec<Finding>,
    /// For sign-ins; `None` where there is none to ask.
    pub(super) catalog: Option<Arc<dyn Catalog>>,
    /// Keeps our keys where the catalog may look for them.
    _door: Option<KeyDoor>,
}

pub(super) async fn check(
    settings: &Settings,
    registry: &Registry<'_>,
    authorities: Authorities,
) -> Checked {
    let keys = match parts::plugin_keys(registry) {
        Ok(keys) => keys,
        Err(error) => return Checked::nothing(Finding::start_error(REACHABLE, &error)),
    };
    // Reads files.
    let chosen = tokio::task::block_in_place(|| {
        parts::catalog(
            settings,
            keys.clone(),
            authorities,
            None,
            registry.clock.clone(),
        )
    });
    match chosen {
        Err(error) => Checked::nothing(Finding::start_error(FILES, &error)),
        Ok(CatalogInUse::Files(files)) => Checked {
            findings: of_files(&files.status()),
            catalog: Some(files),
            _door: None,
        },
        Ok(CatalogInUse::Remote(remote)) => {
            let door = if parts::catalog_verifies_our_keys(settings) {
                KeyDoor::open(settings, keys).await
            } else {
                None
            };
            Checked {
                findings: of_remote(&remote, settings, door.as_ref()).await,
                catalog: Some(remote),
                _door: door,
            }
        }
    }
}

impl Checked {
    fn nothing(finding: Finding) -> Self {
        Self {
            findings: vec![finding],
            catalog: None,
            _door: None,
        }
    }
}

fn of_files(status: &CatalogStatus) -> Vec<Finding> {
    let counted = format!(
        "{}, {}",
        counted(status.users, "user"),
        counted(status.groups, "group")
    );
    let mut findings = vec![if status.users == 0 {
        Finding::warning(
            FILES,
            format!("{counted}: resolvers that look for a user find nobody"),
            "name the backend with your catalog in discovery.endpoints, or a file with users in catalog.locations",
        )
    } else {
        Finding::ok(FILES, counted)
    }];
    findings.extend(status.warnings.iter().map(|warning| {
        Finding::warning(
            FILES,
            warning.to_string(),
            "correct the file, or catalog.locations",
        )
    }));
    findings
}

fn counted(count: usize, one: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {one}{plural}")
}

async fn of_remote(
    catalog: &RemoteCatalog,
    settings: &Settings,
    door: Option<&KeyDoor>,
) -> Vec<Finding> {
    let url = catalog.base_url();
    let Ok(nobody) = EntityRef::parse(NOBODY) else {
        return Vec::new();
    };
    let error = match catalog.entity_by_ref(&nobody).await {
        Ok(_) => {
            return vec![
                Finding::ok(REACHABLE, format!("the Backstage catalog at {url}")),
                Finding::ok(TOKEN, "accepted"),
            ];
        }
        Err(error) => error,
    };
    if !matches!(error, CatalogError::Refused { .. }) {
        return vec![Finding::failure(
            REACHABLE,
            error.to_string(),
            "is it running, can it be reached from here, and does discovery.endpoints name it for the plugin 'catalog'?",
        )];
    }
    let reached = Finding::ok(REACHABLE, format!("the Backstage catalog at {url}"));
    vec![reached, refused(&error, settings, door)]
}

/// A token of the operator's is refused for good. Our own is verified with
/// keys that are here only while this runs.
fn refused(error: &CatalogError, settings: &Settings, door: Option<&KeyDoor>) -> Finding {
    if !parts::catalog_verifies_our_keys(settings) {
        return Finding::failure(
            TOKEN,
            error.to_string(),
            "let backend.auth.externalAccess of the catalog's backend accept it",
        );
    }
    match door {
        Some(door) if door.was_asked() => Finding::failure(
            TOKEN,
            format!("{error} (it fetched our keys)"),
            "look into the log of the catalog's backend, or set stagedoor.catalog.token",
        ),
        Some(_) => Finding::warning(
            TOKEN,
            format!("{error} (it did not fetch our keys from here)"),
            "it has to find them where it looks for the keys of the plugin auth: here, once Stagedoor runs, or in the database that Stagedoor then shares with Backstage; else set stagedoor.catalog.token",
        ),
        None => Finding::warning(
            TOKEN,
            "whether our own tokens are accepted can't be told: they are verified at backend.listen, which is in use",
            "if that is a running Stagedoor, try a sign-in; or set stagedoor.catalog.token",
        ),
    }
}
