//! Finds entities by what they hold, without looking at each.

use std::hash::{BuildHasher, RandomState};

/// Who may have which key and value: a sorted list of hashes with ids, since
/// the texts themselves, of a million users, would fill gigabytes. Hashes of
/// two terms may be equal, so whoever asks looks at what it is given.
#[derive(Debug, Default)]
pub(super) struct Index {
    hasher: RandomState,
    /// The hash of a term above, an id below.
    terms: Vec<u64>,
}

impl Index {
    /// Notes that the entity `id` has this key and value, both in lower case.
    pub(super) fn add(&mut self, id: u32, key: &str, value: &str) {
        let term = self.first(key, value) | u64::from(id);
        self.terms.push(term);
    }

    /// To be called when everything was added, before anything is asked.
    pub(super) fn finish(&mut self) {
        self.terms.sort_unstable();
        self.terms.dedup();
        self.terms.shrink_to_fit();
    }

    /// Who may meet all of `conditions`, in lower case: everyone who does, and
    /// hardly anyone else.
    pub(super) fn candidates(&self, conditions: &[(String, String)]) -> Vec<u32> {
        let firsts = conditions
            .iter()
            .map(|(key, value)| self.first(key, value))
            .collect::<Vec<_>>();
        let Some((&rarest, shortest)) = firsts
            .iter()
            .map(|first| (first, self.having(*first)))
            .min_by_key(|(_, terms)| terms.len())
        else {
            return Vec::new();
        };
        let others = || firsts.iter().filter(|first| **first != rarest);
        let ids = shortest.iter().map(|term| term - rarest);
        ids.filter(|id| others().all(|first| self.terms.binary_search(&(first | id)).is_ok()))
            .filter_map(|id| u32::try_from(id).ok())
            .collect()
    }

    fn having(&self, first: u64) -> &[u64] {
        let last = first | u64::from(u32::MAX);
        let begin = self.terms.partition_point(|term| *term < first);
        let end = self.terms.partition_point(|term| *term <= last);
        self.terms.get(begin..end).unwrap_or_default()
    }

    /// The term with the id 0.
    fn first(&self, key: &str, value: &str) -> u64 {
        self.hasher.hash_one((key, value)) & !u64::from(u32::MAX)
    }
}
