//! ID tokens that are signed by the provider, and lie.

use serde_json::{Value, json};

use super::Lie;

/// The ID token says `value` under `claim`.
#[must_use]
pub fn says(claim: &'static str, value: impl Into<Value>) -> Lie {
    let value = value.into();
    Lie::new().id_token(move |_, claims| {
        claims.insert(claim.to_owned(), value.clone());
    })
}

/// The ID token lacks `claim`.
#[must_use]
pub fn lacks(claim: &'static str) -> Lie {
    Lie::new().id_token(move |_, claims| {
        claims.shift_remove(claim);
    })
}

/// The time of `claim` is so many seconds later, or earlier if negative.
#[must_use]
pub fn moved(claim: &'static str, seconds: i64) -> Lie {
    Lie::new().id_token(move |_, claims| {
        let time = claims.get(claim).and_then(Value::as_i64);
        let moved = time.unwrap_or_default().saturating_add(seconds);
        claims.insert(claim.to_owned(), json!(moved));
    })
}
