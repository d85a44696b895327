//! What is asked, and what is taken for an answer.

use std::collections::BTreeMap;

use proptest::prelude::*;
use rstest::rstest;
use serde_json::{Value, json};
use stagedoor_identity::EntityRef;
use url::Url;

use super::{
    failure::Failure, filter_query::parameters, matching::matches, question::Question,
    transport::Answer,
};
use crate::EntityFilter;

fn base() -> Url {
    Url::parse("http://backstage:7007/api/catalog").unwrap()
}

fn filter<const N: usize>(conditions: [(&str, &str); N]) -> EntityFilter {
    EntityFilter::all_of(conditions)
}

fn url(question: Question) -> Option<String> {
    question.url(&base()).map(String::from)
}

fn user() -> Value {
    json!({
        "kind": "User",
        "metadata": {
            "name": "ada",
            "annotations": {"keycloak.org/id": "F-1", "a.b": "c"},
            "labels": {"team": "X"},
            "tags": ["one", "Two"],
        },
        "spec": {
            "profile": {"email": "Ada@Example.com"},
            "memberOf": ["analysts"],
            "level": 7.0,
            "active": true,
            "desks": [{"room": "12"}, {"room": "14"}],
            "nothing": null,
        },
        "relations": [{"type": "memberOf", "targetRef": "group:default/analysts"}],
    })
}

#[test]
fn a_name_is_one_segment_of_the_path() {
    let asked = |name| url(Question::Ref(EntityRef::new("User", "Default", name)));
    let by_name = "http://backstage:7007/api/catalog/entities/by-name/user/default";
    assert_eq!(asked("Ada").unwrap(), format!("{by_name}/ada"));
    assert_eq!(
        asked("a/../b?c#d%e é").unwrap(),
        format!("{by_name}/a%2F..%2Fb%3Fc%23d%25e%20%C3%A9")
    );
    assert_eq!(asked("."), None);
    assert_eq!(asked(".."), None);
    let elsewhere = EntityRef::new("user", "..", "ada");
    assert_eq!(url(Question::Ref(elsewhere)), None);
}

#[test]
fn a_base_url_may_end_in_a_slash() {
    let base = Url::parse("https://example.com/backstage/api/catalog/").unwrap();
    let question = Question::Filter(filter([("metadata.name", "ada")]));
    assert_eq!(
        question.url(&base).unwrap().as_str(),
        "https://example.com/backstage/api/catalog/entities?filter=kind%3Duser%2Cmetadata.name%3Dada"
    );
}

#[test]
fn a_value_cannot_leave_its_parameter() {
    let question = Question::Filter(filter([("spec.profile.email", "a&filter=kind+b=ü@x")]));
    let url = question.url(&base()).unwrap();
    let pairs: Vec<_> = url.query_pairs().collect();
    assert_eq!(pairs.len(), 1);
    assert_eq!(pairs[0].0, "filter");
    assert_eq!(
        pairs[0].1,
        "kind=user,spec.profile.email=a&filter=kind+b=ü@x"
    );
    assert!(!url.query().unwrap().contains('+'), "which means a blank");
}

#[test]
fn alternatives_are_parameters_of_their_own() {
    let either = filter([("metadata.name", "ada")]).or([("metadata.name", "bob")]);
    assert_eq!(
        parameters(&either),
        ["kind=user,metadata.name=ada", "kind=user,metadata.name=bob"]
    );
    let one_of_them_said = filter([("metadata.name", "a,b")]).or([("metadata.name", "bob")]);
    assert_eq!(
        parameters(&one_of_them_said),
        ["kind=user,metadata.name=bob"]
    );
}

#[rstest]
#[case::adds_an_address("spec.profile.email", "eve@x,spec.profile.email=boss@x")]
#[case::adds_nothing("spec.profile.email", "eve@x,")]
#[case::blank("spec.profile.email", "")]
#[case::leading_blank("spec.profile.email", " ada@x")]
#[case::trailing_blank("spec.profile.email", "ada@x\u{a0}")]
#[case::byte_order_mark("spec.profile.email", "ada@x\u{feff}")]
#[case::line_break("spec.profile.email", "ada\n@x")]
#[case::nul("spec.profile.email", "ada\0@x")]
#[case::key_with_equals_sign("spec.a=b", "c")]
#[case::key_with_comma("spec.a,b", "c")]
#[case::key_that_trims("kind ", "group")]
#[case::empty_key("", "c")]
#[case::operator("$not", "c")]
fn what_cannot_be_said_is_not_asked(#[case] key: &str, #[case] value: &str) {
    let question = Question::Filter(filter([(key, value)]));
    assert_eq!(url(question), None);
}

#[test]
fn what_is_too_long_for_the_index_is_not_asked() {
    let value = "é".repeat(200);
    assert_eq!(parameters(&filter([("spec.a", value.as_str())])).len(), 1);
    let value = value + "é";
    assert!(parameters(&filter([("spec.a", value.as_str())])).is_empty());
}

#[rstest]
#[case("kind", "user", true)]
#[case("Spec.Profile.Email", "ada@example.COM", true)]
#[case("spec.profile.email", "ada@example", false)]
#[case("spec.profile", "ada@example.com", false)]
#[case("metadata.annotations.keycloak.org/id", "f-1", true)]
#[case("metadata.annotations.a.b", "c", true)]
#[case("metadata.annotations.a", "c", false)]
#[case("metadata.namespace", "default", true)]
#[case("metadata.labels.team", "x", true)]
#[case("metadata.tags", "two", true)]
#[case("metadata.tags.two", "true", true)]
#[case("metadata.tags.three", "true", false)]
#[case("spec.memberof", "analysts", true)]
#[case("spec.level", "7", true)]
#[case("spec.active", "true", true)]
#[case("spec.active", "false", false)]
#[case("spec.desks.room", "14", true)]
#[case("spec.nothing", "null", false)]
#[case("relations.memberof", "group:default/analysts", true)]
#[case("relations.memberof", "group:default/others", false)]
#[case("relations", "group:default/analysts", false)]
fn matches_as_the_catalog_would(#[case] key: &str, #[case] value: &str, #[case] expected: bool) {
    assert_eq!(matches(&user(), &filter([(key, value)])), expected);
}

