//! Time zones: from what a clock on the wall showed to points in time.

use std::fmt;

use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};
use thiserror::Error;

use crate::time::DAY;

/// The time zone in which stamps without an offset were written.
#[derive(Clone, PartialEq, Eq)]
pub struct Zone(TimeZone);

/// A name that is no time zone.
#[derive(Debug, Error)]
#[error("no such time zone: {name}")]
pub struct ZoneError {
    /// What was asked for.
    pub name: String,
    /// Why not.
    #[source]
    source: jiff::Error,
}

/// A stretch of time with one offset from UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    /// First second, UTC.
    pub(crate) start: i64,
    /// First second after it, UTC.
    pub(crate) end: i64,
    /// Seconds east of UTC.
    pub(crate) offset: i32,
}

/// What a local time can mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// One offset; holds for all local seconds in `from..to`.
    One { offset: i32, from: i64, to: i64 },
    /// The clock was put back: the local hours `from..to` came twice.
    Twice { first: i32, second: i32, from: i64, to: i64 },
    /// The clock was put forward over this time; read as if it had not been yet.
    Never { offset: i32 },
}

impl Zone {
    /// Coordinated universal time.
    pub const UTC: Self = Self(TimeZone::UTC);

    /// The zone of this machine (`TZ`, else `/etc/localtime`); UTC where it tells none.
    pub fn system() -> Self {
        TimeZone::try_system().map_or(Self::UTC, Self)
    }

    /// Finds a zone: an IANA name (`Europe/Berlin`), `UTC`, an offset (`+09:00`,
    /// `-0330`, `+2`) or a POSIX rule (`CET-1CEST,M3.5.0,M10.5.0/3`).
    ///
    /// # Errors
    /// When it is none of these.
    pub fn named(name: &str) -> Result<Self, ZoneError> {
        if let Some(offset) = fixed_offset(name) {
            return Ok(Self(TimeZone::fixed(offset)));
        }
        TimeZone::get(name)
            .or_else(|source| TimeZone::posix(name).map_err(|_| source))
            .map(Self)
            .map_err(|source| ZoneError { name: name.to_owned(), source })
    }

    pub(crate) fn jiff(&self) -> &TimeZone {
        &self.0
    }

    /// The offset from UTC at a point in time, in seconds.
    pub fn offset_at(&self, micros: i64) -> i32 {
        Timestamp::from_microsecond(micros).map_or(0, |at| self.0.to_offset(at).seconds())
    }

    /// The wall-clock stretches that come twice within the local seconds `from..to`.
    pub(crate) fn repeats(&self, from: i64, to: i64) -> Vec<(i64, i64)> {
        let mut span = self.span_at(from.saturating_sub(DAY));
        let mut found = Vec::new();
        // Clocks are changed a few times a year; more would be a broken zone file.
        for _ in 0..10_000 {
            if span.end == i64::MAX || span.end > to.saturating_add(DAY) {
                break;
            }
            let next = self.span_at(span.end);
            if next.offset < span.offset {
                let repeated =
                    (span.end + i64::from(next.offset), span.end + i64::from(span.offset));
                found.extend((repeated.1 > from && repeated.0 < to).then_some(repeated));
            }
            span = next;
        }
        found
    }

    /// The stretch of one offset that holds the UTC second `at`.
    fn span_at(&self, at: i64) -> Span {
        let Ok(stamp) = Timestamp::from_second(at) else {
            return Span { start: i64::MIN, end: i64::MAX, offset: 0 };
        };
        let offset = self.0.to_offset(stamp).seconds();
        let next = Timestamp::from_second(at.saturating_add(1)).unwrap_or(stamp);
        let start = self.0.preceding(next).next().map_or(i64::MIN, |t| t.timestamp().as_second());
        let end = self.0.following(stamp).next().map_or(i64::MAX, |t| t.timestamp().as_second());
        Span { start, end, offset }
    }

    /// What the wall-clock second `local` (seconds since 1970-01-01T00:00:00 on the
    /// wall) can mean.
    pub(crate) fn meaning(&self, local: i64) -> Meaning {
        // No offset is larger than a day, so the span a day earlier is the first
        // that can hold it.
        let earlier = self.span_at(local.saturating_sub(DAY));
        let mut span = earlier;
        let mut before = None;
        for _ in 0..4 {
            let at = local.saturating_sub(i64::from(span.offset));
            let next = (span.end < i64::MAX).then(|| self.span_at(span.end));
            if at < span.start {
                break;
            }
            if at < span.end {
                return one_or_twice(local, before, span, next);
            }
            let Some(next) = next else { break };
            before = Some(span);
            span = next;
        }
        Meaning::Never { offset: before.unwrap_or(earlier).offset }
    }
}

