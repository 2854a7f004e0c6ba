//! Periods of time, as people write them.

use jiff::civil::{Date, DateTime, Time as CivilTime};
use jiff::{Span, Timestamp, ToSpan, ZonedDateTime};
use thiserror::Error;

use crate::zone::Zone;

/// A half-open stretch of time: from `from` on, before `to`. In microseconds since
/// 1970-01-01T00:00:00Z; `None` is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Period {
    /// The first instant.
    pub from: Option<i64>,
    /// The first instant after it.
    pub to: Option<i64>,
}

/// A period or a point in time that we cannot read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PeriodError {
    /// Not one of the known forms.
    #[error("not a period or a time: {text}")]
    Unknown {
        /// What was given.
        text: String,
    },
    /// Ends before it begins.
    #[error("the period ends before it begins: {text}")]
    Backwards {
        /// What was given.
        text: String,
    },
}

impl PeriodError {
    /// What can be given instead.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Unknown { .. } => {
                "a period is today, yesterday, last-24h, last-7d, this-week, last-week, this-month, \
                 last-month, 2026, 2026-10, 2026-11-03 or A..B; a time is 2026-11-03, \
                 \"2026-11-03 10:00\", RFC 3339, 3d, 12h or 30m"
            }
            Self::Backwards { .. } => "give the earlier time first",
        }
    }
}

impl Period {
    /// Reads a period: `today`, `yesterday`, `last-24h` (also `d`, `w`, `m` for
    /// minutes), `this-week`, `last-week` (from Monday), `this-month`, `last-month`,
    /// `this-year`, `last-year`, a year, a month `2026-10`, a day `2026-11-03`, or `A..B`
    /// of such or of times, both included as far as they are written; either may be
    /// left out. `now` is in microseconds since 1970.
    ///
    /// ```
    /// use postlens_source::{Period, Zone};
    ///
    /// let period = Period::parse("1970-01-02", 0, &Zone::UTC).unwrap();
    /// assert_eq!(period.from, Some(86_400_000_000));
    /// assert_eq!(period.to, Some(2 * 86_400_000_000));
    /// ```
    ///
    /// # Errors
    /// When it is none of these, or ends before it begins.
    pub fn parse(text: &str, now: i64, zone: &Zone) -> Result<Self, PeriodError> {
        let unknown = || PeriodError::Unknown { text: text.to_owned() };
        let text = text.trim();
        let period = match text.split_once("..") {
            None => one(text, now, zone).ok_or_else(unknown)?,
            Some((from, to)) => {
                let side = |text: &str| match text.trim() {
                    "" => Some(Self::default()),
                    text => one(text, now, zone).or_else(|| at(text, now, zone)),
                };
                let (from, to) = side(from).zip(side(to)).ok_or_else(unknown)?;
                Self { from: from.from, to: to.to }
            }
        };
        match (period.from, period.to) {
            (Some(from), Some(to)) if from >= to => {
                Err(PeriodError::Backwards { text: text.to_owned() })
            }
            _ => Ok(period),
        }
    }

    /// Makes a period of `--since` and `--until`: a time (`2026-11-03 10:00`, RFC 3339,
    /// or how long ago, `3d`) or a period, whose beginning or end counts.
    ///
    /// # Errors
    /// When one is neither, or the end comes first.
    pub fn between(
        since: Option<&str>,
        until: Option<&str>,
        now: i64,
        zone: &Zone,
    ) -> Result<Self, PeriodError> {
        let side = |text: Option<&str>| {
            let Some(text) = text else { return Ok(Self::default()) };
            one(text.trim(), now, zone)
                .or_else(|| at(text.trim(), now, zone))
                .ok_or_else(|| PeriodError::Unknown { text: text.to_owned() })
        };
        // An end is the time itself where it is written to the minute, and the end of
        // the day where it is written to the day.
        let period = Self { from: side(since)?.from, to: side(until)?.to };
        if let (Some(from), Some(to)) = (period.from, period.to)
            && from >= to
        {
            let text = format!("{}..{}", since.unwrap_or_default(), until.unwrap_or_default());
            return Err(PeriodError::Backwards { text });
        }
        Ok(period)
    }

