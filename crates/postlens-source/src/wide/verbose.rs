//! `journalctl -o verbose`: for each record a line with its time and cursor, then its
//! fields, indented.
//!
//! ```text
//! Tue 2026-11-24 06:26:00.906411 UTC [s=acbb;i=6;b=d2aa;m=2228;t=660f;x=7194]
//!     MESSAGE=removed
//!     SYSLOG_IDENTIFIER=postfix/qmgr
//! ```
//! A value's further lines are indented more. Fields and records are those of the export
//! format, whose decoder does the rest.

use postlens_syntax::canonical::ExportDecoder;

/// Decodes the fields of records.
#[derive(Debug, Default)]
pub(crate) struct VerboseDecoder {
    export: ExportDecoder,
    /// The line so far.
    line: Vec<u8>,
    /// The field so far, which the next line may go on with.
    field: Vec<u8>,
    /// Whether a record has begun.
    begun: bool,
}

/// The longest line that is kept; longer ones are cut.
const LONGEST: usize = 1 << 20;
/// How fields are indented.
const INDENT: &[u8] = b"    ";

impl VerboseDecoder {
    pub(crate) fn push(&mut self, mut input: &[u8], out: &mut Vec<u8>) {
        while let Some(end) = memchr::memchr(b'\n', input) {
            self.keep(input.get(..end).unwrap_or_default());
            self.end_of_line(out);
            input = input.get(end + 1..).unwrap_or_default();
        }
        self.keep(input);
    }

    pub(crate) fn finish(&mut self, out: &mut Vec<u8>) {
        if !self.line.is_empty() {
            self.end_of_line(out);
        }
        self.end_of_field(out);
        self.export.finish(out);
    }

    fn keep(&mut self, part: &[u8]) {
        let room = LONGEST.saturating_sub(self.line.len()).min(part.len());
        self.line.extend_from_slice(part.get(..room).unwrap_or_default());
    }

    fn end_of_line(&mut self, out: &mut Vec<u8>) {
        let mut line = std::mem::take(&mut self.line);
        match line.strip_prefix(INDENT).filter(|_| self.begun) {
            Some([b' ' | b'\t', more @ ..]) if !self.field.is_empty() => {
                self.field.push(b' ');
                self.field.extend_from_slice(more.trim_ascii_start());
            }
            Some(field) => {
                self.end_of_field(out);
                if memchr::memchr(b'=', field).is_some() {
                    self.field.extend_from_slice(field);
                }
            }
            None => self.head(&line, out),
        }
        line.clear();
        self.line = line;
    }

    fn end_of_field(&mut self, out: &mut Vec<u8>) {
        if !self.field.is_empty() {
            self.field.push(b'\n');
            self.export.push(&self.field, out);
            self.field.clear();
        }
    }

    /// A line that is no field ends the record before it.
    fn head(&mut self, line: &[u8], out: &mut Vec<u8>) {
        self.end_of_field(out);
        self.export.push(b"\n", out);
        if !is_head(line) {
            // Nothing is left out silently.
            out.extend_from_slice(line);
            out.push(b'\n');
            return;
        }
        self.begun = true;
        // Of programs that logged without syslog, the record holds no other time.
        let mut words = line.split(|byte| *byte == b' ').skip(1);
        if let (Some(date), Some(time), Some(zone)) = (words.next(), words.next(), words.next()) {
            let zone: &[u8] = if zone == b"UTC" { b"Z" } else { b"" };
            self.export.push(&[b"timestamp=", date, b"T", time, zone, b"\n"].concat(), out);
        }
    }
}

/// Whether a stream may be in this form. The line before the first record, which journalctl
/// wrote up to version 250, stands before other forms too; their lines pass as they are.
pub(super) fn recognizes(start: &[u8]) -> bool {
    is_head(start)
        || start.starts_with(b"-- Logs begin at ")
        || start.starts_with(b"-- Journal begins at ")
}

/// Whether a line begins as a record's first: day of the week, date, time, zone, cursor.
fn is_head(line: &[u8]) -> bool {
    let line = line.get(..48).unwrap_or(line);
    matches!(line, [_, _, _, b' ', a, b, c, d, b'-', ..]
        if [a, b, c, d].iter().all(|byte| byte.is_ascii_digit()))
        && memchr::memmem::find(line, b" [s=").is_some()
}

#[cfg(test)]
mod tests {
    use super::VerboseDecoder;

    #[test]
    fn lines_of_other_forms_pass() {
        let text = b"-- Logs begin at Tue 2026-11-24 06:26:00 UTC, end at x. --\n\
            Nov 24 06:26:00 mx postfix/qmgr[7]: removed\n        more=1\n\n";
        let (mut decoder, mut out) = (VerboseDecoder::default(), Vec::new());
        decoder.push(text, &mut out);
        decoder.finish(&mut out);
        assert_eq!(String::from_utf8_lossy(&out), String::from_utf8_lossy(text));
    }

    #[test]
    fn records_become_lines() {
        let text = b"Tue 2026-11-24 06:26:00.906411 UTC [s=a;i=6]\n    PRIORITY=6\n    \
            MESSAGE=one\n            two\n    SYSLOG_IDENTIFIER=postfix/qmgr\n    _PID=7\n\
            -- Boot 1 --\n\
            Tue 2026-11-24 06:26:01.906411 JST [s=a;i=7]\n    MESSAGE=removed\n    \
            SYSLOG_IDENTIFIER=postfix/qmgr\n    _SOURCE_REALTIME_TIMESTAMP=1795501560906411";
        let expected = "<22>1 2026-11-24T06:26:00.906411Z - postfix/qmgr 7 - - one two\n\
            -- Boot 1 --\n\
            1 2026-11-24T06:26:00.906411Z - postfix/qmgr - - - removed\n";
        for size in [1, 7, 1000] {
            let (mut decoder, mut out) = (VerboseDecoder::default(), Vec::new());
            for piece in text.chunks(size) {
                decoder.push(piece, &mut out);
            }
            decoder.finish(&mut out);
            assert_eq!(String::from_utf8_lossy(&out), expected, "{size}");
        }
    }
}
