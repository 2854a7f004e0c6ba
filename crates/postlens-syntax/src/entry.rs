//! One log line, framed: when, where, who, and what it says.

use bstr::BStr;

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
    /// The message.
    pub text: &'a BStr,
    /// How many lines this one stands for: 1, or N for rsyslog's
    /// `message repeated N times: [ … ]`, whose inner text is `text`.
    pub repeat: u32,
}

impl<'a> Entry<'a> {
    /// Frames one line, given without its line end. Never fails: a line without a
    /// header we know is an entry whose text is the whole line.
    pub fn parse(line: &'a [u8]) -> Self {
        Self { text: BStr::new(line), repeat: 1, ..Self::default() }
    }
}