    /// Whether a time, in microseconds since 1970, lies in the period.
    pub fn contains(&self, micros: i64) -> bool {
        self.from.is_none_or(|from| micros >= from) && self.to.is_none_or(|to| micros < to)
    }

    /// The same period with so many microseconds more at either end.
    #[must_use]
    pub fn widened(self, by: i64) -> Self {
        Self {
            from: self.from.map(|from| from.saturating_sub(by)),
            to: self.to.map(|to| to.saturating_add(by)),
        }
    }

    /// The stretch of the same length directly before: whole months before whole months,
    /// whole days before whole days, whatever the clocks did in between. `None` without
    /// both ends.
    pub fn previous(self, zone: &Zone) -> Option<Self> {
        let (from, to) = (self.from?, self.to?);
        let (first, end) = (zoned(from, zone)?.date(), zoned(to, zone)?.date());
        let whole = midnight(first, zone) == Some(from) && midnight(end, zone) == Some(to);
        if !whole {
            return Some(Self { from: Some(from.checked_sub(to - from)?), to: Some(from) });
        }
        let months = i32::from(end.year() - first.year()) * 12 + i32::from(end.month())
            - i32::from(first.month());
        let length = if first.day() == 1 && end.day() == 1 {
            Span::new().try_months(months).ok()?
        } else {
            first.until(end).ok()?
        };
        let before = first.checked_sub(length).ok()?;
        Some(Self { from: midnight(before, zone), to: Some(from) })
    }

    /// The same stretch of another week or day, so many days earlier on the calendar.
    /// `None` without both ends.
    pub fn days_before(self, days: i64, zone: &Zone) -> Option<Self> {
        let span = Span::new().try_days(days).ok()?;
        let earlier = |micros| Some(zoned(micros, zone)?.checked_sub(span).ok()?.timestamp());
        let (from, to) = (earlier(self.from?)?, earlier(self.to?)?);
        Some(Self { from: Some(from.as_microsecond()), to: Some(to.as_microsecond()) })
    }

    /// What lies in both.
    #[must_use]
    pub fn intersection(self, other: Self) -> Self {
        let to = match (self.to, other.to) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        // None is less than any time.
        Self { from: self.from.max(other.from), to }
    }
}

/// A named period, or a year, month or day.
fn one(text: &str, now: i64, zone: &Zone) -> Option<Period> {
    let today = zoned(now, zone)?.date();
    let month = today.first_of_month();
    let year = today.first_of_year();
    let week = today.checked_sub(i64::from(today.weekday().to_monday_zero_offset()).days()).ok()?;
    match text {
        "all" => Some(Period::default()),
        "today" => days(today, 1.day(), zone),
        "yesterday" => days(today.yesterday().ok()?, 1.day(), zone),
        "this-week" => days(week, 1.week(), zone),
        "last-week" => days(week.checked_sub(1.week()).ok()?, 1.week(), zone),
        "this-month" => days(month, 1.month(), zone),
        "last-month" => days(month.checked_sub(1.month()).ok()?, 1.month(), zone),
        "this-year" => days(year, 1.year(), zone),
        "last-year" => days(year.checked_sub(1.year()).ok()?, 1.year(), zone),
        _ => match text.strip_prefix("last-") {
            Some(length) => {
                let from = ago(length, now, zone)?;
                Some(Period { from: Some(from), to: Some(now.saturating_add(1)) })
            }
            None => calendar(text, zone),
        },
    }
}

/// A year, a month or a day.
fn calendar(text: &str, zone: &Zone) -> Option<Period> {
    let mut numbers = text.split('-').map(|part| {
        let digits = part.bytes().all(|byte| byte.is_ascii_digit());
        part.parse::<i16>().ok().filter(|_| digits && matches!(part.len(), 2 | 4))
    });
    let year = numbers.next()?.filter(|_| text.len() >= 4)?;
    let month = numbers.next();
    let day = numbers.next();
    if numbers.next().is_some() || !matches!(text.len(), 4 | 7 | 10) {
        return None;
    }
    let small = |number: Option<Option<i16>>| match number {
        None => Some(1),
        Some(number) => i8::try_from(number?).ok(),
    };
    let length = match (month, day) {
        (None, _) => 1.year(),
        (_, None) => 1.month(),
        _ => 1.day(),
    };
    days(Date::new(year, small(month)?, small(day)?).ok()?, length, zone)
}

