//! Whatever stands in a file, and how fast it is found.
#![allow(clippy::unwrap_used)]

mod support;

use std::fmt::Write;
use std::time::{Duration, Instant};

use proptest::prelude::*;
use stagedoor_catalog::EntityFilter;
use support::{Files, by_ref, names, user};

fn yaml() -> impl Strategy<Value = String> {
    let token = prop_oneof![
        Just("apiVersion: backstage.io/v1alpha1\n"),
        Just("kind: User\n"),
        Just("kind: Location\n"),
        Just("metadata: {name: jane}\n"),
        Just("metadata:\n"),
        Just("spec:\n"),
        Just("  memberOf: [a, b]\n"),
        Just("  target: ./x.yaml\n"),
        Just("---\n"),
        Just("...\n"),
        Just("- "),
        Just("? "),
        Just(": "),
        Just("&a "),
        Just("*a"),
        Just("<<: "),
        Just("!!binary aGk=\n"),
        Just("!x "),
        Just("|\n"),
        Just("\"\\u0000\""),
        Just("{"),
        Just("}"),
        Just("["),
        Just("]"),
        Just("~"),
        Just("1e999"),
        Just("99999999999999999999999999999999999999999999"),
        Just(".nan"),
        Just("\n"),
        Just("\t"),
        Just("%YAML 1.2\n"),
        Just("# c\n"),
    ];
    prop::collection::vec(token, 0..30).prop_map(|tokens| tokens.concat())
}

proptest! {
    #[test]
    fn near_yaml_never_panics(yaml in yaml()) {
        let files = Files::new();
        let _ = files.write("x.yaml", yaml).load("x.yaml");
    }

    #[test]
    fn any_text_never_panics(text in any::<String>()) {
        let files = Files::new();
        let _ = files.write("x.yaml", text).load("x.yaml");
    }

    #[test]
    fn any_bytes_never_panic(bytes in any::<Vec<u8>>()) {
        let files = Files::new();
        let _ = files.write("x.yaml", bytes).load("x.yaml");
    }

    #[test]
    fn any_pattern_never_panics(pattern in "[a-z*?\\[\\]{},!^\\\\/.-]{0,20}") {
        let files = Files::new();
        let _ = files.load(&format!("x/{pattern}"));
    }

    #[test]
    fn any_valid_user_is_found(name in "[a-zA-Z0-9]([a-zA-Z0-9._-]{0,61}[a-zA-Z0-9])?", email in "[a-zA-Z0-9.+]{1,20}@[a-zA-Z]{1,20}") {
        let files = Files::new();
        let yaml = user(&format!("'{name}'"), &format!("{{profile: {{email: '{email}'}}}}"));
        let catalog = files.write("x.yaml", yaml).load("x.yaml").unwrap();
        let found = by_ref(&catalog, &format!("user:{name}"));
        prop_assert!(found.is_some());
        let filter = EntityFilter::all_of([("spec.profile.email", email.to_uppercase())]);
        prop_assert_eq!(names(&catalog, &filter), [name]);
    }
}

/// `cargo test -p stagedoor-catalog -- --ignored --nocapture`
#[test]
#[ignore = "takes long in a debug build"]
fn a_look_up_among_100_000_users_takes_microseconds() {
    let mut yaml = String::new();
    for index in 0..100_000 {
        let spec = format!(
            "{{profile: {{email: user{index}@example.com}}, memberOf: [team-{}]}}",
            index % 100
        );
        writeln!(yaml, "{}---", user(&format!("user{index}"), &spec)).unwrap();
    }
    let files = Files::new();
    files.write("users.yaml", yaml);
    let start = Instant::now();
    let catalog = files.load("users.yaml").unwrap();
    eprintln!("loaded in {:?}", start.elapsed());
    let rounds = 1_000;
    let start = Instant::now();
    for round in 0..rounds {
        let email = format!("user{}@example.com", round * 97);
        let filter = EntityFilter::all_of([("spec.profile.email", email)]);
        assert_eq!(names(&catalog, &filter).len(), 1);
    }
    let each = start.elapsed() / rounds;
    eprintln!("each look-up took {each:?}");
    assert!(each < Duration::from_millis(1));
}
