//! Small maps of counters.

use std::collections::BTreeMap;

use hashbrown::HashMap;

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

/// Counters by a static name, such as an event's kind: counted where the name lies in
/// memory, which costs less than comparing names.
#[derive(Debug, Clone, Default)]
pub struct NameCounts(HashMap<usize, (&'static str, u64), foldhash::fast::FixedState>);

impl NameCounts {
    /// Adds to one counter.
    pub fn add(&mut self, name: &'static str, count: u64) {
        self.0.entry(name.as_ptr().addr()).or_insert((name, 0)).1 += count;
    }

    /// All counters in the order of their names. A name may lie in several places.
    pub fn sorted(&self) -> Counts<&'static str> {
        let mut sorted = Counts::default();
        for (name, count) in self.0.values() {
            sorted.add(*name, *count);
        }
        sorted
    }

    /// One counter.
    pub fn get(&self, name: &str) -> u64 {
        self.0.values().filter(|(known, _)| *known == name).map(|(_, count)| count).sum()
    }

    /// The sum of all counters.
    pub fn total(&self) -> u64 {
        self.0.values().map(|(_, count)| count).sum()
    }

    /// Adds another's counters to these.
    pub fn merge(&mut self, other: &Self) {
        for (name, count) in other.0.values() {
            self.add(name, *count);
        }
    }
}

impl PartialEq for NameCounts {
    fn eq(&self, other: &Self) -> bool {
        self.sorted() == other.sorted()
    }
}
