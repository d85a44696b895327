//! A map that cannot grow without end.

use std::{
    collections::{BTreeMap, HashMap},
    hash::Hash,
};

use jiff::Timestamp;

/// A map whose entries expire, and which forgets the oldest entry rather than
/// hold more than its limit.
#[derive(Debug)]
pub(crate) struct BoundedMap<K, V> {
    limit: usize,
    entries: HashMap<K, Entry<V>>,
    /// Keys by age. A key is here exactly as long as it is in `entries`.
    order: BTreeMap<u64, K>,
    next: u64,
}

#[derive(Debug)]
struct Entry<V> {
    value: V,
    expires: Timestamp,
    age: u64,
}

impl<K: Eq + Hash + Clone, V> BoundedMap<K, V> {
    /// An empty map of at most `limit` entries (at least one).
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            limit: limit.max(1),
            entries: HashMap::new(),
            order: BTreeMap::new(),
            next: 0,
        }
    }

    /// Keeps `value` until `expires`.
    pub(crate) fn insert(&mut self, key: K, value: V, expires: Timestamp, now: Timestamp) {
        self.forget(&key);
        self.drop_expired_front(now);
        while self.entries.len() >= self.limit {
            if !self.drop_oldest() {
                break;
            }
        }
        let age = self.next;
        self.next += 1;
        self.order.insert(age, key.clone());
        self.entries.insert(
            key,
            Entry {
                value,
                expires,
                age,
            },
        );
    }

    /// The value of `key`, unless it has expired.
    pub(crate) fn get(&self, key: &K, now: Timestamp) -> Option<&V> {
        self.entries
            .get(key)
            .filter(|entry| entry.expires > now)
            .map(|entry| &entry.value)
    }

    /// As [`get`](Self::get), to change it.
    pub(crate) fn get_mut(&mut self, key: &K, now: Timestamp) -> Option<&mut V> {
        self.entries
            .get_mut(key)
            .filter(|entry| entry.expires > now)
            .map(|entry| &mut entry.value)
    }

    /// Takes the value of `key` out; `None` when it has expired.
    pub(crate) fn remove(&mut self, key: &K, now: Timestamp) -> Option<V> {
        self.forget(key)
            .filter(|entry| entry.expires > now)
            .map(|entry| entry.value)
    }

    /// Keeps only entries that `keep` says yes to.
    pub(crate) fn retain(&mut self, mut keep: impl FnMut(&V) -> bool) {
        let Self { entries, order, .. } = self;
        entries.retain(|_, entry| keep(&entry.value) || order.remove(&entry.age).is_none());
    }

    /// Empties the map.
    pub(crate) fn clear(&mut self) {
        self.entries.clear();
        self.order.clear();
    }

    /// How many entries are held, expired ones included.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        assert_eq!(self.entries.len(), self.order.len());
        self.entries.len()
    }

    fn forget(&mut self, key: &K) -> Option<Entry<V>> {
        let entry = self.entries.remove(key)?;
        self.order.remove(&entry.age);
        Some(entry)
    }

    fn drop_oldest(&mut self) -> bool {
        let Some((_, key)) = self.order.pop_first() else {
            return false;
        };
        self.entries.remove(&key);
        true
    }

    /// Entries of one map live about equally long, so that the oldest are the
    /// first to expire; stragglers go when they become the oldest.
    fn drop_expired_front(&mut self, now: Timestamp) {
        while let Some(key) = self.order.values().next() {
            if self
                .entries
                .get(key)
                .is_some_and(|entry| entry.expires > now)
            {
                return;
            }
            self.drop_oldest();
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use proptest::prelude::*;

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_secs(second)
    }

    #[test]
    fn forgets_the_oldest_when_full() {
        let mut map = BoundedMap::new(2);
        for key in 0..3 {
            map.insert(key, (), at(10), at(0));
        }
        assert_eq!(map.len(), 2);
        assert!(map.get(&0, at(0)).is_none());
        assert!(map.get(&2, at(0)).is_some());
    }

    #[test]
    fn expires_on_the_second() {
        let mut map = BoundedMap::new(2);
        map.insert("k", 1, at(10), at(0));
        assert_eq!(map.get(&"k", at(9)), Some(&1));
        assert_eq!(map.get_mut(&"k", at(10)), None);
        assert_eq!(map.remove(&"k", at(10)), None);
    }

    #[test]
    fn expired_entries_make_room_first() {
        let mut map = BoundedMap::new(2);
        map.insert("old", (), at(5), at(0));
        map.insert("new", (), at(50), at(0));
        map.insert("newer", (), at(50), at(6));
        assert!(map.get(&"new", at(6)).is_some());
        assert_eq!(map.len(), 2);
    }

    proptest! {
        #[test]
        fn never_exceeds_its_limit_and_keeps_the_latest(
            limit in 1_usize..8,
            steps in prop::collection::vec((0_u8..12, 0_i64..20, 0_u8..5), 1..100),
        ) {
            let mut map = BoundedMap::new(limit);
            for (second, (key, life, kind)) in steps.into_iter().enumerate() {
                let now = at(i64::try_from(second).unwrap());
                match kind {
                    0 => { map.remove(&key, now); }
                    1 => map.retain(|value| *value % 2 == 0),
                    _ => {
                        map.insert(key, second, now + SignedDuration::from_secs(life), now);
                        prop_assert_eq!(map.get(&key, now).is_some(), life > 0);
                    }
                }
                prop_assert!(map.len() <= limit);
            }
        }
    }
}
