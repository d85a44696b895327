use std::path::{Path, PathBuf};

use proptest::prelude::*;
use rstest::rstest;
use serde_json::{Value as Json, json};

use super::*;

/// What Backstage's own loader made of the same files; see `generate.cjs` there.
#[rstest]
fn merges_as_backstage_does(
    #[files("tests/fixtures/backstage/*/expected.json")] expected: PathBuf,
) {
    let directory = expected.parent().unwrap();
    let read =
        |path: &Path| -> Json { serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap() };
    let expected = read(&expected);
    let env_file = directory.join("env.json");
    let env: Environment = match env_file.exists() {
        true => read(&env_file)
            .as_object()
            .unwrap()
            .iter()
            .map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned()))
            .collect(),
        false => Environment::default(),
    };
    let report = Report::default();
    let merged = from_files(&ConfigFiles::default_in(directory), &env, &report);
    let (problems, _) = report.finish();
    if expected.get("error").is_some() {
        assert!(!problems.is_empty(), "was accepted");
    } else {
        assert!(problems.is_empty(), "{problems:?}");
        assert_eq!(merged.root.to_json(), expected["config"]);
    }
}

struct Directory(tempfile::TempDir);

impl Directory {
    fn new(files: &[(&str, &str)]) -> Self {
        let directory = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = directory.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        Self(directory)
    }

    fn load(&self, env: &Environment) -> (Merged, String) {
        let report = Report::default();
        let merged = from_files(&ConfigFiles::default_in(self.0.path()), env, &report);
        let lines: Vec<_> = report.finish().0.iter().map(ToString::to_string).collect();
        (merged, self.shorten(&lines.join("\n")))
    }

    fn shorten(&self, text: &str) -> String {
        text.replace(&format!("{}/", self.0.path().display()), "")
    }

    fn names(&self, paths: &[PathBuf]) -> Vec<String> {
        paths
            .iter()
            .map(|path| self.shorten(&path.display().to_string()))
            .collect()
    }
}

fn problems(files: &[(&str, &str)]) -> String {
    Directory::new(files).load(&Environment::default()).1
}

#[test]
fn lists_every_file_and_those_that_may_come() {
    let directory = Directory::new(&[
        (
            "app-config.yaml",
            "a: {$file: s.txt}\nb: {$include: c/x.yaml}\n",
        ),
        ("s.txt", "secret"),
        ("c/x.yaml", "f: {$file: ../s.txt}\ng: {$file: gone}\n"),
    ]);
    let (merged, problems) = directory.load(&Environment::default());
    assert_eq!(
        directory.names(&merged.files),
        ["app-config.yaml", "s.txt", "c/x.yaml"]
    );
    assert_eq!(
        directory.names(&merged.missing),
        ["app-config.local.yaml", "c/gone"]
    );
    assert_eq!(
        problems,
        "c/x.yaml:2:12: b.g: the file `c/gone` does not exist"
    );
}

