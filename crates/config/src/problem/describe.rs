//! Naming a value in a message, without telling secrets.

use crate::document::{Node, Value, hide_credentials};

const MAX_SHOWN: usize = 60;

/// `found "maybe", expected …`: what an error about a value starts with.
pub(crate) fn found(node: &Node, sensitive: bool, expected: &str) -> String {
    format!("found {}, expected {expected}", describe(node, sensitive))
}

/// The value itself where it may be shown, else its type.
pub(crate) fn describe(node: &Node, sensitive: bool) -> String {
    let kind = node.type_name();
    let is_empty = matches!(&node.value, Value::Text(text) if text.is_empty());
    if is_empty || matches!(node.value, Value::Null | Value::List(_) | Value::Object(_)) {
        return kind.to_owned();
    }
    if sensitive || node.hidden {
        return format!("{kind} (not shown)");
    }
    match &node.value {
        Value::Text(text) => shown(text),
        _ => format!(
            "the {} {}",
            &kind[2..],
            node.scalar_text().unwrap_or_default()
        ),
    }
}

fn shown(text: &str) -> String {
    let text = hide_credentials(text);
    let mut head: String = text.chars().take(MAX_SHOWN).collect();
    if head.len() < text.len() {
        head.push('…');
    }
    format!("{head:?}")
}
