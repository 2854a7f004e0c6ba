//! Names of rotated logs: `mail.log.2.gz`, `maillog-20261104`,
//! `mail.log.2026-11-04.xz`, postlogd's `maillog.20261104-062501.gz`,
//! `mail-20261104.log`.

use std::cmp::Reverse;

use crate::time::{DAY, civil_from_days, days_from_civil};

/// A log's place in its rotation set; in order, the oldest is first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Rank {
    /// Rotated at a date, `YYYYMMDDhhmmss`.
    Date(u64),
    /// Rotated so many times, and so many bigger numbers ago.
    Number(Reverse<u64>),
    /// Still written.
    Current,
}

/// Suffixes of compressed files; whether they are is told by their content.
const COMPRESSED: [&str; 8] = [".gz", ".bz2", ".xz", ".zst", ".zstd", ".lzma", ".Z", ".bz"];

/// The name that all logs of a set share, and the place of this one.
pub(crate) fn parse(name: &str) -> (String, Rank) {
    let name = COMPRESSED.iter().find_map(|suffix| name.strip_suffix(suffix)).unwrap_or(name);
    if let Some(base) = name.strip_suffix(".old") {
        return (base.to_owned(), Rank::Number(Reverse(1)));
    }
    if let Some((base, rank)) = suffix(name) {
        return (base.to_owned(), rank);
    }
    if let Some((base, rank)) = name.strip_suffix(".log").and_then(suffix)
        // Names of hosts and addresses may end in a number too: 192.0.2.1.log.
        && (matches!(rank, Rank::Date(_)) || !base.ends_with(|last: char| last.is_ascii_digit()))
    {
        return (format!("{base}.log"), rank);
    }
    (name.to_owned(), Rank::Current)
}

/// Splits a name before its suffix of digits.
fn suffix(name: &str) -> Option<(&str, Rank)> {
    let base = name.trim_end_matches(|c: char| c.is_ascii_digit() || "-._T:".contains(c));
    // From the longest suffix to the shortest; each starts with a separator.
    let separators = name.get(base.len()..)?.match_indices(['-', '.', '_']);
    for (at, _) in separators {
        let (front, tail) = name.split_at_checked(base.len() + at)?;
        if front.is_empty() || !tail.ends_with(|last: char| last.is_ascii_digit()) {
            return None;
        }
        let digits = tail.chars().filter(char::is_ascii_digit).collect::<String>();
        if let Some(date) = date(&digits) {
            return Some((front, Rank::Date(date)));
        }
        let number = tail.strip_prefix('.').filter(|number| number.len() <= 4);
        if let Some(number) = number.and_then(|number| number.parse().ok()) {
            return Some((front, Rank::Number(Reverse(number))));
        }
    }
    None
}

/// `YYYYMM`, `YYYYMMDD`, more digits of time, or seconds since 1970, as
/// `YYYYMMDDhhmmss`.
fn date(digits: &str) -> Option<u64> {
    let part = |from: usize, to: usize| digits.get(from..to)?.parse::<u64>().ok();
    let year = i32::try_from(part(0, 4)?).ok()?;
    let month = u8::try_from(part(4, 6)?).ok()?;
    let day = if digits.len() == 6 { 1 } else { u8::try_from(part(6, 8)?).ok()? };
    if (1980..=2200).contains(&year) && days_from_civil(year, month, day).is_some() {
        let time = match digits.len() {
            10 | 12 | 14 => digits.get(8..),
            _ => None,
        };
        let time = format!("{:0<6}", time.unwrap_or_default()).parse::<u64>().ok()?;
        let date = part(0, 6)? * 100 + if digits.len() == 6 { 0 } else { u64::from(day) };
        return Some(date * 1_000_000 + time);
    }
    let seconds = part(0, 10).filter(|_| digits.len() == 10)?;
    let seconds = i64::try_from(seconds).ok().filter(|seconds| *seconds > 300_000_000)?;
    let (year, month, day) = civil_from_days(seconds / DAY);
    let of_day = u64::try_from(seconds % DAY).ok()?;
    let date = u64::try_from(year).ok()? * 10_000 + u64::from(month) * 100 + u64::from(day);
    Some(date * 1_000_000 + of_day / 3600 * 10_000 + of_day / 60 % 60 * 100 + of_day % 60)
}

#[cfg(test)]
mod tests {
    use std::cmp::Reverse;

    use super::{Rank, parse};

    #[track_caller]
    fn check(name: &str, base: &str, rank: Rank) {
        assert_eq!(parse(name), (base.to_owned(), rank), "{name}");
    }

    #[test]
    fn names_of_rotated_logs() {
        let number = |number| Rank::Number(Reverse(number));
        check("mail.log", "mail.log", Rank::Current);
        check("maillog.gz", "maillog", Rank::Current);
        check("mail.log.1", "mail.log", number(1));
        check("mail.log.12.gz", "mail.log", number(12));
        check("maillog.0.bz2", "maillog", number(0));
        check("mail.log.old", "mail.log", number(1));
        check("mail.1.log", "mail.log", number(1));
        check("maillog-20261104", "maillog", Rank::Date(20_261_104_000_000));
        check("maillog-20261104.xz", "maillog", Rank::Date(20_261_104_000_000));
        check("mail.log.2026-11-04.gz", "mail.log", Rank::Date(20_261_104_000_000));
        check("mail.log-2026110406", "mail.log", Rank::Date(20_261_104_060_000));
        check("maillog.20261104-062501.gz", "maillog", Rank::Date(20_261_104_062_501));
        check("mail-20261104.log.zst", "mail.log", Rank::Date(20_261_104_000_000));
        check("mail.log-202611", "mail.log", Rank::Date(20_261_100_000_000));
        check("mail.log-20261104-1793773501", "mail.log", Rank::Date(20_261_104_000_000));
        check("mail.log.1793773501", "mail.log", Rank::Date(20_261_104_062_501));
        check("mail_20261104.log", "mail.log", Rank::Date(20_261_104_000_000));
    }

    #[test]
    fn names_that_only_look_so() {
        for name in ["mx1.log", "mail-2", "192.0.2.1.log", "host-7.log", "2026.log", "1", "-"] {
            check(name, name, Rank::Current);
        }
    }

    #[test]
    fn the_oldest_comes_first() {
        let mut names = ["mail.log", "mail.log.1", "mail.log.10.gz", "mail.log.2.gz"];
        names.sort_by_key(|name| parse(name).1);
        assert_eq!(names, ["mail.log.10.gz", "mail.log.2.gz", "mail.log.1", "mail.log"]);
    }
}
