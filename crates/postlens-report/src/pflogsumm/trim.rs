//! Reasons made short enough for a row.

use bstr::{BStr, ByteSlice};

use super::order::is_space;

/// Cut to so many bytes, the last three of them dots.
pub(super) fn cut(text: &[u8], longest: usize) -> Vec<u8> {
    if text.len() <= longest {
        return text.to_vec();
    }
    let mut cut = text.get(..longest - 3).unwrap_or_default().to_vec();
    cut.extend_from_slice(b"...");
    cut
}

/// Cut from the left at what other hosts said and at colons, as long as it is too long;
/// then from the right.
pub(super) fn shorten(text: &[u8], longest: usize) -> Vec<u8> {
    const SAID: &str = " said: ";
    let mut rest = text;
    while rest.len() > longest {
        let next = match rest.rfind(SAID) {
            Some(at) => rest.get(at + SAID.len()..),
            None => rest.find_byte(b':').and_then(|at| rest.get(at + 1..)).map(after_spaces),
        };
        match next {
            Some(next) => rest = next,
            None => return cut(rest, longest),
        }
    }
    rest.to_vec()
}

fn after_spaces(text: &[u8]) -> &[u8] {
    let spaces = text.iter().take_while(|byte| **byte == b' ').count();
    text.get(spaces..).unwrap_or_default()
}

/// Without the reply code that it begins with.
pub(super) fn without_code(text: &[u8]) -> &[u8] {
    match text {
        [a, b, c, b' ', rest @ ..] if [a, b, c].iter().all(|byte| byte.is_ascii_digit()) => rest,
        _ => text,
    }
}

/// The reason of a deferral.
pub(super) fn deferral(reason: &[u8]) -> Vec<u8> {
    let reason = shorten(reason, 65);
    let reason = without_code(&reason);
    reason.strip_prefix(b"connect to ").unwrap_or(reason).to_vec()
}

/// The reason of a bounce.
pub(super) fn bounce(reason: &[u8]) -> Vec<u8> {
    without_code(&shorten(reason, 66)).to_vec()
}

/// The next word's length.
pub(super) fn word(text: &[u8]) -> usize {
    text.iter().take_while(|byte| !is_space(**byte)).count()
}

/// The text up to a byte or to its end.
pub(super) fn until(text: &[u8], byte: u8) -> &BStr {
    text.find_byte(byte).and_then(|at| text.get(..at)).unwrap_or(text).as_bstr()
}

#[cfg(test)]
mod tests {
    use super::{bounce, cut, deferral};

    #[test]
    fn long_reasons_lose_their_beginning_first() {
        let said = "host mx.example.com[192.0.2.1] said: 450 4.2.0 <a@example.com>: Greylisted, try again later";
        assert_eq!(
            deferral(said.as_bytes()),
            b"4.2.0 <a@example.com>: Greylisted, try again later"
        );
        let connect = "connect to mx.example.com[192.0.2.1]:25: Connection refused";
        assert_eq!(
            deferral(connect.as_bytes()),
            b"mx.example.com[192.0.2.1]:25: Connection refused"
        );
        let long = "x".repeat(70);
        assert_eq!(bounce(long.as_bytes()), format!("{}...", "x".repeat(63)).into_bytes());
        assert_eq!(cut(b"abcdef", 5), b"ab...");
    }
}
