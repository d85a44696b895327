//! What becomes of catalog files.
#![allow(clippy::unwrap_used)]

mod support;

use rstest::rstest;
use stagedoor_catalog::{CatalogWarning, EntityFilter, FileCatalogError, Invalid};
use support::{Files, by_ref, group, names, relations, user};

#[test]
fn reads_users_and_groups_and_skips_the_rest() {
    let files = Files::new();
    let component = "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {name: -bad-}\n";
    let yaml = [
        user("jane", "{memberOf: []}"),
        component.to_owned(),
        String::new(),
        group("ops", "{type: team, children: []}"),
    ];
    files.write("org.yaml", yaml.join("---\n"));
    let catalog = files.load("org.yaml").unwrap();
    let status = catalog.status();
    assert_eq!((status.users, status.groups, status.generation), (1, 1, 1));
    assert!(status.warnings.is_empty() && status.problem.is_none());
    assert_eq!(by_ref(&catalog, "user:Jane").unwrap().metadata.name, "jane");
    assert!(by_ref(&catalog, "user:jim").is_none());
    assert!(by_ref(&catalog, "component:-bad-").is_none());
}

#[test]
fn both_sides_make_someone_a_member() {
    let files = Files::new();
    let yaml = [
        user("jane", "{memberOf: [Team-A, group:other/team-b, Team-a]}"),
        group(
            "team-a",
            "{type: team, children: [], members: [jane, user:other/jim, ghost]}",
        ),
        "apiVersion: backstage.io/v1alpha1\nkind: User\n\
         metadata: {name: Jim, namespace: other}\nspec: {memberOf: [team-b]}\n"
            .to_owned(),
    ];
    files.write("org.yaml", yaml.join("---\n"));
    let catalog = files.load("org.yaml").unwrap();
    let of = |entity_ref| relations(&by_ref(&catalog, entity_ref).unwrap());
    assert_eq!(
        of("user:jane"),
        [
            "memberOf group:default/team-a",
            "memberOf group:other/team-b"
        ]
    );
    // A name alone means one's own namespace.
    assert_eq!(
        of("user:other/jim"),
        [
            "memberOf group:default/team-a",
            "memberOf group:other/team-b"
        ]
    );
    assert_eq!(
        of("group:team-a"),
        [
            "hasMember user:default/ghost",
            "hasMember user:default/jane",
            "hasMember user:other/jim"
        ]
    );
}

#[test]
fn finds_by_anything_an_entity_holds_in_any_case() {
    let files = Files::new();
    let jane = "apiVersion: backstage.io/v1alpha1
kind: User
metadata:
  name: Jane
  title: Jane Doe
  labels: {floor: 3, remote: true}
  annotations:
    keycloak.org/id: 8F3A
spec:
  profile: {email: Jane@Example.com}
  memberOf: [Team-A]
";
    files.write("users.yaml", [jane, &user("jim", "{}")].join("---\n"));
    let catalog = files.load("users.yaml").unwrap();
    let find = |conditions: &[(&str, &str)]| {
        names(&catalog, &EntityFilter::all_of(conditions.iter().copied()))
    };
    for condition in [
        ("spec.profile.email", "jane@example.COM"),
        ("SPEC.Profile.Email", "jane@example.com"),
        ("metadata.annotations.keycloak.org/id", "8f3a"),
        ("metadata.name", "jane"),
        ("metadata.title", "jane doe"),
        ("metadata.labels.floor", "3"),
        ("metadata.labels.remote", "TRUE"),
        ("spec.memberOf", "team-a"),
        ("spec.memberOf.Team-A", "true"),
        ("relations.memberOf", "group:default/team-a"),
    ] {
        assert_eq!(find(&[condition]), ["Jane"], "{condition:?}");
    }
    assert_eq!(find(&[("metadata.namespace", "default")]), ["Jane", "jim"]);
    let both = [
        ("metadata.name", "jane"),
        ("spec.profile.email", "jane@example.com"),
    ];
    assert_eq!(find(&both), ["Jane"]);
    let email = "spec.profile.email";
    let no_less_in_two_cases = [
        (email, "jane@example.com"),
        ("Spec.profile.email", "jim@example.com"),
    ];
    assert_eq!(find(&no_less_in_two_cases), [""; 0]);
    let neither = [
        ("metadata.name", "jim"),
        ("spec.profile.email", "jane@example.com"),
    ];
    assert!(find(&neither).is_empty());
    assert!(find(&[("kind", "group")]).is_empty());
    let either = EntityFilter::all_of([("metadata.name", "jim")])
        .or([("metadata.name", "jane")])
        .or([("metadata.name", "jane")]);
    assert_eq!(names(&catalog, &either), ["Jane", "jim"]);
}

