//! What an entity can be found by: as Backstage's `buildEntitySearch`, a row of
//! key and value for every scalar, both in lower case.

use serde_json::Value;
use stagedoor_identity::{DEFAULT_NAMESPACE, EntityRef};

use super::relations::RelationKind;

/// Keys and values that are longer, in characters, can't be searched for.
const MAX_LENGTH: usize = 200;
/// What is not searched, or gets rows of its own.
const SPECIAL_KEYS: [&str; 7] = [
    "attachments",
    "relations",
    "status",
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
    "metadata.etag",
];

/// A key such as `spec.profile.email` with its value, both in lower case.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Term {
    pub(super) key: String,
    pub(super) value: String,
}

impl Term {
    fn new(key: &str, value: &str) -> Option<Self> {
        (is_short(key) && is_short(value)).then(|| Self {
            key: key.to_lowercase(),
            value: value.to_lowercase(),
        })
    }
}

/// The terms of a document, but for its relations.
pub(super) fn of(document: &Value) -> Vec<Term> {
    let mut terms = Vec::new();
    each(document, &mut |key, value| {
        terms.extend(Term::new(key, value));
    });
    terms
}

/// Calls `found` with every key and value that [`of`] makes a term of, as they
/// are written.
pub(super) fn each(document: &Value, found: &mut impl FnMut(&str, &str)) {
    visit(&mut String::new(), document, found);
    let metadata = |key| document.get("metadata")?.get(key)?.as_str();
    let name = metadata("name").unwrap_or_default();
    let namespace = metadata("namespace").unwrap_or(DEFAULT_NAMESPACE);
    found("metadata.name", name);
    found("metadata.namespace", namespace);
}

/// Whether the term of `key` and `value` is the one with these, in lower case.
pub(super) fn is_term_of(key: &str, value: &str, (lower_key, lower_value): (&str, &str)) -> bool {
    is_short(key)
        && is_short(value)
        && is_in_lower_case(key, lower_key)
        && is_in_lower_case(value, lower_value)
}

/// Without making a text of its own for ASCII, which nearly all of it is.
fn is_in_lower_case(text: &str, lower: &str) -> bool {
    match text.is_ascii() {
        true => text.eq_ignore_ascii_case(lower),
        false => text.to_lowercase() == lower,
    }
}

fn is_short(text: &str) -> bool {
    text.len() <= MAX_LENGTH || text.chars().nth(MAX_LENGTH).is_none()
}

/// The term of a relation.
pub(super) fn of_relation(kind: RelationKind, target: &EntityRef) -> Option<Term> {
    Term::new(&format!("relations.{}", kind.name()), target.as_str())
}

fn visit(path: &mut String, value: &Value, found: &mut impl FnMut(&str, &str)) {
    if SPECIAL_KEYS.contains(&path.as_str()) {
        return;
    }
    match value {
        Value::Null => {}
        Value::Bool(value) => found(path, if *value { "true" } else { "false" }),
        Value::Number(value) => found(path, &value.to_string()),
        Value::String(value) => found(path, value),
        Value::Array(items) => {
            for item in items {
                visit(path, item, found);
                if let Value::String(value) = item {
                    let here = path.len();
                    path.push('.');
                    path.push_str(value);
                    found(path, "true");
                    path.truncate(here);
                }
            }
        }
        Value::Object(members) => {
            let here = path.len();
            for (name, value) in members {
                if here > 0 {
                    path.push('.');
                }
                path.push_str(name);
                visit(path, value, found);
                path.truncate(here);
            }
        }
    }
}