#[test]
fn tells_everything_wrong_with_includes_at_once() {
    let found = problems(&[
        (
            "app-config.yaml",
            "a: {$file: gone}\n\
             b: {$env: X, c: 1}\n\
             d: {$include: notes.txt}\n\
             e: {$file: [1]}\n\
             f: {$include: part.yaml#x.y.z}\n\
             g: {$include: part.yaml#y.z}\n\
             h: {$include: bad.yaml}\n\
             i: {$file: '${NONE}'}\n\
             j: {$file: sub}\n",
        ),
        ("part.yaml", "x: 1\n"),
        ("bad.yaml", "x: 1\nx: 2\n"),
        ("sub/x", ""),
    ]);
    insta::assert_snapshot!(found, @r"
    app-config.yaml:1:12: a: the file `gone` does not exist
    app-config.yaml:2:5: b: `$env` must be the only key of its object
    app-config.yaml:3:15: d: found a file that is neither .yaml, .yml nor .json
    app-config.yaml:4:12: e: found a list after `$file`, expected a string
    app-config.yaml:5:15: f: `x` in `part.yaml` is a number, expected an object
    app-config.yaml:6:15: g: `part.yaml` has no `y`
    app-config.yaml:8:12: i: `$file` needs the variable NONE, which is not set
    app-config.yaml:9:12: j: the file `sub` is a directory
    bad.yaml:2:1: h: the key `x` occurs twice in this object
    ");
}

#[test]
fn names_a_cycle_of_includes() {
    let found = problems(&[
        ("app-config.yaml", "a: {$include: one.yaml#x}\n"),
        ("one.yaml", "x:\n  y: {$include: two.yaml}\n"),
        ("two.yaml", "z: {$include: one.yaml#x}\n"),
    ]);
    assert_eq!(
        found,
        "two.yaml:1:15: a.y.z: this include leads back to itself: \
         one.yaml#x → two.yaml → one.yaml#x"
    );
}

#[test]
fn an_include_of_another_part_of_the_same_file_is_no_cycle() {
    let directory = Directory::new(&[(
        "app-config.yaml",
        "a: {$include: app-config.yaml#b}\nb: {c: 1}\n",
    )]);
    let (merged, problems) = directory.load(&Environment::default());
    assert_eq!(problems, "");
    assert_eq!(merged.root.to_json()["a"], json!({"c": 1}));
}

#[test]
fn bounds_what_includes_multiply() {
    let ten = |file: &str| -> String {
        (0..10)
            .map(|n| format!("k{n}: {{$include: {file}}}\n"))
            .collect()
    };
    let found = problems(&[
        ("app-config.yaml", &ten("a.yaml")),
        ("a.yaml", &ten("b.yaml")),
        ("b.yaml", &ten("c.yaml")),
        ("c.yaml", &ten("d.yaml")),
        ("d.yaml", "x: 1"),
    ]);
    assert!(found.contains("more than 500"), "{found}");
}

#[test]
fn a_file_that_is_missing_or_no_object_is_told() {
    assert_eq!(
        problems(&[]),
        "app-config.yaml: this configuration file does not exist"
    );
    assert_eq!(
        problems(&[("app-config.yaml", "- 1\n")]),
        "app-config.yaml:1:1: found a list, expected an object"
    );
    assert_eq!(problems(&[("app-config.yaml", "# nothing\n")]), "");
}

#[test]
fn an_url_is_no_file() {
    let report = Report::default();
    from_files(
        &ConfigFiles::explicit(["https://user:hunter2@example.com/app-config.yaml"]),
        &Environment::default(),
        &report,
    );
    let problem = report.finish().0.remove(0).to_string();
    assert!(
        problem.contains("not from a URL") && !problem.contains("hunter2"),
        "{problem}"
    );
}

#[rstest]
#[case(
    "APP_CONFIG_1a",
    "x",
    "APP_CONFIG_1a: 1a: this is no configuration key"
)]
#[case(
    "APP_CONFIG_a__b",
    "x",
    "APP_CONFIG_a__b: a..b: this is no configuration key"
)]
#[case(
    "APP_CONFIG_a",
    "null",
    "APP_CONFIG_a: a: found null, expected a value"
)]
fn refuses_variables(#[case] name: &str, #[case] value: &str, #[case] expected: &str) {
    let report = Report::default();
    from_text("", &Environment::from_iter([(name, value)]), &report);
    let problem = report.finish().0.remove(0).to_string();
    assert!(problem.starts_with(expected), "{problem}");
}

#[test]
fn marks_what_must_not_be_shown() {
    let directory = Directory::new(&[
        (
            "app-config.yaml",
            "a: x-${V}\nb: {$env: V}\nc: {$file: s}\nd: plain\n",
        ),
        ("s", "secret"),
    ]);
    let env = [("V", "v"), ("APP_CONFIG_e", "{\"f\": 1}")]
        .into_iter()
        .collect();
    let (merged, _) = directory.load(&env);
    let Value::Object(root) = &merged.root.value else {
        panic!()
    };
    let hidden: Vec<_> = ["a", "b", "c", "d", "e"]
        .map(|key| root.entries[key].node.hidden)
        .into();
    assert_eq!(hidden, [true, true, true, false, true]);
}

fn trees() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i32>().prop_map(Json::from),
        "[a-z ${}:#é\"'\\n-]{0,12}".prop_map(Json::from),
    ];
    leaf.prop_recursive(4, 48, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Json::from),
            prop::collection::btree_map("(\\$env|\\$file|\\$include|[a-z.$#]{0,4})", inner, 0..5)
                .prop_map(|map| Json::Object(map.into_iter().collect())),
        ]
    })
}

/// What merging must come to, in a few lines over JSON.
fn merged_json(lower: Json, upper: Json) -> Json {
    match (lower, upper) {
        (Json::Object(mut lower), Json::Object(upper)) => {
            for (key, value) in upper {
                let beneath = lower.remove(&key).unwrap_or(Json::Null);
                lower.insert(key, merged_json(beneath, value));
            }
            Json::Object(lower)
        }
        (_, upper) => upper,
    }
}

fn pruned(json: Json) -> Json {
    match json {
        Json::Object(map) => Json::Object(
            map.into_iter()
                .filter(|(_, value)| !value.is_null())
                .map(|(key, value)| (key, pruned(value)))
                .collect(),
        ),
        other => other,
    }
}

proptest! {
    #[test]
    fn reads_any_json_back(tree in trees()) {
        let source = Source::new("t.json", tree.to_string());
        let node = parse(&source, Duplicates::LastWins).map_err(|e| TestCaseError::fail(e.reason))?;
        prop_assert_eq!(node.map_or(Json::Null, |node| node.to_json()), tree);
    }

    #[test]
    fn merges_any_two(lower in trees(), upper in trees()) {
        let place = Place::of(&Source::named("t"));
        let node = |json: &Json| Node::from_json(json.clone(), &place);
        let merged = without_nulls(merge(node(&lower), node(&upper))).to_json();
        prop_assert_eq!(merged, pruned(merged_json(lower, upper)));
    }

    #[test]
    fn expands_any_tree_without_panic(tree in trees()) {
        from_text(&tree.to_string(), &Environment::from_iter([("a", "x")]), &Report::default());
    }
}
