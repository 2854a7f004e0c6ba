//! Framing of lines that follow one another.

use bstr::BStr;

use crate::entry::Entry;
use crate::header;
use crate::program::Tag;
use crate::scan::position;
use crate::stamp::Stamp;

/// Frames lines one after the other and remembers what neighbouring lines mostly share:
/// second and host at the beginning, and the few tags of a mail system. That changes the
/// cost and never the result: an entry is what [`Entry::parse`] makes of its line.
///
/// ```
/// use postlens_syntax::{Entry, Framer};
///
/// let mut framer = Framer::default();
/// let line = b"Nov  4 06:25:01 mx postfix/smtpd[123]: connect from a.example[192.0.2.1]";
/// assert_eq!(framer.frame(line), Entry::parse(line));
/// ```
#[derive(Debug, Clone, Default)]
pub struct Framer<'a> {
    /// The beginning of the last usual line, up to the blank after the host; empty before
    /// the first.
    opening: &'a [u8],
    stamp: Stamp,
    host: Option<&'a BStr>,
    /// Each tag met has one place where it may be.
    tags: [Tag<'a>; TAGS],
}

/// More than a mail system writes under. A power of two.
const TAGS: usize = 32;

impl<'a> Framer<'a> {
    /// Frames the next line, given without its line end.
    #[inline]
    pub fn frame(&mut self, line: &'a [u8]) -> Entry<'a> {
        match self.usual(line) {
            Some(entry) => entry,
            None => Entry::parse(line),
        }
    }

    /// The short way: a usual beginning, the tag and pid of a program that we know, and a
    /// text without anything before or around it.
    #[inline]
    fn usual(&mut self, line: &'a [u8]) -> Option<Entry<'a>> {
        if matches!(line, [.., b'\r' | b'\n' | 0]) {
            return None;
        }
        let rest = match line.strip_prefix(self.opening) {
            Some(rest) if !self.opening.is_empty() => rest,
            _ => self.open(line)?,
        };
        let (program, after) = rest.split_at_checked(position(b'[', rest)?)?;
        let (pid, text) = header::leading_pid(after.get(1..)?)?;
        let tag = self.tag(program)?;
        if tag.known.is_none() || header::may_be_wrapped(program, text) {
            return None;
        }
        Some(Entry {
            stamp: self.stamp,
            host: self.host,
            tag,
            pid: Some(pid),
            priority: None,
            text: BStr::new(text),
            repeat: 1,
        })
    }

    /// Reads the beginning of a line that differs from the last one's.
    fn open(&mut self, line: &'a [u8]) -> Option<&'a [u8]> {
        let (stamp, host, rest) = header::usual_opening(line)?;
        let opening = line.get(..line.len() - rest.len())?;
        (self.opening, self.stamp, self.host) = (opening, stamp, Some(BStr::new(host)));
        Some(rest)
    }

    #[inline]
    fn tag(&mut self, program: &'a [u8]) -> Option<Tag<'a>> {
        let [.., a, b, c] = *program else { return None };
        // The ends of the daemons' names differ, and the lengths of the services'.
        let mixed = usize::from(a) * 5 + usize::from(b) * 3 + usize::from(c) + program.len();
        let place = self.tags.get_mut(mixed % TAGS)?;
        if place.program != program {
            if matches!(program, [.., b')']) || program.contains(&b' ') {
                return None;
            }
            *place = Tag::parse(program);
        }
        Some(*place)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Framer;
    use crate::entry::Entry;

    /// Parts of lines: what belongs there, and what does not.
    const OPENINGS: &[&str] = &[
        "Nov  4 06:25:01 mx1 ",
        "Nov  4 06:25:01 mx2 ",
        "Nov  4 06:25:01 mx1",
        "Nov  4 06:25:02.5 mx1 ",
        "Nov 04 06:25:61 mx1 ",
        "2026-11-04T06:25:01.123456+09:00 mx1 ",
        "2026-11-04T06:25:01.123457+09:00 mx1 ",
        "2026-11-04 06:25:01 mx1 ",
        "<22>Nov  4 06:25:01 mx1 ",
        "Nov  4 06:25:01 - ",
        "Nov  4 06:25:01 2001:db8:: ",
        "",
    ];
    const TAGS: &[&str] = &[
        "postfix/smtpd[1]: ",
        "postfix/smtpd[123456789]: ",
        "postfix/smtpd[1234567890]: ",
        "postfix/smtpd[9999999999]: ",
        "postfix/submission/smtpd[2]: ",
        "postfix-in/smtp[3]: ",
        "postfix/smtpd[]: ",
        "postfix/smtpd: ",
        "postfix/smtpd[1]:",
        "postfix/smtpd(8)[1]: ",
        "dovecot[5]: ",
        "cron[5]: ",
        "a b/smtpd[5]: ",
        "dovecot: imap-login[5]: ",
    ];
    const TEXTS: &[&str] = &[
        "connect from a.example[192.0.2.1]",
        "postfix/smtpd[1]: connect from a.example[192.0.2.1]",
        "message repeated 3 times: [ connect from a.example[192.0.2.1]]",
        "[ID 197553 mail.info] connect from a.example[192.0.2.1]",
        " connect",
        "",
        "removed\r",
        "removed\0",
    ];

    proptest! {
        #[test]
        fn what_is_remembered_changes_nothing(
            parts in prop::collection::vec(
                (prop::sample::select(OPENINGS), prop::sample::select(TAGS), prop::sample::select(TEXTS)),
                1..20,
            ),
        ) {
            let lines: Vec<String> = parts.iter().map(|(a, b, c)| format!("{a}{b}{c}")).collect();
            let mut framer = Framer::default();
            for line in &lines {
                prop_assert_eq!(framer.frame(line.as_bytes()), Entry::parse(line.as_bytes()));
            }
        }

        #[test]
        fn any_bytes(lines in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..60), 1..8)) {
            let mut framer = Framer::default();
            for line in &lines {
                prop_assert_eq!(framer.frame(line), Entry::parse(line));
            }
        }
    }
}