#[test]
fn a_filter_means_users_unless_it_says_otherwise() {
    let files = Files::new();
    let yaml = [user("ops", "{}"), group("ops", "{}")];
    files.write("org.yaml", yaml.join("---\n"));
    let catalog = files.load("org.yaml").unwrap();
    let filter = EntityFilter::all_of([("metadata.name", "ops")]);
    assert_eq!(names(&catalog, &filter).len(), 1);
    let groups = EntityFilter::all_of([("Kind", "Group"), ("metadata.name", "ops")]);
    assert_eq!(names(&catalog, &groups).len(), 1);
}

#[test]
fn of_two_entities_with_one_ref_the_first_counts() {
    let files = Files::new();
    let yaml = [
        user("jane", "{profile: {email: a@x}}"),
        user("JANE", "{profile: {email: b@x}}"),
    ];
    files.write("users.yaml", yaml.join("---\n"));
    let catalog = files.load("users.yaml").unwrap();
    assert_eq!(
        by_ref(&catalog, "user:jane").unwrap().spec["profile"]["email"],
        "a@x"
    );
    let filter = EntityFilter::all_of([("spec.profile.email", "b@x")]);
    assert!(names(&catalog, &filter).is_empty());
    let warnings = catalog.status().warnings;
    let [
        CatalogWarning::Duplicate {
            entity_ref,
            place,
            first,
        },
    ] = &*warnings
    else {
        panic!("{warnings:?}");
    };
    assert_eq!(entity_ref.as_str(), "user:default/jane");
    assert_eq!((first.line, place.line), (1, 7));
}

#[rstest]
#[case("spec: {profile: {email: 7}}", 5, 25)]
#[case("spec: {memberOf: team-a}", 5, 18)]
#[case("spec: {memberOf: [team-a, '/']}", 5, 27)]
#[case("spec: []", 5, 7)]
#[case("spec: {memberOf: [team-a, 7]}", 5, 27)]
fn says_where_an_entity_is_wrong(#[case] spec: &str, #[case] line: u64, #[case] column: u64) {
    let files = Files::new();
    let yaml =
        format!("apiVersion: backstage.io/v1alpha1\nkind: User\nmetadata:\n  name: jane\n{spec}\n");
    files.write("users.yaml", yaml);
    let error = files.load("users.yaml").unwrap_err();
    assert!(matches!(error, FileCatalogError::Invalid { .. }), "{error}");
    let place = error.place().unwrap();
    assert_eq!((place.line, place.column), (line, column), "{error}");
    let start = format!("{}:{line}:{column}: ", files.path("users.yaml").display());
    assert!(error.to_string().starts_with(&start), "{error}");
}

#[rstest]
#[case("jane doe", "metadata.name")]
#[case("-jane", "metadata.name")]
#[case("jane@example.com", "metadata.name")]
#[case("7", "in quotes")]
#[case("''", "not empty")]
#[case("", "metadata.name is missing")]
#[case("a\n  namespace: Team_A", "metadata.namespace")]
#[case("a\n  annotations: {x: 7}", "metadata.annotations.x")]
fn says_what_is_wrong_with_metadata(#[case] name: &str, #[case] what: &str) {
    let files = Files::new();
    files.write("users.yaml", user(name, "{}"));
    let error = files.load("users.yaml").unwrap_err();
    assert!(matches!(error, FileCatalogError::Invalid { .. }), "{error}");
    assert!(error.to_string().contains(what), "{error}");
}

