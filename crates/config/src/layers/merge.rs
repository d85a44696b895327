//! Laying one layer over another.

use crate::document::{Node, Value};

/// `upper` over `lower`: objects merge, everything else replaces, and a `null`
/// takes away what lies beneath it, as `ConfigReader` in `@backstage/config` does.
pub(super) fn merge(lower: Node, upper: Node) -> Node {
    let (lower_value, upper_value) = (lower.value, upper.value);
    let value = match (lower_value, upper_value) {
        (Value::Object(mut under), Value::Object(over)) => {
            for (key, entry) in over.entries {
                match under.entries.get_mut(&key) {
                    Some(existing) => {
                        let beneath = std::mem::replace(&mut existing.node.value, Value::Null);
                        let beneath = Node {
                            value: beneath,
                            ..existing.node.clone()
                        };
                        existing.node = merge(beneath, entry.node);
                        existing.key_place = entry.key_place;
                    }
                    None => {
                        under.entries.insert(key, entry);
                    }
                }
            }
            under.absent.extend(over.absent);
            under
                .absent
                .retain(|key, _| !under.entries.contains_key(key));
            Value::Object(under)
        }
        (_, over) => over,
    };
    Node {
        value,
        place: upper.place,
        hidden: upper.hidden,
    }
}

/// Without the keys of objects that hold `null`. Lists keep theirs.
pub(super) fn without_nulls(mut node: Node) -> Node {
    if let Value::Object(object) = node.value {
        node.value = Value::Object(crate::document::Object {
            entries: object
                .entries
                .into_iter()
                .filter(|(_, entry)| !matches!(entry.node.value, Value::Null))
                .map(|(key, mut entry)| {
                    entry.node = without_nulls(entry.node);
                    (key, entry)
                })
                .collect(),
            absent: object.absent,
        });
    }
    node
}