/// The days from `first` on.
fn days(first: Date, length: Span, zone: &Zone) -> Option<Period> {
    let end = first.checked_add(length).ok()?;
    Some(Period { from: Some(midnight(first, zone)?), to: Some(midnight(end, zone)?) })
}

fn midnight(date: Date, zone: &Zone) -> Option<i64> {
    micros(date.to_datetime(CivilTime::midnight()), zone)
}

fn micros(local: DateTime, zone: &Zone) -> Option<i64> {
    let stamp = zone.jiff().to_timestamp(local).ok()?;
    Some(stamp.as_microsecond())
}

/// A point in time, as a period without length.
fn at(text: &str, now: i64, zone: &Zone) -> Option<Period> {
    let micros = match text {
        "now" => now,
        _ => text
            .parse::<Timestamp>()
            .map(Timestamp::as_microsecond)
            .ok()
            .or_else(|| micros(text.parse::<DateTime>().ok().filter(|_| text.len() > 10)?, zone))
            .or_else(|| ago(text.strip_prefix('-').unwrap_or(text), now, zone))?,
    };
    Some(Period { from: Some(micros), to: Some(micros) })
}

/// `3d`: that long before now. Days and weeks are the calendar's, so that `1d` keeps
/// the time of day when the clocks change.
fn ago(length: &str, now: i64, zone: &Zone) -> Option<i64> {
    let digits = length.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = length.split_at_checked(digits)?;
    let number = number.parse::<i64>().ok().filter(|number| *number < 1_000_000)?;
    let span = match unit.trim_start() {
        "s" | "sec" | "second" | "seconds" => number.seconds(),
        "m" | "min" | "minute" | "minutes" => number.minutes(),
        "h" | "hour" | "hours" => number.hours(),
        "d" | "day" | "days" => Span::new().try_days(number).ok()?,
        "w" | "week" | "weeks" => Span::new().try_weeks(number).ok()?,
        _ => return None,
    };
    Some(zoned(now, zone)?.checked_sub(span).ok()?.timestamp().as_microsecond())
}

fn zoned(now: i64, zone: &Zone) -> Option<ZonedDateTime> {
    Some(Timestamp::from_microsecond(now).ok()?.to_zoned_datetime(zone.jiff().clone()))
}

#[cfg(test)]
mod tests {
    use super::{Period, PeriodError};
    use crate::time::Time;
    use crate::zone::Zone;

    #[test]
    fn earlier_stretches_follow_the_calendar() {
        let zone = Zone::named("Europe/Berlin").unwrap();
        let parse = |text: &str| Period::parse(text, NOW, &zone).unwrap();
        // The clocks went back on 25 October 2026.
        for (text, before) in [
            ("2026-10-26", "2026-10-25"),
            ("2026-11", "2026-10"),
            ("2026-03", "2026-02"),
            ("2026-10-20..2026-10-26", "2026-10-13..2026-10-19"),
            ("2026-01", "2025-12"),
        ] {
            assert_eq!(parse(text).previous(&zone).unwrap(), parse(before), "{text}");
        }
        let hours = parse("2026-10-26T06:00:00Z..2026-10-26T09:00:00Z");
        assert_eq!(hours.previous(&zone).unwrap().to, hours.from);
        let week = parse("2026-10-26").days_before(7, &zone).unwrap();
        assert_eq!(week, parse("2026-10-19"));
        assert_eq!(Period::default().previous(&zone), None);
    }

    /// 2026-11-24T10:30:00+09:00, a Tuesday.
    const NOW: i64 = 1_795_483_800_000_000;