/// Decides for a local second that lies in `span`, given the spans beside it.
fn one_or_twice(local: i64, before: Option<Span>, span: Span, next: Option<Span>) -> Meaning {
    let offset = i64::from(span.offset);
    let to = next.map_or(i64::MAX, |next| span.end + offset.min(i64::from(next.offset)));
    if let Some(next) = next.filter(|_| local >= to) {
        return Meaning::Twice {
            first: span.offset,
            second: next.offset,
            from: to,
            to: span.end + offset,
        };
    }
    // Where the span before is not at hand, a day after the start is surely past
    // whatever repeats.
    let from = match before {
        _ if span.start == i64::MIN => i64::MIN,
        Some(before) => span.start + offset.max(i64::from(before.offset)),
        None => span.start.saturating_add(offset + DAY).min(local),
    };
    Meaning::One { offset: span.offset, from, to }
}

fn fixed_offset(name: &str) -> Option<Offset> {
    let (sign, digits) = match name.as_bytes() {
        [b'+', rest @ ..] => (1, rest),
        [b'-', rest @ ..] => (-1, rest),
        _ => return None,
    };
    let mut digits = digits.iter().copied().filter(|byte| *byte != b':').collect::<Vec<_>>();
    if digits.len() == 1 {
        digits.insert(0, b'0');
    }
    digits.resize(digits.len().max(4), b'0');
    let text = std::str::from_utf8(&digits).ok().filter(|text| text.len() == 4)?;
    let number = text.parse::<i32>().ok()?;
    let (hours, minutes) = (number / 100, number % 100);
    (hours < 24 && minutes < 60)
        .then(|| Offset::from_seconds(sign * (hours * 3600 + minutes * 60)).ok())?
}

impl Default for Zone {
    fn default() -> Self {
        Self::UTC
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Zone({self})")
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.0.iana_name(), self.0.to_fixed_offset()) {
            (Some(name), _) => f.write_str(name),
            (None, Ok(offset)) => write!(f, "{offset}"),
            (None, Err(_)) => f.write_str("local"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Meaning, Zone};
    use crate::time::days_from_civil;

    fn local(year: i32, month: u8, day: u8, hour: i64, minute: i64) -> i64 {
        days_from_civil(year, month, day).unwrap() * 86_400 + hour * 3600 + minute * 60
    }

    #[test]
    fn one_meaning_holds_until_the_clock_changes() {
        let berlin = Zone::named("Europe/Berlin").unwrap();
        let Meaning::One { offset, from, to } = berlin.meaning(local(2026, 7, 1, 12, 0)) else {
            panic!("a summer day has one meaning");
        };
        assert_eq!(offset, 7200);
        assert_eq!(to, local(2026, 10, 25, 2, 0));
        assert!(from <= local(2026, 4, 1, 0, 0), "{from}");
    }

    #[test]
    fn a_repeated_hour_means_two_things_and_a_skipped_one_none() {
        let berlin = Zone::named("Europe/Berlin").unwrap();
        let (from, to) = (local(2026, 10, 25, 2, 0), local(2026, 10, 25, 3, 0));
        let twice = Meaning::Twice { first: 7200, second: 3600, from, to };
        assert_eq!(berlin.meaning(from), twice);
        assert_eq!(berlin.meaning(to - 1), twice);
        assert!(matches!(berlin.meaning(to), Meaning::One { offset: 3600, .. }));
        assert!(matches!(berlin.meaning(from - 1), Meaning::One { offset: 7200, .. }));
        assert_eq!(berlin.meaning(local(2026, 3, 29, 2, 30)), Meaning::Never { offset: 3600 });
        assert!(matches!(
            berlin.meaning(local(2026, 3, 29, 3, 0)),
            Meaning::One { offset: 7200, .. }
        ));
    }

    #[test]
    fn names_of_zones() {
        for (name, offset) in
            [("UTC", 0), ("+09:00", 32_400), ("-0330", -12_600), ("+2", 7200), ("CET-1", 3600)]
        {
            assert_eq!(Zone::named(name).unwrap().offset_at(0), offset, "{name}");
        }
        assert!(Zone::named("Middle/Nowhere").is_err());
        assert!(Zone::named("+25:00").is_err());
    }
}
