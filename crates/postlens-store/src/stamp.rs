//! Stamps of lines, written again from a point in time.
//!
//! A form is `b` (`Nov  4 06:25:01`, RFC 3164), `B` (`Nov 04 06:25:01`, postlogd(8)), or `i` and
//! a number of digits (`2026-11-04T06:25:01.123456+01:00`, RFC 3339), then the offset from UTC in
//! seconds, or `Z` where that letter stands for it.

use std::io::Write as _;

use postlens_syntax::Time;

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// The form of the stamp at the beginning of `bytes` and its length, if `time` written in
/// that form gives just these bytes.
pub(crate) fn form(bytes: &[u8], time: Time) -> Option<(String, usize)> {
    let form = match (bytes.get(4), bytes.get(4..6)) {
        (Some(b'-'), _) => iso(bytes)?,
        (_, Some([b'0', _])) => "B".to_owned(),
        _ => "b".to_owned(),
    };
    let zone = match form.as_bytes().last() {
        Some(b'Z') => String::new(),
        _ => format!("{:+}", time.offset),
    };
    let form = form + &zone;
    let mut written = Vec::with_capacity(40);
    write(&form, time.micros, &mut written)?;
    bytes.starts_with(&written).then_some((form, written.len()))
}

/// The form of a stamp of RFC 3339 but for its offset.
fn iso(bytes: &[u8]) -> Option<String> {
    let rest = bytes.get(19..)?;
    let digits = match rest.strip_prefix(b".") {
        Some(rest) => rest.iter().take_while(|byte| byte.is_ascii_digit()).count(),
        None => 0,
    };
    let after = rest.get(if digits > 0 { digits + 1 } else { 0 });
    Some(if after == Some(&b'Z') { format!("i{digits}Z") } else { format!("i{digits}") })
}

/// Writes a point in time in a form; `None` where there is no such form.
pub(crate) fn write(form: &str, micros: i64, out: &mut Vec<u8>) -> Option<()> {
    let (kind, zone) = form.split_at_checked(form.find(['+', '-', 'Z'])?)?;
    let offset: i32 = if zone == "Z" { 0 } else { zone.parse().ok()? };
    let civil = Time { micros, offset }.civil();
    let time = format!("{:02}:{:02}:{:02}", civil.hour, civil.minute, civil.second);
    let month = MONTHS.get(usize::from(civil.month).checked_sub(1)?)?;
    if kind == "b" {
        return write!(out, "{month} {:2} {time}", civil.day).ok();
    }
    if kind == "B" {
        return write!(out, "{month} {:02} {time}", civil.day).ok();
    }
    let digits: usize = kind.strip_prefix('i')?.parse().ok()?;
    write!(out, "{:04}-{:02}-{:02}T{time}", civil.year, civil.month, civil.day).ok()?;
    if digits > 0 {
        let micros = format!("{:06}", civil.micros);
        write!(out, ".{}", micros.get(..digits)?).ok()?;
    }
    if zone == "Z" {
        out.push(b'Z');
        return Some(());
    }
    let (sign, minutes) = (if offset < 0 { '-' } else { '+' }, offset.unsigned_abs() / 60);
    write!(out, "{sign}{:02}:{:02}", minutes / 60, minutes % 60).ok()
}

#[cfg(test)]
mod tests {
    use postlens_syntax::Time;

    use super::{form, write};

    const TIME: Time = Time { micros: 1_793_773_501_123_456, offset: 3600 };

    #[track_caller]
    fn check(stamp: &str, time: Time, expected: Option<&str>) {
        let line = format!("{stamp} mx postfix");
        let found = form(line.as_bytes(), time);
        assert_eq!(found.as_ref().map(|(form, _)| form.as_str()), expected);
        if let Some((form, length)) = found {
            let mut out = Vec::new();
            write(&form, time.micros, &mut out).unwrap();
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
