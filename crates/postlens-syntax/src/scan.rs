//! Small steps over byte slices that the grammars share.

use bstr::BStr;

use crate::event::ReplyCodes;

/// The first place of a byte. Fields are so short that looking at eight bytes at a time,
/// inline, beats calling the vectorised search; that one takes over further right.
#[inline]
pub(crate) fn position(byte: u8, text: &[u8]) -> Option<usize> {
    const NEAR: usize = 32;
    const ONES: u64 = u64::from_le_bytes([0x01; 8]);
    const HIGHS: u64 = u64::from_le_bytes([0x80; 8]);
    let pattern = u64::from_le_bytes([byte; 8]);
    let mut rest = text;
    let mut at = 0;
    while at < NEAR {
        let Some((word, after)) = rest.split_first_chunk::<8>() else {
            return rest.iter().position(|b| *b == byte).map(|found| at + found);
        };
        // Bytes that are equal become zero, and the lowest zero byte is found by the
        // borrow that it causes.
        let differences = u64::from_le_bytes(*word) ^ pattern;
        let zeros = differences.wrapping_sub(ONES) & !differences & HIGHS;
        if zeros != 0 {
            return Some(at + (zeros.trailing_zeros() / 8) as usize);
        }
        rest = after;
        at += 8;
    }
    memchr::memchr(byte, rest).map(|found| at + found)
}

/// The first place of a short needle: its first byte is looked for, or its second
/// where the first is a blank, which a line has many of.
#[expect(clippy::inline_always, reason = "with the needle known it is a few instructions")]
#[inline(always)]
pub(crate) fn find<const N: usize>(text: &[u8], needle: &[u8; N]) -> Option<usize> {
    let (anchor, shift) = match needle.as_slice() {
        [b' ', second, ..] => (*second, 1),
        [first, ..] => (*first, 0),
        [] => return Some(0),
    };
    let mut from = shift;
    loop {
        let at = from + position(anchor, text.get(from..)?)?;
        if text.get(at - shift..)?.starts_with(needle) {
            return Some(at - shift);
        }
        from = at + 1;
    }
}

/// The last place of a short needle.
pub(crate) fn rfind<const N: usize>(text: &[u8], needle: &[u8; N]) -> Option<usize> {
    let (anchor, shift) = match needle.as_slice() {
        [b' ', second, ..] => (*second, 1),
        [first, ..] => (*first, 0),
        [] => return Some(text.len()),
    };
    let mut end = text.len();
    loop {
        let at = memchr::memrchr(anchor, text.get(..end)?)?;
        if let Some(start) = at.checked_sub(shift)
            && text.get(start..)?.starts_with(needle)
        {
            return Some(start);
        }
        end = at;
    }
}

/// Cuts `text` at the first `needle`: what is before and what is after it.
#[expect(clippy::inline_always, reason = "with the needle known it is a few instructions")]
#[inline(always)]
pub(crate) fn cut<'a, const N: usize>(
    text: &'a [u8],
    needle: &[u8; N],
) -> Option<(&'a [u8], &'a [u8])> {
    let at = find(text, needle)?;
    Some((text.get(..at)?, text.get(at + needle.len()..)?))
}

/// Cuts `text` at the last `needle`.
pub(crate) fn rcut<'a, const N: usize>(
    text: &'a [u8],
    needle: &[u8; N],
) -> Option<(&'a [u8], &'a [u8])> {
    let at = rfind(text, needle)?;
    Some((text.get(..at)?, text.get(at + needle.len()..)?))
}

/// A whole text of decimal digits.
pub(crate) fn number(text: &[u8]) -> Option<u64> {
    if text.is_empty() {
        return None;
    }
    text.iter().try_fold(0u64, |sum, byte| {
        let digit = byte.is_ascii_digit().then(|| u64::from(byte - b'0'))?;
        sum.checked_mul(10)?.checked_add(digit)
    })
}

/// Leading decimal digits and what follows them.
#[inline]
pub(crate) fn leading_number(text: &[u8]) -> Option<(u64, &[u8])> {
    let mut sum = 0u64;
    let mut rest = text;
    while let [digit @ b'0'..=b'9', after @ ..] = rest {
        let digit = u64::from(digit - b'0');
        // Eighteen digits always fit, so that only those of longer numbers are checked.
        sum = if text.len() - rest.len() < 18 {
            sum * 10 + digit
        } else {
            sum.checked_mul(10)?.checked_add(digit)?
        };
        rest = after;
    }
    (rest.len() < text.len()).then_some((sum, rest))
}

/// Reads `<address>` at the left of `text` and returns the address without its
/// brackets, and what follows. A quoted local part (RFC 5322, section 3.2.4) may hold
/// anything, also `>`; `then` says whether what follows the closing bracket can be
/// right, which decides where an unquoted address with brackets in it ends
/// (`info_log_address_format = internal`). Old versions and anonymisers leave the
/// brackets out: then the address ends where `bare_end` begins.
pub(crate) fn bracketed<'a, const N: usize>(
    text: &'a [u8],
    bare_end: &[u8; N],
    then: impl Fn(&'a [u8]) -> bool,
) -> Option<(&'a BStr, &'a [u8])> {
    let Some(inner) = text.strip_prefix(b"<") else {
        let end = if bare_end.is_empty() { text.len() } else { find(text, bare_end)? };
        let (address, rest) = text.split_at_checked(end)?;
        return then(rest).then_some((BStr::new(address), rest));
    };
    let mut from = quoted_length(inner);
    // A hostile address may hold many brackets; a real one holds few.
    for _ in 0..32 {
        let close = from + memchr::memchr(b'>', inner.get(from..)?)?;
        let rest = inner.get(close + 1..)?;
        if then(rest) {
            return Some((BStr::new(inner.get(..close)?), rest));
        }
        from = close + 1;
    }
    None
}

