//! Whether an entity, as it came in, matches a filter: by the rows of key and
//! value that Backstage's catalog would index it under (`buildEntitySearch`).

use serde_json::{Number, Value};

use crate::EntityFilter;

/// Whether `entity` meets all conditions of one of the filter's alternatives.
pub(super) fn matches(entity: &Value, filter: &EntityFilter) -> bool {
    filter.alternatives().iter().any(|conditions| {
        conditions
            .iter()
            .all(|(key, value)| has(entity, &key.to_lowercase(), &value.to_lowercase()))
    })
}

fn has(entity: &Value, key: &str, value: &str) -> bool {
    let is_it = |found: &str| found.to_lowercase() == value;
    if let Some(kind) = key.strip_prefix("relations.") {
        return relations(entity)
            .any(|(found, target)| found.to_lowercase() == kind && is_it(target));
    }
    if key == "metadata.namespace" {
        let namespace = entity.pointer("/metadata/namespace");
        return is_it(namespace.and_then(Value::as_str).unwrap_or("default"));
    }
    found_at(entity, key, value)
}

fn relations(entity: &Value) -> impl Iterator<Item = (&str, &str)> {
    let relations = entity.get("relations").and_then(Value::as_array);
    relations.into_iter().flatten().filter_map(|relation| {
        let kind = relation.get("type")?.as_str()?;
        Some((kind, relation.get("targetRef")?.as_str()?))
    })
}

/// Whether `value` stands at the dotted path `rest` under `node`. Names may
/// have dots of their own: annotations do.
fn found_at(node: &Value, rest: &str, value: &str) -> bool {
    match node {
        Value::Object(members) => members.iter().any(|(name, member)| {
            let name = name.to_lowercase();
            match rest.strip_prefix(name.as_str()) {
                Some("") => is_or_holds(member, value),
                Some(below) => below
                    .strip_prefix('.')
                    .is_some_and(|below| found_at(member, below, value)),
                None => false,
            }
        }),
        // A list's texts are also keys, with the value `true`.
        Value::Array(items) => items.iter().any(|item| match item {
            Value::String(text) => value == "true" && text.to_lowercase() == rest,
            other => found_at(other, rest, value),
        }),
        _ => false,
    }
}

fn is_or_holds(node: &Value, value: &str) -> bool {
    match node {
        Value::String(text) => text.to_lowercase() == value,
        Value::Bool(flag) => value == if *flag { "true" } else { "false" },
        Value::Number(number) => is_number(number, value),
        Value::Array(items) => items.iter().any(|item| is_or_holds(item, value)),
        Value::Null | Value::Object(_) => false,
    }
}

/// JavaScript writes 1.0 as `1`.
fn is_number(number: &Number, value: &str) -> bool {
    number.to_string() == value
        || number
            .as_f64()
            .zip(value.parse::<f64>().ok())
            .is_some_and(|(number, value)| number == value)
}