#[test]
fn an_unusual_head_is_pointed_out() {
    let files = Files::new();
    let what = |yaml: &str| match files.write("x.yaml", yaml).load("x.yaml").unwrap_err() {
        FileCatalogError::Invalid { what, .. } => what,
        other => panic!("{other}"),
    };
    assert_eq!(what("- a"), Invalid::NotAnEntity);
    assert_eq!(what("apiVersion: x"), Invalid::Missing { field: "kind" });
    assert!(matches!(
        what("kind: user"),
        Invalid::Kind {
            expected: "User",
            ..
        }
    ));
    assert_eq!(
        what("kind: User"),
        Invalid::Missing {
            field: "apiVersion"
        }
    );
    let version = "kind: User\napiVersion: v1";
    assert!(matches!(what(version), Invalid::ApiVersion { .. }));
}

#[rstest]
#[case("a: [", 1)]
#[case("kind: User\n  bad: indent", 2)]
#[case("kind: User\nkind: Group", 2)]
#[case("x: *nowhere", 1)]
fn says_where_the_yaml_is_broken(#[case] yaml: &str, #[case] line: u64) {
    let files = Files::new();
    files.write("x.yaml", yaml);
    let error = files.load("x.yaml").unwrap_err();
    assert!(matches!(error, FileCatalogError::Syntax { .. }), "{error}");
    assert_eq!(error.place().unwrap().line, line, "{error}");
}

#[test]
fn an_error_in_a_later_document_has_the_files_line() {
    let files = Files::new();
    let yaml = [user("jane", "{}"), user("ji m", "{}")];
    files.write("users.yaml", yaml.join("---\n"));
    let error = files.load("users.yaml").unwrap_err();
    assert_eq!(error.place().unwrap().line, 10);
}

#[test]
fn aliases_work_and_alias_bombs_do_not() {
    let files = Files::new();
    let shared = user(
        "jane",
        "{profile: &p {email: jane@example.com}, memberOf: [], x: *p}",
    );
    files.write("users.yaml", shared);
    let catalog = files.load("users.yaml").unwrap();
    let jane = by_ref(&catalog, "user:jane").unwrap();
    assert_eq!(jane.spec["x"]["email"], "jane@example.com");

    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        let aliases = vec![format!("*a{}", level - 1); 9].join(", ");
        bomb.push_str(&format!("a{level}: &a{level} [{aliases}]\n"));
    }
    files.write("users.yaml", bomb);
    let error = files.load("users.yaml").unwrap_err();
    assert!(matches!(error, FileCatalogError::Syntax { .. }), "{error}");
}

#[test]
fn what_is_nested_too_deep_is_refused() {
    let files = Files::new();
    for depth in [100, 100_000] {
        for (open, close) in [("[", "]"), ("- ", ""), ("{a: ", "}")] {
            let yaml = format!("x:\n  {}1{}", open.repeat(depth), close.repeat(depth));
            files.write("x.yaml", yaml);
            let error = files.load("x.yaml").unwrap_err();
            assert!(matches!(error, FileCatalogError::Syntax { .. }), "{error}");
        }
    }
}

#[test]
fn a_huge_file_is_refused_for_its_size() {
    let files = Files::new();
    let file = std::fs::File::create(files.path("x.yaml")).unwrap();
    file.set_len(64 * 1024 * 1024 + 1).unwrap();
    assert!(matches!(
        files.load("x.yaml"),
        Err(FileCatalogError::TooMuch { .. })
    ));
}

#[test]
fn a_reload_that_fails_leaves_the_last_good_state() {
    let files = Files::new();
    files.write("users.yaml", user("jane", "{}"));
    let catalog = files.load("users.yaml").unwrap();
    files.write("users.yaml", "a: [");
    assert!(catalog.reload().is_err());
    assert!(by_ref(&catalog, "user:jane").is_some());
    let status = catalog.status();
    assert_eq!(status.generation, 1);
    assert!(
        status
            .problem
            .unwrap()
            .to_string()
            .contains("users.yaml:1:")
    );
    files.write("users.yaml", user("jim", "{}"));
    catalog.reload().unwrap();
    assert!(by_ref(&catalog, "user:jane").is_none());
    let status = catalog.status();
    assert_eq!(status.generation, 2);
    assert!(status.problem.is_none());
}
