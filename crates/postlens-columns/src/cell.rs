//! One value of a row.

use std::borrow::Cow;
use std::fmt::Write as _;

use bstr::BStr;
use postlens_syntax::{Delay, Time};

/// One value.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Cell<'a> {
    /// Absent: the log does not say.
    #[default]
    Null,
    /// A text of the log, any bytes.
    Text(&'a BStr),
    /// A text that was made.
    Made(String),
    /// A whole number.
    Int(i64),
    /// Seconds.
    Seconds(Delay),
    /// A point in time.
    Time(Time),
    /// Yes or no.
    Bool(bool),
}

impl Cell<'_> {
    /// The text of a cell that holds one.
    pub fn as_text(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Text(bytes) => Some(text(bytes)),
            Self::Made(made) => Some(Cow::Borrowed(made)),
            _ => None,
        }
    }
}

/// Bytes of a log as text that every format can hold: what is no UTF-8, and the zero byte,
/// become `\xNN`.
pub fn text(bytes: &[u8]) -> Cow<'_, str> {
    if let Ok(text) = std::str::from_utf8(bytes)
        && !bytes.contains(&0)
    {
        return Cow::Borrowed(text);
    }
    let mut made = String::with_capacity(bytes.len() + 8);
    for chunk in bytes.utf8_chunks() {
        for char in chunk.valid().chars() {
            match char {
                '\0' => made.push_str("\\x00"),
                char => made.push(char),
            }
        }
        for byte in chunk.invalid() {
            // Writing to memory does not fail.
            let _ = write!(made, "\\x{byte:02X}");
        }
    }
    Cow::Owned(made)
}

impl<'a, T: Into<Cell<'a>>> From<Option<T>> for Cell<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl<'a> From<&'a BStr> for Cell<'a> {
    fn from(text: &'a BStr) -> Self {
        Self::Text(text)
    }
}

impl From<&'static str> for Cell<'_> {
    fn from(text: &'static str) -> Self {
        Self::Text(BStr::new(text))
    }
}

impl From<String> for Cell<'_> {
    fn from(text: String) -> Self {
        Self::Made(text)
    }
}

impl From<i64> for Cell<'_> {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<u64> for Cell<'_> {
    fn from(number: u64) -> Self {
        Self::Int(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

impl From<u32> for Cell<'_> {
    fn from(number: u32) -> Self {
        Self::Int(i64::from(number))
    }
}

impl From<u16> for Cell<'_> {
    fn from(number: u16) -> Self {
        Self::Int(i64::from(number))
    }
}

impl From<Delay> for Cell<'_> {
    fn from(delay: Delay) -> Self {
        Self::Seconds(delay)
    }
}

impl From<Time> for Cell<'_> {
    fn from(time: Time) -> Self {
        Self::Time(time)
    }
}

impl From<bool> for Cell<'_> {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

#[cfg(test)]
mod tests {
    use super::text;

    #[test]
    fn any_bytes_are_text() {
        assert_eq!(text("grüße".as_bytes()), "grüße");
        assert_eq!(text(b"a\xff\0b"), "a\\xFF\\x00b");
    }
}