    fn show(period: Period, zone: &Zone) -> String {
        let show = |at: Option<i64>| {
            at.map_or(String::new(), |micros| {
                let text = Time { micros, offset: zone.offset_at(micros) }.to_string();
                text.replace(":00+09:00", "").replace("T00:00", "")
            })
        };
        format!("{}..{}", show(period.from), show(period.to))
    }

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let zone = Zone::named("Asia/Tokyo").unwrap();
        let found = Period::parse(text, NOW, &zone).map(|period| show(period, &zone));
        assert_eq!(found.unwrap_or_else(|error| error.to_string()), expected, "{text}");
    }

    #[test]
    fn named_periods() {
        check("today", "2026-11-24..2026-11-25");
        check("yesterday", "2026-11-23..2026-11-24");
        check("last-24h", "2026-11-23T10:30..2026-11-24T10:30:00.000001+09:00");
        check("last-7d", "2026-11-17T10:30..2026-11-24T10:30:00.000001+09:00");
        check("this-week", "2026-11-23..2026-11-30");
        check("last-week", "2026-11-16..2026-11-23");
        check("this-month", "2026-11-01..2026-12-01");
        check("last-month", "2026-10-01..2026-11-01");
        check("last-year", "2025-01-01..2026-01-01");
    }

    #[test]
    fn dates_and_ranges() {
        check("2026", "2026-01-01..2027-01-01");
        check("2024-02", "2024-02-01..2024-03-01");
        check("2026-11-03", "2026-11-03..2026-11-04");
        check("2026-11-03..2026-11-05", "2026-11-03..2026-11-06");
        check("2026-10..", "2026-10-01..");
        check("..2026-10", "..2026-11-01");
        check("2026-11-03 10:00..2026-11-03T12:00", "2026-11-03T10:00..2026-11-03T12:00");
        check("2026-11-03T00:00:00Z..today", "2026-11-03T09:00..2026-11-25");
        check("3d..now", "2026-11-21T10:30..2026-11-24T10:30");
        for wrong in
            ["", "soon", "2026-13", "2026-02-30", "20261103", "last-", "last-3x", "20", "+026"]
        {
            check(wrong, &format!("not a period or a time: {wrong}"));
        }
        check("2026-11..2026-10", "the period ends before it begins: 2026-11..2026-10");
    }

    #[test]
    fn since_and_until() {
        let zone = Zone::named("Asia/Tokyo").unwrap();
        let between = |since, until| {
            Period::between(since, until, NOW, &zone).map(|period| show(period, &zone))
        };
        assert_eq!(between(Some("2026-11-03"), None).unwrap(), "2026-11-03..");
        assert_eq!(between(None, Some("2026-11-03")).unwrap(), "..2026-11-04");
        assert_eq!(
            between(Some("-3d"), Some("12h")).unwrap(),
            "2026-11-21T10:30..2026-11-23T22:30"
        );
        assert_eq!(
            between(Some("yesterday"), Some("now")).unwrap(),
            "2026-11-23..2026-11-24T10:30"
        );
        assert_eq!(between(Some("2 hours"), None).unwrap(), "2026-11-24T08:30..");
        let error = between(Some("today"), Some("2026-01-01"));
        assert!(matches!(error, Err(PeriodError::Backwards { .. })));
    }

    #[test]
    fn days_are_as_long_as_the_clocks_make_them() {
        let zone = Zone::named("Europe/Berlin").unwrap();
        let hours = |day| {
            let period = Period::parse(day, NOW, &zone).unwrap();
            (period.to.unwrap() - period.from.unwrap()) / 3_600_000_000
        };
        assert_eq!((hours("2026-10-25"), hours("2026-03-29"), hours("2026-05-05")), (25, 23, 24));
    }

    #[test]
    fn half_open() {
        let period = Period { from: Some(10), to: Some(20) };
        assert_eq!([9, 10, 19, 20].map(|at| period.contains(at)), [false, true, true, false]);
        let both = period.intersection(Period { from: Some(15), to: None });
        assert_eq!(both, Period { from: Some(15), to: Some(20) });
        assert_eq!(Period::default().intersection(period), period);
    }
}
