//! A line as a JSON object, written without building it in memory first.

use std::io::Write;

use bstr::{BStr, ByteSlice};
use postlens_explain::Failure;
use postlens_syntax::{Delay, FieldSink, QueueId, Severity, Tag, Time};
use postlens_track::Observation;

/// Appends the object to `out`.
pub(crate) fn write(line: &Observation<'_>, out: &mut Vec<u8>) {
    let entry = line.entry;
    let mut object = Object { out, first: true };
    object.number("schema", 1);
    if line.stamped {
        object.time(line.time);
    } else {
        object.header("time", None);
    }
    object.header("host", entry.host);
    let tag = (!entry.tag.program.is_empty()).then_some(&entry.tag);
    object.header("program", tag.map(|tag| tag.program));
    object.header("instance", tag.and_then(Tag::instance));
    object.header("service", tag.and_then(Tag::service));
    object.header("daemon", tag.map(Tag::daemon));
    match entry.pid {
        Some(pid) => object.number("pid", i64::from(pid)),
        None => object.header("pid", None),
    }
    let severity = line.event.severity().or(entry.priority).unwrap_or(Severity::Info);
    object.plain("severity", severity.name());
    object.header("queue_id", line.event.queue_id().map(QueueId::as_bstr));
    object.plain("kind", line.event.kind());
    if entry.repeat > 1 {
        object.number("repeat", i64::from(entry.repeat));
    }
    line.event.own_fields(&mut object);
    if let Some(failure) = Failure::of(line.event) {
        object.plain("cause", failure.verdict().cause.name());
    }
    let text: &[u8] = entry.text;
    let text = match line.event.queue_id() {
        Some(id) => text
            .strip_prefix(id.as_bstr().as_bytes())
            .and_then(|rest| rest.strip_prefix(b": "))
            .unwrap_or(text),
        None => text.strip_prefix(b"NOQUEUE: ").unwrap_or(text),
    };
    object.text("text", BStr::new(text));
    object.out.push(b'}');
}

struct Object<'a> {
    out: &'a mut Vec<u8>,
    first: bool,
}

impl Object<'_> {
    fn name(&mut self, name: &str) {
        self.out.extend_from_slice(if self.first { b"{\"" } else { b",\"" });
        self.first = false;
        self.out.extend_from_slice(name.as_bytes());
        self.out.extend_from_slice(b"\":");
    }

    fn number(&mut self, name: &str, value: i64) {
        self.name(name);
        // Writing to memory does not fail.
        let _ = write!(self.out, "{value}");
    }

    /// A field that every object has.
    fn header(&mut self, name: &'static str, value: Option<&BStr>) {
        if let Some(value) = value {
            self.text(name, value);
        } else {
            self.name(name);
            self.out.extend_from_slice(b"null");
        }
    }

    fn time(&mut self, time: Time) {
        self.name("time");
        let _ = write!(self.out, "\"{time}\"");
    }

    /// A text that needs no escaping.
    fn plain(&mut self, name: &str, value: &str) {
        self.name(name);
        self.out.push(b'"');
        self.out.extend_from_slice(value.as_bytes());
        self.out.push(b'"');
    }
}

impl FieldSink for Object<'_> {
    fn text(&mut self, name: &'static str, value: &BStr) {
        self.name(name);
        self.out.push(b'"');
        escape(value, self.out);
        self.out.push(b'"');
    }

    fn int(&mut self, name: &'static str, value: i64) {
        self.number(name, value);
    }

    fn delay(&mut self, name: &'static str, value: Delay) {
        self.name(name);
        let _ = write!(self.out, "{value}");
    }
}

/// Escapes for JSON (RFC 8259, section 7); bytes that are no UTF-8 become `\\xNN`.
fn escape(text: &[u8], out: &mut Vec<u8>) {
    for chunk in text.utf8_chunks() {
        for byte in chunk.valid().bytes() {
            match byte {
                b'"' => out.extend_from_slice(b"\\\""),
                b'\\' => out.extend_from_slice(b"\\\\"),
                b'\n' => out.extend_from_slice(b"\\n"),
                b'\t' => out.extend_from_slice(b"\\t"),
                0..0x20 | 0x7f => drop(write!(out, "\\u{byte:04x}")),
                _ => out.push(byte),
            }
        }
        for byte in chunk.invalid() {
            let _ = write!(out, "\\\\x{byte:02X}");
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn escapes_are_json() {
        let mut out = b"\"".to_vec();
        super::escape(b"a\"\\\n\x00\x7f\xff\xc3\xa9", &mut out);
        out.push(b'"');
        let read: String = serde_json::from_slice(&out).unwrap();
        assert_eq!(read, "a\"\\\n\0\u{7f}\\xFFé");
    }
}
