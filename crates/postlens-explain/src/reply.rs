//! What stands at the left of an SMTP reply: its codes, and what it is about.
//!
//! ```text
//! 550 5.1.1 <user@example.com>: Recipient address rejected: User unknown
//! 450-4.2.1 first line 450-4.2.1 second line
//! ```

use bstr::ByteSlice;

/// A reply's codes and the text after them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reply<'a> {
    /// Its three digits.
    pub(crate) code: Option<u16>,
    /// Its enhanced status code.
    pub(crate) status: Option<Status>,
    /// The rest.
    pub(crate) text: &'a [u8],
}

impl<'a> Reply<'a> {
    /// Reads the codes, as far as there are any.
    pub(crate) fn read(text: &'a [u8]) -> Self {
        let (code, rest) = leading_code(text);
        let (status, rest) = leading_status(rest);
        let reply = Self { code, status: status.or_else(|| marked_status(rest)), text: rest };
        if code.is_none() && reply.status.is_none() { Self::within(text) } else { reply }
    }

    /// Codes further right, as where somebody tells what a server said: `host mx.example.net
    /// said: 550 5.1.1 User unknown`. The text is all of it.
    fn within(text: &'a [u8]) -> Self {
        let starts = text.windows(2).enumerate().filter(|(_, pair)| {
            matches!(pair, [b' ' | b':' | b'"' | b'#' | b'(' | b'>' | b',', b'4' | b'5'])
        });
        let mut found = Self { code: None, status: None, text };
        for at in starts.map(|(at, _)| at + 1).take(MOST_PLACES) {
            let (code, rest) = leading_code(text.get(at..).unwrap_or_default());
            let (status, _) = leading_status(rest);
            if status.is_some() || code.is_some() && found.code.is_none() {
                found = Self { code: code.or(found.code), status, text };
            }
            if status.is_some() {
                break;
            }
        }
        found
    }
}

/// The most places where codes are looked for.
const MOST_PLACES: usize = 16;

fn leading_code(text: &[u8]) -> (Option<u16>, &[u8]) {
    let read = || {
        let (digits, rest) = text.split_at_checked(3)?;
        let rest = match rest.split_first() {
            None => rest,
            Some((b' ' | b'-', rest)) => rest,
            Some(_) => return None,
        };
        let code = std::str::from_utf8(digits).ok()?.parse().ok()?;
        (200..600).contains(&code).then_some((Some(code), rest))
    };
    read().unwrap_or((None, text))
}

fn leading_status(text: &[u8]) -> (Option<Status>, &[u8]) {
    let is_end = |byte: &u8| matches!(byte, b' ' | b',' | b':' | b';' | b')' | b'"');
    let end = text.iter().position(is_end).unwrap_or(text.len());
    let read = || {
        let (word, rest) = text.split_at_checked(end)?;
        // `550 #5.1.0 Address rejected.`
        let word = word.strip_prefix(b"#").unwrap_or(word);
        Some((Some(Status::read(word)?), rest.trim_ascii_start()))
    };
    read().unwrap_or((None, text))
}

/// A status code that some servers write into the text: `no such mailbox (#5.1.1)`.
fn marked_status(text: &[u8]) -> Option<Status> {
    let after = text.get(text.find_byte(b'#')? + 1..)?;
    let end = after.iter().position(|byte| !byte.is_ascii_digit() && *byte != b'.');
    Status::read(end.and_then(|end| after.get(..end)).unwrap_or(after))
}

/// An enhanced status code (RFC 3463).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Status {
    /// 2, 4 or 5.
    pub(crate) class: u16,
    /// What it is about: 1 addresses, 2 mailboxes, … 7 security.
    pub(crate) subject: u16,
    /// The detail.
    pub(crate) detail: u16,
}

impl Status {
    /// Reads `5.7.26`.
    pub(crate) fn read(word: &[u8]) -> Option<Self> {
        let mut parts = word.split(|byte| *byte == b'.').map(number);
        let status =
            Self { class: parts.next()??, subject: parts.next()??, detail: parts.next()?? };
        (parts.next().is_none() && matches!(status.class, 2 | 4 | 5)).then_some(status)
    }
}

/// One to three digits.
fn number(text: &[u8]) -> Option<u16> {
    let fits = (1..=3).contains(&text.len()) && text.iter().all(u8::is_ascii_digit);
    fits.then(|| text.iter().fold(0, |sum, digit| sum * 10 + u16::from(digit - b'0')))
}

/// Cuts `<what>: ` off the left: the address or name that a refusal is about. Strangers
/// write what is inside, so the names that the line gives elsewhere are tried first; the
/// longest one that fits is the one quoted.
pub(crate) fn cut_quoted<'a>(text: &'a [u8], names: &[&[u8]]) -> &'a [u8] {
    let Some(inner) = text.strip_prefix(b"<") else { return text };
    let after = |at: usize| inner.get(at..)?.strip_prefix(b">: ");
    let known = names.iter().filter(|name| inner.starts_with(name));
    let known = known.max_by_key(|name| name.len()).and_then(|name| after(name.len()));
    known.or_else(|| after(quoted_end(inner)?)).unwrap_or(text)
}

/// Where the closing bracket of a quoted name stands; a quoted local part may hold any.
fn quoted_end(inner: &[u8]) -> Option<usize> {
    let mut quoted = false;
    let mut escaped = false;
    for (at, byte) in inner.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' if quoted || at == 0 => quoted = !quoted,
            b'>' if !quoted => return Some(at),
            _ => {}
        }
    }
    // A quotation that never ends is none.
    if quoted { inner.find_byte(b'>') } else { None }
}

