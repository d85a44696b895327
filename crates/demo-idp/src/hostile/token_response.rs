//! A lie in the token endpoint's answer.

use serde_json::Value;

use super::Lie;

/// The token endpoint's answer says `value` under `name`.
#[must_use]
pub fn says(name: &'static str, value: impl Into<Value>) -> Lie {
    let value = value.into();
    Lie::new().token_response(move |members| {
        members.insert(name.to_owned(), value.clone());
    })
}

/// The token endpoint's answer says nothing under `name`.
#[must_use]
pub fn lacks(name: &'static str) -> Lie {
    Lie::new().token_response(move |members| {
        members.shift_remove(name);
    })
}
