//! From groups of a provider to names of entities.

use serde_json::Value;

use crate::{ClaimPath, Glob, requirement::items};

/// The longest name, kind or namespace of an entity that Backstage takes.
const MAX_NAME: usize = 63;

/// A claim that lists groups, and what entities they are.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupClaim {
    /// The claim: a text, or a list of them.
    pub claim: ClaimPath,
    /// Only values that fit one of these, as the provider wrote them; `None`
    /// is all.
    pub allow: Option<Vec<Glob>>,
    /// The first of these that a value starts with is taken off.
    pub strip_prefix: Vec<String>,
    /// Put before what remains.
    pub prefix: String,
    /// The namespace of the entities.
    pub namespace: String,
    /// The kind of the entities.
    pub kind: String,
}

/// Why a value is not made an entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotAName {
    /// It is no text.
    #[error("it is no text")]
    NoText,
    /// It fits none of `allow`.
    #[error("it is not in `allow`")]
    NotAllowed,
    /// It is no name that an entity can have.
    #[error(
        "no entity can have the name that it becomes: one has up to {MAX_NAME} letters, digits, `-`, `_` and `.`, of which the first and last are letters or digits"
    )]
    Impossible,
}

impl GroupClaim {
    /// Each value of the claim with the name that it becomes, in their order.
    pub fn names<'v>(
        &self,
        value: &'v Value,
    ) -> impl Iterator<Item = (&'v Value, Result<String, NotAName>)> {
        items(value).iter().map(|item| (item, self.name(item)))
    }

    fn name(&self, item: &Value) -> Result<String, NotAName> {
        let text = item.as_str().ok_or(NotAName::NoText)?;
        let allowed = self.allow.as_ref();
        if allowed.is_some_and(|globs| !globs.iter().any(|glob| glob.matches(text))) {
            return Err(NotAName::NotAllowed);
        }
        let mut stripped = self
            .strip_prefix
            .iter()
            .filter_map(|it| text.strip_prefix(it.as_str()));
        let rest = stripped.next().unwrap_or(text);
        // A name of nothing but the prefix would make all such groups one.
        if rest.is_empty() {
            return Err(NotAName::Impossible);
        }
        let name = format!("{}{rest}", self.prefix);
        if is_name(&name) {
            Ok(name)
        } else {
            Err(NotAName::Impossible)
        }
    }
}

/// Whether an entity can have this name (Backstage's `isValidObjectName`).
#[must_use]
pub fn is_name(text: &str) -> bool {
    let ends = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric());
    (1..=MAX_NAME).contains(&text.len())
        && ends(text.bytes().next())
        && ends(text.bytes().next_back())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

/// Whether an entity can be in this namespace (Backstage's `isValidDnsLabel`).
#[must_use]
pub fn is_namespace(text: &str) -> bool {
    (1..=MAX_NAME).contains(&text.len())
        && text.split('-').all(|part| !part.is_empty())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

/// Whether an entity can be of this kind (Backstage's `isValidKind`).
#[must_use]
pub fn is_kind(text: &str) -> bool {
    (1..=MAX_NAME).contains(&text.len())
        && text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn groups() -> GroupClaim {
        GroupClaim {
            claim: ClaimPath::parse("groups").unwrap(),
            allow: None,
            strip_prefix: vec![],
            prefix: String::new(),
            namespace: "default".to_owned(),
            kind: "group".to_owned(),
        }
    }

    fn names(rule: &GroupClaim, value: &Value) -> Vec<Result<String, NotAName>> {
        rule.names(value).map(|(_, name)| name).collect()
    }

    #[test]
    fn values_become_names_in_their_order() {
        let found = names(&groups(), &json!(["b", "A"]));
        assert_eq!(found, [Ok("b".to_owned()), Ok("A".to_owned())]);
        assert_eq!(names(&groups(), &json!("one")), [Ok("one".to_owned())]);
        assert_eq!(names(&groups(), &json!({"a": 1})), [Err(NotAName::NoText)]);
        assert_eq!(names(&groups(), &json!([1])), [Err(NotAName::NoText)]);
    }

    #[test]
    fn the_first_prefix_that_is_there_gives_way_to_ours() {
        let rule = GroupClaim {
            strip_prefix: vec!["/teams/".to_owned(), "/".to_owned()],
            prefix: "keycloak-".to_owned(),
            ..groups()
        };
        let found = names(&rule, &json!(["/teams/a", "/b", "c"]));
        let expected = ["keycloak-a", "keycloak-b", "keycloak-c"];
        assert_eq!(found, expected.map(|name| Ok(name.to_owned())));
        assert_eq!(
            names(&rule, &json!(["/teams/", "/"])),
            [Err(NotAName::Impossible), Err(NotAName::Impossible)]
        );
    }

    #[test]
    fn allow_sees_what_the_provider_wrote() {
        let rule = GroupClaim {
            allow: Some(vec![Glob::parse("/teams/*").unwrap()]),
            strip_prefix: vec!["/teams/".to_owned()],
            ..groups()
        };
        let found = names(&rule, &json!(["/teams/a", "a", "/admins"]));
        let not = Err(NotAName::NotAllowed);
        assert_eq!(found, [Ok("a".to_owned()), not.clone(), not]);
    }

    #[test]
    fn no_value_reaches_into_another_kind_or_namespace() {
        for value in [
            "user:default/ada",
            "ops/admins",
            "a:b",
            "",
            " ",
            "a b",
            "-a",
            "a.",
            "a\n",
            "ä",
            &"a".repeat(64),
        ] {
            assert_eq!(
                names(&groups(), &json!(value)),
                [Err(NotAName::Impossible)],
                "{value}"
            );
        }
    }

    #[test]
    fn kinds_and_namespaces_are_backstages() {
        assert!(is_kind("Group") && is_kind("g1"));
        assert!(!is_kind("1g") && !is_kind("a-b") && !is_kind(""));
        assert!(is_namespace("default") && is_namespace("a-1"));
        assert!(
            !is_namespace("A") && !is_namespace("a--b") && !is_namespace("-a") && !is_namespace("")
        );
    }

    proptest! {
        #[test]
        fn what_comes_out_is_a_name(values in prop::collection::vec(any::<String>(), 0..8), prefix in "[a-z]{0,3}") {
            let rule = GroupClaim { prefix, ..groups() };
            for name in names(&rule, &json!(values)).into_iter().flatten() {
                prop_assert!(is_name(&name) && name.starts_with(&rule.prefix));
            }
        }
    }
}
