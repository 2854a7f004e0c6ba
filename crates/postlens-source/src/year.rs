//! Years for stamps without one: pure functions of a stamp and a reference, and a
//! summary of many lines that can be merged.

use std::collections::BTreeMap;

use postlens_syntax::stamp::TimeOfDay;
use postlens_syntax::{Entry, QueueId, Stamp};

use crate::time::{DAY, MICROS, civil_from_days, days_from_civil, is_leap, seconds_of_day};

/// Half a year: of two stamps without years, nothing lies further apart than this.
const HALF_YEAR: i64 = 183 * DAY;
/// How long after a mail's arrival its queue ID still tells the year. Mail on hold
/// may be older; such lines have no vote.
const QUEUE_LIFE: i64 = 14 * DAY;
/// Zones, and clocks that are wrong, move a stamp against its queue ID.
const CLOCK_SLACK: i64 = DAY + DAY / 2;
/// Long queue IDs exist since 2011; an earlier one was made with a clock not yet set.
const FIRST_LONG_ID: i64 = 1_293_840_000;

/// A stamp's place on the wall clock, as far as the line tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sighting {
    /// Month, 1 to 12.
    month: u8,
    /// Day, 1 to 31.
    day: u8,
    /// Second of the day.
    second: i64,
    /// The year, where the stamp or the line's queue ID tells it.
    year: Option<i32>,
    /// Whether the stamp itself lacks the year.
    yearless: bool,
    /// Seconds east of UTC, where the stamp tells it.
    offset: Option<i32>,
}

impl Sighting {
    /// Looks at one line, given without its line end.
    pub fn of_line(line: &[u8]) -> Option<Self> {
        let entry = Entry::parse(line);
        match entry.stamp {
            Stamp::None => None,
            Stamp::Yearless { month, day, time } => {
                let second = seconds_of_day(time);
                let year = QueueId::split(entry.text)
                    .and_then(|(id, _)| id.arrival_micros())
                    .and_then(|arrival| year_by_arrival(month, day, second, arrival));
                Some(Self { month, day, second, year, yearless: true, offset: None })
            }
            Stamp::Local { year, month, day, time } => {
                let (second, year) = (seconds_of_day(time), Some(i32::from(year)));
                Some(Self { month, day, second, year, yearless: false, offset: None })
            }
            Stamp::Absolute { micros, offset } => {
                let local = micros.div_euclid(MICROS) + i64::from(offset);
                let (year, month, day) = civil_from_days(local.div_euclid(DAY));
                let second = local.rem_euclid(DAY);
                let year = Some(year);
                Some(Self { month, day, second, year, yearless: false, offset: Some(offset) })
            }
        }
    }

    /// The year, where the line tells it.
    pub fn year(&self) -> Option<i32> {
        self.year
    }

    /// Whether the stamp itself lacks the year.
    pub fn is_yearless(&self) -> bool {
        self.yearless
    }

    /// Seconds east of UTC, where the stamp tells it.
    pub fn offset(&self) -> Option<i32> {
        self.offset
    }

    /// Wall-clock seconds since 1970, if the sighting was in `year`.
    pub fn in_year(&self, year: i32) -> Option<i64> {
        Some(days_from_civil(year, self.month, self.day)? * DAY + self.second)
    }

    /// Wall-clock seconds since 1970, in the year that the line tells, else in the one
    /// that puts it nearest to `reference`.
    pub fn near(&self, reference: i64) -> Option<i64> {
        match self.year {
            Some(year) => self.in_year(year),
            None => nearest(self.month, self.day, self.second, reference),
        }
    }

    /// The latest such time that is not after `limit`.
    pub fn latest_until(&self, limit: i64) -> Option<i64> {
        let (year, ..) = civil_from_days(limit.div_euclid(DAY));
        (0..=8).filter_map(|back| self.in_year(year - back)).find(|local| *local <= limit)
    }

    /// The earliest such time that is not before `limit`.
    pub fn earliest_since(&self, limit: i64) -> Option<i64> {
        let (year, ..) = civil_from_days(limit.div_euclid(DAY));
        (0..=8).filter_map(|ahead| self.in_year(year + ahead)).find(|local| *local >= limit)
    }

    /// Seconds into a leap year: where in the year the stamp lies.
    fn position(&self) -> i64 {
        let start = days_from_civil(2000, 1, 1).unwrap_or_default();
        let days = days_from_civil(2000, self.month, self.day).unwrap_or(start) - start;
        days * DAY + self.second
    }
}

