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
    collect(root, Below::Keys, &mut spans);
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

/// What makes a value a secret.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Below {
    /// Its key.
    Keys,
    /// What it is below, where it is text itself.
    SensitiveKey,
    /// What it is below. Headers of HTTP can have any name, and are to be sent
    /// because they are known to few.
    Headers,
}

impl Below {
    fn of(self, key: &str) -> Self {
        match key {
            _ if self == Self::Headers => self,
            "headers" => Self::Headers,
            _ if is_sensitive(key) => Self::SensitiveKey,
            _ => Self::Keys,
        }
    }
}

fn collect(node: &Node, below: Below, spans: &mut Vec<Range<usize>>) {
    match &node.value {
        Value::List(items) => items.iter().for_each(|item| collect(item, below, spans)),
        Value::Object(object) => {
            for (key, entry) in &object.entries {
                collect(&entry.node, below.of(key), spans);
            }
        }
        Value::Null => {}
        Value::Bool(_) | Value::Number(_) | Value::Text(_) => {
            let position = node.place.position.filter(|_| below != Below::Keys);
            if let Some(position) = position {
                spans.push(position.start..position.end);
            }
        }
    }
}
