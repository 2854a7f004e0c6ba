//! Where a field begins and ends when strangers wrote the text around it.
//!
//! A word like `, ip=[` that marks a field may also stand inside a user name or a
//! Message-ID. A grammar here therefore either reads from the side where nothing
//! foreign stands, or asks for the *only* place of a mark: where there are two, the
//! fields around it are left out, since a missing field is better than a forged one.

use bstr::{BStr, ByteSlice};

use crate::address::parse_ip;

/// Splits at the only `mark` in `text`; `None` without one or with several.
pub(super) fn only<'a>(text: &'a [u8], mark: &str) -> Option<(&'a [u8], &'a [u8])> {
    let (before, after) = text.split_once_str(mark)?;
    // A second mark may overlap the first one's end, so look from just behind its start.
    let rest = text.get(before.len() + 1..)?;
    (!rest.contains_str(mark)).then_some((before, after))
}

/// `text` without `open` at its start and `close` at its end.
pub(super) fn within<'a>(text: &'a [u8], open: &str, close: &str) -> Option<&'a [u8]> {
    text.strip_prefix(open.as_bytes())?.strip_suffix(close.as_bytes())
}

/// Whether `text` is an IP address.
pub(super) fn is_ip(text: &[u8]) -> bool {
    // The longest address has 45 characters; a zone may follow.
    text.len() <= 64 && parse_ip(text).is_some()
}

/// An address as other programs write it: an IPv4 address mapped into IPv6
/// (`::ffff:192.0.2.1`) loses the mapping, as Postfix does it too.
pub(super) fn address(text: &[u8]) -> Option<&BStr> {
    let plain = text
        .strip_prefix(b"::ffff:")
        .or_else(|| text.strip_prefix(b"IPv6:"))
        .filter(|rest| is_ip(rest))
        .unwrap_or(text);
    is_ip(plain).then_some(BStr::new(plain))
}

/// A whole decimal number.
pub(super) fn number<N: std::str::FromStr>(text: &[u8]) -> Option<N> {
    // `FromStr` would take a sign as well.
    if !text.first()?.is_ascii_digit() {
        return None;
    }
    text.to_str().ok()?.parse().ok()
}

/// The leading bytes that `keep` accepts, and the rest.
pub(super) fn span(text: &[u8], keep: impl Fn(u8) -> bool) -> (&[u8], &[u8]) {
    let end = text.iter().position(|&byte| !keep(byte)).unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, &[]))
}

/// Whether `text` is a non-empty decimal number with an optional sign: a score.
pub(super) fn is_score(text: &[u8]) -> bool {
    let digits = text.strip_prefix(b"-").unwrap_or(text);
    !digits.is_empty() && digits.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.')
}

/// `None` for empty text.
pub(super) fn some(text: &[u8]) -> Option<&BStr> {
    (!text.is_empty()).then_some(BStr::new(text))
}

#[cfg(test)]
mod tests {
    use super::{address, number, only};

    #[test]
    fn several_marks_are_none() {
        assert_eq!(only(b"a, b", ", "), Some((&b"a"[..], &b"b"[..])));
        assert_eq!(only(b"a, b, c", ", "), None);
        assert_eq!(only(b"a;;;b", ";;"), None);
        assert_eq!(only(b"a", ", "), None);
    }

    #[test]
    fn addresses_and_numbers() {
        assert_eq!(address(b"::ffff:192.0.2.1").unwrap(), "192.0.2.1");
        assert_eq!(address(b"IPv6:2001:db8::1").unwrap(), "2001:db8::1");
        assert_eq!(address(b"example.com"), None);
        assert_eq!(number::<u32>(b"17"), Some(17));
        assert_eq!(number::<i64>(b"+17"), None);
        assert_eq!(number::<u8>(b"256"), None);
    }
}
