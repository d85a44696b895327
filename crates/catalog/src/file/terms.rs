//! What an entity can be found by: as Backstage's `buildEntitySearch`, a row of
//! key and value for every scalar, both in lower case.

use super::node::{Content, Node};
use crate::Entity;

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

/// The terms of what stands in the file.
pub(super) fn of(root: &Node) -> Vec<Term> {
    let mut terms = Vec::new();
    visit("", root, &mut terms);
    terms
}

/// The terms that don't stand there literally.
pub(super) fn of_entity(entity: &Entity) -> Vec<Term> {
    let mut terms = Vec::new();
    let namespace = entity.metadata.namespace.as_deref().unwrap_or("default");
    push("metadata.name", &entity.metadata.name, &mut terms);
    push("metadata.namespace", namespace, &mut terms);
    for relation in &entity.relations {
        let key = format!("relations.{}", relation.kind);
        push(&key, &relation.target_ref, &mut terms);
    }
    terms
}

fn visit(path: &str, node: &Node, terms: &mut Vec<Term>) {
    if SPECIAL_KEYS.contains(&path) {
        return;
    }
    match &node.content {
        Content::Null => {}
        Content::Bool(value) => push(path, &value.to_string(), terms),
        Content::Number(value) => push(path, &value.to_string(), terms),
        Content::Text(value) => push(path, value, terms),
        Content::List(items) => {
            for item in items {
                visit(path, item, terms);
                if let Content::Text(value) = &item.content {
                    push(&format!("{path}.{value}"), "true", terms);
                }
            }
        }
        Content::Map(members) => {
            for (name, value) in members {
                match path {
                    "" => visit(name, value, terms),
                    _ => visit(&format!("{path}.{name}"), value, terms),
                }
            }
        }
    }
}

fn push(key: &str, value: &str, terms: &mut Vec<Term>) {
    let is_short = |text: &str| text.chars().nth(MAX_LENGTH).is_none();
    if is_short(key) && is_short(value) {
        terms.push(Term {
            key: key.to_lowercase(),
            value: value.to_lowercase(),
        });
    }
}
