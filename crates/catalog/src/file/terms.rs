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
        let is_short = |text: &str| text.chars().nth(MAX_LENGTH).is_none();
        (is_short(key) && is_short(value)).then(|| Self {
            key: key.to_lowercase(),
            value: value.to_lowercase(),
        })
    }

    /// Whether it is this one.
    pub(super) fn is(&self, key: &str, value: &str) -> bool {
        self.key == key && self.value == value
    }
}

/// The terms of a document, but for its relations.
pub(super) fn of(document: &Value) -> Vec<Term> {
    let mut terms = Vec::new();
    visit("", document, &mut terms);
    let metadata = |key| document.get("metadata")?.get(key)?.as_str();
    let name = metadata("name").unwrap_or_default();
    let namespace = metadata("namespace").unwrap_or(DEFAULT_NAMESPACE);
    terms.extend(Term::new("metadata.name", name));
    terms.extend(Term::new("metadata.namespace", namespace));
    terms
}

/// The term of a relation.
pub(super) fn of_relation(kind: RelationKind, target: &EntityRef) -> Option<Term> {
    Term::new(&format!("relations.{}", kind.name()), target.as_str())
}

fn visit(path: &str, value: &Value, terms: &mut Vec<Term>) {
    if SPECIAL_KEYS.contains(&path) {
        return;
    }
    match value {
        Value::Null => {}
        Value::Bool(value) => terms.extend(Term::new(path, &value.to_string())),
        Value::Number(value) => terms.extend(Term::new(path, &value.to_string())),
        Value::String(value) => terms.extend(Term::new(path, value)),
        Value::Array(items) => {
            for item in items {
                visit(path, item, terms);
                if let Value::String(value) = item {
                    terms.extend(Term::new(&format!("{path}.{value}"), "true"));
                }
            }
        }
        Value::Object(members) => {
            for (name, value) in members {
                match path {
                    "" => visit(name, value, terms),
                    _ => visit(&format!("{path}.{name}"), value, terms),
                }
            }
        }
    }
}
