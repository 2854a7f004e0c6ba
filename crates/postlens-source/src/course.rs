//! The course of time along a file, followed while it is read: which year it is, and
//! where a clock was put back.

use std::sync::Arc;

use crate::clock::{Clock, LATE, Mark, Turn};
use crate::sampling::{sample, scan};
use crate::time::DAY;
use crate::year::Sighting;
use crate::zone::Zone;

/// Follows one file.
#[derive(Debug)]
pub(crate) struct Course {
    zone: Arc<Zone>,
    /// Where the file has come to, in wall-clock seconds since 1970.
    reference: i64,
    next: u64,
    /// The last stamp looked at, resolved.
    last: Option<i64>,
    turning: Vec<Turning>,
}

/// A repeated hour, on its way.
#[derive(Debug)]
struct Turning {
    turn: Turn,
    /// The latest stamp within the hour, first pass.
    latest: Option<i64>,
}

/// Stamps of one chunk, in wall-clock seconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Range {
    pub(crate) earliest: i64,
    pub(crate) latest: i64,
}

/// When the stamps have moved on by this much, their reference does too.
const STRIDE: i64 = 30 * DAY;
/// A stamp in the repeated hour that is this much before the one before it belongs to
/// the second pass; less is disorder.
const BACK: i64 = 120;
/// After so much of the second pass nothing of the first is late any more.
const SETTLED: i64 = 600;

impl Course {
    /// Starts at a file's first line, written at `first`.
    pub(crate) fn new(zone: Arc<Zone>, first: i64, offset: u64) -> Self {
        Self { zone, reference: first, next: offset, last: None, turning: Vec::new() }
    }

    /// Looks at the next chunk, and gives its clock and the range of the stamps that
    /// were looked at.
    pub(crate) fn follow(&mut self, data: &[u8], offset: u64) -> (Clock, Option<Range>) {
        let mut marks = vec![Mark { offset, reference: self.reference }];
        let (mut range, mut wall) = (None, false);
        let (mut reference, mut last) = (self.reference, self.last);
        let before = self.last;
        sample(data, offset, &mut self.next, |at, sighting| {
            let Some(local) = sighting.near(reference) else { return };
            wall |= sighting.offset().is_none();
            last = Some(local);
            widen(&mut range, local);
            if (local - reference).abs() > STRIDE {
                reference = local;
                marks.push(Mark { offset: at, reference });
            }
        });
        (self.reference, self.last) = (reference, last);
        if wall && let Some(mut near) = range {
            near.earliest = near.earliest.min(before.unwrap_or(near.earliest));
            self.watch_turns(data, offset, near, &marks);
        }
        let turns = self.turning.iter().map(|turning| turning.turn).collect();
        (Clock { zone: Arc::clone(&self.zone), marks, turns }, range)
    }

    /// Looks at every line of a chunk that a clock may have been put back in.
    fn watch_turns(&mut self, data: &[u8], offset: u64, near: Range, marks: &[Mark]) {
        let (from, to) = (near.earliest - DAY, near.latest + DAY);
        self.turning.retain(|turning| turning.turn.to > from - DAY);
        let repeats = self.zone.repeats(from, to);
        if repeats.is_empty() {
            return;
        }
        for (from, to) in repeats {
            if !self.turning.iter().any(|turning| turning.turn.from == from) {
                let turn = Turn { from, to, turned: u64::MAX, settled: u64::MAX };
                self.turning.push(Turning { turn, latest: None });
            }
        }
        let mut mark = 0;
        scan(data, offset, |at, sighting| {
            while marks.get(mark + 1).is_some_and(|next| next.offset <= at) {
                mark += 1;
            }
            let reference = marks.get(mark).map_or(0, |mark| mark.reference);
            if let Some(local) = wall_time(&sighting, reference) {
                self.turning.iter_mut().for_each(|turning| turning.see(local, at));
            }
        });
    }
}

impl Turning {
    fn see(&mut self, local: i64, at: u64) {
        let Turn { from, to, turned, settled } = self.turn;
        if !(from..to).contains(&local) {
            return;
        }
        if turned == u64::MAX {
            if self.latest.is_some_and(|latest| local < latest - BACK) {
                self.turn.turned = at;
            } else {
                self.latest = self.latest.max(Some(local));
            }
        } else if settled == u64::MAX && (from + SETTLED..to - LATE).contains(&local) {
            self.turn.settled = at;
        }
    }
}

fn wall_time(sighting: &Sighting, reference: i64) -> Option<i64> {
    if sighting.offset().is_some() { None } else { sighting.near(reference) }
}

fn widen(range: &mut Option<Range>, local: i64) {
    let old = range.unwrap_or(Range { earliest: local, latest: local });
    *range = Some(Range { earliest: old.earliest.min(local), latest: old.latest.max(local) });
}

#[cfg(test)]
#[path = "course/tests.rs"]
mod tests;
