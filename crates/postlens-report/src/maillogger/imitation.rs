//! Reads lines as maillogger 0.2.0 reads them, with its mistakes.
//!
//! The host is called `mail`, one blank stands before the day, fields have their usual
//! lengths; what stands before a field may hold anything, also other fields. A line that
//! it ends at with an error is a [`Refused`] here.

use bstr::ByteSlice;
use postlens_syntax::time::days_from_civil;
use thiserror::Error;

use super::row::Row;

/// What maillogger ends at, without a file.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum Refused {
    /// Bytes that are not UTF-8.
    #[error("the line is not UTF-8")]
    Encoding,
    /// A stamp that is no time, or 29 February.
    #[error("{0:?} is no time of the year 1900, of which it takes all stamps to be")]
    Stamp(String),
}

/// The row of a line, of this year whatever the stamp says; `None` if it is none that
/// maillogger understands.
///
/// # Errors
/// Where maillogger fails.
pub fn row(line: &str, year: i32) -> Result<Option<Row<'_>>, Refused> {
    let found = line.char_indices().find_map(|(at, _)| fields(line.get(at..)?));
    let Some((stamp, mut row)) = found else { return Ok(None) };
    let datetime = datetime(stamp, year)
        .ok_or_else(|| Refused::Stamp([stamp.month, stamp.day, stamp.time].join(" ")))?;
    if let Some(last) = row.last_mut() {
        *last = datetime.into();
    }
    Ok(Some(row))
}

/// Lines as maillogger takes a text apart, at more than line feeds.
///
/// # Errors
/// When it is not UTF-8.
pub fn lines(text: &[u8]) -> Result<impl Iterator<Item = &str>, Refused> {
    let is_end = |character: char| matches!(character, '\n'..='\r' | '\u{1c}'..='\u{1e}' | '\u{85}' | '\u{2028}' | '\u{2029}');
    Ok(text.to_str().map_err(|_| Refused::Encoding)?.split(is_end))
}

#[derive(Debug, Clone, Copy)]
struct Stamp<'a> {
    month: &'a str,
    day: &'a str,
    time: &'a str,
}

/// Takes so many leading characters of a kind, at least one.
fn some(text: &str, is_one: impl Fn(char) -> bool) -> Option<(&str, &str)> {
    let end = text.find(|character| !is_one(character)).unwrap_or(text.len());
    text.split_at_checked(end).filter(|(taken, _)| !taken.is_empty())
}

fn is_digit(character: char) -> bool {
    character.is_ascii_digit()
}

/// A line from its stamp on.
fn fields(text: &str) -> Option<(Stamp<'_>, Row<'_>)> {
    let (month, rest) = text.split_at_checked(3)?;
    let is_month = matches!(month.as_bytes(), [b'A'..=b'Z', b'a'..=b'z', b'a'..=b'z']);
    let rest = rest.strip_prefix(' ').filter(|_| is_month)?;
    let length = rest.find(|character| !is_digit(character)).filter(|length| *length <= 2)?;
    let (day, rest) = rest.split_at_checked(length)?;
    let (time, rest) = rest.strip_prefix(' ')?.split_at_checked(8)?;
    let fits = |(at, byte): (usize, u8)| match at {
        2 | 5 => byte == b':',
        _ => byte.is_ascii_digit(),
    };
    if !time.bytes().enumerate().all(fits) {
        return None;
    }
    let (_, rest) = some(rest.strip_prefix(" mail postfix/")?, |c| c.is_ascii_lowercase())?;
    let (_, rest) = some(rest.strip_prefix('[')?, is_digit)?;
    let rest = rest.strip_prefix("]: ")?;
    let (id, rest) = some(rest, |c| c.is_ascii_uppercase() || c.is_ascii_digit())?;
    let row = delivery(id, rest.strip_prefix(": to=<")?)?;
    Some((Stamp { month, day, time }, row))
}

/// The fields of a delivery: the recipient and the relay reach as far as they can.
fn delivery<'a>(id: &'a str, text: &'a str) -> Option<Row<'a>> {
    const DELAY: &str = ", delay=";
    const RELAY: &str = ">, relay=";
    let (delay_at, tail) = text
        .rmatch_indices(DELAY)
        .find_map(|(at, _)| Some((at, tail(text.get(at + DELAY.len()..)?)?)))?;
    let before = text.get(..delay_at)?;
    let (recipient, relay) = before.rsplit_once(RELAY)?;
    let [delay, delays, dsn, status, description] = tail;
    recipient.contains('@').then(|| {
        [id, recipient, relay, delay, delays, dsn, status, description, ""].map(Into::into)
    })
}

