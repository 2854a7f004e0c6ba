//! Which lines of the logs that are being read the store has already.

use std::collections::{HashMap, HashSet};

use postlens_track::Observation;

use crate::state::{Covered, print};

/// What became of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// It was taken in.
    New,
    /// The store has it.
    Known,
    /// Its log begins like one that the store has, but goes on differently; nothing more of
    /// it is taken.
    Stranger,
}

/// Reading through logs, from the oldest to the newest.
#[derive(Debug)]
pub struct Reading {
    /// The log before each.
    before: HashMap<u64, u64>,
    /// The log of the last line.
    pub(crate) last: Option<u64>,
    pub(crate) taken: Taken,
    /// Logs of which the last line taken was found where it was.
    verified: HashSet<u64>,
    strangers: HashSet<u64>,
}

impl Reading {
    /// Begins to read logs that follow each other in this order, also those that need not
    /// be read any more.
    pub fn new(logs: &[u64]) -> Self {
        let before = logs.windows(2).filter_map(|pair| match pair {
            [before, log] => Some((*log, *before)),
            _ => None,
        });
        Self {
            before: before.collect(),
            last: None,
            taken: Taken::New,
            verified: HashSet::new(),
            strangers: HashSet::new(),
        }
    }

    /// Logs that are not what they seem to be.
    pub fn strangers(&self) -> usize {
        self.strangers.len()
    }

    /// The log that a log continues.
    pub(crate) fn before(&self, log: u64) -> Option<u64> {
        let read = self.last.filter(|last| *last != log);
        self.before.get(&log).copied().or(read)
    }

    /// Whether a line is new, given how far its log was read.
    pub(crate) fn judge(&mut self, covered: Option<&Covered>, line: &Observation<'_>) -> Taken {
        let (log, offset) = (line.line.log, line.line.offset);
        let Some(covered) = covered.filter(|covered| covered.lines > 0) else {
            self.verified.insert(log);
            return Taken::New;
        };
        if self.strangers.contains(&log) {
            return Taken::Stranger;
        }
        if offset < covered.last {
            return Taken::Known;
        }
        if offset == covered.last && print(line.bytes) == covered.print {
            self.verified.insert(log);
            return Taken::Known;
        }
        if offset > covered.last && self.verified.contains(&log) {
            return Taken::New;
        }
        self.strangers.insert(log);
        Taken::Stranger
    }
}
