//! Finds entities by what they hold, without looking at each.

use std::collections::{BTreeMap, HashMap};

use super::terms::Term;

/// For every key and value, who has it, in ascending order.
#[derive(Debug, Default)]
pub(super) struct Index(HashMap<Box<str>, HashMap<Box<str>, Vec<u32>>>);

impl Index {
    /// Notes that the entity `id` has `term`. Ids come in ascending order.
    pub(super) fn add(&mut self, id: u32, term: Term) {
        let ids = self
            .0
            .entry(term.key.into())
            .or_default()
            .entry(term.value.into())
            .or_default();
        if ids.last() != Some(&id) {
            ids.push(id);
        }
    }

    /// Who meets all of `conditions`, in ascending order.
    pub(super) fn meeting(&self, conditions: &BTreeMap<String, String>) -> Vec<u32> {
        let having = |(key, value): (&String, &String)| {
            let values = self.0.get(key.to_lowercase().as_str())?;
            values.get(value.to_lowercase().as_str()).map(Vec::as_slice)
        };
        let Some(mut lists) = conditions.iter().map(having).collect::<Option<Vec<_>>>() else {
            return Vec::new();
        };
        lists.sort_unstable_by_key(|ids| ids.len());
        let Some((shortest, others)) = lists.split_first() else {
            return Vec::new();
        };
        let in_all = |id: &&u32| others.iter().all(|ids| ids.binary_search(id).is_ok());
        shortest.iter().filter(in_all).copied().collect()
    }
}
