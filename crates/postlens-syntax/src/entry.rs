//! One log line, framed: when, where, who, and what it says.

use bstr::BStr;

use crate::header;
use crate::program::Tag;
use crate::severity::Severity;
use crate::stamp::Stamp;

/// One log line, framed but not yet understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Entry<'a> {
    /// The line's time stamp.
    pub stamp: Stamp,
    /// The host field. It is no stable key: it changes with the logger.
    pub host: Option<&'a BStr>,
    /// The syslog tag; its `program` is empty when the line has none.
    pub tag: Tag<'a>,
    /// The process ID.
    pub pid: Option<u32>,
    /// The severity that the transport knows (PRI, journal PRIORITY), not the text's.
    pub priority: Option<Severity>,
    /// The message, without blanks before it.
    pub text: &'a BStr,
    /// How many lines this one stands for: 1, or N for rsyslog's
    /// `message repeated N times: [ … ]`, whose inner text is `text`.
    pub repeat: u32,
}

impl<'a> Entry<'a> {
    /// Frames one line, given without its line end. Never fails: a line without a
    /// header we know is an entry whose text is the whole line.
    ///
    /// Read are traditional syslog, RFC 3339 and RFC 5424 headers, what syslogd of
    /// FreeBSD and Solaris and `journalctl -o short*` make of them, container
    /// prefixes, and one header inside another; the innermost counts. Lines of
    /// Dovecot's own log files get the program `dovecot` and keep their level
    /// (`imap-login: Info: …`) in the text.
    ///
    /// ```
    /// use postlens_syntax::Entry;
    ///
    /// let line = b"Nov  4 06:25:01 mx postfix/smtpd[123]: connect from a.example[192.0.2.1]";
    /// let entry = Entry::parse(line);
    /// assert_eq!(entry.host.unwrap(), "mx");
    /// assert_eq!(entry.tag.daemon(), "smtpd");
    /// assert_eq!(entry.pid, Some(123));
    /// assert_eq!(entry.text, "connect from a.example[192.0.2.1]");
    /// ```
    pub fn parse(line: &'a [u8]) -> Self {
        header::frame(trim(line))
    }
}

/// Without the carriage return of a CRLF line end, and without the NULs that a crash
/// leaves where a file was extended but not written, with blanks around them.
fn trim(mut line: &[u8]) -> &[u8] {
    while let [rest @ .., b'\r' | b'\n' | 0] = line {
        line = rest;
    }
    while let [0 | b' ' | b'\t', rest @ ..] = line {
        line = rest;
    }
    line
}