/// The length of a leading quoted string with its quotes; 0 without one.
fn quoted_length(text: &[u8]) -> usize {
    if text.first() != Some(&b'"') {
        return 0;
    }
    let mut at = 1;
    while let Some(next) = text.get(at..).and_then(|rest| memchr::memchr2(b'"', b'\\', rest)) {
        at += next;
        if text.get(at) == Some(&b'"') {
            return at + 1;
        }
        at += 2;
    }
    0
}

/// The reply code and enhanced status code at the left of an SMTP reply.
pub(crate) fn reply_codes(reply: &[u8]) -> ReplyCodes<'_> {
    let Some((digits, rest)) = reply.split_at_checked(3) else { return ReplyCodes::default() };
    let ends = matches!(rest.first(), None | Some(b' ' | b'-'));
    let code = number(digits).filter(|code| ends && (200..600).contains(code));
    let Some(code) = code.and_then(|code| u16::try_from(code).ok()) else {
        return ReplyCodes { code: None, dsn: leading_dsn(reply) };
    };
    ReplyCodes { code: Some(code), dsn: rest.get(1..).and_then(leading_dsn) }
}

/// An enhanced status code (`5.7.1`, also `4.7.650`) at the left of a text.
pub(crate) fn leading_dsn(text: &[u8]) -> Option<&BStr> {
    let end = text.iter().position(|byte| *byte == b' ').unwrap_or(text.len());
    let word = text.get(..end)?;
    is_dsn(word).then_some(BStr::new(word))
}

/// Whether the whole text is an enhanced status code: class 2, 4 or 5, subject and
/// detail of one to three digits (RFC 3463, section 2).
pub(crate) fn is_dsn(word: &[u8]) -> bool {
    matches!(word.first(), Some(b'2' | b'4' | b'5')) && is_status(word)
}

/// Whether the whole text has the shape of an enhanced status code of any class.
pub(crate) fn is_status(word: &[u8]) -> bool {
    if let [class, b'.', subject, b'.', detail] = word {
        return [class, subject, detail].iter().all(|digit| digit.is_ascii_digit());
    }
    let part = |text: &[u8]| (1..=3).contains(&text.len()) && text.iter().all(u8::is_ascii_digit);
    let rest = match word.split_first() {
        Some((class, rest)) if class.is_ascii_digit() => rest.strip_prefix(b"."),
        _ => None,
    };
    rest.and_then(|rest| cut(rest, b"."))
        .is_some_and(|(subject, detail)| part(subject) && part(detail))
}

#[cfg(test)]
mod tests {
    use bstr::ByteSlice;
    use proptest::prelude::*;

    use super::{bracketed, find, is_dsn, position, reply_codes, rfind};

    fn check<const N: usize>(text: &[u8], needle: [u8; N]) -> Result<(), TestCaseError> {
        prop_assert_eq!(find(text, &needle), text.find(needle));
        prop_assert_eq!(rfind(text, &needle), text.rfind(needle));
        Ok(())
    }

    proptest! {
        #[test]
        fn searches_agree_with_the_plain_ones(
            text in prop::collection::vec(prop::sample::select(&b" ,ab\x80\x00"[..]), 0..80),
            [a, b, c] in prop::array::uniform3(prop::sample::select(&b" ,ab\x80\x00"[..])),
        ) {
            prop_assert_eq!(position(a, &text), text.find_byte(a));
            check(&text, [])?;
            check(&text, [a])?;
            check(&text, [a, b])?;
            check(&text, [a, b, c])?;
        }
    }

    #[test]
    fn addresses_with_brackets_inside() {
        let comma = |rest: &[u8]| rest.starts_with(b", relay=");
        let read = |text: &'static str| {
            bracketed(text.as_bytes(), b", ", comma).map(|(address, _)| address.to_string())
        };
        assert_eq!(read("<a@example.com>, relay=x").unwrap(), "a@example.com");
        assert_eq!(read("<\"quo > ted\"@q.example>, relay=x").unwrap(), "\"quo > ted\"@q.example");
        assert_eq!(
            read("<\"a\\\">, relay=\"@q.example>, relay=x").unwrap(),
            "\"a\\\">, relay=\"@q.example"
        );
        assert_eq!(read("<a>b@q.example>, relay=x").unwrap(), "a>b@q.example");
        assert_eq!(read("<>, relay=x").unwrap(), "");
        assert_eq!(read("a@example.com, relay=x").unwrap(), "a@example.com");
        assert_eq!(read("<a@example.com"), None);
    }

    #[test]
    fn codes() {
        let codes = reply_codes(b"550 5.7.1 no");
        assert_eq!((codes.code, codes.dsn.unwrap().to_string()), (Some(550), "5.7.1".to_owned()));
        assert_eq!(reply_codes(b"421-4.7.650 slow").dsn.unwrap(), "4.7.650");
        assert_eq!(reply_codes(b"5.7.1 blocked").dsn.unwrap(), "5.7.1");
        assert_eq!(reply_codes(b"2500 x").code, None);
        assert!(!is_dsn(b"1.2.3") && !is_dsn(b"5.1") && !is_dsn(b"5.1234.1"));
    }
}
