//! Times without lines, and lines that loggers say they lost.

use std::collections::BTreeMap;

use postlens_syntax::logger::lost_lines;
use postlens_syntax::time::DAY;
use postlens_syntax::{Daemon, Event, Time};
use postlens_track::Observation;

use super::Section;
use crate::top::Top;

/// The longest silence of each day, and the loggers' own notes of lost lines.
///
/// Only lines of mail programs end a silence: a log that other programs go on writing to
/// may still lack the mail's.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Gaps {
    /// By the day that it began on, in days since 1970 on the wall: its beginning and end.
    days: BTreeMap<i64, (Time, Time)>,
    /// The first and the last line.
    ends: Option<(Time, Time)>,
    /// Lines that loggers say they lost, by the logger's program; 0 where it does not say
    /// how many.
    pub lost: Top<Lost>,
}

/// What one logger said.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Lost {
    /// How often.
    pub notes: u64,
    /// Lines lost, where it says how many.
    pub lines: u64,
}

impl crate::top::Counted for Lost {
    fn rank(&self) -> u64 {
        self.lines.max(self.notes)
    }

    fn merge(&mut self, other: &Self) {
        self.notes += other.notes;
        self.lines += other.lines;
    }
}

/// Shorter silences are never looked at, in microseconds.
const LEAST: i64 = 300_000_000;
/// A silence is told from this length on.
const TOLD: i64 = 3 * LEAST;
/// So many times as long as what is usual.
const TIMES: i64 = 4;
/// What is usual takes so many days to know.
const DAYS: usize = 3;

impl Gaps {
    /// Silences much longer than is usual here: at least a quarter of an hour, and four
    /// times the median of the other days' longest. Without three days to compare with
    /// nothing is told.
    pub fn unusual(&self) -> Vec<(Time, Time)> {
        let mut lengths: Vec<i64> = self.days.values().map(length).collect();
        let Some((from, to)) = self.ends else { return Vec::new() };
        // Days without a silence count as ones with the shortest that is looked at.
        let all = to.local_seconds().div_euclid(DAY) - from.local_seconds().div_euclid(DAY) + 1;
        let all = usize::try_from(all).unwrap_or_default();
        if all < DAYS {
            return Vec::new();
        }
        lengths.resize(all.max(lengths.len()), LEAST);
        let middle = lengths.len() / 2;
        let (_, median, _) = lengths.select_nth_unstable(middle);
        let least = TOLD.max(*median * TIMES);
        self.days.values().filter(|gap| length(gap) >= least).copied().collect()
    }

    fn silence(&mut self, from: Time, to: Time) {
        let day = from.local_seconds().div_euclid(DAY);
        let longest = self.days.entry(day).or_insert((from, to));
        if length(&(from, to)) > length(longest) {
            *longest = (from, to);
        }
    }
}

fn length((from, to): &(Time, Time)) -> i64 {
    to.micros - from.micros
}

impl Gaps {
    fn note(&mut self, line: &Observation<'_>) {
        let program = line.entry.tag.program;
        if let Some(lines) = lost_lines(program, line.entry.text) {
            let lost = self.lost.entry(program);
            lost.notes += u64::from(line.weight);
            lost.lines += lines * u64::from(line.weight);
        }
    }
}

impl Section for Gaps {
    fn line(&mut self, line: &Observation<'_>) {
        match line.event {
            Event::Foreign => return self.note(line),
            Event::Notice(_) if line.entry.tag.known == Some(Daemon::Postlogd) => self.note(line),
            _ => {}
        }
        let Some((_, last)) = &mut self.ends else {
            self.ends = Some((line.time, line.time));
            return;
        };
        let before = *last;
        if line.time.micros > before.micros {
            *last = line.time;
            if line.time.micros - before.micros >= LEAST {
                self.silence(before, line.time);
            }
        }
    }

    fn merge(&mut self, other: &Self) {
        for (from, to) in other.days.values() {
            self.silence(*from, *to);
        }
        if let (Some((_, last)), Some((first, _))) = (self.ends, other.ends)
            && first.micros - last.micros >= LEAST
        {
            self.silence(last, first);
        }
        self.ends = match (self.ends, other.ends) {
            (Some(mine), Some(theirs)) => Some((mine.0.min(theirs.0), mine.1.max(theirs.1))),
            (mine, theirs) => mine.or(theirs),
        };
        self.lost.merge(&other.lost);
    }
}

#[cfg(test)]
mod tests {
    use postlens_syntax::Time;

    use super::Gaps;

    fn at(hours: f64) -> Time {
        #[expect(clippy::cast_possible_truncation, reason = "a few days")]
        Time { micros: (hours * 3.6e9) as i64, offset: 0 }
    }

    #[test]
    fn a_silence_is_unusual_beside_the_other_days() {
        let mut gaps = Gaps { ends: Some((at(0.0), at(5.0 * 24.0))), ..Gaps::default() };
        for day in [0.0, 24.0, 48.0, 72.0] {
            gaps.silence(at(day + 3.0), at(day + 3.5));
        }
        assert_eq!(gaps.unusual(), []);
        gaps.silence(at(96.0), at(101.0));
        assert_eq!(gaps.unusual(), [(at(96.0), at(101.0))]);
    }

    #[test]
    fn a_day_alone_tells_nothing() {
        let mut gaps = Gaps { ends: Some((at(0.0), at(20.0))), ..Gaps::default() };
        gaps.silence(at(2.0), at(12.0));
        assert_eq!(gaps.unusual(), []);
    }
}
