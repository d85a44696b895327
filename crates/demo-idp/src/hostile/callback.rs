//! Authorization responses that lie. The provider makes them, the browser
//! carries them: both may have changed them.

use super::Lie;

/// The response says `value` under `name`, in place of what it said.
#[must_use]
pub fn says(name: &'static str, value: impl Into<String>) -> Lie {
    let value = value.into();
    Lie::new().callback(move |parameters| {
        parameters.retain(|(known, _)| known != name);
        parameters.push((name.to_owned(), value.clone()));
    })
}

/// The response says `value` under `name`, besides what it said.
#[must_use]
pub fn also_says(name: &'static str, value: impl Into<String>) -> Lie {
    let value = value.into();
    Lie::new().callback(move |parameters| parameters.push((name.to_owned(), value.clone())))
}

/// The response says nothing under `name`.
#[must_use]
pub fn lacks(name: &'static str) -> Lie {
    Lie::new().callback(move |parameters| parameters.retain(|(known, _)| known != name))
}
