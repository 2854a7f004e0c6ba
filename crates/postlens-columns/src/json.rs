//! JSON without building it in memory first.

use std::fmt::Write as _;

/// Appends a text with its quotes and escapes (RFC 8259, section 7).
pub fn escape(text: &str, out: &mut String) {
    out.push('"');
    for char in text.chars() {
        match char {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            // Writing to memory does not fail.
            '\0'..='\x1f' | '\x7f' => drop(write!(out, "\\u{:04x}", u32::from(char))),
            _ => out.push(char),
        }
    }
    out.push('"');
}

/// An object that is being written.
#[derive(Debug, Clone)]
pub(crate) struct Object {
    out: String,
}

impl Object {
    pub(crate) fn new() -> Self {
        Self { out: String::from("{") }
    }

    fn name(&mut self, name: &str) {
        if self.out.len() > 1 {
            self.out.push(',');
        }
        self.out.extend(["\"", name, "\":"]);
    }

    pub(crate) fn text(&mut self, name: &str, value: Option<&[u8]>) {
        self.name(name);
        match value {
            Some(bytes) => escape(&crate::text(bytes), &mut self.out),
            None => self.out.push_str("null"),
        }
    }

    pub(crate) fn plain(&mut self, name: &str, value: impl std::fmt::Display) {
        self.name(name);
        let _ = write!(self.out, "{value}");
    }

    pub(crate) fn finish(mut self) -> String {
        self.out.push('}');
        self.out
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn escapes() {
        let mut out = String::new();
        super::escape("a\"\\\n\u{1}é", &mut out);
        assert_eq!(out, r#""a\"\\\n\u0001é""#);
    }
}
