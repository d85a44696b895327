//! What a provider says about somebody.

mod merged;

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The claims of an ID token or a userinfo answer (OpenID Connect Core §5.1):
/// a JSON object. `Debug` shows names only, since values are personal data.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Value")]
pub struct Claims(Value);

/// Claims must be a JSON object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("claims must be a JSON object")]
pub struct NotAnObject;

impl Claims {
    /// No claims at all.
    #[must_use]
    pub fn empty() -> Self {
        Self(Value::Object(Map::new()))
    }

    /// The claim `name`, whatever its type.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// The claim `name` if it is a string.
    #[must_use]
    pub fn str(&self, name: &str) -> Option<&str> {
        self.get(name)?.as_str()
    }

    /// The claim `name` if it is a boolean. The string `"true"` is not one.
    #[must_use]
    pub fn bool(&self, name: &str) -> Option<bool> {
        self.get(name)?.as_bool()
    }

    /// The claim `name` if it is a number of seconds since 1970 (RFC 7519 §2,
    /// `NumericDate`), fractions dropped.
    #[must_use]
    pub fn seconds(&self, name: &str) -> Option<i64> {
        let value = self.get(name)?;
        value.as_i64().or_else(|| {
            let seconds = value.as_f64()?.floor();
            // Only what an i64 holds exactly; such a date is nonsense anyway.
            (seconds.abs() < 9.0e15).then_some(seconds as i64)
        })
    }

    /// The claim `name` as a list of strings: a string is a list of one.
    /// `None` when it is absent or holds anything else.
    #[must_use]
    pub fn strings(&self, name: &str) -> Option<Vec<&str>> {
        match self.get(name)? {
            Value::String(one) => Some(vec![one]),
            Value::Array(many) => many.iter().map(Value::as_str).collect(),
            _ => None,
        }
    }

    /// All claims as one JSON object.
    #[must_use]
    pub fn as_value(&self) -> &Value {
        &self.0
    }

    /// All claims as one JSON object.
    #[must_use]
    pub fn into_value(self) -> Value {
        self.0
    }
}

impl From<Map<String, Value>> for Claims {
    fn from(object: Map<String, Value>) -> Self {
        Self(Value::Object(object))
    }
}

impl TryFrom<Value> for Claims {
    type Error = NotAnObject;

    fn try_from(value: Value) -> Result<Self, NotAnObject> {
        value.is_object().then_some(Self(value)).ok_or(NotAnObject)
    }
}

impl From<Claims> for Value {
    fn from(claims: Claims) -> Self {
        claims.0
    }
}

impl fmt::Debug for Claims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Claims ")?;
        let names = self.0.as_object().into_iter().flat_map(Map::keys);
        f.debug_set().entries(names).finish()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn claims(value: Value) -> Claims {
        Claims::try_from(value).unwrap()
    }

    #[test]
    fn only_an_object_is_claims() {
        assert_eq!(Claims::try_from(json!(["sub"])), Err(NotAnObject));
        assert!(serde_json::from_str::<Claims>("3").is_err());
    }

    #[test]
    fn getters_do_not_convert_types() {
        let claims = claims(json!({"email_verified": "true", "name": 3}));
        assert_eq!(claims.bool("email_verified"), None);
        assert_eq!(claims.str("name"), None);
    }

    #[test]
    fn dates_may_have_fractions_but_not_be_text() {
        let claims = claims(json!({"a": 12.9, "b": "12", "c": 1e300, "d": -1}));
        assert_eq!(claims.seconds("a"), Some(12));
        assert_eq!(claims.seconds("b"), None);
        assert_eq!(claims.seconds("c"), None);
        assert_eq!(claims.seconds("d"), Some(-1));
    }

    #[test]
    fn debug_shows_names_only() {
        let shown = format!("{:?}", claims(json!({"email": "ann@example.com"})));
        assert_eq!(shown, r#"Claims {"email"}"#);
    }
}
