//! The tree of values.

use indexmap::IndexMap;

use super::source::Place;
use crate::text::number_text;

/// A value with its place. It has no `Debug`: it may be a secret.
#[derive(Clone)]
pub(crate) struct Node {
    pub(crate) value: Value,
    pub(crate) place: Place,
    /// It came out of the environment or a file of its own, so it must not be
    /// shown.
    pub(crate) hidden: bool,
}

/// What JSON can say, and not-a-number.
#[derive(Clone)]
pub(crate) enum Value {
    Null,
    Bool(bool),
    /// Numbers are doubles in JavaScript, whatever they look like in YAML.
    Number(f64),
    Text(String),
    List(Vec<Node>),
    Object(Object),
}

/// A key and its value.
#[derive(Clone)]
pub(crate) struct Entry {
    pub(crate) key_place: Place,
    pub(crate) node: Node,
}

/// Why a key that was written is not there.
#[derive(Clone)]
pub(crate) enum Absence {
    /// A variable is not set, or an include leads nowhere: what to tell about it.
    Unset(String),
    /// It could not be read, which has been reported.
    Reported,
}

/// Keys and values in the order they were written.
#[derive(Clone, Default)]
pub(crate) struct Object {
    pub(crate) entries: IndexMap<String, Entry>,
    pub(crate) absent: IndexMap<String, (Place, Absence)>,
}

impl Node {
    pub(crate) fn new(value: Value, place: Place) -> Self {
        Self {
            value,
            place,
            hidden: false,
        }
    }

    /// The value as JSON, without the keys that hold `null`. Secrets included.
    pub(crate) fn to_json(&self) -> serde_json::Value {
        use serde_json::Value as Json;
        match &self.value {
            Value::Null => Json::Null,
            Value::Bool(bool) => Json::Bool(*bool),
            Value::Number(number) => json_number(*number),
            Value::Text(text) => Json::String(text.clone()),
            Value::List(items) => Json::Array(items.iter().map(Self::to_json).collect()),
            Value::Object(object) => Json::Object(
                object
                    .entries
                    .iter()
                    .map(|(key, entry)| (key.clone(), entry.node.to_json()))
                    .collect(),
            ),
        }
    }

    /// A tree from JSON, all of it standing at `place`.
    pub(crate) fn from_json(json: serde_json::Value, place: &Place) -> Self {
        use serde_json::Value as Json;
        let value = match json {
            Json::Null => Value::Null,
            Json::Bool(bool) => Value::Bool(bool),
            Json::Number(number) => Value::Number(number.as_f64().unwrap_or(f64::NAN)),
            Json::String(text) => Value::Text(text),
            Json::Array(items) => Value::List(
                items
                    .into_iter()
                    .map(|item| Self::from_json(item, place))
                    .collect(),
            ),
            Json::Object(map) => {
                let mut object = Object::default();
                for (key, item) in map {
                    object.insert(key, place.clone(), Self::from_json(item, place));
                }
                Value::Object(object)
            }
        };
        Self {
            value,
            place: place.clone(),
            hidden: true,
        }
    }

    /// What to call a value of this type in a message.
    pub(crate) fn type_name(&self) -> &'static str {
        match &self.value {
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Number(_) => "a number",
            Value::Text(text) if text.is_empty() => "an empty string",
            Value::Text(_) => "a string",
            Value::List(_) => "a list",
            Value::Object(_) => "an object",
        }
    }

    /// A scalar as JavaScript would make it a string.
    pub(crate) fn scalar_text(&self) -> Option<String> {
        match &self.value {
            Value::Text(text) => Some(text.clone()),
            Value::Bool(bool) => Some(bool.to_string()),
            Value::Number(number) => Some(number_text(*number)),
            Value::Null | Value::List(_) | Value::Object(_) => None,
        }
    }
}

impl Object {
    pub(crate) fn insert(&mut self, key: String, key_place: Place, node: Node) {
        self.entries.insert(key, Entry { key_place, node });
    }
}

fn json_number(number: f64) -> serde_json::Value {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if number.fract() == 0.0 && number.abs() <= EXACT {
        serde_json::Value::from(number as i64)
    } else {
        serde_json::Value::from(number)
    }
}
