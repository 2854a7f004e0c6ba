//! The journal's export format (`journalctl -o export`; systemd, "Journal Export
//! Formats"): records of `KEY=value` lines, an empty line after each; values that
//! hold line feeds or control characters come as `KEY`, a length of 64 bits
//! little-endian, the bytes and a line feed.

use super::json::Value;
use super::record::{Record, Slot, slot};

/// The longest value that is kept; longer ones are cut. Postfix cuts its lines at
/// 2,000 bytes.
const LONGEST: usize = 1 << 20;

/// The longest value that journald stores (`DATA_SIZE_MAX`). A length past it is
/// garbage.
const LONGEST_STORED: u64 = 768 << 20;

/// Decodes journal export records into canonical lines, from pieces cut anywhere.
///
/// ```
/// use postlens_syntax::canonical::ExportDecoder;
///
/// let mut decoder = ExportDecoder::default();
/// let mut lines = Vec::new();
/// decoder.push(b"__REALTIME_TIMESTAMP=1762205101123456\n_HOSTNAME=mx\n", &mut lines);
/// decoder.push(b"SYSLOG_IDENTIFIER=postfix/qmgr\nMESSAGE=removed\n\n", &mut lines);
/// assert_eq!(lines, b"1 2025-11-03T21:25:01.123456Z mx postfix/qmgr - - - removed\n");
/// ```
#[derive(Debug, Default)]
pub struct ExportDecoder {
    state: State,
    /// The start of a line whose end has not come yet.
    line: Vec<u8>,
    /// The values of the record so far, one after the other.
    values: Vec<u8>,
    fields: Vec<Field>,
    /// Whether the record so far has any line, known or not.
    open: bool,
}

#[derive(Debug)]
struct Field {
    slot: (Slot, u8),
    start: usize,
    end: usize,
}

#[derive(Debug, Default)]
enum State {
    #[default]
    Line,
    /// In the length of a binary value.
    Length { slot: Option<(Slot, u8)>, read: u32, length: u64 },
    /// In a binary value.
    Data { kept: bool, left: u64 },
    /// Before the line feed after a binary value.
    DataEnd,
}

impl ExportDecoder {
    /// Whether a stream that starts with these bytes is in export format.
    pub fn recognizes(start: &[u8]) -> bool {
        start.starts_with(b"__CURSOR=")
    }

    /// Decodes the next piece of the stream. For each record that ends in it a
    /// canonical line with a line feed is appended. Line feeds in a message become
    /// blanks, so that a record is one line.
    pub fn push(&mut self, mut input: &[u8], out: &mut Vec<u8>) {
        while let Some((&first, tail)) = input.split_first() {
            match self.state {
                State::Line => input = self.line(input, out),
                State::Length { slot, read, length } => {
                    let length = length | u64::from(first) << (8 * read);
                    self.state = match read {
                        7 => self.data(slot, length),
                        _ => State::Length { slot, read: read + 1, length },
                    };
                    input = tail;
                }
                State::Data { kept, left } => {
                    let take = usize::try_from(left).unwrap_or(usize::MAX).min(input.len());
                    let (data, after) = input.split_at_checked(take).unwrap_or((input, b""));
                    if kept {
                        self.keep(data);
                    }
                    let left = left - data.len() as u64;
                    self.state =
                        if left == 0 { State::DataEnd } else { State::Data { kept, left } };
                    input = after;
                }
                State::DataEnd => {
                    self.state = State::Line;
                    if first == b'\n' {
                        input = tail;
                    }
                }
            }
        }
    }

    /// Ends the stream: a record whose empty line is missing is complete, or cut off,
    /// and becomes a line all the same.
    pub fn finish(&mut self, out: &mut Vec<u8>) {
        let line = std::mem::take(&mut self.line);
        if !line.is_empty() {
            self.end_of_line(&line, out);
        }
        if self.open {
            self.end_of_record(out);
        }
        self.state = State::Line;
    }

    /// Reads up to the end of a line, and gives what follows it.
    fn line<'i>(&mut self, input: &'i [u8], out: &mut Vec<u8>) -> &'i [u8] {
        let end = memchr::memchr(b'\n', input);
        let (part, rest) =
            input.split_at_checked(end.unwrap_or(input.len())).unwrap_or((input, b""));
        if end.is_some() && self.line.is_empty() {
            self.end_of_line(part, out);
        } else {
            let room = LONGEST.saturating_sub(self.line.len()).min(part.len());
            self.line.extend_from_slice(part.get(..room).unwrap_or_default());
            if end.is_some() {
                let mut line = std::mem::take(&mut self.line);
                self.end_of_line(&line, out);
                line.clear();
                self.line = line;
            }
        }
        rest.get(1..).unwrap_or_default()
    }

    fn end_of_line(&mut self, line: &[u8], out: &mut Vec<u8>) {
        if line.is_empty() {
            if self.open {
                self.end_of_record(out);
            }
            return;
        }
        self.open = true;
        match memchr::memchr(b'=', line).and_then(|at| line.split_at_checked(at)) {
            Some((key, value)) => {
                if let Some(slot) = slot(key) {
                    self.begin(slot);
                    self.keep(value.get(1..).unwrap_or_default());
                }
            }
            None if line.iter().all(|byte| matches!(byte, b'A'..=b'Z' | b'0'..=b'9' | b'_')) => {
                self.state = State::Length { slot: slot(line), read: 0, length: 0 };
            }
            None => {}
        }
    }

    fn data(&mut self, slot: Option<(Slot, u8)>, length: u64) -> State {
        if length > LONGEST_STORED {
            return State::Line;
        }
        if let Some(slot) = slot {
            self.begin(slot);
        }
        match length {
            0 => State::DataEnd,
            left => State::Data { kept: slot.is_some(), left },
        }
    }

    fn begin(&mut self, slot: (Slot, u8)) {
        let start = self.values.len();
        self.fields.push(Field { slot, start, end: start });
    }

    /// Adds bytes to the value begun last.
    fn keep(&mut self, data: &[u8]) {
        if let Some(field) = self.fields.last_mut() {
            let room = LONGEST.saturating_sub(field.end - field.start).min(data.len());
            self.values.extend_from_slice(data.get(..room).unwrap_or_default());
            field.end = self.values.len();
        }
    }

    fn end_of_record(&mut self, out: &mut Vec<u8>) {
        let mut record = Record::default();
        for field in &self.fields {
            let value = self.values.get(field.start..field.end).unwrap_or_default();
            record.set(field.slot, Value::Plain(value));
        }
        // Plain values cannot be malformed, so that this always writes a line.
        if record.write(out).is_some() {
            out.push(b'\n');
        }
        self.values.clear();
        self.fields.clear();
        self.open = false;
    }
}
