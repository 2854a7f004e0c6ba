//! From stamps as written to points in time, for the lines of one chunk.

use std::ops::Range;
use std::sync::Arc;

use postlens_syntax::Stamp;
use postlens_syntax::stamp::TimeOfDay;

use crate::time::{DAY, MICROS, Time, seconds_of_day};
use crate::year::resolve;
use crate::zone::{Meaning, Zone};

/// What the lines of a chunk need to know about their time: the zone, roughly when
/// they were written, and where a clock was put back.
#[derive(Debug, Clone)]
pub struct Clock {
    pub(crate) zone: Arc<Zone>,
    /// In the order of their offsets.
    pub(crate) marks: Vec<Mark>,
    pub(crate) turns: Vec<Turn>,
}

/// From this byte of the file on, stamps lie within half a year of `reference`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mark {
    /// Byte offset in the decompressed file.
    pub(crate) offset: u64,
    /// Wall-clock seconds since 1970.
    pub(crate) reference: i64,
}

/// A clock that was put back while the file was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Turn {
    /// The repeated wall-clock seconds.
    pub(crate) from: i64,
    pub(crate) to: i64,
    /// Byte offset of the first line of the second pass.
    pub(crate) turned: u64,
    /// Byte offset from which no late line of the first pass is expected.
    pub(crate) settled: u64,
}

/// Lines of the first pass may come this much after the second has begun, in seconds
/// on the wall.
pub(crate) const LATE: i64 = 120;

impl Clock {
    /// A clock for lines that were all written within half a year of a time.
    pub fn near(time: Time, zone: Zone) -> Self {
        let mark = Mark { offset: 0, reference: time.local_seconds() };
        Self { zone: Arc::new(zone), marks: vec![mark], turns: Vec::new() }
    }

    /// Resolves one stamp. A line's byte offset in its file decides between the two
    /// passes of a repeated hour and between years.
    ///
    /// `None` where the line has no stamp, or a date that does not exist.
    pub fn resolve(&self, stamp: &Stamp, line_offset: u64) -> Option<Time> {
        self.resolver().resolve(stamp, line_offset)
    }

    /// A resolver for many stamps: it remembers what it looked up, which changes the
    /// cost and never the result.
    pub fn resolver(&self) -> Resolver<'_> {
        Resolver {
            clock: self,
            offset: 0,
            from: 0,
            to: 0,
            date: (0, 0, 0),
            midnight: 0,
            is_far: false,
            mark: None,
            marked: 0..0,
            last: (Stamp::None, None, 0..0),
        }
    }

    /// The last mark at or before a byte of the file, and the bytes for which it holds.
    fn mark(&self, line_offset: u64) -> (Option<Mark>, Range<u64>) {
        let after = self.marks.partition_point(|mark| mark.offset <= line_offset);
        let mark = self.marks.get(after.saturating_sub(1)).copied();
        let from = if after == 0 { 0 } else { mark.map_or(0, |mark| mark.offset) };
        let to = self.marks.get(after).map_or(u64::MAX, |next| next.offset);
        (mark, from..to)
    }

    fn is_second_pass(&self, local: i64, line_offset: u64) -> bool {
        self.turns.iter().any(|turn| {
            let late = line_offset < turn.settled && local >= turn.to - LATE;
            (turn.from..turn.to).contains(&local) && line_offset >= turn.turned && !late
        })
    }
}

/// Resolves the stamps of a chunk; see [`Clock::resolver`].
#[derive(Debug, Clone)]
pub struct Resolver<'a> {
    clock: &'a Clock,
    /// The offset that holds for the wall-clock seconds `from..to`.
    offset: i32,
    from: i64,
    to: i64,
    /// The year, month and day whose midnight is remembered; year 0 where the stamps
    /// have none.
    date: (i16, u8, u8),
    midnight: i64,
    /// Whether the time of day decides that date's year.
    is_far: bool,
    mark: Option<Mark>,
    /// The bytes of the file for which the mark holds.
    marked: Range<u64>,
    /// The last stamp, its time, and the bytes of the file for which that holds.
    last: (Stamp, Option<Time>, Range<u64>),
}

