//! One row's pattern: literal text with captures, compiled and matched.

use bstr::{BStr, BString};
use memchr::memmem::find;

use crate::address::{Client, parse_ip};
use crate::queue_id::QueueId;

/// The most captures that a pattern may have.
pub(super) const MAX_CAPTURES: usize = 8;

/// What a byte of literal text adds to a pattern's weight.
pub(super) const LITERAL_BYTE: usize = 16;

/// What text a capture accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// Any text, also none.
    Text,
    /// An optional sign and digits.
    Int,
    /// Hexadecimal digits.
    Hex,
    /// At least one byte, no space.
    Word,
    /// An IP address, or `unknown`.
    Ip,
    /// A queue ID, or `NOQUEUE`.
    QueueId,
    /// `name[address]`, `name[address]:port`.
    Client,
    /// A next hop; any text.
    Relay,
}

/// A named part of a pattern.
#[derive(Debug, Clone)]
pub(super) struct Capture {
    name: &'static str,
    shape: Shape,
}

impl Capture {
    /// Reads what stands between the braces: `name` or `name:shape`; the name may be empty.
    fn read(text: &'static str) -> Result<Self, String> {
        let (name, shape) = match text.split_once(':') {
            Some((name, "int")) => (name, Shape::Int),
            Some((name, "hex")) => (name, Shape::Hex),
            Some((name, "word")) => (name, Shape::Word),
            Some((name, "ip")) => (name, Shape::Ip),
            Some((_, shape)) => return Err(format!("unknown shape {shape}")),
            None => match text {
                "queue_id" => (text, Shape::QueueId),
                "client" => (text, Shape::Client),
                "relay" => (text, Shape::Relay),
                _ => (text, Shape::Text),
            },
        };
        let letters = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        if !name.chars().all(letters) {
            return Err(format!("no legal name: {name}"));
        }
        Ok(Self { name, shape })
    }

    pub(super) fn name(&self) -> &'static str {
        self.name
    }

    pub(super) fn shape(&self) -> Shape {
        self.shape
    }

    fn accepts(&self, value: &[u8]) -> bool {
        match self.shape {
            Shape::Text | Shape::Relay => true,
            Shape::Int => integer_length(value) == value.len() && !value.is_empty(),
            Shape::Hex => !value.is_empty() && value.iter().all(u8::is_ascii_hexdigit),
            Shape::Word => !value.is_empty() && memchr::memchr(b' ', value).is_none(),
            Shape::Ip => value == b"unknown" || parse_ip(value).is_some(),
            Shape::QueueId => value == b"NOQUEUE" || QueueId::new(value).is_some(),
            Shape::Client => Client::parse(value).is_some(),
        }
    }

    /// How much of `text` belongs to this capture when `stop` follows it.
    fn length(&self, text: &[u8], stop: &[u8]) -> Option<usize> {
        let length = match self.shape {
            Shape::Int => integer_length(text),
            Shape::Hex => text.iter().take_while(|b| b.is_ascii_hexdigit()).count(),
            // No queue ID is longer than 64 bytes: the rest of the text needs no search.
            Shape::QueueId => find(text.get(..text.len().min(64 + stop.len()))?, stop)?,
            _ => find(text, stop)?,
        };
        text.get(length..)?.starts_with(stop).then_some(length)
    }
}

fn integer_length(text: &[u8]) -> usize {
    let sign = usize::from(matches!(text.first(), Some(b'-' | b'+')));
    let digits = text.iter().skip(sign).take_while(|b| b.is_ascii_digit()).count();
    if digits == 0 { 0 } else { sign + digits }
}

/// A capture and the literal text that follows it, empty at the pattern's end.
#[derive(Debug)]
struct Part {
    capture: Capture,
    stop: BString,
}

/// Where the captures lie in the text, by their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Spans {
    count: u8,
    ends: [(u32, u32); MAX_CAPTURES],
}

impl Spans {
    fn new() -> Self {
        Self { count: 0, ends: [(0, 0); MAX_CAPTURES] }
    }

    fn push(&mut self, start: usize, end: usize) -> Option<()> {
        let span = (u32::try_from(start).ok()?, u32::try_from(end).ok()?);
        *self.ends.get_mut(usize::from(self.count))? = span;
        self.count += 1;
        Some(())
    }

    /// Start and end of each capture, in bytes of the text.
    pub(super) fn iter(&self) -> impl Iterator<Item = &(u32, u32)> {
        self.ends.iter().take(usize::from(self.count))
    }
}

/// A compiled pattern.
#[derive(Debug)]
pub(super) struct Pattern {
    head: BString,
    parts: Vec<Part>,
}

