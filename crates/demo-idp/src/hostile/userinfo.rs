//! A lie in the userinfo endpoint's answer.

use serde_json::Value;

use super::Lie;

/// The userinfo endpoint's answer says `value` under `name`.
#[must_use]
pub fn says(name: &'static str, value: impl Into<Value>) -> Lie {
    let value = value.into();
    Lie::new().userinfo(move |members| {
        members.insert(name.to_owned(), value.clone());
    })
}

/// The userinfo endpoint's answer says nothing under `name`.
#[must_use]
pub fn lacks(name: &'static str) -> Lie {
    Lie::new().userinfo(move |members| {
        members.shift_remove(name);
    })
}
