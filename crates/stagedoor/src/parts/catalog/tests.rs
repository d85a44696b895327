#![allow(clippy::unwrap_used, clippy::panic)]

use stagedoor_ambient::{SystemClock, SystemEntropy};
use stagedoor_config::{Environment, Known, load_str};
use stagedoor_identity::SigningAlgorithm;
use stagedoor_signin::tokens::{KeyRingSettings, KeySource, MemoryKeyStore};

use super::*;

const HERE: &str = "{target: 'http://localhost:7007/api/{{pluginId}}', plugins: ['*']}";
const THERE: &str = "{target: 'http://backstage:7007/api/{{pluginId}}', plugins: [catalog]}";
const OTHER_PLUGIN: &str = "{target: 'http://stagedoor:7007/api/{{pluginId}}', plugins: [auth]}";

/// The catalog of a configuration with these endpoints, and perhaps a file.
fn chosen(endpoints: &str, with_file: bool) -> Result<CatalogInUse, StartError> {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("org.yaml");
    std::fs::write(
        &file,
        "apiVersion: backstage.io/v1alpha1\nkind: User\nmetadata: {name: ada}\nspec: {memberOf: []}\n",
    )
    .unwrap();
    let location = match with_file {
        true => format!("{{type: file, target: '{}'}}", file.display()),
        false => "{type: url, target: 'https://github.com/x/y/blob/main/org.yaml'}".to_owned(),
    };
    let yaml = format!(
        "app: {{baseUrl: 'http://localhost:3000'}}\n\
         backend: {{baseUrl: 'http://localhost:7007', database: {{client: better-sqlite3, connection: ':memory:'}}}}\n\
         discovery: {{endpoints: [{endpoints}]}}\n\
         catalog: {{locations: [{location}]}}\n"
    );
    let loaded = load_str(&yaml, &Environment::default(), &Known::default()).unwrap();
    let clock = Arc::new(SystemClock);
    let keys = KeyRing::new(
        KeyRingSettings {
            algorithm: SigningAlgorithm::default(),
            lifetime: stagedoor_identity::PLUGIN_TOKEN_LIFETIME,
        },
        KeySource::Rotating(Arc::new(MemoryKeyStore::default())),
        clock.clone(),
        Arc::new(SystemEntropy::default()),
    )
    .unwrap();
    catalog(
        &loaded.settings,
        Arc::new(keys),
        Authorities::new(),
        None,
        clock,
    )
}

fn remote_at(chosen: Result<CatalogInUse, StartError>) -> String {
    match chosen.unwrap() {
        CatalogInUse::Remote(catalog) => catalog.base_url().to_string(),
        CatalogInUse::Files(_) => panic!("files"),
    }
}

fn users_in_files(chosen: Result<CatalogInUse, StartError>) -> usize {
    match chosen.unwrap() {
        CatalogInUse::Files(catalog) => catalog.status().users,
        CatalogInUse::Remote(catalog) => panic!("{catalog:?}"),
    }
}

#[test]
fn an_endpoint_for_the_catalog_goes_before_files() {
    for with_file in [false, true] {
        let expected = "http://backstage:7007/api/catalog";
        assert_eq!(remote_at(chosen(THERE, with_file)), expected);
        let endpoints = format!("{HERE}, {THERE}");
        assert_eq!(remote_at(chosen(&endpoints, with_file)), expected);
    }
}

#[test]
fn endpoints_of_other_plugins_say_nothing() {
    assert_eq!(users_in_files(chosen("", true)), 1);
    assert_eq!(users_in_files(chosen(OTHER_PLUGIN, true)), 1);
}

#[test]
fn without_endpoint_and_file_nobody_is_found() {
    assert_eq!(users_in_files(chosen("", false)), 0);
    assert_eq!(users_in_files(chosen(OTHER_PLUGIN, false)), 0);
}

#[test]
fn an_endpoint_at_our_own_door_is_a_mistake_unless_there_are_files() {
    let Err(error) = chosen(HERE, false) else {
        panic!("accepted");
    };
    assert!(error.is_configuration());
    let text = error.to_string();
    assert!(text.starts_with("discovery.endpoints: "), "{text}");
    assert!(text.contains("http://localhost:7007/api/catalog"), "{text}");
    assert_eq!(users_in_files(chosen(HERE, true)), 1);
}

#[test]
fn an_endpoint_that_cannot_be_asked_is_a_mistake() {
    let target = "{target: 'http://a:secret@backstage/api', plugins: [catalog]}";
    let Err(error) = chosen(target, true) else {
        panic!("accepted");
    };
    let text = error.to_string();
    assert!(text.starts_with("discovery.endpoints: "), "{text}");
    assert!(!text.contains("secret"), "{text}");
}