/// The most quoted places that are told apart; all after them counts as quoted.
const PLACES: usize = 16;

/// The places of a text that strangers may have written: what is between `<` and `>`, to
/// the end where a bracket is never closed, the names that they gave, and addresses.
#[derive(Debug)]
pub(crate) struct Quoted {
    places: [(usize, usize); PLACES],
    count: usize,
}

impl Quoted {
    /// Finds them.
    pub(crate) fn find(text: &[u8], names: &[&[u8]]) -> Self {
        let mut quoted = Self { places: [(0, 0); PLACES], count: 0 };
        quoted.brackets(text, names);
        for name in names.iter().filter(|name| is_telling(name)) {
            for at in text.find_iter(name) {
                quoted.add(at, at + name.len(), text.len());
            }
        }
        quoted.addresses(text);
        quoted
    }

    /// Bare addresses: `antispam@example.com` says nothing of spam.
    fn addresses(&mut self, text: &[u8]) {
        let part = |byte: &u8| !byte.is_ascii_whitespace() && !b"<>()[]:;,\"'".contains(byte);
        for at in memchr::memchr_iter(b'@', text).take(PLACES) {
            let (before, after) = text.split_at_checked(at).unwrap_or((text, b""));
            let start = before.iter().rposition(|byte| !part(byte)).map_or(0, |at| at + 1);
            let end = after.iter().position(|byte| !part(byte)).unwrap_or(after.len());
            // Sendmail goes on after three dots without a blank.
            let dots = after.get(..end).and_then(|name| name.find("..")).unwrap_or(end);
            let end = at + dots;
            if start < at && !self.holds(at, at + 1) && self.count + 1 < PLACES {
                self.add(start, end, text.len());
            }
        }
    }

    fn brackets(&mut self, text: &[u8], names: &[&[u8]]) {
        let mut from = 0;
        while let Some(open) = text.get(from..).and_then(|rest| rest.find_byte(b'<')) {
            let start = from + open + 1;
            let inner = text.get(start..).unwrap_or_default();
            let fits = |name: &[u8]| inner.strip_prefix(name).is_some_and(|r| r.starts_with(b">"));
            let known = names.iter().filter(|name| !name.is_empty() && fits(name));
            let known = known.map(|name| name.len()).max();
            let length = known.or_else(|| quoted_end(inner)).unwrap_or(inner.len());
            from = self.add(start, start + length, text.len());
        }
    }

    /// Adds a place and returns its end. The last one that there is room for has no end.
    fn add(&mut self, start: usize, end: usize, length: usize) -> usize {
        let end = if self.count + 1 < PLACES { end } else { length };
        if let Some(place) = self.places.get_mut(self.count) {
            *place = (start, end);
            self.count += 1;
        }
        end
    }

    /// Whether a stretch touches one of them.
    pub(crate) fn holds(&self, start: usize, end: usize) -> bool {
        self.places.iter().take(self.count).any(|(from, to)| start < *to && end > *from)
    }
}

/// Whether a name can only be a name: an address or a host, and no word of a text.
fn is_telling(name: &[u8]) -> bool {
    name.len() > 4 && name.iter().any(|byte| matches!(byte, b'@' | b'.'))
}

#[cfg(test)]
mod tests {
    use super::{Quoted, Reply, Status, cut_quoted};

    #[test]
    fn codes_are_read_from_the_left() {
        let reply = Reply::read(b"550-5.7.26 This mail");
        assert_eq!(reply.code, Some(550));
        assert_eq!(reply.status, Status::read(b"5.7.26"));
        assert_eq!(reply.text, b"This mail");
        assert_eq!(Reply::read(b"4.7.1 later").text, b"later");
        assert_eq!(Reply::read(b"511 sorry (#5.1.1)").status, Status::read(b"5.1.1"));
        assert_eq!(Reply::read(b"511 sorry #1").status, None);
        assert_eq!(Reply::read(b"1234 x").code, None);
        assert_eq!(Reply::read(b"250 ok").status, None);
        assert_eq!(Status::read(b"5.7.1.2"), None);
        assert_eq!(Status::read(b"5.7."), None);
    }

    #[test]
    fn what_a_refusal_is_about_is_cut_off() {
        let cut = |text: &'static str, names: &[&[u8]]| {
            std::str::from_utf8(cut_quoted(text.as_bytes(), names)).unwrap()
        };
        assert_eq!(cut("<a@example.com>: Relay access denied", &[]), "Relay access denied");
        assert_eq!(cut(r#"<"a>: b"@example.com>: no"#, &[]), "no");
        assert_eq!(cut("<a>: b>: no", &[b"a>: b", b"a"]), "no");
        assert_eq!(cut("<>: no", &[]), "no");
        assert_eq!(cut("<\"a>: no", &[]), "no");
        assert_eq!(cut("plain", &[]), "plain");
        assert_eq!(cut("<open", &[]), "<open");
    }

    #[test]
    fn quoted_places_are_known() {
        let quoted = Quoted::find(b"a <bc> d <e", &[]);
        assert!(quoted.holds(3, 4) && quoted.holds(0, 8));
        assert!(!quoted.holds(0, 2) && !quoted.holds(6, 8));
        let quoted = Quoted::find(b"id=spam@example.org;", &[b"spam@example.org"]);
        assert!(quoted.holds(3, 7) && !quoted.holds(0, 2));
        let text = b"550 ann@example.com...User unknown";
        assert!(Quoted::find(text, &[]).holds(5, 8) && !Quoted::find(text, &[]).holds(22, 26));
        let many = b"<>".repeat(40);
        assert!(Quoted::find(&many, &[]).holds(70, 71));
    }
}
