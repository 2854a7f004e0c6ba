//! Lines rebuilt byte for byte from their columns.
//!
//! Of a line only its layout is kept, in which marks stand for what columns hold:
//!
//! ```text
//! {time:b+3600} {host} {program}[{pid}]: {queue_id}: {|}to=<{recipient}>, dsn={dsn}, …
//! ```
//! `{name}` is the value of a column, `{time:FORM}` its stamp (see [`Form`]), `{{` a brace,
//! `{xFF}` a byte that is no UTF-8. The line's text begins at `{|}`. Where the text is no
//! part of the line, it follows `{=}` behind it.
//!
//! Lines of one kind have one layout, so that a dictionary holds a few of them for a whole
//! file.

use std::fmt::Write as _;
use std::ops::Range;

use bstr::{BStr, ByteSlice};
use postlens_syntax::Time;

use crate::stamp::Form;

/// The values of a line's columns, as they are stored.
#[derive(Debug, Default)]
pub(crate) struct Values {
    text: Vec<u8>,
    spans: Vec<(&'static str, Range<usize>)>,
}

impl Values {
    pub(crate) fn clear(&mut self) {
        self.text.clear();
        self.spans.clear();
    }

    /// Adds a column's value as it would be written.
    pub(crate) fn push(&mut self, name: &'static str, value: &[u8]) {
        let start = self.text.len();
        self.text.extend_from_slice(value);
        self.spans.push((name, start..self.text.len()));
    }

    /// The longest first: a reply has its code in it.
    fn sort(&mut self) {
        self.spans.sort_by_key(|(_, span)| std::cmp::Reverse(span.len()));
    }

    fn iter(&self) -> impl Iterator<Item = (&'static str, &[u8])> {
        self.spans
            .iter()
            .map(|(name, span)| (*name, self.text.get(span.clone()).unwrap_or_default()))
            .filter(|(_, value)| !value.is_empty())
    }
}

/// A mark and the bytes that it stands for.
type Marked = (Range<usize>, String);

/// The layout of a line. `time` is what its stamp says, if it has one; `text` is what its
/// column `text` holds.
pub(crate) fn layout(line: &[u8], time: Option<Time>, text: &[u8], values: &mut Values) -> String {
    values.sort();
    let mut marks: Vec<Marked> = Vec::with_capacity(24);
    let start = stamp_start(line);
    if let Some((form, length)) =
        time.and_then(|time| Form::of(line.get(start..).unwrap_or_default(), time))
    {
        marks.push((start..start + length, format!("{{time:{form}}}")));
    }
    for (name, value) in values.iter() {
        if let Some(range) = place(line, value, &marks) {
            marks.push((range, format!("{{{name}}}")));
        }
    }
    let text_start = start_of(line, text);
    if let Some(start) = text_start {
        marks.retain(|(range, _)| !(range.start < start && start < range.end));
        marks.push((start..start, "{|}".to_owned()));
    }
    // An empty mark comes before another at the same place.
    marks.sort_by_key(|(range, _)| (range.start, range.end));
    let mut layout = String::with_capacity(line.len());
    let mut at = 0;
    for (range, mark) in marks {
        literal(line.get(at..range.start).unwrap_or_default(), &mut layout);
        layout.push_str(&mark);
        at = range.end;
    }
    literal(line.get(at..).unwrap_or_default(), &mut layout);
    if text_start.is_none() {
        layout.push_str("{=}");
        literal(text, &mut layout);
    }
    layout
}

/// Where the text begins in the line, if it is the line's end.
pub(crate) fn start_of(line: &[u8], text: &[u8]) -> Option<usize> {
    line.ends_with(text).then(|| line.len() - text.len())
}

/// Where a stamp begins: after a priority and a version (RFC 5424).
fn stamp_start(line: &[u8]) -> usize {
    let digits = |from: usize| {
        let rest = line.get(from..).unwrap_or_default();
        from + rest.iter().take_while(|byte| byte.is_ascii_digit()).count()
    };
    let mut start = 0;
    if line.first() == Some(&b'<') && line.get(digits(1)) == Some(&b'>') {
        start = digits(1) + 1;
    }
    let version = digits(start);
    if version > start && line.get(version) == Some(&b' ') { version + 1 } else { start }
}

/// The first place of a value that is a word of its own and not taken.
fn place(line: &[u8], value: &[u8], marks: &[Marked]) -> Option<Range<usize>> {
    let number = value.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.');
    let inside = |byte: Option<&u8>| {
        byte.is_some_and(|byte| {
            byte.is_ascii_alphanumeric() || *byte >= 0x80 || (number && *byte == b'.')
        })
    };
    line.find_iter(value).map(|start| start..start + value.len()).find(|range| {
        let before = range.start.checked_sub(1).and_then(|before| line.get(before));
        !inside(before)
            && !inside(line.get(range.end))
            && marks.iter().all(|(taken, _)| taken.end <= range.start || range.end <= taken.start)
    })
}

/// Bytes that stand as they are.
fn literal(bytes: &[u8], layout: &mut String) {
    for chunk in bytes.utf8_chunks() {
        for part in chunk.valid().split_inclusive('{') {
            layout.push_str(part);
            if part.ends_with('{') {
                layout.push('{');
            }
        }
        for byte in chunk.invalid() {
            // Writing to memory does not fail.
            let _ = write!(layout, "{{x{byte:02X}}}");
        }
    }
}

/// A line that was rebuilt.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Rebuilt {
    bytes: Vec<u8>,
    /// Where the line ends.
    end: Option<usize>,
    /// Where the text begins.
    text: usize,
}