impl Pattern {
    /// Compiles the notation of the tables. The error says what is wrong with it.
    pub(super) fn compile(text: &'static str) -> Result<Self, String> {
        let mut head = BString::default();
        let mut found: Vec<(Capture, BString)> = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let literal = match found.last_mut() {
                Some((_, literal)) => literal,
                None => &mut head,
            };
            let Some((before, after)) = rest.split_once('{') else {
                literal.extend_from_slice(rest.as_bytes());
                break;
            };
            literal.extend_from_slice(before.as_bytes());
            if let Some(after) = after.strip_prefix('{') {
                literal.push(b'{');
                rest = after;
                continue;
            }
            if found.last().is_some_and(|(capture, stop)| !may_touch(capture, stop)) {
                return Err("two captures without text between them".to_owned());
            }
            let (inner, after) = after.split_once('}').ok_or("no closing brace")?;
            found.push((Capture::read(inner)?, BString::default()));
            rest = after;
        }
        if found.len() > MAX_CAPTURES {
            return Err(format!("more than {MAX_CAPTURES} captures"));
        }
        let part = |(capture, stop): (Capture, BString)| Part { capture, stop };
        let pattern = Self { head, parts: found.into_iter().map(part).collect() };
        if pattern.longest_literal().is_empty() {
            return Err("no literal text".to_owned());
        }
        Ok(pattern)
    }

    /// What each text begins with.
    pub(super) fn head(&self) -> &BStr {
        BStr::new(shortened(&self.head).unwrap_or(&self.head))
    }

    /// The longest run of literal text that each text holds.
    pub(super) fn longest_literal(&self) -> &BStr {
        let stops = self.parts.iter().map(|part| part.stop.as_slice());
        let stops = stops.map(|stop| BStr::new(shortened(stop).unwrap_or(stop)));
        stops.fold(self.head(), |best, stop| if stop.len() > best.len() { stop } else { best })
    }

    /// How specific the pattern is: literal bytes first, then captures with a shape.
    pub(super) fn weight(&self) -> usize {
        let literal = |part: &Part| part.stop.len();
        let shaped = |part: &&Part| !matches!(part.capture.shape, Shape::Text | Shape::Relay);
        let bytes = self.head.len() + self.parts.iter().map(literal).sum::<usize>();
        bytes * LITERAL_BYTE + self.parts.iter().filter(shaped).count()
    }

    pub(super) fn captures(&self) -> impl Iterator<Item = &Capture> {
        self.parts.iter().map(|part| &part.capture)
    }

    /// Matches the whole text. Each capture ends where the next literal first occurs,
    /// the last one at the end, so the time is linear in the text's length.
    pub(super) fn matches(&self, text: &[u8]) -> Option<Spans> {
        let mut spans = Spans::new();
        let Some((last, parts)) = self.parts.split_last() else {
            return (text == self.head.as_slice()).then_some(spans);
        };
        let blank = last.stop.is_empty();
        let mut at = start(text, &self.head, blank && parts.is_empty())?;
        for (part, left) in parts.iter().zip((0..parts.len()).rev()) {
            let rest = text.get(at..)?;
            let stop = part.stop.as_slice();
            let length = match part.capture.length(rest, &part.stop) {
                Some(length) => length,
                None if blank && left == 0 => rest.strip_suffix(shortened(stop)?)?.len(),
                None => return None,
            };
            if !part.capture.accepts(rest.get(..length)?) {
                return None;
            }
            spans.push(at, at + length)?;
            at = (at + length + stop.len()).min(text.len());
        }
        let value = text.get(at..)?.strip_suffix(last.stop.as_slice())?;
        if !last.capture.accepts(value) {
            return None;
        }
        spans.push(at, at + value.len())?;
        Some(spans)
    }
}

/// Where the first capture begins: after `head`, which may have lost its last blank
/// when nothing follows.
fn start(text: &[u8], head: &[u8], alone: bool) -> Option<usize> {
    if text.starts_with(head) {
        return Some(head.len());
    }
    (alone && Some(text) == shortened(head)).then_some(text.len())
}

/// A literal without the blank at its end: loggers cut it off where the capture after
/// it is empty.
fn shortened(literal: &[u8]) -> Option<&[u8]> {
    literal.strip_suffix(b" ").filter(|short| !short.is_empty())
}

/// Whether a capture may be followed by another one at once: numbers know their end.
fn may_touch(capture: &Capture, stop: &BString) -> bool {
    !stop.is_empty() || matches!(capture.shape, Shape::Int)
}