impl Resolver<'_> {
    /// Resolves one stamp; see [`Clock::resolve`].
    #[inline]
    pub fn resolve(&mut self, stamp: &Stamp, line_offset: u64) -> Option<Time> {
        if let Stamp::Absolute { micros, offset } = *stamp {
            return Some(Time { micros, offset });
        }
        if *stamp != self.last.0 || !self.last.2.contains(&line_offset) {
            self.turn_to(stamp, line_offset);
        }
        self.last.1
    }

    /// Resolves a stamp that differs from the last one, and remembers what it found as
    /// long as the place in the file cannot change it.
    fn turn_to(&mut self, stamp: &Stamp, line_offset: u64) {
        let time = self.find(stamp, line_offset);
        let settled = if self.clock.turns.is_empty() { self.marked.clone() } else { 0..0 };
        self.last = (*stamp, time, settled);
    }

    fn find(&mut self, stamp: &Stamp, line_offset: u64) -> Option<Time> {
        let (date, time) = match *stamp {
            Stamp::None => return None,
            Stamp::Absolute { micros, offset } => return Some(Time { micros, offset }),
            Stamp::Yearless { month, day, time } => ((0, month, day), time),
            Stamp::Local { year, month, day, time } => ((year, month, day), time),
        };
        let second = seconds_of_day(time);
        let marked = date.0 != 0 || self.marked.contains(&line_offset);
        if self.date != date || !marked || self.is_far {
            self.find_midnight(date, time, line_offset)?;
        }
        let local = self.midnight + second;
        let offset = self.offset_of(local, line_offset);
        let micros = (local - i64::from(offset)) * MICROS + i64::from(time.micros);
        Some(Time { micros, offset })
    }

    /// Finds the midnight before a time of a date. The date is remembered only where it
    /// exists.
    #[cold]
    fn find_midnight(
        &mut self,
        date: (i16, u8, u8),
        time: TimeOfDay,
        line_offset: u64,
    ) -> Option<()> {
        (self.mark, self.marked) = self.clock.mark(line_offset);
        self.date = (0, 0, 0);
        let (year, month, day) = date;
        if year == 0 {
            let mark = self.mark?;
            self.is_far = is_far(mark, date);
            self.midnight = resolve(month, day, time, mark.reference)? - seconds_of_day(time);
        } else {
            self.is_far = false;
            self.midnight = crate::time::days_from_civil(i32::from(year), month, day)? * DAY;
        }
        self.date = date;
        Some(())
    }

    #[inline]
    fn offset_of(&mut self, local: i64, line_offset: u64) -> i32 {
        if (self.from..self.to).contains(&local) {
            return self.offset;
        }
        match self.clock.zone.meaning(local) {
            Meaning::One { offset, from, to } => {
                (self.offset, self.from, self.to) = (offset, from, to);
                offset
            }
            Meaning::Never { offset } => offset,
            Meaning::Twice { first, second, .. } => {
                if self.clock.is_second_pass(local, line_offset) { second } else { first }
            }
        }
    }
}

/// Whether the time of day may decide the year: only half a year from the mark.
fn is_far(mark: Mark, (_, month, day): (i16, u8, u8)) -> bool {
    let (_, at_month, at_day) = crate::time::civil_from_days(mark.reference.div_euclid(DAY));
    let apart =
        (i32::from(at_month) * 31 + i32::from(at_day) - i32::from(month) * 31 - i32::from(day))
            .rem_euclid(372);
    (180..=192).contains(&apart)
}

#[cfg(test)]
mod tests {
    use postlens_syntax::Stamp;
    use postlens_syntax::stamp::TimeOfDay;