#[test]
fn all_conditions_of_one_alternative_must_be_met() {
    let group = filter([("kind", "group")]);
    assert!(!matches(&user(), &group));
    assert!(matches(&user(), &group.or([("metadata.name", "ada")])));
    let both = filter([("metadata.name", "ada"), ("spec.level", "8")]);
    assert!(!matches(&user(), &both));
}

fn read(question: &Question, found: bool, body: &Value) -> Result<usize, Failure> {
    let answer = Answer {
        found,
        body: body.to_string().into_bytes(),
        endpoint: "http://catalog".into(),
    };
    question.read(&answer).map(|entities| entities.len())
}

#[test]
fn nobody_is_not_the_same_as_no_such_page() {
    let ada = Question::Ref(EntityRef::new("user", "default", "ada"));
    let by_name = Question::Filter(filter([("metadata.name", "ada")]));
    let not_found = json!({"error": {"name": "NotFoundError", "message": "No entity named 'ada'"}});
    assert_eq!(read(&ada, false, &not_found).unwrap(), 0);
    assert!(read(&ada, false, &json!({})).is_err());
    assert!(read(&ada, false, &json!({"error": {"name": "Error"}})).is_err());
    assert!(read(&by_name, false, &not_found).is_err());
    assert_eq!(read(&by_name, true, &json!([])).unwrap(), 0);
}

#[rstest]
#[case::other_shape(json!({"items": []}))]
#[case::another_person(json!([{"kind": "User", "metadata": {"name": "boss"}}]))]
#[case::another_kind(json!([{"kind": "Group", "metadata": {"name": "ada"}}]))]
#[case::one_too_many(json!([user(), {"kind": "User", "metadata": {"name": "boss"}}]))]
#[case::no_entity(json!([{"kind": "User", "metadata": {"name": "ada", "annotations": 7}}]))]
#[case::nothing(json!(null))]
fn what_does_not_fit_the_filter_is_refused(#[case] body: Value) {
    let question = Question::Filter(filter([("metadata.name", "ada")]));
    assert_eq!(read(&question, true, &json!([user()])).unwrap(), 1);
    let refused = read(&question, true, &body);
    assert!(matches!(refused, Err(Failure::NotACatalog { .. })));
}

#[rstest]
#[case::another_person(json!({"kind": "User", "metadata": {"name": "boss"}}))]
#[case::another_namespace(json!({"kind": "User", "metadata": {"name": "ada", "namespace": "x"}}))]
#[case::no_entity(json!({"kind": "User"}))]
#[case::a_list(json!([user()]))]
fn what_does_not_fit_the_name_is_refused(#[case] body: Value) {
    let question = Question::Ref(EntityRef::new("user", "default", "ada"));
    assert_eq!(read(&question, true, &user()).unwrap(), 1);
    let refused = read(&question, true, &body);
    assert!(matches!(refused, Err(Failure::NotACatalog { .. })));
}

/// Backstage's `parseEntityFilterString`: for every key, all its values.
fn as_backstage_reads(parameter: &str) -> BTreeMap<String, Vec<String>> {
    let trim = |text: &str| {
        let trimmed = |c: char| (c.is_whitespace() && c != '\u{85}') || c == '\u{feff}';
        text.trim_matches(trimmed).to_owned()
    };
    let mut read: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for statement in parameter.split(',').map(trim).filter(|s| !s.is_empty()) {
        let (key, value) = statement.split_once('=').unwrap();
        read.entry(trim(key)).or_default().push(trim(value));
    }
    read
}

proptest! {
    #[test]
    fn backstage_reads_what_is_meant(
        conditions in proptest::collection::btree_map("[ -~]{1,9}|\\PC{1,5}", "[ -~]{0,30}|\\PC{0,9}|.{0,9}", 1..4)
    ) {
        let filter = EntityFilter::all_of(conditions);
        let url = Question::Filter(filter.clone()).url(&base());
        if let Some(url) = url {
            let pairs: Vec<_> = url.query_pairs().into_owned().collect();
            prop_assert_eq!(pairs.len(), 1);
            let meant: BTreeMap<_, _> = filter.alternatives()[0]
                .iter()
                .map(|(key, value)| (key.clone(), vec![value.clone()]))
                .collect();
            prop_assert_eq!(as_backstage_reads(&pairs[0].1), meant);
        }
    }

    #[test]
    fn names_stay_below_the_collection(name in "\\PC{1,20}|[./%]{1,6}") {
        let question = Question::Ref(EntityRef::new("user", "default", &name));
        if let Some(url) = question.url(&base()) {
            let segments: Vec<_> = url.path_segments().unwrap().collect();
            prop_assert_eq!(segments.len(), 7, "{}", url);
            prop_assert_eq!(&segments[..6], ["api", "catalog", "entities", "by-name", "user", "default"]);
            prop_assert!(url.query().is_none() && url.fragment().is_none());
        }
    }

    #[test]
    fn matching_takes_anything(key in "\\PC{0,12}", value in ".{0,12}") {
        let _ = matches(&user(), &filter([(key.as_str(), value.as_str())]));
    }
}
