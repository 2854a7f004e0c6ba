//! `2026-11-04T06:25:01.123456+09:00`: RFC 3339 and the parts of ISO 8601 that
//! loggers write (no offset, `+0900`, `+09`, a blank for the `T`), and the seconds
//! since 1970 of `journalctl -o short-unix`.

use super::scan::{at_word_end, digits, fraction, number, skip_blanks, token, two, year};
use super::traditional::time_of_day;
use crate::stamp::{Date, Stamp, TimeOfDay};

/// Reads a stamp at the start. The rest begins with the blank after it.
#[inline]
pub(crate) fn read(line: &[u8]) -> Option<(Stamp, &[u8])> {
    let (date, time, rest) = date_and_time(line)?;
    let (offset, rest) = match offset(rest) {
        Some((offset, rest)) => (Some(offset), rest),
        None => match rest {
            // `2026-11-04 06:25:01 +0900 …`; no host's name begins with a sign.
            [b' ', b'+' | b'-', b'0'..=b'9', ..] => match offset(skip_blanks(rest)) {
                Some((offset, tail)) if at_word_end(tail) => (Some(offset), tail),
                _ => (None, rest),
            },
            _ => (None, rest),
        },
    };
    if !at_word_end(rest) {
        return None;
    }
    let stamp = match offset {
        Some(offset) => Stamp::at(date, time, offset),
        None => Stamp::local(date, time),
    };
    Some((stamp, rest))
}

/// The form of nearly every line, `2026-11-04T06:25:01.123456+09:00` or with `Z`. All
/// digits are checked at once, which the form's fixed columns allow.
#[inline]
pub(super) fn usual(line: &[u8]) -> Option<(Stamp, &[u8])> {
    let (chunk, rest) = line.split_first_chunk::<26>()?;
    #[rustfmt::skip]
    let [
        y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, b'T',
        h1, h2, b':', n1, n2, b':', s1, s2, b'.', f1, f2, f3, f4, f5, f6,
    ] = *chunk else {
        return None;
    };
    #[rustfmt::skip]
    let digits = [
        y1, y2, y3, y4, m1, m2, d1, d2, h1, h2, n1, n2, s1, s2, f1, f2, f3, f4, f5, f6,
    ];
    if digits.iter().fold(false, |bad, byte| bad | (byte.wrapping_sub(b'0') > 9)) {
        return None;
    }
    let pair = |tens: u8, ones: u8| (tens & 15) * 10 + (ones & 15);
    let (month, day) = (pair(m1, m2), pair(d1, d2));
    let (hour, minute, second) = (pair(h1, h2), pair(n1, n2), pair(s1, s2));
    let micros =
        u32::from(pair(f1, f2)) * 10_000 + u32::from(pair(f3, f4)) * 100 + u32::from(pair(f5, f6));
    let in_range = matches!(month, 1..=12) && matches!(day, 1..=31);
    if !in_range || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let (offset, rest) = offset(rest)?;
    let date = Date { year: i16::from(pair(y1, y2)) * 100 + i16::from(pair(y3, y4)), month, day };
    Some((Stamp::at(date, TimeOfDay { hour, minute, second, micros }, offset), rest))
}

/// `Tue 2026-11-24 04:03:56 UTC`, as `journalctl -o short-full` writes it. The
/// weekday is the locale's. A zone's abbreviation other than UTC does not tell the
/// offset, so such a stamp is local.
pub(super) fn read_full(line: &[u8]) -> Option<(Stamp, &[u8])> {
    let (weekday, rest) = token(line);
    if weekday.len() > 12 || weekday.iter().any(|byte| matches!(byte, b':' | b'[' | b'/')) {
        return None;
    }
    let (date, time, rest) = date_and_time(rest)?;
    let (zone, after) = token(skip_blanks(rest));
    let utc = matches!(zone, b"UTC" | b"GMT" | b"Z");
    match offset(zone) {
        _ if utc => Some((Stamp::at(date, time, 0), after)),
        Some((offset, [])) => Some((Stamp::at(date, time, offset), after)),
        _ if zone.len() >= 2 && zone.len() <= 5 && zone.iter().all(u8::is_ascii_uppercase) => {
            Some((Stamp::local(date, time), after))
        }
        _ => None,
    }
}

/// `1762237501.123456`, seconds since 1970.
pub(super) fn read_unix(line: &[u8]) -> Option<(Stamp, &[u8])> {
    let (seconds, rest) = digits(line);
    if !(9..=10).contains(&seconds.len()) || !matches!(rest, [b'.', b'0'..=b'9', ..]) {
        return None;
    }
    let (micros, rest) = fraction(rest);
    if !at_word_end(rest) {
        return None;
    }
    let micros = i64::from(number(seconds)?) * 1_000_000 + i64::from(micros);
    Some((Stamp::Absolute { micros, offset: 0 }, rest))
}

#[inline]
fn date_and_time(line: &[u8]) -> Option<(Date, TimeOfDay, &[u8])> {
    let (chunk, rest) = line.split_first_chunk::<19>()?;
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, b'T' | b't' | b' ', clock @ ..] = *chunk
    else {
        return None;
    };
    let date = Date { year: year([y1, y2, y3, y4])?, month: two(m1, m2)?, day: two(d1, d2)? };
    if !(1..=12).contains(&date.month) || !(1..=31).contains(&date.day) {
        return None;
    }
    let mut time = time_of_day(clock)?;
    let (micros, rest) = fraction(rest);
    time.micros = micros;
    Some((date, time, rest))
}

/// `Z`, `+09:00`, `+0900` or `+09`, in seconds.
fn offset(rest: &[u8]) -> Option<(i32, &[u8])> {
    let (sign, digits) = match rest {
        [b'Z' | b'z', tail @ ..] => return Some((0, tail)),
        [b'+', tail @ ..] => (1, tail),
        [b'-', tail @ ..] => (-1, tail),
        _ => return None,
    };
    let (hours, minutes, rest) = match digits {
        [h1, h2, b':', m1, m2, rest @ ..] | [h1, h2, m1 @ b'0'..=b'9', m2, rest @ ..] => {
            (two(*h1, *h2)?, two(*m1, *m2)?, rest)
        }
        [h1, h2, rest @ ..] => (two(*h1, *h2)?, 0, rest),
        _ => return None,
    };
    let seconds = i32::from(hours) * 3600 + i32::from(minutes) * 60;
    (hours < 24 && minutes < 60).then_some((sign * seconds, rest))
}
