//! Where a tree holds secrets.

use std::{collections::HashSet, ops::Range};

use super::{
    node::{Node, Value},
    redact::is_sensitive,
};

/// Where in its source the tree holds secrets. An alias counts where it points,
/// and a value that is a secret at one place is hidden at every other.
pub(super) fn find_secrets(root: &mut Node) -> Vec<Range<usize>> {
    let mut spans = Vec::new();
    collect(root, false, &mut spans);
    let starts: HashSet<usize> = spans.iter().map(|span| span.start).collect();
    if !starts.is_empty() {
        hide(root, &starts);
    }
    spans
}

fn hide(node: &mut Node, starts: &HashSet<usize>) {
    match &mut node.value {
        Value::List(items) => items.iter_mut().for_each(|item| hide(item, starts)),
        Value::Object(object) => object
            .entries
            .values_mut()
            .for_each(|entry| hide(&mut entry.node, starts)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) => {
            let position = node.place.position;
            node.hidden |= position.is_some_and(|position| starts.contains(&position.start));
        }
    }
}

fn collect(node: &Node, sensitive: bool, spans: &mut Vec<Range<usize>>) {
    match &node.value {
        Value::List(items) => items
            .iter()
            .for_each(|item| collect(item, sensitive, spans)),
        Value::Object(object) => {
            for (key, entry) in &object.entries {
                collect(&entry.node, is_sensitive(key), spans);
            }
        }
        Value::Null => {}
        Value::Bool(_) | Value::Number(_) | Value::Text(_) => {
            if let Some(position) = node.place.position.filter(|_| sensitive) {
                spans.push(position.start..position.end);
            }
        }
    }
}
