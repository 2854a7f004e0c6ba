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

/// Counters by a static name, such as an event's kind: counted where the name lies in
/// memory, which costs less than comparing names.
#[derive(Debug, Clone)]
pub struct NameCounts {
    /// The names met last, each in the one place where it may be.
    recent: Box<[(&'static str, u64); RECENT]>,
    /// All others.
    rest: BTreeMap<&'static str, u64>,
}

/// So many more than most logs hold kinds of lines that few of them share a place. A
/// power of two.
const RECENT: usize = 512;

impl Default for NameCounts {
    fn default() -> Self {
        Self { recent: Box::new([("", 0); RECENT]), rest: BTreeMap::new() }
    }
}

impl NameCounts {
    /// Adds to one counter.
    #[inline]
    pub fn add(&mut self, name: &'static str, count: u64) {
        // Multiplied by the golden ratio, addresses that lie side by side spread out.
        let mixed = (name.as_ptr().addr() as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let place = usize::try_from(mixed >> (u64::BITS - RECENT.ilog2())).unwrap_or_default();
        match self.recent.get_mut(place) {
            Some((known, counted)) if std::ptr::eq(*known, name) => *counted += count,
            _ => self.exchange(place, name, count),
        }
    }

    #[cold]
    fn exchange(&mut self, place: usize, name: &'static str, count: u64) {
        let Some(recent) = self.recent.get_mut(place) else { return };
        let (known, counted) = std::mem::replace(recent, (name, count));
        if counted > 0 {
            *self.rest.entry(known).or_default() += counted;
        }
    }

    fn iter(&self) -> impl Iterator<Item = (&'static str, u64)> + '_ {
        let recent = self.recent.iter().filter(|(_, count)| *count > 0).copied();
        recent.chain(self.rest.iter().map(|(name, count)| (*name, *count)))
    }

    /// All counters in the order of their names. A name may lie in several places.
    pub fn sorted(&self) -> Counts<&'static str> {
        let mut sorted = Counts::default();
        for (name, count) in self.iter() {
            sorted.add(name, count);
        }
        sorted
    }

    /// One counter.
    pub fn get(&self, name: &str) -> u64 {
        self.iter().filter(|(known, _)| *known == name).map(|(_, count)| count).sum()
    }

    /// The sum of all counters.
    pub fn total(&self) -> u64 {
        self.iter().map(|(_, count)| count).sum()
    }

    /// Adds another's counters to these.
    pub fn merge(&mut self, other: &Self) {
        for (name, count) in other.iter() {
            self.add(name, count);
        }
    }
}

impl PartialEq for NameCounts {
    fn eq(&self, other: &Self) -> bool {
        self.sorted() == other.sorted()
    }
}
