//! Reasons without the parts that make each one unique.

use bstr::{BStr, ByteSlice};

/// The most bytes of a reason.
const LONGEST: usize = 120;

/// Writes `text` to `out` without addresses, numbers and names that vary from line to
/// line, so that equal reasons are equal texts: what stands in angle brackets becomes
/// `<>`, in square brackets `[]`; words that hold digits among letters, and long
/// numbers, become `*`. A reply's leading codes stay.
pub fn normalize(text: &[u8], out: &mut Vec<u8>) {
    out.clear();
    let mut rest = text;
    let mut codes = true;
    while !rest.is_empty() && out.len() < LONGEST {
        let (mut digits, mut is_address) = (0, false);
        let ends = |byte: &u8| {
            match byte {
                b' ' | b'<' | b'[' => return true,
                b'0'..=b'9' => digits += 1,
                b'@' => is_address = true,
                _ => {}
            }
            false
        };
        let end = rest.iter().position(ends).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        if !word.is_empty() {
            // A word that looks like an identifier, an address or a number of its own.
            let varies = is_address || digits >= 4 || (digits >= 2 && word.len() >= 8);
            if varies && !(codes && is_code(word)) {
                push_word(out, b"*", word);
            } else {
                out.extend_from_slice(word);
            }
            codes = codes && is_code(word);
        }
        rest = match after.first() {
            Some(b'<') => bracketed(after, b'>', b"<>", out),
            Some(b'[') => bracketed(after, b']', b"[]", out),
            Some(_) => {
                if !out.ends_with(b" ") {
                    out.push(b' ');
                }
                after.get(1..).unwrap_or_default()
            }
            None => after,
        };
    }
    if out.len() > LONGEST {
        let cut = BStr::new(out).char_indices().map(|(start, _, _)| start);
        let end = cut.take_while(|start| *start <= LONGEST).last().unwrap_or(LONGEST);
        out.truncate(end);
        out.extend_from_slice("…".as_bytes());
    }
}

fn bracketed<'a>(text: &'a [u8], close: u8, short: &[u8], out: &mut Vec<u8>) -> &'a [u8] {
    if let Some(end) = memchr::memchr(close, text) {
        out.extend_from_slice(short);
        return text.get(end + 1..).unwrap_or_default();
    }
    out.extend(text.first());
    text.get(1..).unwrap_or_default()
}

/// Puts `mark` for a word, keeping punctuation at its end.
fn push_word(out: &mut Vec<u8>, mark: &[u8], word: &[u8]) {
    out.extend_from_slice(mark);
    let tail = word.iter().rev().take_while(|b| matches!(b, b',' | b';' | b':' | b')' | b'.'));
    let tail = tail.count();
    out.extend_from_slice(word.get(word.len() - tail..).unwrap_or_default());
}

/// A reply code or an enhanced status code.
fn is_code(word: &[u8]) -> bool {
    word.len() <= 11 && word.iter().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-'))
}

#[cfg(test)]
mod tests {
    use super::normalize;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let mut out = Vec::new();
        normalize(text.as_bytes(), &mut out);
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }

    #[test]
    fn equal_reasons_become_equal() {
        check(
            "550 5.1.1 <nobody@example.com>: Recipient address rejected: User unknown",
            "550 5.1.1 <>: Recipient address rejected: User unknown",
        );
        check(
            "connect to mx.example.net[192.0.2.1]:25: Connection refused",
            "connect to mx.example.net[]:25: Connection refused",
        );
        check(
            "421-4.7.0 too many from 203.0.113.9, id a1b2c3d4e5.",
            "421-4.7.0 too many from *, id *.",
        );
        check("mail for a@example.com loops", "mail for * loops");
        check("a < b", "a < b");
    }

    #[test]
    fn long_reasons_are_cut_between_characters() {
        let mut out = Vec::new();
        normalize("ä".repeat(200).as_bytes(), &mut out);
        assert!(out.len() < 140);
        assert!(String::from_utf8(out).unwrap().ends_with('…'));
    }
}
