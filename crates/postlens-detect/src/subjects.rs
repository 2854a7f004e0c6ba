//! Watched subjects: bounded maps from texts that strangers choose, and cheap counts that
//! decide which texts are worth a place in them.

use std::hash::BuildHasher;

use bstr::{BStr, BString};
use hashbrown::HashMap;
use postlens_syntax::Time;

use crate::watch::{MINUTE, Watch};

/// What is held of a subject.
pub(crate) trait Held: Default {
    /// When it was touched last.
    fn last(&self) -> Time;
    /// Whether it must be kept to be told.
    fn matters(&self) -> bool;
}

/// Subjects by text, hashed with a random seed since texts are the attacker's. Past the
/// limit those that do not matter and were not touched for longest are let go.
#[derive(Debug)]
pub(crate) struct Subjects<V> {
    map: HashMap<BString, V, foldhash::fast::RandomState>,
    limit: usize,
}

/// Subjects that a detector holds.
const LIMIT: usize = 8_000;

impl<V> Default for Subjects<V> {
    fn default() -> Self {
        Self { map: HashMap::default(), limit: LIMIT }
    }
}

impl<V: Held> Subjects<V> {
    /// At most this many.
    pub(crate) fn with_limit(limit: usize) -> Self {
        Self { limit: limit.max(8), ..Self::default() }
    }

    /// What is held of `text`, to be changed.
    pub(crate) fn entry(&mut self, text: &[u8]) -> &mut V {
        if self.map.len() >= self.limit && !self.map.contains_key(BStr::new(text)) {
            self.cut();
        }
        self.map.entry_ref(BStr::new(text)).or_default()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&BString, &V)> {
        self.map.iter()
    }

    /// Lets the longest untouched half go.
    fn cut(&mut self) {
        let key = |value: &V| (value.matters(), value.last().micros);
        let mut ages: Vec<_> = self.map.values().map(key).collect();
        let half = ages.len() / 2;
        ages.select_nth_unstable(half);
        let Some(middle) = ages.get(half).copied() else { return };
        self.map.retain(|_, value| key(value) >= middle);
        // All touched at once: there is nothing to choose by.
        if self.map.len() >= self.limit {
            let mut keep = self.limit / 2;
            self.map.retain(|_, _| {
                keep = keep.saturating_sub(1);
                keep > 0
            });
        }
    }
}

/// Counts of hashed texts within some minutes: too many texts for a map, of which only the
/// frequent ones matter. Two texts may share a count; then one is looked at in vain.
#[derive(Debug)]
pub(crate) struct Sieve {
    cells: Box<[u8; CELLS]>,
    /// The end of the time that is counted now.
    until: i64,
    span: i64,
}

const CELLS: usize = 4096;

/// The seed is fixed: what is found must not differ from run to run.
const SEED: u64 = 0x243f_6a88_85a3_08d3;

impl Sieve {
    /// Counts over spans of so many minutes.
    pub(crate) fn new(minutes: i64) -> Self {
        Self { cells: Box::new([0; CELLS]), until: i64::MIN, span: minutes * MINUTE }
    }

    /// Counts a text; gives how often it came in this span, or more, up to 255.
    pub(crate) fn add(&mut self, text: &[u8], time: Time, weight: u32) -> u32 {
        if time.micros >= self.until {
            // Half of what was counted stays, so that no burst falls between two spans.
            for cell in self.cells.iter_mut() {
                *cell /= 2;
            }
            self.until = time.micros.saturating_add(self.span);
        }
        let hash = foldhash::fast::FixedState::with_seed(SEED).hash_one(text);
        let hash = usize::try_from(hash % CELLS as u64).unwrap_or_default();
        let Some(cell) = self.cells.get_mut(hash) else { return 0 };
        *cell = cell.saturating_add(u8::try_from(weight).unwrap_or(u8::MAX));
        u32::from(*cell)
    }
}

/// About how many different texts there were: one bit of a small map for each. Right to
/// a tenth up to some hundred, too low beyond.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Distinct {
    bits: [u64; 8],
}

impl Distinct {
    pub(crate) fn add(&mut self, text: &[u8]) {
        let hash = foldhash::fast::FixedState::with_seed(SEED).hash_one(text);
        let word = usize::try_from(hash >> 6 & 7).unwrap_or_default();
        if let Some(word) = self.bits.get_mut(word) {
            *word |= 1 << (hash & 63);
        }
    }

    /// The number (linear counting, Whang 1990).
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "below 4,000")]
    pub(crate) fn count(&self) -> u64 {
        let total = 512.0;
        let set: u32 = self.bits.iter().map(|word| word.count_ones()).sum();
        let empty = (total - f64::from(set)).max(0.5);
        (total * (total / empty).ln()).round() as u64
    }

    pub(crate) fn clear(&mut self) {
        self.bits = [0; 8];
    }
}

/// The network of a client: its first three bytes for IPv4, the first 48 bits for IPv6.
pub(crate) fn network(address: &[u8]) -> &[u8] {
    let (mark, count) = if address.contains(&b':') { (b':', 3) } else { (b'.', 3) };
    let mut ends = address.iter().enumerate().filter(|(_, byte)| **byte == mark);
    let end = ends.nth(count - 1).map_or(address.len(), |(index, _)| index);
    address.get(..end).unwrap_or_default()
}

impl Held for Watch {
    fn last(&self) -> Time {
        Watch::last(self)
    }

    fn matters(&self) -> bool {
        self.has_episodes()
    }
}

#[cfg(test)]
mod tests {
    use postlens_syntax::Time;

    use super::{Distinct, Held, Sieve, Subjects, network};

    #[derive(Default)]
    struct Touched(Time, bool);

    impl Held for Touched {
        fn last(&self) -> Time {
            self.0
        }

        fn matters(&self) -> bool {
            self.1
        }
    }

    fn at(micros: i64) -> Time {
        Time { micros, offset: 0 }
    }

    #[test]
    fn strangers_cannot_fill_the_memory() {
        let mut subjects: Subjects<Touched> = Subjects::with_limit(100);
        *subjects.entry(b"told") = Touched(at(0), true);
        for number in 1..10_000_i64 {
            *subjects.entry(&number.to_le_bytes()) = Touched(at(number), false);
            assert!(subjects.iter().count() <= 100);
        }
        assert!(subjects.entry(b"told").1);
        assert_eq!(subjects.entry(&9_999_i64.to_le_bytes()).0, at(9_999));
        // Nothing to choose by, and yet bounded.
        for number in 0..1_000_i64 {
            *subjects.entry(&number.to_be_bytes()) = Touched(at(i64::MAX), true);
            assert!(subjects.iter().count() <= 100);
        }
    }

    #[test]
    fn the_sieve_forgets() {
        let mut sieve = Sieve::new(10);
        let counts: Vec<u32> = (0..5).map(|_| sieve.add(b"a", at(0), 1)).collect();
        assert_eq!(counts, [1, 2, 3, 4, 5]);
        assert_eq!(sieve.add(b"a", at(10 * 60_000_000), 1), 3);
    }

    #[test]
    fn networks() {
        assert_eq!(network(b"192.0.2.17"), b"192.0.2");
        assert_eq!(network(b"2001:db8:1:2::3"), b"2001:db8:1");
        assert_eq!(network(b"unknown"), b"unknown");
    }

    #[test]
    fn different_texts_are_counted() {
        let mut distinct = Distinct::default();
        for number in 0..300_u32 {
            distinct.add(&(number % 100).to_le_bytes());
        }
        assert!((88..=112).contains(&distinct.count()), "{}", distinct.count());
    }
}
