//! Lines that several streams hold: `mail.err` beside `mail.log`, the journal beside
//! a file, a log beside its archive.

use std::collections::{HashMap, VecDeque};

/// Tells copies from new lines, as multisets: what one stream says twice happened
/// twice, what two streams say once each happened once. So of each line there are as
/// many as in the stream that has most of it.
///
/// Lines are given in the order of their times, all streams merged; stamps of one line
/// may differ by [`Copies::JITTER`] between streams.
#[derive(Debug)]
pub struct Copies {
    streams: usize,
    /// What happened lately, by hash, oldest first.
    events: HashMap<u64, VecDeque<Event>>,
    /// The same, by time.
    order: VecDeque<(i64, u64)>,
    latest: i64,
}

#[derive(Debug)]
struct Event {
    micros: i64,
    /// The streams that have told it.
    told: Told,
}

/// A set of streams.
#[derive(Debug)]
struct Told {
    /// Streams 0 to 63.
    first: u64,
    more: Vec<usize>,
}

impl Copies {
    /// How far apart the stamps of one line may be in two streams, in microseconds.
    pub const JITTER: i64 = 2_000_000;

    /// Compares so many streams.
    pub fn new(streams: usize) -> Self {
        Self { streams, events: HashMap::new(), order: VecDeque::new(), latest: i64::MIN }
    }

    /// Whether another stream has told this line already. `micros` is the line's time,
    /// `hash` its [`fingerprint`].
    pub fn is_copy(&mut self, stream: usize, micros: i64, hash: u64) -> bool {
        if self.streams < 2 {
            return false;
        }
        self.forget(micros);
        let events = self.events.entry(hash).or_default();
        let untold = events.iter_mut().find(|event| {
            (event.micros - micros).abs() <= Self::JITTER && !event.told.contains(stream)
        });
        if let Some(event) = untold {
            event.told.insert(stream);
            return true;
        }
        let mut told = Told { first: 0, more: Vec::new() };
        told.insert(stream);
        events.push_back(Event { micros, told });
        self.order.push_back((micros, hash));
        false
    }

    /// How many lines are remembered now.
    pub fn remembered(&self) -> usize {
        self.order.len()
    }

    /// Forgets what no line to come can be a copy of: lines come within one jitter of
    /// their order, and copies within another.
    fn forget(&mut self, micros: i64) {
        self.latest = self.latest.max(micros);
        let horizon = self.latest.saturating_sub(2 * Self::JITTER);
        while let Some((at, hash)) = self.order.front().copied() {
            if at >= horizon {
                break;
            }
            self.order.pop_front();
            if let Some(events) = self.events.get_mut(&hash) {
                events.pop_front();
                if events.is_empty() {
                    self.events.remove(&hash);
                }
            }
        }
    }
}

impl Told {
    fn contains(&self, stream: usize) -> bool {
        if stream < 64 { self.first >> stream & 1 == 1 } else { self.more.contains(&stream) }
    }

    fn insert(&mut self, stream: usize) {
        if stream < 64 {
            self.first |= 1 << stream;
        } else {
            self.more.push(stream);
        }
    }
}

/// A hash of what is the same in all copies of a line: its program, pid and text,
/// without blanks at the end, which the journal takes off.
///
/// Whoever makes two lines of one hash hides nothing: each stream holds both, and
/// copies are counted per stream.
pub fn fingerprint(program: &[u8], pid: Option<u32>, text: &[u8]) -> u64 {
    let seed = fold(pid.map_or(u64::MAX, u64::from));
    mix(mix(seed, program), text.trim_ascii_end())
}

/// Folds bytes into a hash, eight at a time.
fn mix(seed: u64, bytes: &[u8]) -> u64 {
    let (words, rest) = bytes.as_chunks::<8>();
    let mut last = [0; 8];
    for (into, from) in last.iter_mut().zip(rest) {
        *into = *from;
    }
    let hash = words.iter().fold(seed, |hash, word| fold(hash ^ u64::from_le_bytes(*word)));
    fold(hash ^ u64::from_le_bytes(last) ^ (bytes.len() as u64).rotate_left(32))
}

/// Multiplies to twice the width and folds the halves.
fn fold(value: u64) -> u64 {
    let product = u128::from(value ^ 0xa076_1d64_78bd_642f) * 0xe703_7ed1_a0b4_28db;
    let bytes = product.to_le_bytes();
    let (halves, _) = bytes.as_chunks::<8>();
    halves.iter().fold(0, |folded, half| folded ^ u64::from_le_bytes(*half))
}

#[cfg(test)]
#[path = "copies/tests.rs"]
mod tests;
