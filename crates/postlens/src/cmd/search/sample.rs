//! Some of many lines, each with the same chance.

use std::io;

use bstr::ByteSlice;
use postlens_search::Found;
use postlens_syntax::{Entry, Event, Time};

/// Keeps a number of lines while more come (reservoir sampling).
#[derive(Debug)]
pub(super) struct Sample {
    size: usize,
    seen: u64,
    chance: u64,
    kept: Vec<Kept>,
}

/// A line that was kept.
#[derive(Debug)]
pub(super) struct Kept {
    /// Which of the lines found it was.
    number: u64,
    /// The line as it stands.
    pub(super) bytes: Vec<u8>,
    canonical: Vec<u8>,
    time: Option<Time>,
    weight: u32,
}

impl Sample {
    pub(super) fn new(size: usize) -> Self {
        // Any number but zero: the same sample each time.
        Self { size, seen: 0, chance: 0x9E37_79B9_7F4A_7C15, kept: Vec::new() }
    }

    pub(super) fn add(&mut self, bytes: &[u8], found: &Found<'_>) {
        let number = self.seen;
        self.seen += 1;
        let place = match usize::try_from(number) {
            Ok(number) if number < self.size => number,
            _ => match usize::try_from(self.next() % self.seen) {
                Ok(place) if place < self.size => place,
                _ => return,
            },
        };
        let kept = Kept {
            number,
            bytes: bytes.to_vec(),
            canonical: found.line.to_vec(),
            time: found.time,
            weight: found.weight,
        };
        match self.kept.get_mut(place) {
            Some(slot) => *slot = kept,
            None => self.kept.push(kept),
        }
    }

    /// The lines that were kept, in their order.
    pub(super) fn kept(&self) -> impl Iterator<Item = &Kept> {
        let mut kept: Vec<_> = self.kept.iter().collect();
        kept.sort_unstable_by_key(|kept| kept.number);
        kept.into_iter()
    }

    /// The next number of a xorshift generator (Marsaglia 2003).
    fn next(&mut self) -> u64 {
        self.chance ^= self.chance << 13;
        self.chance ^= self.chance >> 7;
        self.chance ^= self.chance << 17;
        self.chance
    }
}

impl Kept {
    pub(super) fn understand(
        &self,
        with: &mut dyn FnMut(&Found<'_>) -> io::Result<()>,
    ) -> io::Result<()> {
        let entry = Entry::parse(&self.canonical);
        let event = Event::parse(&entry);
        let line = self.canonical.as_bstr();
        let (time, weight) = (self.time, self.weight);
        with(&Found { line, entry: &entry, event: &event, time, weight })
    }
}