impl Rebuilt {
    /// The line, without its end.
    pub(crate) fn line(&self) -> &BStr {
        let end = self.end.unwrap_or(self.bytes.len());
        BStr::new(self.bytes.get(..end).unwrap_or_default())
    }

    /// Its text after the queue ID.
    pub(crate) fn text(&self) -> &BStr {
        BStr::new(self.bytes.get(self.text..).unwrap_or_default())
    }
}

/// Where values come from.
pub(crate) trait Columns {
    /// Writes the value of a column.
    fn value(&self, name: &str, out: &mut Vec<u8>);
    /// The column `time`.
    fn micros(&self) -> Option<i64>;
}

/// Rebuilds a line; a mark that means nothing is left out.
pub(crate) fn rebuild(layout: &str, columns: &impl Columns) -> Rebuilt {
    let mut line = Rebuilt::default();
    let mut rest = layout;
    while let Some((before, after)) = rest.split_once('{') {
        line.bytes.extend_from_slice(before.as_bytes());
        if let Some(after) = after.strip_prefix('{') {
            line.bytes.push(b'{');
            rest = after;
            continue;
        }
        let Some((mark, after)) = after.split_once('}') else { break };
        rest = after;
        match mark {
            "|" => line.text = line.bytes.len(),
            "=" => {
                line.end = Some(line.bytes.len());
                line.text = line.bytes.len();
            }
            _ => put(mark, columns, &mut line.bytes),
        }
    }
    line.bytes.extend_from_slice(rest.as_bytes());
    line
}

fn put(mark: &str, columns: &impl Columns, out: &mut Vec<u8>) {
    if let Some(form) = mark.strip_prefix("time:") {
        if let (Some(form), Some(micros)) = (Form::parse(form), columns.micros()) {
            // A time outside the calendar was not written in this form.
            let _ = form.write(micros, out);
        }
    } else if let Some(byte) =
        mark.strip_prefix('x').and_then(|hex| u8::from_str_radix(hex, 16).ok())
    {
        out.push(byte);
    } else {
        columns.value(mark, out);
    }
}

#[cfg(test)]
mod tests {
    use postlens_syntax::Time;

    use super::{Columns, Values, layout, rebuild};

    struct Given<'a>(&'a [(&'static str, &'a str)], Option<i64>);

    impl Columns for Given<'_> {
        fn value(&self, name: &str, out: &mut Vec<u8>) {
            let found = self.0.iter().find(|(known, _)| *known == name);
            out.extend_from_slice(found.unwrap().1.as_bytes());
        }

        fn micros(&self) -> Option<i64> {
            self.1
        }
    }

    #[track_caller]
    fn check(line: &[u8], text: &[u8], given: &[(&'static str, &str)], expected: &str) {
        let time = Time { micros: 1_793_773_501_000_000, offset: 3600 };
        let mut values = Values::default();
        for (name, value) in given {
            values.push(name, value.as_bytes());
        }
        let layout = layout(line, Some(time), text, &mut values);
        assert_eq!(layout, expected);
        let rebuilt = rebuild(&layout, &Given(given, Some(time.micros)));
        assert_eq!((&**rebuilt.line(), &**rebuilt.text()), (line, text));
    }

    #[test]
    fn a_line_is_marks_and_what_no_column_says() {
        check(
            b"Nov  4 07:25:01 mx postfix/smtp[25]: 4jW: to=<a@example.org>, relay=b[192.0.2.25]:25",
            b"to=<a@example.org>, relay=b[192.0.2.25]:25",
            &[
                ("host", "mx"),
                ("program", "postfix/smtp"),
                ("pid", "25"),
                ("queue_id", "4jW"),
                ("recipient", "a@example.org"),
                ("relay_name", "b"),
                ("relay_address", "192.0.2.25"),
                ("relay_port", "25"),
            ],
            "{time:b+3600} {host} {program}[{pid}]: {queue_id}: {|}to=<{recipient}>, \
             relay={relay_name}[{relay_address}]:{relay_port}",
        );
    }

    #[test]
    fn any_bytes_come_back() {
        check(b"<22>1 a {x} \xff}", b"{x} \xff}", &[("host", "a")], "<22>1 {host} {|}{{x} {xFF}}");
        check(b"{", b"other", &[], "{{{=}other");
        check(b"", b"", &[("host", "")], "{|}");
    }
}
