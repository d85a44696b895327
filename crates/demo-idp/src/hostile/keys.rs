//! Key sets that hold what they should not.

use serde_json::{Value, json};

use super::{Forger, Lie, Members};

/// Puts `key` before those of the set.
pub(super) fn add(set: &mut Members, key: Value) {
    if let Some(keys) = set.get_mut("keys").and_then(Value::as_array_mut) {
        keys.insert(0, key);
    }
}

/// Also publishes the forger's key.
#[must_use]
pub fn publish(forger: &Forger) -> Lie {
    also(vec![forger.jwk()])
}

/// Also publishes `more`, before its own.
#[must_use]
pub fn also(more: Vec<Value>) -> Lie {
    Lie::new().jwks(move |set| {
        for key in more.iter().rev() {
            add(set, key.clone());
        }
    })
}

/// Publishes `keys` and nothing else.
#[must_use]
pub fn only(keys: Vec<Value>) -> Lie {
    set("keys", keys)
}

/// Publishes a set in which `name` is `value`.
#[must_use]
pub fn set(name: &'static str, value: impl Into<Value>) -> Lie {
    let value = value.into();
    Lie::new().jwks(move |set| {
        set.insert(name.to_owned(), value.clone());
    })
}

/// Publishes a set without `keys`.
#[must_use]
pub fn none() -> Lie {
    Lie::new().jwks(Members::clear)
}

/// Publishes its own keys, each changed.
#[must_use]
pub fn each(change: impl Fn(&mut Members) + Send + Sync + 'static) -> Lie {
    Lie::new().jwks(move |set| {
        let keys = set.get_mut("keys").and_then(Value::as_array_mut);
        for key in keys.into_iter().flatten().filter_map(Value::as_object_mut) {
            change(key);
        }
    })
}

/// Publishes its own keys, each with `value` under `name`.
#[must_use]
pub fn each_says(name: &'static str, value: impl Into<Value>) -> Lie {
    let value = value.into();
    each(move |key| {
        key.insert(name.to_owned(), value.clone());
    })
}

/// Publishes its own keys twice under their names, `forger`'s first: only the
/// second of each name signs.
#[must_use]
pub fn each_twice(forger: &Forger) -> Lie {
    let jwk = forger.jwk();
    Lie::new().jwks(move |set| {
        let keys = set.get("keys").and_then(Value::as_array).cloned();
        for key in keys.iter().flatten() {
            let mut double = jwk.clone();
            double["kid"] = key["kid"].clone();
            add(set, double);
        }
    })
}

/// An RSA key of this many bits that nobody has the private half of.
#[must_use]
pub fn rsa_of(bits: usize, kid: &str) -> Value {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    let modulus = URL_SAFE_NO_PAD.encode(vec![0xff; bits / 8]);
    json!({"kty": "RSA", "use": "sig", "kid": kid, "n": modulus, "e": "AQAB"})
}
