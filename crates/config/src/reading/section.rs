//! An object of the configuration.

use super::field::Field;
use crate::{
    document::{Absence, Entry, Node, Object, Place, Value},
    problem::{Problem, Report, nearest, one_of},
};

/// An object whose keys are settings.
#[derive(Clone)]
pub(crate) struct Section<'a> {
    object: Option<&'a Object>,
    place: &'a Place,
    pub(crate) path: String,
    /// It is there but is no object, which has been reported: what is missing
    /// in it is no further mistake.
    broken: bool,
    pub(crate) report: &'a Report,
}

impl<'a> Section<'a> {
    /// The root of the merged tree.
    pub(crate) fn root(node: &'a Node, report: &'a Report) -> Self {
        let object = match &node.value {
            Value::Object(object) => Some(object),
            _ => None,
        };
        Self {
            object,
            place: &node.place,
            path: String::new(),
            broken: object.is_none(),
            report,
        }
    }

    fn of(object: &'a Object, place: &'a Place, path: String, report: &'a Report) -> Self {
        Self {
            object: Some(object),
            place,
            path,
            broken: false,
            report,
        }
    }

    fn entry(&self, key: &str) -> Option<(&'a str, &'a Entry)> {
        self.object?
            .entries
            .get_key_value(key)
            .filter(|(_, entry)| !matches!(entry.node.value, Value::Null))
            .map(|(key, entry)| (key.as_str(), entry))
    }

