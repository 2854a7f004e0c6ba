//! The header of a line.

use std::borrow::Cow;

use bstr::ByteSlice;
use postlens_syntax::time::{DAY, days_from_civil};

use crate::pflogsumm::figures::Day;
use crate::pflogsumm::trim::word;

/// The time at which the log is read.
#[derive(Debug, Clone, Copy)]
pub struct Present {
    /// The year.
    pub year: i32,
    /// The month, 1 to 12.
    pub month: u8,
}

/// A line with a header that is understood.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line<'a> {
    month: u8,
    pub(super) day: u32,
    pub(super) hour: usize,
    minute: u32,
    second: u32,
    /// What follows the host.
    pub(super) rest: &'a [u8],
}

const MONTHS: [&[u8]; 12] = [
    b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec",
];

/// Takes the first `[ID number facility.level]` of Solaris out of a line.
pub(super) fn without_id(line: &[u8]) -> Cow<'_, [u8]> {
    const START: &[u8] = b": [ID ";
    let id = line.find_iter(START).find_map(|at| {
        let text = line.get(at + START.len()..)?;
        let number = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let level = text.get(number..)?.strip_prefix(b" ").filter(|_| number > 0)?;
        let close = level.find_byte(b']').filter(|close| *close > 0)?;
        let rest = level.get(close..)?.strip_prefix(b"] ")?;
        Some((at, rest))
    });
    match id {
        Some((at, rest)) => Cow::Owned([line.get(..at).unwrap_or_default(), b": ", rest].concat()),
        None => Cow::Borrowed(line),
    }
}

/// Reads from the left.
struct Cursor<'a>(&'a [u8]);

impl<'a> Cursor<'a> {
    fn literal(&mut self, text: &[u8]) -> Option<()> {
        self.0 = self.0.strip_prefix(text)?;
        Some(())
    }

    fn number(&mut self, length: usize) -> Option<u32> {
        let (digits, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        let fits = digits.iter().all(u8::is_ascii_digit);
        fits.then(|| digits.iter().fold(0, |number, digit| number * 10 + u32::from(digit - b'0')))
    }

    /// Hour, minute and second.
    fn time(&mut self) -> Option<(usize, u32, u32)> {
        let hour = self.number(2)?;
        self.literal(b":")?;
        let minute = self.number(2)?;
        self.literal(b":")?;
        Some((usize::try_from(hour).ok()?, minute, self.number(2)?))
    }

    /// The host, and all that follows it.
    fn rest(mut self) -> Option<&'a [u8]> {
        self.literal(b" ")?;
        let host = word(self.0);
        let rest = self.0.get(host..)?.strip_prefix(b" ")?;
        (host > 0 && !rest.is_empty()).then_some(rest)
    }
}

impl<'a> Line<'a> {
    pub(super) fn parse(line: &'a [u8]) -> Option<Self> {
        Self::traditional(line).or_else(|| Self::rfc3339(line))
    }

    /// `Nov  4 06:25:01 host …`.
    fn traditional(line: &'a [u8]) -> Option<Self> {
        let (name, rest) = line.split_at_checked(3)?;
        let mut cursor = Cursor(rest);
        cursor.literal(b" ")?;
        cursor.literal(b" ").unwrap_or_default();
        let length = if cursor.0.get(1).is_some_and(u8::is_ascii_digit) { 2 } else { 1 };
        let day = cursor.number(length)?;
        cursor.literal(b" ")?;
        let (hour, minute, second) = cursor.time()?;
        let rest = cursor.rest()?;
        // Any three bytes are a month; unknown ones are taken for January.
        let month = MONTHS.iter().position(|month| *month == name).unwrap_or_default() + 1;
        Some(Self { month: u8::try_from(month).ok()?, day, hour, minute, second, rest })
    }

    /// `2026-11-04T06:25:01.123456+09:00 host …`, of which year and offset are not used.
    fn rfc3339(line: &'a [u8]) -> Option<Self> {
        let mut cursor = Cursor(line);
        cursor.number(4)?;
        cursor.literal(b"-")?;
        let month = u8::try_from(cursor.number(2)?).ok()?;
        cursor.literal(b"-")?;
        let day = cursor.number(2)?;
        cursor.literal(b"T")?;
        let (hour, minute, second) = cursor.time()?;
        if cursor.literal(b".").is_some() {
            let digits = cursor.0.iter().take_while(|byte| byte.is_ascii_digit()).count();
            cursor.number(digits.max(1))?;
        }
        if cursor.literal(b"Z").is_none() {
            cursor.literal(b"+").or_else(|| cursor.literal(b"-"))?;
            cursor.number(2)?;
            cursor.literal(b":")?;
            cursor.number(2)?;
        }
        Some(Self { month, day, hour, minute, second, rest: cursor.rest()? })
    }

    /// The day: of this year, or of the last one if its month is still to come.
    pub(super) fn date(&self, present: Present) -> Day {
        let year = present.year - i32::from(self.month > present.month);
        Day { year, month: self.month, of_month: u8::try_from(self.day).unwrap_or_default() }
    }

    /// Seconds since 1970 on the wall. Days that the month does not have count on into the
    /// next.
    pub(super) fn seconds(&self, present: Present) -> i64 {
        let Day { year, month, .. } = self.date(present);
        let first = days_from_civil(year, month, 1).unwrap_or_default();
        let hour = i64::try_from(self.hour).unwrap_or_default();
        let of_day = hour * 3600 + i64::from(self.minute) * 60 + i64::from(self.second);
        (first + i64::from(self.day) - 1) * DAY + of_day
    }
}

#[cfg(test)]
mod tests {
    use super::{Line, Present, without_id};

    fn rest(line: &str) -> Option<String> {
        let line = Line::parse(line.as_bytes())?;
        let day = line.date(Present { year: 2026, month: 11 });
        let rest = String::from_utf8_lossy(line.rest);
        Some(format!("{}-{}-{} {} {rest}", day.year, day.month, day.of_month, line.hour))
    }

    #[test]
    fn headers() {
        let check = |line: &str, expected: &str| assert_eq!(rest(line).unwrap(), expected);
        check("Nov  4 06:25:01 mx a/b[1]: x", "2026-11-4 6 a/b[1]: x");
        check("Nov 04 06:25:01 mx a", "2026-11-4 6 a");
        check("Dec 31 06:25:01 mx a", "2025-12-31 6 a");
        check("2024-02-29T06:25:01.123456+09:00 mx a", "2026-2-29 6 a");
        check("2024-12-01T06:25:01Z mx a", "2025-12-1 6 a");
        for line in ["", "Nov  4 06:25:01 mx", "Nov   4 06:25:01 mx a", "2024-02-29T06:25:01 mx a"]
        {
            assert_eq!(rest(line), None, "{line}");
        }
    }

    #[test]
    fn solaris_ids_are_dropped() {
        let line = b"Nov  4 06:25:01 mx postfix/smtpd[1]: [ID 197553 mail.info] connect";
        assert_eq!(without_id(line).as_ref(), b"Nov  4 06:25:01 mx postfix/smtpd[1]: connect");
    }
}