    use super::{Clock, Turn};
    use crate::time::{Time, days_from_civil};
    use crate::zone::Zone;

    fn at(year: i32, month: u8, day: u8) -> Time {
        Time { micros: days_from_civil(year, month, day).unwrap() * 86_400_000_000, offset: 0 }
    }

    fn yearless(month: u8, day: u8, hour: u8, minute: u8, second: u8) -> Stamp {
        Stamp::Yearless { month, day, time: TimeOfDay { hour, minute, second, micros: 0 } }
    }

    #[track_caller]
    fn check(clock: &Clock, stamp: Stamp, line_offset: u64, expected: &str) {
        let found = clock.resolve(&stamp, line_offset).map(|time| time.to_string());
        assert_eq!(found.unwrap_or_default(), expected, "{stamp:?}");
    }

    #[test]
    fn stamps_of_every_kind() {
        let tokyo = Clock::near(at(2026, 11, 4), Zone::named("Asia/Tokyo").unwrap());
        check(&tokyo, Stamp::None, 0, "");
        check(&tokyo, yearless(11, 4, 6, 25, 1), 0, "2026-11-04T06:25:01+09:00");
        check(&tokyo, yearless(1, 1, 0, 0, 0), 0, "2027-01-01T00:00:00+09:00");
        check(&tokyo, yearless(2, 30, 0, 0, 0), 0, "");
        let time = TimeOfDay { hour: 23, minute: 59, second: 60, micros: 5 };
        let leap = Stamp::Local { year: 2016, month: 12, day: 31, time };
        check(&tokyo, leap, 0, "2017-01-01T00:00:00.000005+09:00");
        let absolute = Stamp::Absolute { micros: 0, offset: -3600 };
        check(&tokyo, absolute, 0, "1969-12-31T23:00:00-01:00");
    }

    #[test]
    fn the_repeated_hour_goes_on_in_order() {
        let mut clock = Clock::near(at(2026, 10, 25), Zone::named("Europe/Berlin").unwrap());
        let from = days_from_civil(2026, 10, 25).unwrap() * 86_400 + 7200;
        clock.turns = vec![Turn { from, to: from + 3600, turned: 1000, settled: 2000 }];
        let half_past = yearless(10, 25, 2, 30, 0);
        check(&clock, half_past, 999, "2026-10-25T02:30:00+02:00");
        check(&clock, half_past, 1000, "2026-10-25T02:30:00+01:00");
        let late = yearless(10, 25, 2, 59, 59);
        check(&clock, late, 1500, "2026-10-25T02:59:59+02:00");
        check(&clock, late, 2000, "2026-10-25T02:59:59+01:00");
        check(&clock, yearless(10, 25, 3, 0, 0), 500, "2026-10-25T03:00:00+01:00");
        check(&clock, yearless(10, 25, 1, 59, 59), 5000, "2026-10-25T01:59:59+02:00");
    }

    #[test]
    fn a_skipped_hour_is_read_as_before_the_change() {
        let clock = Clock::near(at(2026, 3, 29), Zone::named("Europe/Berlin").unwrap());
        check(&clock, yearless(3, 29, 2, 30, 0), 0, "2026-03-29T02:30:00+01:00");
        check(&clock, yearless(3, 29, 3, 0, 0), 0, "2026-03-29T03:00:00+02:00");
    }

    #[test]
    fn a_resolver_remembers_without_changing_results() {
        let clock = Clock::near(at(2024, 3, 1), Zone::named("America/New_York").unwrap());
        let mut resolver = clock.resolver();
        for month in [3, 11, 2, 12, 1, 8, 9, 10, 3] {
            for (day, hour) in [(29, 1), (8, 2), (10, 2), (3, 1), (1, 0)] {
                let stamp = yearless(month, day, hour, 30, 0);
                assert_eq!(resolver.resolve(&stamp, 7), clock.resolve(&stamp, 7), "{stamp:?}");
            }
        }
    }
}
