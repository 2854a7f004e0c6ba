//! Bytes that a line must have to be worth a closer look.

use std::fmt::Write;

/// What every text that a filter matches holds, as a regular expression over bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Needle {
    /// Matches nothing that has a line feed in it.
    pub(crate) expression: String,
    /// How many bytes it tells at least; the more, the fewer lines have them by chance.
    pub(crate) length: usize,
}

/// Fewer bytes are in too many lines.
const SHORTEST: usize = 3;

impl Needle {
    /// These bytes.
    pub(crate) fn exact(bytes: &[u8]) -> Option<Self> {
        Self::expression(escape(bytes), bytes.len())
    }

    /// These bytes, without regard to the case of letters.
    pub(crate) fn folded(bytes: &[u8]) -> Option<Self> {
        if bytes.iter().all(|byte| !byte.is_ascii_alphabetic()) && bytes.is_ascii() {
            return Self::exact(bytes);
        }
        // Case of other letters than ASCII's: by the text's own characters.
        let flags = if bytes.is_ascii() { "i-u" } else { "i" };
        let text = String::from_utf8(bytes.to_vec()).ok()?;
        Self::expression(format!("(?{flags}:{})", regex::escape(&text)), bytes.len())
    }

    /// What an expression of at least so many bytes matches.
    pub(crate) fn expression(expression: String, length: usize) -> Option<Self> {
        (length >= SHORTEST).then_some(Self { expression, length })
    }

    /// One of two.
    pub(crate) fn or(self, other: &Self) -> Self {
        Self {
            expression: format!("{}|{}", self.expression, other.expression),
            length: self.length.min(other.length),
        }
    }
}

fn escape(bytes: &[u8]) -> String {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return regex::escape(text);
    }
    let mut out = String::from("(?-u:");
    for byte in bytes {
        let _ = write!(out, "\\x{byte:02x}");
    }
    out.push(')');
    out
}
