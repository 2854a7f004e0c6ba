//! Points in time, and the arithmetic of the calendar.

use std::fmt;

use crate::digits::Digits;
use crate::stamp::TimeOfDay;

/// A point in time, with the offset that the log was written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Time {
    /// Microseconds since 1970-01-01T00:00:00Z.
    pub micros: i64,
    /// Offset from UTC in seconds, east positive: what a clock on the wall showed.
    pub offset: i32,
}

/// A calendar date and time of day, as a clock on the wall shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Civil {
    /// Year of the Gregorian calendar.
    pub year: i32,
    /// Month, 1 to 12.
    pub month: u8,
    /// Day of the month, 1 to 31.
    pub day: u8,
    /// Hour, 0 to 23.
    pub hour: u8,
    /// Minute, 0 to 59.
    pub minute: u8,
    /// Second, 0 to 59.
    pub second: u8,
    /// Microseconds, 0 to 999 999.
    pub micros: u32,
}

/// Seconds of a day.
pub const DAY: i64 = 86_400;
/// Microseconds of a second.
pub const MICROS: i64 = 1_000_000;

impl Time {
    /// Takes the time apart as a clock on the wall showed it.
    ///
    /// ```
    /// use postlens_syntax::Time;
    /// let time = Time { micros: 1_794_000_301_000_000, offset: 32_400 };
    /// assert_eq!((time.civil().month, time.civil().hour), (11, 6));
    /// ```
    pub fn civil(self) -> Civil {
        let local = self.micros.saturating_add(i64::from(self.offset) * MICROS);
        let seconds = local.div_euclid(MICROS);
        let (year, month, day) = civil_from_days(seconds.div_euclid(DAY));
        let second = narrow(seconds.rem_euclid(DAY));
        Civil {
            year,
            month,
            day,
            hour: byte(second / 3600),
            minute: byte(second / 60 % 60),
            second: byte(second % 60),
            micros: narrow(local.rem_euclid(MICROS)),
        }
    }

    /// What a clock on the wall shows so many seconds after it showed 1970-01-01T00:00:00;
    /// the inverse of [`Time::local_seconds`] but for the offset.
    pub fn on_wall(seconds: i64) -> Self {
        Self { micros: seconds.saturating_mul(MICROS), offset: 0 }
    }

    /// Seconds since 1970-01-01T00:00:00 on the wall.
    pub fn local_seconds(self) -> i64 {
        self.micros.div_euclid(MICROS) + i64::from(self.offset)
    }
}

/// RFC 3339, `2026-11-04T06:25:01.123456+09:00`; the fraction is left out where it
/// is zero, and offset zero is written `Z`.
impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Civil { year, month, day, hour, minute, second, micros } = self.civil();
        write!(f, "{year:04}")?;
        let mut text = Digits::default();
        text.byte(b'-').put(month.into(), 2).byte(b'-').put(day.into(), 2);
        text.byte(b'T').put(hour.into(), 2).byte(b':').put(minute.into(), 2);
        text.byte(b':').put(second.into(), 2);
        if micros != 0 {
            text.byte(b'.').put(micros, 6);
        }
        if self.offset == 0 {
            text.byte(b'Z');
        } else {
            let minutes = self.offset.unsigned_abs() / 60;
            text.byte(if self.offset < 0 { b'-' } else { b'+' });
            text.put(minutes / 60, 2).byte(b':').put(minutes % 60, 2);
        }
        f.write_str(text.as_str())
    }
}

/// Days from 1970-01-01 to a date of the Gregorian calendar; `None` for a date
/// that does not exist.
pub fn days_from_civil(year: i32, month: u8, day: u8) -> Option<i64> {
    if day == 0 || day > month_length(year, month)? {
        return None;
    }
    // Years start in March here, so that the leap day is a year's last.
    let (month, day) = (i64::from(month), i64::from(day));
    let year = i64::from(year) - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    Some(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468)
}

/// The date that lies `days` after 1970-01-01.
pub fn civil_from_days(days: i64) -> (i32, u8, u8) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = (shifted + 2) % 12 + 1;
    let year = era * 400 + year + i64::from(month <= 2);
    (i32::try_from(year).unwrap_or(i32::MAX), byte(narrow(month)), byte(narrow(day)))
}

/// The day of the week that lies `days` after 1970-01-01, from 0 for Monday.
pub fn weekday(days: i64) -> i64 {
    // 1 January 1970 was a Thursday.
    (days + 3).rem_euclid(7)
}

/// How many days a month has; `None` for no month.
pub fn month_length(year: i32, month: u8) -> Option<u8> {
    match month {
        4 | 6 | 9 | 11 => Some(30),
        2 if is_leap(year) => Some(29),
        2 => Some(28),
        1..=12 => Some(31),
        _ => None,
    }
}

/// Whether a year has a 29 February.
pub fn is_leap(year: i32) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// Seconds since midnight. The leap second `:60` is the next minute's first second,
/// as in POSIX time.
pub fn seconds_of_day(time: TimeOfDay) -> i64 {
    i64::from(time.hour) * 3600 + i64::from(time.minute) * 60 + i64::from(time.second)
}

fn narrow(value: i64) -> u32 {
    u32::try_from(value).unwrap_or_default()
}

fn byte(value: u32) -> u8 {
    u8::try_from(value).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{Time, civil_from_days, days_from_civil};

    #[test]
    fn days_and_dates_agree() {
        assert_eq!(days_from_civil(1970, 1, 1), Some(0));
        assert_eq!(days_from_civil(2000, 2, 29), Some(11_016));
        assert_eq!(days_from_civil(2026, 2, 29), None);
        assert_eq!(days_from_civil(2026, 4, 31), None);
        for days in (-800_000..800_000).step_by(97) {
            let (year, month, day) = civil_from_days(days);
            assert_eq!(days_from_civil(year, month, day), Some(days));
        }
    }

    #[test]
    fn written_as_rfc_3339() {
        let micros = days_from_civil(2026, 11, 4).unwrap() * 86_400_000_000;
        assert_eq!(Time { micros, offset: 0 }.to_string(), "2026-11-04T00:00:00Z");
        let time = Time { micros: micros + 1_500, offset: -12_600 };
        assert_eq!(time.to_string(), "2026-11-03T20:30:00.001500-03:30");
    }
}
