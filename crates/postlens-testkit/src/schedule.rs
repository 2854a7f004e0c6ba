//! What is to happen, in order of time.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::clock::Micros;
use crate::kind::Kind;
use crate::ledger::Effect;
use crate::process::Who;

/// A line that will be written.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) who: Who,
    pub(crate) kind: Kind,
    pub(crate) effect: Effect,
    /// How often it is written.
    pub(crate) times: u32,
    pub(crate) text: Vec<u8>,
}

/// Things by time; those of one moment in the order they came in.
#[derive(Debug)]
pub(crate) struct Schedule<T> {
    heap: BinaryHeap<Reverse<(Micros, u64, usize)>>,
    slots: Vec<Option<T>>,
    free: Vec<usize>,
    count: u64,
}

impl<T> Default for Schedule<T> {
    fn default() -> Self {
        Self { heap: BinaryHeap::new(), slots: Vec::new(), free: Vec::new(), count: 0 }
    }
}

impl<T> Schedule<T> {
    /// Adds a thing.
    pub(crate) fn push(&mut self, at: Micros, item: T) {
        let slot = self.free.pop().unwrap_or_else(|| {
            self.slots.push(None);
            self.slots.len() - 1
        });
        if let Some(place) = self.slots.get_mut(slot) {
            *place = Some(item);
        }
        self.count += 1;
        self.heap.push(Reverse((at, self.count, slot)));
    }

    /// When the next thing is due.
    pub(crate) fn next_at(&self) -> Option<Micros> {
        self.heap.peek().map(|Reverse((at, ..))| *at)
    }

    /// Takes the next thing, with its time.
    pub(crate) fn pop(&mut self) -> Option<(Micros, T)> {
        let Reverse((at, _, slot)) = self.heap.pop()?;
        let item = self.slots.get_mut(slot)?.take()?;
        self.free.push(slot);
        Some((at, item))
    }
}
