use proptest::prelude::*;
use rstest::rstest;
use serde_json::json;

use super::*;

fn find(claims: &Value, path: &str) -> Option<Value> {
    ClaimPath::parse(path).unwrap().find(claims).cloned()
}

#[rstest]
#[case("", ClaimPathError::Empty)]
#[case(".groups", ClaimPathError::EmptyName)]
#[case("realm_access..roles", ClaimPathError::EmptyName)]
#[case("groups.", ClaimPathError::EmptyName)]
#[case(" groups", ClaimPathError::Unprintable)]
#[case("gro\nups", ClaimPathError::Unprintable)]
#[case("$.groups", ClaimPathError::OtherSyntax)]
#[case("groups[0]", ClaimPathError::OtherSyntax)]
#[case("groups[*]", ClaimPathError::OtherSyntax)]
fn what_leads_nowhere_is_refused(#[case] text: &str, #[case] why: ClaimPathError) {
    assert_eq!(ClaimPath::parse(text), Err(why));
}

#[test]
fn a_path_has_a_limit() {
    assert!(ClaimPath::parse(&"a".repeat(256)).is_ok());
    let too_long = ClaimPath::parse(&"a".repeat(257));
    assert_eq!(too_long, Err(ClaimPathError::TooLong));
}

#[test]
fn odd_names_need_no_quotes() {
    let claims = json!({
        "https://example.com/groups": ["a"],
        "https://example.com/user": {"x.y": 1},
        "custom:team": "b",
        "resource_access": {"my.client": {"roles": ["c"]}},
    });
    let found = find(&claims, "https://example.com/groups");
    assert_eq!(found, Some(json!(["a"])));
    let found = find(&claims, "https://example.com/user.x.y");
    assert_eq!(found, Some(json!(1)));
    assert_eq!(find(&claims, "custom:team"), Some(json!("b")));
    let found = find(&claims, "resource_access.my.client.roles");
    assert_eq!(found, Some(json!(["c"])));
}

#[test]
fn the_longest_name_wins() {
    let claims = json!({"a.b": 1, "a": {"b": 2}});
    assert_eq!(find(&claims, "a.b"), Some(json!(1)));
    // One that leads nowhere gives way.
    let claims = json!({"a.b": {}, "a": {"b": {"c": 2}}});
    assert_eq!(find(&claims, "a.b.c"), Some(json!(2)));
}

#[test]
fn numbers_lead_into_lists_and_nothing_else_does() {
    let claims = json!({"emails": ["a", {"of": "b"}], "0": "c"});
    assert_eq!(find(&claims, "emails.0"), Some(json!("a")));
    assert_eq!(find(&claims, "emails.1.of"), Some(json!("b")));
    assert_eq!(find(&claims, "0"), Some(json!("c")));
    for nothing in ["emails.2", "emails.+0", "emails.-1", "emails.of", "0.0"] {
        assert_eq!(find(&claims, nothing), None, "{nothing}");
    }
}

#[test]
fn null_is_nothing_and_only_an_object_has_claims() {
    assert_eq!(find(&json!({"a": null}), "a"), None);
    assert_eq!(find(&json!(["x"]), "0"), None);
    assert_eq!(find(&json!("x"), "x"), None);
}

/// A name that may stand in a path; it may hold dots within.
fn name() -> impl Strategy<Value = String> {
    r"[a-z0-9:/_-]{1,6}(\.[a-z0-9:/_-]{1,6}){0,2}"
}

proptest! {
    #[test]
    fn any_text_is_a_path_or_not_and_never_a_crash(text in any::<String>(), deep in 0usize..6) {
        let claims = (0..deep).fold(json!({"a": ["b"]}), |inner, _| json!({"a": [inner]}));
        if let Ok(path) = ClaimPath::parse(&text) {
            prop_assert_eq!(path.as_str(), text.as_str());
            prop_assert_eq!(&path.to_string().parse::<ClaimPath>(), &Ok(path.clone()));
            let _ = path.find(&claims);
        }
    }

    #[test]
    fn names_joined_by_dots_lead_to_what_they_name(names in prop::collection::vec(name(), 1..5)) {
        let claims = names.iter().rev().fold(json!("there"), |inner, name| json!({name: inner}));
        prop_assert_eq!(find(&claims, &names.join(".")), Some(json!("there")));
    }

    #[test]
    fn one_name_less_or_more_leads_elsewhere(names in prop::collection::vec("[a-z]{1,6}", 2..5)) {
        let claims = names.iter().rev().fold(json!("there"), |inner, name| json!({name: inner}));
        prop_assert_ne!(find(&claims, &names[1..].join(".")), Some(json!("there")));
        prop_assert_eq!(find(&claims, &format!("{}.more", names.join("."))), None);
    }

    /// The ways to read a path of many dots are 2^n; the steps are not.
    #[test]
    fn claims_made_to_mislead_cost_no_more_than_they_are_large(depth in 1usize..60) {
        let claims = (0..depth).fold(json!({}), |inner, _| json!({"a": inner.clone(), "a.a": 1}));
        let path = vec!["a"; 100].join(".");
        prop_assert_eq!(find(&claims, &path), None);
    }
}
