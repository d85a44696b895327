//! A lie in the discovery document.

use serde_json::Value;

use super::Lie;

/// The discovery document says `value` under `name`.
#[must_use]
pub fn says(name: &'static str, value: impl Into<Value>) -> Lie {
    let value = value.into();
    Lie::new().discovery(move |members| {
        members.insert(name.to_owned(), value.clone());
    })
}

/// The discovery document says nothing under `name`.
#[must_use]
pub fn lacks(name: &'static str) -> Lie {
    Lie::new().discovery(move |members| {
        members.shift_remove(name);
    })
}
