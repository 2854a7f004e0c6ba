//! Time stamps as they stand in a line, before anybody knows their year or zone.

use crate::time::civil_from_days;

/// A time stamp as written. Turning it into a point in time needs what the line
/// does not say (the year, the zone); that is the log reader's work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Stamp {
    /// The line carries no time stamp.
    #[default]
    None,
    /// Traditional syslog, `Nov  4 06:25:01`: local time without a year
    /// (RFC 3164, section 4.1.2; also what postlogd(8) writes).
    Yearless {
        /// Month, 1 to 12.
        month: u8,
        /// Day of the month, 1 to 31.
        day: u8,
        /// Time of day.
        time: TimeOfDay,
    },
    /// A full date and local time without a zone, `2013 Jun 12 06:35:24.123`.
    Local {
        /// Year, as written.
        year: i16,
        /// Month, 1 to 12.
        month: u8,
        /// Day of the month, 1 to 31.
        day: u8,
        /// Time of day.
        time: TimeOfDay,
    },
    /// A full date, time and offset, `2026-11-04T06:25:01.123456+09:00` (RFC 3339),
    /// or an absolute journal time.
    Absolute {
        /// Microseconds since 1970-01-01T00:00:00Z.
        micros: i64,
        /// Offset from UTC in seconds, to write the time as the log did.
        offset: i32,
    },
}

/// A time of day with microseconds. Leap seconds (`:60`) are kept as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct TimeOfDay {
    /// Hour, 0 to 23.
    pub hour: u8,
    /// Minute, 0 to 59.
    pub minute: u8,
    /// Second, 0 to 60.
    pub second: u8,
    /// Microseconds, 0 to 999 999; finer digits are cut.
    pub micros: u32,
}

impl TimeOfDay {
    /// Microseconds since midnight. A leap second counts as the next second.
    pub fn micros_of_day(self) -> i64 {
        let seconds =
            i64::from(self.hour) * 3600 + i64::from(self.minute) * 60 + i64::from(self.second);
        seconds * 1_000_000 + i64::from(self.micros)
    }
}

impl Stamp {
    /// The absolute stamp of a date and time written with an offset from UTC in seconds.
    #[inline]
    pub(crate) fn at(date: Date, time: TimeOfDay, offset: i32) -> Self {
        let midnight = date.days_since_epoch() * 86_400 - i64::from(offset);
        Self::Absolute { micros: midnight * 1_000_000 + time.micros_of_day(), offset }
    }

    /// The stamp of a date and time written without a zone.
    pub(crate) fn local(date: Date, time: TimeOfDay) -> Self {
        Self::Local { year: date.year, month: date.month, day: date.day, time }
    }
}

/// A calendar date (proleptic Gregorian).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Date {
    /// Year, 0 to 9999.
    pub(crate) year: i16,
    /// Month, 1 to 12.
    pub(crate) month: u8,
    /// Day of the month, 1 to 31.
    pub(crate) day: u8,
}

impl Date {
    /// Days since 1970-01-01. A year begins with March here, so that the leap day is
    /// its last and every month's first day is a linear function of the month.
    #[inline]
    pub(crate) fn days_since_epoch(self) -> i64 {
        // Unsigned arithmetic is faster, so that the count begins 400 years early,
        // which is one whole cycle of leap years.
        let early = u32::from(self.month <= 2);
        let year = u32::from(self.year.unsigned_abs()) + 400 - early;
        let shifted = (u32::from(self.month) + 9) % 12;
        let leap_days = year / 4 - year / 100 + year / 400;
        let day_of_year = (153 * shifted + 2) / 5 + u32::from(self.day);
        i64::from(year * 365 + leap_days + day_of_year) - 1 - 146_097 - 719_468
    }

    /// The date that many days after 1970-01-01, within the years 0 to 9999; the
    /// inverse of [`Date::days_since_epoch`].
    pub(crate) fn from_days(days: i64) -> Option<Self> {
        // The days of these years: no sum in between can overflow.
        if !(-719_528..=2_932_896).contains(&days) {
            return None;
        }
        let (year, month, day) = civil_from_days(days);
        Some(Self { year: i16::try_from(year).ok()?, month, day })
    }
}

#[cfg(test)]
mod tests {
    use super::Date;

    #[test]
    fn dates_and_days_agree() {
        assert_eq!(Date { year: 1970, month: 1, day: 1 }.days_since_epoch(), 0);
        assert_eq!(Date { year: 2000, month: 2, day: 29 }.days_since_epoch(), 11_016);
        assert_eq!(Date { year: 2026, month: 11, day: 24 }.days_since_epoch(), 20_781);
        assert_eq!(Date { year: 1969, month: 12, day: 31 }.days_since_epoch(), -1);
        // From year 0 to year 9999, whose days are these.
        for days in -719_528..=2_932_896 {
            assert_eq!(Date::from_days(days).unwrap().days_since_epoch(), days);
        }
        assert_eq!(Date::from_days(-719_529), None);
        assert_eq!(Date::from_days(2_932_897), None);
        assert_eq!(Date::from_days(i64::MAX), None);
    }
}
