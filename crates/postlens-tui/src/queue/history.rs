//! How a queue changes: what came, what went, since the start and lately.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;

use super::data::{Cause, Message, Snapshot};

/// Readings remembered: as many as a wide terminal has columns.
const KEPT: usize = 400;
/// What counts as lately, in seconds.
const LATELY: i64 = 60;

/// What changed in some time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Change {
    /// How long that is, in seconds.
    pub(crate) seconds: i64,
    /// Messages that came.
    pub(crate) arrived: u64,
    /// Messages that went.
    pub(crate) left: u64,
}

impl Change {
    /// More came than went, or fewer.
    pub(crate) fn growth(self) -> i64 {
        self.arrived.cast_signed() - self.left.cast_signed()
    }
}

/// One reading's figures.
#[derive(Debug, Clone, Copy)]
struct Point {
    at: i64,
    messages: u64,
    arrived: u64,
    left: u64,
}

/// What is remembered of all readings.
#[derive(Debug, Default)]
pub(crate) struct History {
    began: Option<i64>,
    arrived: u64,
    left: u64,
    points: VecDeque<Point>,
    destinations: HashMap<Arc<str>, u64>,
    causes: HashMap<Option<Cause>, u64>,
}

impl History {
    /// Takes the next reading in; `before` is the one before.
    pub(crate) fn take(&mut self, before: Option<&Snapshot>, now: &Snapshot) {
        let (arrived, left) = before.map_or((0, 0), |before| compare(before, now));
        if self.began.is_none() {
            self.began = Some(now.at);
            for to in now.messages.iter().flat_map(|message| &message.recipients) {
                *self.destinations.entry(Arc::clone(&to.destination)).or_default() += 1;
                *self.causes.entry(to.cause).or_default() += 1;
            }
        }
        self.arrived += arrived;
        self.left += left;
        let messages = now.messages.len() as u64;
        self.points.push_back(Point { at: now.at, messages, arrived, left });
        if self.points.len() > KEPT {
            self.points.pop_front();
        }
    }

    /// Since the first reading.
    pub(crate) fn since_start(&self) -> Change {
        let now = self.points.back().map(|point| point.at);
        let seconds = now.zip(self.began).map_or(0, |(now, began)| now - began);
        Change { seconds, arrived: self.arrived, left: self.left }
    }

    /// In the last minute, or between the last two readings where they are further apart.
    pub(crate) fn lately(&self) -> Change {
        let now = self.points.back().map_or(0, |point| point.at);
        // A point tells what changed since the one before it.
        let mut change = Change::default();
        let pairs = self.points.iter().zip(self.points.iter().skip(1));
        for (before, point) in pairs.rev() {
            if before.at >= now - LATELY || change.seconds == 0 {
                change.seconds += point.at - before.at;
                change.arrived += point.arrived;
                change.left += point.left;
            }
        }
        change
    }

    /// Recipients of a destination at the start.
    pub(crate) fn destination(&self, name: &str) -> u64 {
        self.destinations.get(name).copied().unwrap_or(0)
    }

    /// Recipients with a cause at the start.
    pub(crate) fn cause(&self, cause: Option<Cause>) -> u64 {
        self.causes.get(&cause).copied().unwrap_or(0)
    }

    /// The size of the queue at the last readings, at most so many.
    pub(crate) fn sizes(&self, most: usize) -> Vec<u64> {
        let skipped = self.points.len().saturating_sub(most);
        self.points.iter().skip(skipped).map(|point| point.messages).collect()
    }
}

/// How many messages are new, and how many have gone.
fn compare(before: &Snapshot, now: &Snapshot) -> (u64, u64) {
    let then: HashSet<_> = before.messages.iter().map(Message::identity).collect();
    let stayed = now.messages.iter().filter(|message| then.contains(&message.identity())).count();
    let arrived = now.messages.len() - stayed;
    (arrived as u64, then.len().saturating_sub(stayed) as u64)
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{message, snapshot};
    use super::*;

    #[test]
    fn what_came_and_went_is_told_apart() {
        let mut history = History::default();
        let first = snapshot(1000, vec![message("AAAA01", 1), message("AAAA02", 2)]);
        history.take(None, &first);
        // One went, one came, and one has the queue ID of another mail.
        let reused = message("AAAA02", 900);
        let second = snapshot(1010, vec![message("AAAA03", 3), reused, message("AAAA04", 4)]);
        history.take(Some(&first), &second);
        assert_eq!(history.since_start(), Change { seconds: 10, arrived: 3, left: 2 });
        assert_eq!(history.since_start().growth(), 1);
        let third = snapshot(1100, vec![]);
        history.take(Some(&second), &third);
        assert_eq!(history.lately(), Change { seconds: 90, arrived: 0, left: 3 });
        let fourth = snapshot(1102, vec![message("AAAA05", 5)]);
        history.take(Some(&third), &fourth);
        assert_eq!(history.lately(), Change { seconds: 2, arrived: 1, left: 0 });
        assert_eq!(history.sizes(3), [3, 0, 1]);
        assert_eq!(history.destination("example.net"), 2);
    }
}
