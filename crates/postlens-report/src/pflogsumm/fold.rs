//! Host names brought to the domain that they are counted under.

use bstr::{BStr, BString, ByteSlice};

/// Splits a host name into its host and the organisation's domain where the top-level
/// domain has three letters, or two with two or three before it (`co.uk`, `com.au`).
pub(super) fn organisation(name: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut dots = name.rmatch_indices_byte(b'.');
    let last = dots.next()?;
    let second = dots.next()?;
    let (top, middle) = (name.len() - last - 1, last - second - 1);
    if top == 3 && middle > 0 {
        return split_at_dot(name, second);
    }
    let third = dots.next()?;
    let fits = top == 2 && matches!(middle, 2 | 3) && second - third > 1;
    fits.then(|| split_at_dot(name, third))?
}

trait Positions {
    fn rmatch_indices_byte(&self, byte: u8) -> impl Iterator<Item = usize>;
}

impl Positions for [u8] {
    fn rmatch_indices_byte(&self, byte: u8) -> impl Iterator<Item = usize> {
        self.iter().enumerate().rev().filter(move |(_, b)| **b == byte).map(|(at, _)| at)
    }
}

fn split_at_dot(name: &[u8], at: usize) -> Option<(&[u8], &[u8])> {
    Some((name.get(..at)?, name.get(at + 1..)?))
}

/// The domain that pflogsumm counts `name[address]` under.
///
/// Names under other top-level domains stay whole and keep their case; without a name it
/// is the address. What stands behind an IPv6 address is taken for a part of it.
pub(super) fn imitated(client: &[u8]) -> BString {
    let (name, address) = parts(client).unwrap_or_default();
    if matches!(name, b"" | b"unknown") {
        return address.into();
    }
    match organisation(name) {
        Some((_, domain)) => domain.to_ascii_lowercase().into(),
        None => name.into(),
    }
}

/// Name and address as pflogsumm tells them apart.
fn parts(client: &[u8]) -> Option<(&[u8], &[u8])> {
    bracketed(client).or_else(|| after_slash(client)).or_else(|| delimited(client))
}

/// `name[192.0.2.1]`, whatever follows.
fn bracketed(client: &[u8]) -> Option<(&[u8], &[u8])> {
    let (name, rest) = client.split_once_str("[")?;
    let (address, _) = rest.split_once_str("]")?;
    let mut octets = address.split(|byte| *byte == b'.');
    let is_octet = |part: &[u8]| matches!(part.len(), 1..=3) && part.iter().all(u8::is_ascii_digit);
    let fits = octets.clone().count() == 4 && octets.all(is_octet);
    fits.then_some((name, address))
}

/// `name/address`, as very old versions wrote it; and anything with a slash.
fn after_slash(client: &[u8]) -> Option<(&[u8], &[u8])> {
    let (name, rest) = client.split_once_str("/")?;
    let is_address = |byte: &u8| byte.is_ascii_hexdigit() || matches!(byte, b'.' | b':');
    let length = rest.iter().take_while(|byte| is_address(byte)).count();
    rest.get(..length).filter(|address| !address.is_empty()).map(|address| (name, address))
}

/// `name[address]` with nothing behind it but perhaps a port.
fn delimited(client: &[u8]) -> Option<(&[u8], &[u8])> {
    let open = client.find_byteset("[(/")?;
    let (name, rest) = (client.get(..open)?, client.get(open + 1..)?);
    let close = rest.find_byteset("])").filter(|close| *close > 0)?;
    let port = rest.get(close + 1..)?;
    let port = port.strip_prefix(b":").unwrap_or(port);
    port.iter().all(u8::is_ascii_digit).then_some((name, rest.get(..close)?))
}

/// The domain that a client is really of: the organisation's, in lower case; its address
/// where it has no name.
pub(super) fn client(name: Option<&BStr>, address: &BStr) -> BString {
    match name.filter(|name| !name.is_empty() && *name != "unknown") {
        Some(name) => host(name),
        None => address.into(),
    }
}

/// The last two labels, or three where the second last is a kind of organisation in a
/// country's domain.
fn host(name: &[u8]) -> BString {
    let name = name.strip_suffix(b".").unwrap_or(name).to_ascii_lowercase();
    let mut dots = name.rmatch_indices_byte(b'.');
    let (last, second, third) = (dots.next(), dots.next(), dots.next());
    let start = match (last, second) {
        (Some(last), Some(second)) => {
            let top = name.len() - last - 1;
            let middle = name.get(second + 1..last).unwrap_or_default();
            let of_country = top == 2 && KINDS.contains(&middle);
            if of_country { third.map_or(0, |third| third + 1) } else { second + 1 }
        }
        _ => 0,
    };
    name.get(start..).unwrap_or_default().into()
}

/// Second-level domains under which countries register organisations.
const KINDS: [&[u8]; 22] = [
    b"ac", b"asso", b"co", b"com", b"ed", b"edu", b"gob", b"go", b"gov", b"gouv", b"gv", b"info",
    b"ltd", b"mil", b"ne", b"net", b"nom", b"or", b"org", b"plc", b"priv", b"sch",
];

#[cfg(test)]
mod tests {
    use bstr::BStr;

    use super::{client, imitated};

    #[track_caller]
    fn check(text: &str, folded: &str) {
        assert_eq!(imitated(text.as_bytes()), folded, "{text}");
    }

    #[test]
    fn imitated_folding() {
        check("mx.Mail.Example.com[192.0.2.1]", "example.com");
        check("example.com[192.0.2.1]", "example.com");
        check("a.b.co.uk[192.0.2.1]", "b.co.uk");
        check("Mail.Example.DE[192.0.2.1]", "Mail.Example.DE");
        check("unknown[192.0.2.1]", "192.0.2.1");
        check("unknown[2001:db8::1]", "2001:db8::1");
        check("unknown[2001:db8::1]:587", "2001:db8::1");
        check("a.b.c.com[2001:db8::1] ehlo=1 rcpt=0/1", "a.b.c.com[2001:db8::1] ehlo=1 rcpt=0");
        check("a.b.c.com[2001:db8::1] ehlo=1", "");
        check("", "");
    }

    #[test]
    fn right_folding() {
        let folded = |name: &str| client(Some(BStr::new(name)), BStr::new("192.0.2.1"));
        assert_eq!(folded("mx.Mail.Example.com"), "example.com");
        assert_eq!(folded("Mail.Example.DE"), "example.de");
        assert_eq!(folded("mx1.abc.de"), "abc.de");
        assert_eq!(folded("mx.example.co.uk"), "example.co.uk");
        assert_eq!(folded("example.co.uk"), "example.co.uk");
        assert_eq!(folded("localhost"), "localhost");
        assert_eq!(folded("unknown"), "192.0.2.1");
    }
}
