//! Which files a catalog is read from.
#![allow(clippy::unwrap_used)]

mod support;

use stagedoor_catalog::{
    CatalogWarning, EntityFilter, FileCatalog, FileCatalogError, FileLocation,
};
use support::{Files, location, names, user};

#[test]
fn a_pattern_means_every_file_that_matches() {
    let files = Files::new();
    for name in ["a", "b/c", "b/d/e", "b/.hidden"] {
        let user_name = name.replace(['/', '.'], "");
        files.write(&format!("{name}.yaml"), user(&user_name, "{}"));
    }
    files.write("a.json", "not: yaml: at: all");
    let everyone = EntityFilter::all_of([("kind", "user")]);
    let matched = |pattern| names(&files.load(pattern).unwrap(), &everyone);
    assert_eq!(matched("*.yaml"), ["a"]);
    assert_eq!(matched("*/*.yaml"), ["bc"]);
    assert_eq!(matched("**/*.yaml"), ["a", "bc", "bde"]);
    assert_eq!(matched("{a,b/c}.yaml"), ["a", "bc"]);
    assert_eq!(matched("b/.h*.yaml"), ["bhidden"]);
}

#[test]
fn a_pattern_without_matches_is_a_warning() {
    let files = Files::new();
    let catalog = files.load("none/*.yaml").unwrap();
    let warnings = catalog.status().warnings;
    assert!(matches!(&*warnings, [CatalogWarning::NoMatch { .. }]));
}

#[test]
fn a_path_with_pattern_characters_that_exists_is_that_file() {
    let files = Files::new();
    files.write("team[1].yaml", user("jane", "{}"));
    assert_eq!(files.load("team[1].yaml").unwrap().status().users, 1);
}

#[test]
fn follows_locations_relative_to_their_file() {
    let files = Files::new();
    files
        .write(
            "all.yaml",
            location("{type: file, targets: [./teams/*.yaml, ./users/../jim.yaml]}"),
        )
        .write("teams/a.yaml", location("{target: ../jane.yaml}"))
        .write("jane.yaml", user("jane", "{}"))
        .write("jim.yaml", user("jim", "{}"));
    let catalog = files.load("all.yaml").unwrap();
    assert_eq!(catalog.status().users, 2);
}

#[test]
fn other_types_of_location_are_left_out_with_a_warning() {
    let files = Files::new();
    files.write(
        "all.yaml",
        location("{type: url, target: 'https://example.com/x'}"),
    );
    let warnings = files.load("all.yaml").unwrap().status().warnings;
    assert!(matches!(&*warnings, [CatalogWarning::OtherLocation { kind, .. }] if kind == "url"));
}

#[test]
fn a_location_that_leads_nowhere_is_an_error_unless_optional() {
    let files = Files::new();
    files.write("all.yaml", location("{target: ./gone.yaml}"));
    let error = files.load("all.yaml").unwrap_err();
    assert!(matches!(
        error,
        FileCatalogError::NotFound { by: Some(_), .. }
    ));
    assert_eq!(error.place().unwrap().line, 4);
    files.write(
        "all.yaml",
        location("{target: ./gone.yaml, presence: optional}"),
    );
    assert!(files.load("all.yaml").is_ok());
}

#[test]
fn locations_that_go_in_a_circle_are_refused() {
    let files = Files::new();
    files
        .write("a.yaml", location("{target: ./b.yaml}"))
        .write("b.yaml", location("{target: ./a.yaml}"));
    let error = files.load("a.yaml").unwrap_err();
    assert!(matches!(&error, FileCatalogError::Cycle { .. }));
    assert_eq!(error.place().unwrap().file, files.path("b.yaml"));
}

#[test]
fn a_file_that_two_locations_name_is_read_once() {
    let files = Files::new();
    files
        .write("all.yaml", location("{targets: [./a.yaml, ./b.yaml]}"))
        .write("a.yaml", location("{target: ./jane.yaml}"))
        .write("b.yaml", location("{target: ./jane.yaml}"))
        .write("jane.yaml", user("jane", "{}"));
    let status = files.load("all.yaml").unwrap().status();
    assert_eq!((status.users, status.warnings.len()), (1, 0));
}

#[test]
fn locations_do_not_go_on_for_ever() {
    let files = Files::new();
    for index in 0..40 {
        let next = location(&format!("{{target: ./{}.yaml}}", index + 1));
        files.write(&format!("{index}.yaml"), next);
    }
    files.write("40.yaml", user("jane", "{}"));
    assert!(matches!(
        files.load("0.yaml"),
        Err(FileCatalogError::TooMuch { .. })
    ));
    assert!(files.load("35.yaml").is_ok());
}

#[test]
fn locations_must_exist_and_be_absolute() {
    let relative = FileCatalog::load(vec![FileLocation::new("users.yaml")]);
    assert!(matches!(
        relative,
        Err(FileCatalogError::NotAbsolute { .. })
    ));
    let missing = Files::new().load("users.yaml");
    assert!(matches!(
        missing,
        Err(FileCatalogError::NotFound { by: None, .. })
    ));
}

#[test]
fn a_directory_is_no_file() {
    let files = Files::new();
    files.write("users.yaml/x", "");
    assert!(matches!(
        files.load("users.yaml"),
        Err(FileCatalogError::Unreadable { .. })
    ));
}
