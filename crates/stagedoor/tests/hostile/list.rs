//! The list of attacks: long enough, and what `README.md` says of it is true.

use std::{collections::BTreeSet, fs, path::Path};

fn folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/hostile"))
}

/// Every test here but those of this file, as `file::name`.
fn tests() -> BTreeSet<String> {
    let mut tests = BTreeSet::new();
    for entry in fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|it| it != "rs") || path.ends_with("list.rs") {
            continue;
        }
        let file = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let source = fs::read_to_string(&path).unwrap();
        let mut lines = source.lines();
        while lines.any(|line| line == "#[tokio::test]") {
            let declared = lines.next().unwrap().strip_prefix("async fn ").unwrap();
            let name = declared.split('(').next().unwrap();
            tests.insert(format!("{file}::{name}"));
        }
    }
    tests
}

fn is_honest(test: &str) -> bool {
    test.contains("::honest_")
}

#[test]
fn there_are_sixty_attacks_and_more() {
    let attacks = tests().iter().filter(|test| !is_honest(test)).count();
    assert!(attacks >= 60, "{attacks}");
}

/// Without it, a family could pass because its flow never worked.
#[test]
fn each_family_has_a_flow_without_the_attack() {
    let tests = tests();
    let family = |test: &String| test.split("::").next().unwrap().to_owned();
    let all: BTreeSet<_> = tests.iter().map(family).collect();
    let honest = tests.iter().filter(|test| is_honest(test));
    assert_eq!(honest.map(family).collect::<BTreeSet<_>>(), all);
    assert!(all.len() >= 10, "{all:?}");
}

#[test]
fn tests_that_the_readme_names_are_there() {
    let readme = fs::read_to_string(folder().join("README.md")).unwrap();
    let tests = tests();
    let rows = readme
        .lines()
        .filter(|line| line.starts_with("| oidcc-client-"));
    let mut named = 0;
    for row in rows {
        let names = row.split('`').skip(1).step_by(2);
        for name in names.filter(|name| name.contains("::")) {
            assert!(tests.contains(name), "{name}");
            named += 1;
        }
    }
    assert!(named >= 30, "{named}");
}

/// The demo that anyone can run never has a hand on its provider.
#[test]
fn the_binary_tells_no_lies() {
    let source = folder().parent().unwrap().parent().unwrap().join("src");
    let mut folders = vec![source];
    let mut read = 0;
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|it| it == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                for word in ["hostile", "misbehave", "demo_idp::Control", ".control()"] {
                    assert!(
                        !text.to_lowercase().contains(word),
                        "{word} in {}",
                        path.display()
                    );
                }
                read += 1;
            }
        }
    }
    assert!(read > 50);
}
