//! `Nov  4 06:25:01`, the stamp of RFC 3164 (section 4.1.2), and its relatives:
//! days padded with a blank (syslogd), with a zero (postlogd(8)) or not at all, a
//! year before the month or after the day, fractions of a second, a weekday in
//! front, month names of other languages (`journalctl -o short` writes the
//! locale's), and months that a fault garbled.

use super::scan::{at_word_end, digit, digits, fraction, skip_blanks, token, two, year};
use crate::stamp::{Date, Stamp, TimeOfDay};

/// Reads a stamp at the start. The rest begins with the blank after it.
pub(crate) fn read(line: &[u8]) -> Option<(Stamp, &[u8])> {
    usual(line).or_else(|| unusual(line))
}

/// The form of nearly every line: fixed columns, an English month, no year.
pub(super) fn usual(line: &[u8]) -> Option<(Stamp, &[u8])> {
    let (chunk, rest) = line.split_first_chunk::<15>()?;
    let [m1, m2, m3, b' ', day_tens, day_ones, b' ', clock @ ..] = *chunk else { return None };
    let month = english([m1, m2, m3])?;
    let tens = if day_tens == b' ' { b'0' } else { day_tens };
    let day = two(tens, day_ones).filter(|day| (1..=31).contains(day))?;
    let mut time = time_of_day(clock)?;
    let (micros, rest) = fraction(rest);
    time.micros = micros;
    let [b' ', ..] = rest else { return None };
    Some((Stamp::Yearless { month, day, time }, rest))
}

/// `06:25:01`.
#[inline]
pub(super) fn time_of_day(clock: [u8; 8]) -> Option<TimeOfDay> {
    // All eight bytes at once. Where they are `dd:dd:dd`, digits become their values and
    // colons zero; else adding what is missing to 0x80 reaches it in some byte.
    const ZERO: u64 = u64::from_le_bytes(*b"00:00:00");
    const ROOM: u64 = u64::from_le_bytes([0x76, 0x76, 0x7f, 0x76, 0x76, 0x7f, 0x76, 0x76]);
    const HIGHS: u64 = u64::from_le_bytes([0x80; 8]);
    let digits = u64::from_le_bytes(clock) ^ ZERO;
    if (digits | (digits & !HIGHS).wrapping_add(ROOM)) & HIGHS != 0 {
        return None;
    }
    let [hour, _, _, minute, _, _, second, _] = (digits * 10 + (digits >> 8)).to_le_bytes();
    (hour < 24 && minute < 60 && second <= 60).then_some(TimeOfDay {
        hour,
        minute,
        second,
        micros: 0,
    })
}

fn english(month: [u8; 3]) -> Option<u8> {
    Some(match &month {
        b"Jan" => 1,
        b"Feb" => 2,
        b"Mar" => 3,
        b"Apr" => 4,
        b"May" => 5,
        b"Jun" => 6,
        b"Jul" => 7,
        b"Aug" => 8,
        b"Sep" => 9,
        b"Oct" => 10,
        b"Nov" => 11,
        b"Dec" => 12,
        _ => return None,
    })
}

/// All other forms: words between blanks.
fn unusual(line: &[u8]) -> Option<(Stamp, &[u8])> {
    let (weekday, line) = weekday(line);
    let (before, line) = leading_year(line);
    let (word, rest) = token(line);
    let month = month(word)?;
    let (day, rest) = digits(rest);
    let day = match *day {
        [ones] => digit(ones),
        [tens, ones] => two(tens, ones),
        _ => None,
    };
    let day = day.filter(|day| (1..=31).contains(day))?;
    let [b' ', ..] = rest else { return None };
    let (between, rest) = leading_year(skip_blanks(rest));
    let (clock, rest) = rest.split_first_chunk::<8>()?;
    let mut time = time_of_day(*clock)?;
    let (micros, rest) = fraction(rest);
    time.micros = micros;
    // ctime(3) puts the year last; without a weekday that could be a host's name.
    let (after, rest) = if weekday { trailing_year(rest) } else { (None, rest) };
    // Cisco and some relays write `06:25:01: `.
    let rest = rest.strip_prefix(b":").unwrap_or(rest);
    if !at_word_end(rest) {
        return None;
    }
    let stamp = match (month, before.or(between).or(after)) {
        (Month::Garbled, _) => Stamp::None,
        (Month::Known(month), Some(year)) => Stamp::local(Date { year, month, day }, time),
        (Month::Known(month), None) => Stamp::Yearless { month, day, time },
    };
    Some((stamp, rest))
}

/// Skips `Tue ` or `Tue, `.
fn weekday(line: &[u8]) -> (bool, &[u8]) {
    let (word, rest) = token(line);
    let name = word.strip_suffix(b",").unwrap_or(word);
    let known = [&b"Mon"[..], b"Tue", b"Wed", b"Thu", b"Fri", b"Sat", b"Sun"].contains(&name);
    if known { (true, rest) } else { (false, line) }
}

fn leading_year(rest: &[u8]) -> (Option<i16>, &[u8]) {
    match rest.split_first_chunk::<4>() {
        Some((digits, tail @ [b' ', ..])) => match year(*digits) {
            Some(year) => (Some(year), skip_blanks(tail)),
            None => (None, rest),
        },
        _ => (None, rest),
    }
}

fn trailing_year(rest: &[u8]) -> (Option<i16>, &[u8]) {
    match skip_blanks(rest).split_first_chunk::<4>() {
        Some((digits, tail)) if at_word_end(tail) => match year(*digits) {
            Some(year) => (Some(year), tail),
            None => (None, rest),
        },
        _ => (None, rest),
    }
}

enum Month {
    Known(u8),
    /// A word of three bytes where the month stands: the line is a syslog line, its
    /// date is lost.
    Garbled,
}

/// Month names that differ from the English ones in their first three letters, as
/// strftime(3) abbreviates them in the locales that mail servers run in.
const FOREIGN: &[(&str, u8)] = &[
    ("ene", 1),
    ("gen", 1),
    ("janv", 1),
    ("févr", 2),
    ("fév", 2),
    ("mär", 3),
    ("märz", 3),
    ("mrt", 3),
    ("mars", 3),
    ("avr", 4),
    ("abr", 4),
    ("mai", 5),
    ("mag", 5),
    ("mei", 5),
    ("maj", 5),
    ("juin", 6),
    ("giu", 6),
    ("juil", 7),
    ("lug", 7),
    ("ago", 8),
    ("août", 8),
    ("sept", 9),
    ("set", 9),
    ("okt", 10),
    ("ott", 10),
    ("out", 10),
    ("dez", 12),
    ("déc", 12),
    ("dic", 12),
    ("des", 12),
];

fn month(word: &[u8]) -> Option<Month> {
    let word = word.strip_suffix(b".").unwrap_or(word);
    if let [a, b, c] = *word
        && let Some(month) =
            english([a.to_ascii_uppercase(), b.to_ascii_lowercase(), c.to_ascii_lowercase()])
    {
        return Some(Month::Known(month));
    }
    if let Some(number) = word.strip_suffix("月".as_bytes()) {
        let month = match *number {
            [ones] => digit(ones),
            [tens, ones] => two(tens, ones),
            _ => None,
        };
        return month.filter(|month| (1..=12).contains(month)).map(Month::Known);
    }
    let foreign = FOREIGN.iter().find(|(name, _)| word.eq_ignore_ascii_case(name.as_bytes()));
    match foreign {
        Some(&(_, month)) => Some(Month::Known(month)),
        None => (word.len() == 3).then_some(Month::Garbled),
    }
}
