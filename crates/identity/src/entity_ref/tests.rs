#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use rstest::rstest;

use super::*;

#[rstest]
#[case("user:default/jane", "user:default/jane")]
#[case("User:Jane", "user:default/jane")]
#[case("USER:Team-A/Jane.Doe", "user:team-a/jane.doe")]
#[case("user:jane@example.com", "user:default/jane@example.com")]
#[case("user:default/a/b", "user:default/a/b")]
#[case("user:default/a:b", "user:default/a:b")]
#[case("user:a:b", "user:default/a:b")]
fn parses_as_backstage_does(#[case] text: &str, #[case] canonical: &str) {
    assert_eq!(EntityRef::parse(text).unwrap().as_str(), canonical);
}

#[rstest]
#[case("jane", "user:default/jane")]
#[case("team/jane", "user:team/jane")]
#[case("team/jane:x", "user:team/jane:x")]
#[case("group:ops", "group:default/ops")]
fn assumes_what_is_left_out(#[case] text: &str, #[case] canonical: &str) {
    let defaults = EntityRefDefaults {
        kind: Some("user"),
        namespace: None,
    };
    let parsed = EntityRef::parse_with(text, defaults).unwrap();
    assert_eq!(parsed.as_str(), canonical);
}

#[rstest]
#[case("")]
#[case(":")]
#[case("/")]
#[case(":jane")]
#[case("user:")]
#[case("user:/jane")]
#[case("user:default/")]
#[case("/jane")]
fn refuses_empty_parts(#[case] text: &str) {
    let refused = EntityRef::parse(text).unwrap_err();
    assert!(matches!(refused, EntityRefError::Malformed { .. }));
}

#[test]
fn refuses_a_ref_without_a_kind() {
    let refused = EntityRef::parse("team/jane").unwrap_err();
    assert!(matches!(refused, EntityRefError::MissingKind { .. }));
}

#[test]
fn refuses_control_characters() {
    let refused = EntityRef::parse("user:default/ja\nne").unwrap_err();
    assert!(matches!(refused, EntityRefError::ControlCharacter { .. }));
}

#[test]
fn refuses_what_is_too_long_also_when_it_grows() {
    let name = "a".repeat(MAX_ENTITY_REF_LENGTH);
    let refused = EntityRef::parse(&format!("user:{name}")).unwrap_err();
    assert!(matches!(refused, EntityRefError::TooLong { .. }));
    // U+0130 has two bytes, its lower case three.
    let name = "\u{130}".repeat(MAX_ENTITY_REF_LENGTH / 2 - 10);
    let refused = EntityRef::parse(&format!("user:{name}")).unwrap_err();
    assert!(matches!(refused, EntityRefError::TooLong { .. }));
}

#[test]
fn parts_that_do_not_fit_never_make_another_entitys_ref() {
    let forged = EntityRef::new("user:default/admin", "x/y", "z");
    assert_eq!(
        forged.as_str(),
        "user\u{fffd}default\u{fffd}admin:x\u{fffd}y/z"
    );
    assert_eq!(EntityRef::new("", "", "").kind(), "\u{fffd}");
}

#[test]
fn is_a_string_in_json() {
    let jane: EntityRef = serde_json::from_str(r#""User:Jane""#).unwrap();
    assert_eq!(
        serde_json::to_string(&jane).unwrap(),
        r#""user:default/jane""#
    );
    assert!(serde_json::from_str::<EntityRef>(r#""jane""#).is_err());
}

proptest! {
    #[test]
    fn parsing_never_panics_and_is_idempotent(text in "\\PC*|[a-zA-ZİΣ:/]{0,12}") {
        if let Ok(parsed) = EntityRef::parse(&text) {
            prop_assert_eq!(&EntityRef::parse(parsed.as_str()).unwrap(), &parsed);
        }
    }

    #[test]
    fn what_new_makes_reads_back(kind in ".{0,9}", namespace in ".{0,9}", name in ".{0,9}") {
        let made = EntityRef::new(&kind, &namespace, &name);
        prop_assert_eq!(&EntityRef::parse(made.as_str()).unwrap(), &made);
    }

    #[test]
    fn parts_come_back(kind in "[a-z]{1,8}", namespace in "[a-z0-9-]{1,8}", name in "[a-z0-9._-]{1,8}") {
        let made = EntityRef::try_new(&kind, &namespace, &name).unwrap();
        prop_assert_eq!(made.kind(), kind);
        prop_assert_eq!(made.namespace(), namespace);
        prop_assert_eq!(made.name(), name);
    }
}