/// The wall-clock second of a stamp without year, in the year that puts it nearest
/// to `reference`; both are seconds since 1970-01-01T00:00:00 on the wall. `None`
/// for a date that no year has.
pub fn resolve(month: u8, day: u8, time: TimeOfDay, reference: i64) -> Option<i64> {
    nearest(month, day, seconds_of_day(time), reference)
}

fn nearest(month: u8, day: u8, second: i64, reference: i64) -> Option<i64> {
    let (year, ..) = civil_from_days(reference.div_euclid(DAY));
    // A leap day may have to be sought up to eight years away.
    let reach = if (month, day) == (2, 29) && !(year - 1..=year + 1).any(is_leap) { 8 } else { 1 };
    (year - reach..=year + reach)
        .filter_map(|year| Some(days_from_civil(year, month, day)? * DAY + second))
        .min_by_key(|local| (local - reference).abs())
}

/// The year in which a line was written that names a mail of known arrival: the one
/// that puts the line between the arrival and the end of a queue's patience.
fn year_by_arrival(month: u8, day: u8, second: i64, arrival: i64) -> Option<i32> {
    let arrival = arrival.div_euclid(MICROS);
    if arrival < FIRST_LONG_ID {
        return None;
    }
    let (year, ..) = civil_from_days(arrival.div_euclid(DAY));
    (year - 1..=year + 1).find(|year| {
        days_from_civil(*year, month, day).is_some_and(|days| {
            let age = days * DAY + second - arrival;
            (-CLOCK_SLACK..=QUEUE_LIFE + CLOCK_SLACK).contains(&age)
        })
    })
}

/// What a stretch of lines says about its years. Summaries of adjacent stretches
/// merge into the summary of both, wherever the cut was.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct YearSummary {
    first: Option<Sighting>,
    last: Option<Sighting>,
    /// New Years crossed from the first line to the last.
    crossed: i32,
    /// How many lines say that the first one was written in that year.
    votes: BTreeMap<i32, u64>,
    /// Whether there are stamps without a year.
    yearless: bool,
}

impl YearSummary {
    /// Adds the next line in order.
    pub fn add(&mut self, sighting: Sighting) {
        let step = self.last.map_or(0, |last| crossing(&last, &sighting));
        self.crossed += step;
        self.first.get_or_insert(sighting);
        self.last = Some(sighting);
        self.yearless |= sighting.yearless;
        if let Some(year) = sighting.year {
            *self.votes.entry(year - self.crossed).or_default() += 1;
        }
    }

    /// Adds the summary of the stretch that follows.
    #[must_use]
    pub fn merge(mut self, next: &Self) -> Self {
        let step = match (&self.last, &next.first) {
            (Some(last), Some(first)) => self.crossed + crossing(last, first),
            _ => self.crossed,
        };
        for (year, count) in &next.votes {
            *self.votes.entry(year - step).or_default() += count;
        }
        self.crossed = step + next.crossed;
        self.first = self.first.or(next.first);
        self.last = next.last.or(self.last);
        self.yearless |= next.yearless;
        self
    }

    /// The first line with a stamp.
    pub fn first(&self) -> Option<&Sighting> {
        self.first.as_ref()
    }

    /// The last line with a stamp.
    pub fn last(&self) -> Option<&Sighting> {
        self.last.as_ref()
    }

    /// How many New Years lie between the first line and the last.
    pub fn crossed(&self) -> i32 {
        self.crossed
    }

    /// Whether any stamp lacks its year.
    pub fn has_yearless(&self) -> bool {
        self.yearless
    }

    /// The year of the first line, as most of the lines that know a year say it;
    /// of equally many the earlier.
    pub fn first_year(&self) -> Option<i32> {
        let most = self.votes.values().max()?;
        self.votes.iter().find(|(_, count)| *count == most).map(|(year, _)| *year)
    }
}

/// Whether a New Year lies between two lines in order: +1, or -1 for a line of the
/// old year that came late, else 0.
fn crossing(before: &Sighting, after: &Sighting) -> i32 {
    if let (Some(before), Some(after)) = (before.year, after.year) {
        return after - before;
    }
    let apart = after.position() - before.position();
    i32::from(apart < -HALF_YEAR) - i32::from(apart > HALF_YEAR)
}

#[cfg(test)]
#[path = "year/tests.rs"]
mod tests;
