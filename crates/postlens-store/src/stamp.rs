//! Stamps of lines, written again from a point in time.
//!
//! A form is `b` (`Nov  4 06:25:01`, RFC 3164), `B` (`Nov 04 06:25:01`, postlogd(8)), or `i` and
//! a number of digits (`2026-11-04T06:25:01.123456+01:00`, RFC 3339), then the offset from UTC in
//! seconds, or `Z` where that letter stands for it.

use std::fmt;

use postlens_syntax::Time;

const MONTHS: [&[u8; 3]; 12] = [
    b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec",
];

/// How a point in time is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Form {
    style: Style,
    /// From UTC, in seconds.
    offset: i32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Style {
    /// The day with a blank before it, or a zero.
    Month { zero: bool },
    /// So many digits of a second's fraction, at most six.
    Iso { digits: usize, zulu: bool },
}

impl Form {
    /// The form of the stamp at the beginning of `bytes` and its length, if `time` written
    /// in that form gives just these bytes.
    pub(crate) fn of(bytes: &[u8], time: Time) -> Option<(Self, usize)> {
        let style = match (bytes.get(4), bytes.get(4..6)) {
            (Some(b'-'), _) => iso(bytes)?,
            (_, Some([b'0', _])) => Style::Month { zero: true },
            _ => Style::Month { zero: false },
        };
        let zulu = matches!(style, Style::Iso { zulu: true, .. });
        let form = Self { style, offset: if zulu { 0 } else { time.offset } };
        let mut written = Vec::with_capacity(40);
        form.write(time.micros, &mut written)?;
        bytes.starts_with(&written).then_some((form, written.len()))
    }

    /// Reads what [`Display`](fmt::Display) writes.
    pub(crate) fn parse(form: &str) -> Option<Self> {
        let (style, zone) = form.split_at_checked(form.find(['+', '-', 'Z'])?)?;
        let zulu = zone == "Z";
        let offset = if zulu { 0 } else { zone.parse().ok()? };
        let style = match style {
            "b" => Style::Month { zero: false },
            "B" => Style::Month { zero: true },
            iso => {
                let digits = iso.strip_prefix('i')?.parse().ok()?;
                Style::Iso { digits, zulu }
            }
        };
        let known = match style {
            Style::Month { .. } => !zulu,
            Style::Iso { digits, .. } => digits <= 6,
        };
        known.then_some(Self { style, offset })
    }

    /// Writes a point in time; `None` where the calendar has none.
    pub(crate) fn write(self, micros: i64, out: &mut Vec<u8>) -> Option<()> {
        let civil = Time { micros, offset: self.offset }.civil();
        let (day, month) = (u32::from(civil.day), u32::from(civil.month));
        match self.style {
            Style::Month { zero } => {
                let name = MONTHS.get(usize::from(civil.month).checked_sub(1)?)?;
                out.extend_from_slice(*name);
                out.push(b' ');
                if zero || day >= 10 {
                    number(day, 2, out);
                } else {
                    out.push(b' ');
                    number(day, 1, out);
                }
                out.push(b' ');
            }
            Style::Iso { .. } => {
                number(u32::try_from(civil.year).ok().filter(|year| *year < 10_000)?, 4, out);
                out.push(b'-');
                number(month, 2, out);
                out.push(b'-');
                number(day, 2, out);
                out.push(b'T');
            }
        }
        number(u32::from(civil.hour), 2, out);
        out.push(b':');
        number(u32::from(civil.minute), 2, out);
        out.push(b':');
        number(u32::from(civil.second), 2, out);
        if let Style::Iso { digits, zulu } = self.style {
            if digits > 0 {
                out.push(b'.');
                number(civil.micros / 10_u32.pow(6 - u32::try_from(digits).ok()?), digits, out);
            }
            self.zone(zulu, out);
        }
        Some(())
    }

    fn zone(self, zulu: bool, out: &mut Vec<u8>) {
        if zulu {
            out.push(b'Z');
            return;
        }
        out.push(if self.offset < 0 { b'-' } else { b'+' });
        let minutes = self.offset.unsigned_abs() / 60;
        number(minutes / 60, 2, out);
        out.push(b':');
        number(minutes % 60, 2, out);
    }
}

/// A number in so many digits, at most six.
fn number(value: u32, digits: usize, out: &mut Vec<u8>) {
    let mut rest = value;
    let mut written = [b'0'; 6];
    for place in written.iter_mut().rev() {
        *place += u8::try_from(rest % 10).unwrap_or_default();
        rest /= 10;
    }
    out.extend_from_slice(written.get(6 - digits.min(6)..).unwrap_or_default());
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.style {
            Style::Month { zero: false } => write!(f, "b{:+}", self.offset),
            Style::Month { zero: true } => write!(f, "B{:+}", self.offset),
            Style::Iso { digits, zulu: false } => write!(f, "i{digits}{:+}", self.offset),
            Style::Iso { digits, zulu: true } => write!(f, "i{digits}Z"),
        }
    }
}

/// The form of a stamp of RFC 3339 but for its offset.
fn iso(bytes: &[u8]) -> Option<Style> {
    let rest = bytes.get(19..)?;
    let digits = match rest.strip_prefix(b".") {
        Some(rest) => rest.iter().take_while(|byte| byte.is_ascii_digit()).count(),
        None => 0,
    };
    let after = rest.get(if digits > 0 { digits + 1 } else { 0 });
    (digits <= 6).then_some(Style::Iso { digits, zulu: after == Some(&b'Z') })
}

#[cfg(test)]
mod tests {
    use postlens_syntax::Time;

    use super::Form;

    const TIME: Time = Time { micros: 1_793_773_501_123_456, offset: 3600 };

    #[track_caller]
    fn check(stamp: &str, time: Time, expected: Option<&str>) {
        let line = format!("{stamp} mx postfix");
        let found = Form::of(line.as_bytes(), time);
        assert_eq!(found.map(|(form, _)| form.to_string()).as_deref(), expected);
        if let Some((form, length)) = found {
            let mut out = Vec::new();
            form.write(time.micros, &mut out).unwrap();
            assert_eq!(Form::parse(&form.to_string()), Some(form));
            assert_eq!((&*out, length), (stamp.as_bytes(), stamp.len()));
        }
    }

    #[test]
    fn stamps_come_back() {
        let utc = Time { offset: 0, ..TIME };
        check("Nov  4 07:25:01", TIME, Some("b+3600"));
        check("Nov 04 07:25:01", TIME, Some("B+3600"));
        check("2026-11-04T07:25:01.123456+01:00", TIME, Some("i6+3600"));
        check("2026-11-04T07:25:01.123+01:00", TIME, Some("i3+3600"));
        check("2026-11-04T07:25:01+01:00", TIME, Some("i0+3600"));
        check("2026-11-04T06:25:01.123456Z", utc, Some("i6Z"));
        check("2026-11-04T06:25:01.123456+00:00", utc, Some("i6+0"));
        let west = Time { offset: -12_600, ..TIME };
        check("2026-11-04T02:55:01-03:30", west, Some("i0-12600"));
    }

    #[test]
    fn what_would_not_come_back_has_no_form() {
        check("Nov  5 07:25:01", TIME, None);
        check("2026-11-04T07:25:01.123456789+01:00", TIME, None);
        check("2026-11-04 07:25:01", TIME, None);
        check("2026-11-04T07:25:60+01:00", TIME, None);
    }
}
