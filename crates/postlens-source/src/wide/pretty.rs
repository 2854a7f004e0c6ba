//! `journalctl -o json-pretty`: an object of many lines for each record.
//!
//! ```text
//! {
//! \t"MESSAGE" : "removed",
//! \t"_PID" : "7"
//! }
//! ```
//! Line feeds within a record become blanks, so that it is a line of JSON like any other
//! and no offset moves.

/// Joins the lines of records.
#[derive(Debug)]
pub(crate) struct PrettyDecoder {
    /// At the beginning of a line.
    fresh: bool,
    /// In a record.
    open: bool,
    /// In a line that ends what it belongs to.
    last: bool,
}

impl Default for PrettyDecoder {
    fn default() -> Self {
        Self { fresh: true, open: false, last: false }
    }
}

impl PrettyDecoder {
    /// Whether a stream begins with a brace that has a line for itself, and a field.
    pub(crate) fn recognizes(start: &[u8]) -> bool {
        start.starts_with(b"{\n\t\"") || start.starts_with(b"{\r\n\t\"")
    }

    pub(crate) fn push(&mut self, input: &[u8], out: &mut Vec<u8>) {
        for &byte in input {
            if self.fresh {
                self.begin(byte, out);
            }
            self.fresh = byte == b'\n';
            if byte == b'\n' && !self.last {
                out.push(b' ');
            } else {
                out.push(byte);
            }
            if byte == b'\n' {
                self.open &= !self.last;
            }
        }
    }

    /// Begins a line: only a record's inner lines are indented.
    fn begin(&mut self, first: u8, out: &mut Vec<u8>) {
        let is_inner = matches!(first, b'\t' | b' ' | b'}' | b'\n' | b'\r');
        if self.open && !is_inner {
            // The record before was cut off.
            out.push(b'\n');
            self.open = false;
        }
        self.last = match first {
            b'{' => false,
            b'}' => true,
            _ => !self.open,
        };
        self.open |= first == b'{';
    }
}

#[cfg(test)]
mod tests {
    use super::PrettyDecoder;

    #[test]
    fn records_become_lines() {
        let text = b"{\n\t\"A\" : [\n\t\t1\n\t]\n}\n{\n\t\"B\" : 2\n}\nother\n{\n\t\"C\n{\n}\n";
        let expected = b"{ \t\"A\" : [ \t\t1 \t] }\n{ \t\"B\" : 2 }\nother\n{ \t\"C \n{ }\n";
        for size in [1, 3, 100] {
            let (mut decoder, mut out) = (PrettyDecoder::default(), Vec::new());
            for piece in text.chunks(size) {
                decoder.push(piece, &mut out);
            }
            assert_eq!(bstr_of(&out), bstr_of(expected), "{size}");
        }
    }

    fn bstr_of(bytes: &[u8]) -> String {
        String::from_utf8_lossy(bytes).into_owned()
    }
}
