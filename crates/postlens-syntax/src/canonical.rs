//! Records that are not lines of syslog, rewritten as such: `<PRI>1 TIME HOST TAG
//! PID - - MESSAGE` (RFC 5424), which [`Entry::parse`](crate::Entry::parse) reads
//! like any other line. The tag keeps its slashes; absent fields are `-`.

mod export;
mod json;
mod record;

pub use export::ExportDecoder;

use crate::entry::Entry;
use json::Value;
use record::{Record, Slot, slot};

/// Rewrites a JSON log record in place: of journald (`journalctl -o json`), rsyslog's
/// JSON templates, Docker's json-file driver, Fluent Bit, Filebeat. Its message may be
/// a whole line of syslog; then that line's own header counts when it is parsed.
///
/// Gives the length of the canonical line, which then stands at the start of `line`
/// and never is longer than the record was; it holds no line feed. `None` leaves the
/// line untouched: it is no JSON object, a malformed or truncated one, or has no
/// message that we know. `scratch` is a buffer to reuse; its content is of no use
/// before or after.
///
/// ```
/// use postlens_syntax::canonical::canonicalize;
///
/// let mut line = br#"{"MESSAGE":"removed","SYSLOG_IDENTIFIER":"postfix/qmgr","_PID":"7",
///     "_HOSTNAME":"mx","PRIORITY":"6","__REALTIME_TIMESTAMP":"1762205101000000"}"#.to_vec();
/// let length = canonicalize(&mut line, &mut Vec::new()).unwrap();
/// assert_eq!(&line[..length], b"<22>1 2025-11-03T21:25:01Z mx postfix/qmgr 7 - - removed");
/// ```
pub fn canonicalize(line: &mut [u8], scratch: &mut Vec<u8>) -> Option<usize> {
    let record = read(line)?;
    scratch.clear();
    if record.has_origin() {
        record.write(scratch)?;
    } else {
        record.write_message(scratch)?;
        if Entry::parse(scratch).tag.program.is_empty() {
            return None;
        }
    }
    line.get_mut(..scratch.len())?.copy_from_slice(scratch);
    Some(scratch.len())
}

/// Takes a JSON object apart.
fn read(line: &[u8]) -> Option<Record<'_>> {
    let line = json::skip_space(line);
    // RFC 7464 (`-o json-seq`) and server-sent events (`-o json-sse`) put this before.
    let line = line.strip_prefix(b"\x1e").or_else(|| line.strip_prefix(b"data: ")).unwrap_or(line);
    let inside = line.strip_prefix(b"{")?;
    let mut record = Record::default();
    let rest = json::members(inside, |key, value| match (key, value) {
        (b"host", Value::Object(inner)) => {
            nested(inner, &mut record, |key| matches!(key, b"name" | b"hostname"), Slot::Host);
        }
        (b"process", Value::Object(inner)) => {
            nested(inner, &mut record, |key| key == b"name", Slot::Tag);
            nested(inner, &mut record, |key| key == b"pid", Slot::Pid);
        }
        (_, Value::Object(_)) => {}
        _ => {
            if let Some(slot) = slot(key) {
                record.set(slot, value);
            }
        }
    })?;
    let complete = json::skip_space(rest).is_empty();
    (complete && record.has_message()).then_some(record)
}

/// Sets a slot from a member of an object inside the record, as the Elastic Common
/// Schema nests them.
fn nested<'a>(
    content: &'a [u8],
    record: &mut Record<'a>,
    wanted: impl Fn(&[u8]) -> bool,
    slot: Slot,
) {
    // What is malformed in there says nothing about the record around it.
    let _ = json::members(content, |key, value| {
        if wanted(key) {
            record.set((slot, 4), value);
        }
    });
}

#[cfg(test)]
mod tests;
