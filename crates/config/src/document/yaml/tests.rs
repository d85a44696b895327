use proptest::prelude::*;
use rstest::rstest;

use super::*;

fn json(text: &str) -> serde_json::Value {
    match parse(&Source::new("t.yaml", text), Duplicates::Refuse) {
        Ok(node) => node.map_or(serde_json::Value::Null, |node| node.to_json()),
        Err(unreadable) => panic!("{}: {}", unreadable.place, unreadable.reason),
    }
}

fn refusal(text: &str) -> String {
    match parse(&Source::new("t.yaml", text), Duplicates::Refuse) {
        Ok(_) => panic!("was read"),
        Err(unreadable) => format!("{}: {}", unreadable.place, unreadable.reason),
    }
}

#[test]
fn builds_the_tree() {
    assert_eq!(
        json("a: {b: [1, two, null, true]}\n'c': \"3\"\n1: x\n~: y\n"),
        serde_json::json!({"a": {"b": [1, "two", null, true]}, "c": "3", "1": "x", "": "y"})
    );
}

#[test]
fn copies_aliases() {
    assert_eq!(
        json("a: &x {k: v}\nb: *x\n"),
        serde_json::json!({"a": {"k": "v"}, "b": {"k": "v"}})
    );
}

#[test]
fn does_not_know_merge_keys() {
    assert_eq!(json("<<: {a: 1}\n"), serde_json::json!({"<<": {"a": 1}}));
}

#[rstest]
#[case(
    "a: 1\n---\nb: 2\n",
    "t.yaml:2:1: a second YAML document starts here; a configuration file holds one"
)]
#[case("a: 1\na: 2\n", "t.yaml:2:1: the key `a` occurs twice in this object")]
#[case(
    "a: &x [*x]\n",
    "t.yaml:1:8: this alias stands inside the value it refers to"
)]
fn refuses_with_the_place(#[case] text: &str, #[case] expected: &str) {
    assert_eq!(refusal(text), expected);
}

#[test]
fn refuses_too_much_depth() {
    let text = format!("a: {}1{}", "[".repeat(500), "]".repeat(500));
    refusal(&text);
    let text = (0..500).fold(String::new(), |text, n| {
        format!("{text}{}k:\n", " ".repeat(n))
    });
    refusal(&text);
}

#[test]
fn refuses_a_billion_laughs() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for n in 1..10 {
        let before = vec![format!("*a{}", n - 1); 10].join(", ");
        text.push_str(&format!("a{n}: &a{n} [{before}]\n"));
    }
    assert!(refusal(&text).contains("aliases counted in"));
}

#[test]
fn json_takes_the_last_of_two_keys() {
    let source = Source::new("t.json", "{\"a\": 1, \"a\": 2}");
    let node = parse(&source, Duplicates::LastWins).ok().flatten().unwrap();
    assert_eq!(node.to_json(), serde_json::json!({"a": 2}));
}

#[test]
fn tells_places_in_characters() {
    let node = parse(
        &Source::new("t.yaml", "a:\n  é: [x, \"y\"]\n"),
        Duplicates::Refuse,
    )
    .ok()
    .flatten()
    .unwrap();
    let Value::Object(root) = &node.value else {
        panic!()
    };
    let Value::Object(a) = &root.entries["a"].node.value else {
        panic!()
    };
    let entry = &a.entries["é"];
    assert_eq!(entry.key_place.to_string(), "t.yaml:2:3");
    let Value::List(items) = &entry.node.value else {
        panic!()
    };
    assert_eq!(items[1].place.to_string(), "t.yaml:2:10");
}

#[test]
fn redacts_what_an_alias_makes_a_secret() {
    let source = Source::new("t.yaml", "x: &pw hunter2\npassword: *pw\n");
    assert!(parse(&source, Duplicates::Refuse).is_ok());
    assert!(!source.redacted().unwrap().contains("hunter2"));
}

proptest! {
    #[test]
    fn never_panics(text in "(?s)[\\[\\]{}:,&*!|>'\"%@`\\-?# \n\tax1]{0,80}") {
        let source = Source::new("t.yaml", text);
        let _ = parse(&source, Duplicates::Refuse);
        source.redacted();
    }

    #[test]
    fn never_panics_on_anything(text in "(?s).{0,200}") {
        let _ = parse(&Source::new("t.yaml", text), Duplicates::Refuse);
    }
}