    /// The value of a key, if it has one.
    pub(crate) fn get(&self, key: &str) -> Option<Field<'a>> {
        let (key, entry) = self.entry(key)?;
        Some(Field::new(
            &entry.node,
            &entry.key_place,
            key,
            self.path_of(key),
            self.report,
        ))
    }

    /// Whether the key was written, though perhaps its variable is not set.
    pub(crate) fn mentions(&self, key: &str) -> bool {
        self.entry(key).is_some()
            || self
                .object
                .is_some_and(|object| object.absent.contains_key(key))
    }

    /// The value of a key that must have one. `hints` are other names people
    /// use for it.
    pub(crate) fn required(&self, key: &str, hints: &[&str]) -> Option<Field<'a>> {
        let found = self.get(key);
        if found.is_none() {
            self.missing(key, hints);
        }
        found
    }

    /// The object at a key; an empty one if there is none.
    pub(crate) fn section(&self, key: &str) -> Section<'a> {
        let path = self.path_of(key);
        let Some(field) = self.get(key) else {
            let absence = self.object.and_then(|object| object.absent.get(key));
            return Section {
                object: None,
                place: self.place,
                path,
                broken: self.broken || matches!(absence, Some((_, Absence::Reported))),
                report: self.report,
            };
        };
        field.section().unwrap_or(Section {
            object: None,
            place: field.key_place,
            path,
            broken: true,
            report: self.report,
        })
    }

    /// The object at a key, if the key has a value at all.
    pub(crate) fn optional_section(&self, key: &str) -> Option<Section<'a>> {
        self.get(key).map(|_| self.section(key))
    }

    /// All keys with a value.
    pub(crate) fn fields(&self) -> impl Iterator<Item = Field<'a>> {
        let keys: Vec<&'a str> = self
            .object
            .into_iter()
            .flat_map(|object| object.entries.keys().map(String::as_str))
            .collect();
        let section = self.clone();
        keys.into_iter().filter_map(move |key| section.get(key))
    }

    /// The object as JSON, one key left out. Secrets included.
    pub(crate) fn to_json_without(&self, key: &str) -> serde_json::Value {
        self.fields()
            .filter(|field| field.key != key)
            .map(|field| (field.key.to_owned(), field.node.to_json()))
            .collect::<serde_json::Map<_, _>>()
            .into()
    }

    pub(crate) fn is_broken(&self) -> bool {
        self.broken
    }

    /// A problem of the section as a whole.
    pub(crate) fn problem(&self, message: impl Into<String>) -> Problem {
        Problem::new(self.place, &self.path, message)
    }

    /// Warns of keys that nearly are one of `known`, skipping those in `told`.
    pub(crate) fn warn_of_typos(&self, known: &[&str], told: &[&str]) {
        for field in self.fields() {
            if told.contains(&field.key) || known.contains(&field.key) {
                continue;
            }
            let Some(meant) = nearest(field.key, known.iter().copied()) else {
                continue;
            };
            // The key that was meant may be there as well.
            if !told.contains(&meant) && !self.mentions(meant) {
                self.report.warn(
                    Problem::new(
                        field.key_place,
                        &field.path,
                        "this key is unknown and ignored",
                    )
                    .with_help(format!("did you mean `{meant}`?")),
                );
            }
        }
    }

    /// Reports every key that is none of `known`, skipping what looks like one
    /// of `told`: for our own sections, in which a key that is ignored would
    /// let more people in.
    pub(crate) fn refuse_unknown(&self, known: &[&str], told: &[&str]) {
        for field in self.fields().filter(|field| !known.contains(&field.key)) {
            let meant = nearest(field.key, known.iter().copied());
            if meant.is_some_and(|meant| told.contains(&meant) && !self.mentions(meant)) {
                continue;
            }
            let help = match meant {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => format!("known here: {}", one_of(known.iter().copied())),
            };
            let problem = Problem::new(field.key_place, &field.path, "this key is unknown");
            self.report.error(problem.with_help(help));
        }
    }

    /// Reports a problem.
    pub(crate) fn error<T>(&self, problem: Problem) -> Option<T> {
        self.report.error(problem);
        None
    }

    fn missing(&self, key: &str, hints: &[&str]) {
        if self.broken {
            return;
        }
        let path = self.path_of(key);
        let absence = self.object.and_then(|object| object.absent.get(key));
        let problem = match absence {
            Some((_, Absence::Reported)) => return,
            Some((place, Absence::Unset(reason))) => {
                Problem::new(place, &path, format!("is missing: {reason}"))
            }
            None => match self.look_alike(key, hints) {
                Some((found, place)) => {
                    Problem::new(place, &path, format!("is missing, but there is `{found}`"))
                        .with_help(format!("did you mean `{key}`?"))
                }
                None => Problem::new(self.place, &path, "is missing"),
            },
        };
        self.report.error(problem);
    }

    /// A key that was probably meant to be `key`.
    pub(crate) fn look_alike(&self, key: &str, hints: &[&str]) -> Option<(&'a str, &'a Place)> {
        let object = self.object?;
        object
            .entries
            .iter()
            .find(|(found, _)| found.as_str() != key && is_like(found, key, hints))
            .map(|(found, entry)| (found.as_str(), &entry.key_place))
    }

    pub(crate) fn path_of(&self, key: &str) -> String {
        if self.path.is_empty() {
            key.to_owned()
        } else {
            format!("{}.{key}", self.path)
        }
    }
}

impl<'a> Field<'a> {
    /// A list of objects. An item that is none is reported and left out.
    pub(crate) fn sections(&self) -> Option<Vec<Section<'a>>> {
        if !self.is_list() {
            return self.wrong("a list of objects");
        }
        Some(self.items().iter().filter_map(Field::section).collect())
    }

    /// An object.
    pub(crate) fn section(&self) -> Option<Section<'a>> {
        match &self.node.value {
            Value::Object(object) => Some(Section::of(
                object,
                self.key_place,
                self.path.clone(),
                self.report,
            )),
            _ => self.wrong("an object"),
        }
    }
}

/// Whether `found` was probably meant to be `key`, or is.
pub(crate) fn is_like(found: &str, key: &str, hints: &[&str]) -> bool {
    found == key || hints.contains(&found) || nearest(found, [key]).is_some()
}
