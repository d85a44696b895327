//! What entities someone asks for.

use std::collections::BTreeMap;

/// A catalog filter: an OR of ANDs of `key = value`, compared without regard
/// to case (contract §10). Keys are dotted paths such as `spec.profile.email`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct EntityFilter(Vec<BTreeMap<String, String>>);

impl EntityFilter {
    /// One AND of conditions. Without a `kind` of its own it means `kind=user`.
    pub fn all_of<K: Into<String>, V: Into<String>>(
        conditions: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        Self(vec![]).or(conditions)
    }

    /// Adds an alternative.
    #[must_use]
    pub fn or<K: Into<String>, V: Into<String>>(
        mut self,
        conditions: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        let mut all: BTreeMap<String, String> = conditions
            .into_iter()
            .map(|(key, value)| (key.into(), value.into()))
            .collect();
        if !all.keys().any(|key| key.eq_ignore_ascii_case("kind")) {
            all.insert("kind".to_owned(), "user".to_owned());
        }
        self.0.push(all);
        self
    }

    /// The alternatives, each an AND of its conditions.
    #[must_use]
    pub fn alternatives(&self) -> &[BTreeMap<String, String>] {
        &self.0
    }
}
