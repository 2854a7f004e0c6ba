//! What the tracker takes in.

use postlens_syntax::{Entry, Event, Time};

/// Where a line stands: a stable name for what has no other. It is the same after the log
/// has been rotated or compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct LineId {
    /// Which log: the reader's hash of its beginning.
    pub log: u64,
    /// Byte offset of the line's beginning in the decompressed file.
    pub offset: u64,
}

/// `log-offset`, the log in hexadecimal.
impl std::fmt::Display for LineId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:016x}-{}", self.log, self.offset)
    }
}

/// What is no such name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoLineId;

impl std::fmt::Display for NoLineId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("not the name of a line")
    }
}

impl std::error::Error for NoLineId {}

/// Reads what [`Display`](std::fmt::Display) writes.
impl std::str::FromStr for LineId {
    type Err = NoLineId;

    fn from_str(name: &str) -> Result<Self, NoLineId> {
        let (log, offset) = name.split_once('-').ok_or(NoLineId)?;
        if log.len() != 16 || !log.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(NoLineId);
        }
        let log = u64::from_str_radix(log, 16).map_err(|_| NoLineId)?;
        Ok(Self { log, offset: offset.parse().map_err(|_| NoLineId)? })
    }
}

/// One understood line with its time.
#[derive(Debug, Clone, Copy)]
pub struct Observation<'a> {
    /// When it was logged.
    pub time: Time,
    /// Whether the line says so itself; else it is the time of the line before.
    pub stamped: bool,
    /// The framed line.
    pub entry: &'a Entry<'a>,
    /// The line itself, without its end, as it was framed.
    pub bytes: &'a [u8],
    /// Its meaning.
    pub event: &'a Event<'a>,
    /// Where it stands.
    pub line: LineId,
    /// How many lines it stands for: 1, or what a repeat wrapper says.
    pub weight: u32,
    /// Whether it is the line before once more, for `last message repeated N times`, and
    /// so no line of its own.
    pub echo: bool,
}
