//! `APP_CONFIG_…` variables as the uppermost layer.

use crate::{
    document::{MAX_DEPTH, Node, Object, Place, Source, Value},
    environment::Environment,
    problem::{Problem, Report},
    text::is_key_part,
};

const PREFIX: &str = "APP_CONFIG_";

/// The layer that the variables make; `None` if there are none.
pub(super) fn layer(env: &Environment, report: &Report) -> Option<Node> {
    let mut root: Option<Node> = None;
    for (name, value) in env.variables() {
        let Some(key) = name.strip_prefix(PREFIX) else {
            continue;
        };
        if value.is_empty() {
            continue;
        }
        let place = Place::of(&Source::named(name));
        let root = root.get_or_insert_with(|| empty(&place));
        if let Err(reason) = set(root, key, value, &place) {
            report.error(Problem::new(&place, &key.replace('_', "."), reason));
        }
    }
    root
}

fn empty(place: &Place) -> Node {
    Node::new(Value::Object(Object::default()), place.clone())
}

fn set(root: &mut Node, key: &str, value: &str, place: &Place) -> Result<(), String> {
    let parts: Vec<&str> = key.split('_').collect();
    if parts.len() > MAX_DEPTH || !parts.iter().all(|part| is_key_part(part)) {
        return Err(
            "this is no configuration key: parts are joined by `_`, begin with a letter \
                    and hold letters, digits and `-`"
                .to_owned(),
        );
    }
    let Some((last, parents)) = parts.split_last() else {
        return Ok(());
    };
    let mut node = root;
    for part in parents {
        let Value::Object(object) = &mut node.value else {
            return Err(nested_in_a_value());
        };
        node = &mut object
            .entries
            .entry((*part).to_owned())
            .or_insert_with(|| crate::document::Entry {
                key_place: place.clone(),
                node: empty(place),
            })
            .node;
    }
    let Value::Object(object) = &mut node.value else {
        return Err(nested_in_a_value());
    };
    if object.entries.contains_key(*last) {
        return Err("another variable sets this key already".to_owned());
    }
    // What is not JSON is a string.
    let json = serde_json::from_str(value).unwrap_or_else(|_| value.into());
    if json == serde_json::Value::Null {
        return Err("found null, expected a value".to_owned());
    }
    object.insert(
        (*last).to_owned(),
        place.clone(),
        Node::from_json(json, place),
    );
    Ok(())
}

fn nested_in_a_value() -> String {
    "this would be set inside of a value that another variable sets".to_owned()
}