/// Delay, delays, status code, status and description.
fn tail(text: &str) -> Option<[&str; 5]> {
    let (delay, rest) = some(text, |c| c.is_ascii_digit() || c == '.')?;
    let rest = rest.strip_prefix(", delays=").filter(|rest| rest.starts_with(is_digit))?;
    let (delays, rest) = some(rest, |c| c.is_ascii_digit() || matches!(c, '/' | '.'))?;
    let rest = rest.strip_prefix(", dsn=").filter(|_| delays.len() > 1)?;
    // Three digits with any characters between them.
    let end = rest.char_indices().nth(5).map(|(at, _)| at)?;
    let (dsn, rest) = rest.split_at_checked(end)?;
    let digits = dsn.chars().step_by(2).all(|c| c.is_ascii_digit());
    let rest = rest.strip_prefix(", status=").filter(|_| digits)?;
    let status = ["sent", "deferred", "bounced"];
    let status = status.into_iter().find(|status| rest.starts_with(status))?;
    let description = rest.get(status.len()..)?.strip_prefix(" (")?;
    let (description, _) = description.rsplit_once(')')?;
    Some([delay, delays, dsn, status, description])
}

/// Day and time without what stood between them, so that the day may take the hour's first
/// digit.
fn datetime(stamp: Stamp<'_>, year: i32) -> Option<String> {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let month = MONTHS.iter().position(|month| *month == stamp.month)? + 1;
    let digits = [stamp.day, stamp.time].concat();
    let (hours, rest) = digits.split_once(':')?;
    let number = |text: &str| text.parse::<u8>().ok();
    let (day, hour) = [2, 1].into_iter().find_map(|length| {
        let (day, hour) = hours.split_at_checked(length)?;
        let fits = matches!(number(day)?, 1..=31) && matches!(hour.len(), 1 | 2);
        Some((number(day)?, number(hour).filter(|hour| *hour < 24 && fits)?))
    })?;
    let (minute, second) = rest.split_once(':')?;
    let below_60 = |text: &str| number(text).filter(|number| *number < 60);
    let (minute, second) = (below_60(minute)?, below_60(second)?);
    let month = u8::try_from(month).ok()?;
    days_from_civil(1900, month, day)?;
    Some(format!("{year:04}{month:02}{day:02}{hour:02}{minute:02}{second:02}"))
}

#[cfg(test)]
mod tests {
    use super::{Refused, lines, row};

    const TAIL: &str = "postfix/smtp[7]: 4F1A: to=<a@b>, relay=x, delay=1, delays=1/0/0/0, \
                        dsn=2.0.0, status=sent (ok (a) b) c";

    fn last(stamp: &str) -> Result<Option<String>, Refused> {
        let line = format!("{stamp} mail {TAIL}");
        Ok(row(&line, 2026)?.map(|row| row[8].to_string()))
    }

    #[test]
    fn stamps_lose_their_blanks() {
        assert_eq!(last("Nov 24 06:25:01").unwrap().unwrap(), "20261124062501");
        assert_eq!(last("Aug 1 10:00:00").unwrap().unwrap(), "20260811000000");
        assert_eq!(last("Aug 4 10:00:00").unwrap().unwrap(), "20260804100000");
        assert_eq!(last("Nov  4 06:25:01").unwrap(), None);
        assert!(last("Feb 29 06:25:01").is_err());
        assert!(last("Nov 24 06:25:61").is_err());
        assert!(last("Foo 24 06:25:01").is_err());
    }

    #[test]
    fn fields_reach_as_far_as_they_can() {
        let line = format!("Nov 24 06:25:01 mail {TAIL}").replace("<a@b>", "<a@b>, relay=y>");
        let row = row(&line, 2026).unwrap().unwrap();
        assert_eq!(row[1], "a@b>, relay=y");
        assert_eq!(row[7], "ok (a) b");
    }

    #[test]
    fn lines_end_at_many_characters() {
        let ended = lines(b"a\x0cb\xc2\x85c\r\nd").unwrap().collect::<Vec<_>>();
        assert_eq!(ended, ["a", "b", "c", "", "d"]);
        assert!(lines(b"\xff").is_err());
    }
}
