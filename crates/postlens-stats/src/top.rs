//! Counters by text: senders, domains, reasons.

use bstr::BStr;
use hashbrown::HashMap;

use crate::key::Key;

/// What is counted for one text.
pub trait Counted: Default + Clone {
    /// How much it weighs when lists are ordered and cut.
    fn rank(&self) -> u64;
    /// Adds another's counts to these.
    fn merge(&mut self, other: &Self);
}

impl Counted for u64 {
    fn rank(&self) -> u64 {
        *self
    }

    fn merge(&mut self, other: &Self) {
        *self += other;
    }
}

/// Counts by text, hashed with a random seed since texts are the attacker's. Exact up to a number of distinct texts; past it the rarest half is
/// let go at a time, and [`Top::dropped`] says so.
#[derive(Debug, Clone)]
pub struct Top<C> {
    counts: HashMap<Key, C, foldhash::fast::RandomState>,
    limit: usize,
    dropped: u64,
}

/// Distinct texts held by default: what a table of 2^20 places holds, some 50 MB with
/// small counts and 90 MB where the texts are long; past 917,504 texts it would double.
const LIMIT: usize = 750_000;

impl<C> Default for Top<C> {
    fn default() -> Self {
        Self { counts: HashMap::default(), limit: LIMIT, dropped: 0 }
    }
}

impl<C: Counted> Top<C> {
    /// Holds at most `limit` distinct texts.
    pub fn with_limit(limit: usize) -> Self {
        Self { limit: limit.max(2), ..Self::default() }
    }

    /// The counts of a text, to be changed.
    pub fn entry(&mut self, text: &[u8]) -> &mut C {
        if self.counts.len() >= self.limit && !self.counts.contains_key(BStr::new(text)) {
            self.cut();
        }
        self.counts.entry_ref(BStr::new(text)).or_default()
    }

    /// Takes a text out.
    pub fn remove(&mut self, text: &[u8]) -> Option<C> {
        self.counts.remove(BStr::new(text))
    }

    /// The counts of a text.
    pub fn get(&self, text: &[u8]) -> Option<&C> {
        self.counts.get(BStr::new(text))
    }

    /// Distinct texts held.
    pub fn len(&self) -> usize {
        self.counts.len()
    }

    /// Whether nothing was counted.
    pub fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }

    /// The ranks that were let go with rare texts; 0 means that the list is exact.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// All texts with their counts, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (&BStr, &C)> {
        self.counts.iter().map(|(text, counts)| (text.as_bstr(), counts))
    }

    /// The texts of the highest rank first, equal ranks in the order of their bytes.
    pub fn top(&self, most: usize) -> Vec<(&BStr, &C)> {
        self.top_by(most, C::rank)
    }

    /// The texts for which `rank` is highest first, such as by bytes instead of by count.
    pub fn top_by(&self, most: usize, rank: impl Fn(&C) -> u64) -> Vec<(&BStr, &C)> {
        let mut all: Vec<_> = self.iter().collect();
        let order =
            |a: &(&BStr, &C), b: &(&BStr, &C)| rank(b.1).cmp(&rank(a.1)).then_with(|| a.0.cmp(b.0));
        if all.len() > most {
            all.select_nth_unstable_by(most, order);
            all.truncate(most);
        }
        all.sort_by(order);
        all
    }

    /// Adds another's counts to these.
    pub fn merge(&mut self, other: &Self) {
        for (text, counts) in &other.counts {
            self.entry(text.as_bstr()).merge(counts);
        }
        self.dropped += other.dropped;
    }

    /// Gives texts other names, the highest ranks first. Those that get the same name are
    /// counted together.
    pub fn rename(&mut self, mut name: impl FnMut(&BStr, &mut C) -> Vec<u8>) {
        let mut old: Vec<(Key, C)> = std::mem::take(&mut self.counts).into_iter().collect();
        old.sort_by(|(a, one), (b, other)| {
            other.rank().cmp(&one.rank()).then_with(|| a.as_bstr().cmp(b.as_bstr()))
        });
        for (text, mut counts) in old {
            let name = name(text.as_bstr(), &mut counts);
            self.entry(&name).merge(&counts);
        }
    }

    /// Lets the rarer half go.
    fn cut(&mut self) {
        let mut ranks: Vec<u64> = self.counts.values().map(Counted::rank).collect();
        let middle = ranks.len() / 2;
        let (_, median, _) = ranks.select_nth_unstable(middle);
        let (median, mut spare) = (*median, middle);
        let dropped = &mut self.dropped;
        self.counts.retain(|_, counts| {
            let keep = counts.rank() > median || spare == 0;
            if !keep {
                spare -= 1;
                *dropped += counts.rank();
            }
            keep
        });
    }
}

impl<C: Counted + PartialEq> PartialEq for Top<C> {
    fn eq(&self, other: &Self) -> bool {
        self.dropped == other.dropped
            && self.counts.len() == other.counts.len()
            && self.iter().all(|(text, counts)| other.get(text) == Some(counts))
    }
}

#[cfg(test)]
mod tests {
    use super::Top;

    #[test]
    fn the_frequent_outlive_the_rare() {
        let mut top = Top::<u64>::with_limit(100);
        for round in 0..10_000u32 {
            *top.entry(b"often@example.com") += 1;
            *top.entry(format!("once{round}@example.com").as_bytes()) += 1;
        }
        assert!(top.len() <= 100);
        assert_eq!(top.top(1), [("often@example.com".into(), &10_000)]);
        let held: u64 = top.iter().map(|(_, count)| count).sum();
        assert_eq!(held + top.dropped(), 20_000);
    }

    #[test]
    fn ties_are_ordered() {
        let mut top = Top::<u64>::default();
        for text in ["b", "c", "a"] {
            *top.entry(text.as_bytes()) += 1;
        }
        let texts: Vec<_> = top.top(2).iter().map(|(text, _)| text.to_string()).collect();
        assert_eq!(texts, ["a", "b"]);
    }
}
