//! Log text on its way to a terminal or into JSON.

use std::fmt::Write;

use bstr::{BStr, ByteSlice};

/// Log text with nothing in it that a terminal would act on: control characters and
/// bytes that are no UTF-8 become `\xNN`, characters that change the direction of
/// writing or have no width become `\u{N}`.
pub fn printable(text: &BStr) -> String {
    let mut out = String::with_capacity(text.len());
    for (start, end, character) in text.char_indices() {
        let replaced = character == char::REPLACEMENT_CHARACTER;
        let bytes = text.get(start..end).unwrap_or_default();
        if replaced && bytes != "\u{fffd}".as_bytes() || character.is_control() {
            for byte in bytes {
                let _ = write!(out, "\\x{byte:02X}");
            }
        } else if is_deceptive(character) {
            let _ = write!(out, "\\u{{{:X}}}", u32::from(character));
        } else {
            out.push(character);
        }
    }
    out
}

/// Log text for JSON: bytes that are no UTF-8 become `\xNN`; the JSON writer escapes
/// the rest.
pub fn lossless(text: &BStr) -> String {
    if let Ok(text) = text.to_str() {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len() + 16);
    for chunk in text.utf8_chunks() {
        out.push_str(chunk.valid());
        for byte in chunk.invalid() {
            let _ = write!(out, "\\x{byte:02X}");
        }
    }
    out
}

/// Direction overrides and isolates, zero-width characters, line separators.
fn is_deceptive(character: char) -> bool {
    matches!(
        u32::from(character),
        0x200B..=0x200F | 0x2028..=0x202E | 0x2060..=0x2069 | 0xFEFF | 0x061C
    )
}

#[cfg(test)]
mod tests {
    use bstr::BStr;

    use super::{lossless, printable};

    #[test]
    fn terminals_are_safe() {
        let hostile = BStr::new(b"a\x1b[2Jb\x07\xff\xc3\xa9\xe2\x80\xae\n");
        assert_eq!(printable(hostile), "a\\x1B[2Jb\\x07\\xFFé\\u{202E}\\x0A");
    }

    #[test]
    fn json_loses_nothing() {
        assert_eq!(lossless(BStr::new(b"a\xffb")), "a\\xFFb");
        assert_eq!(lossless(BStr::new("é".as_bytes())), "é");
    }
}
