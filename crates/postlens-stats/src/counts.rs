//! Small maps of counters.

use std::collections::BTreeMap;

/// Counters by a key with an order, such as a day or a severity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counts<K: Ord>(BTreeMap<K, u64>);

impl<K: Ord> Default for Counts<K> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<K: Ord + Copy> Counts<K> {
    /// Adds to one counter.
    pub fn add(&mut self, key: K, count: u64) {
        *self.0.entry(key).or_default() += count;
    }

    /// One counter.
    pub fn get(&self, key: K) -> u64 {
        self.0.get(&key).copied().unwrap_or_default()
    }

    /// All counters in the order of their keys.
    pub fn iter(&self) -> impl Iterator<Item = (K, u64)> + '_ {
        self.0.iter().map(|(key, count)| (*key, *count))
    }

    /// The sum of all counters.
    pub fn total(&self) -> u64 {
        self.0.values().sum()
    }

    /// Adds another's counters to these.
    pub fn merge(&mut self, other: &Self) {
        for (key, count) in other.iter() {
            self.add(key, count);
        }
    }
}
