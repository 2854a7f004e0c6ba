//! Who is at the other end: SMTP clients and relays.

use std::net::IpAddr;

use bstr::{BStr, BString, ByteSlice};

use crate::field::FieldSink;
use crate::scan::{leading_number, position};

/// An SMTP client as smtpd(8) writes it, `name[address]` or `name[address]:port`, and as
/// postscreen(8) writes it, `[address]:port`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Client<'a> {
    /// The verified host name, `unknown` without one; `None` where the daemon
    /// writes no name (postscreen).
    pub name: Option<&'a BStr>,
    /// The address as written; may be `unknown`.
    pub address: &'a BStr,
    /// The client's port, where logged (`smtpd_client_port_logging`, postscreen).
    pub port: Option<u16>,
}

impl<'a> Client<'a> {
    /// Takes `name[address]`, `name[address]:port` or `[address]:port` as a whole.
    pub fn parse(text: &'a [u8]) -> Option<Self> {
        let (client, rest) = Self::split(text)?;
        rest.is_empty().then_some(client)
    }

    /// Reads a client from the left of `text` and returns what follows it. Host names
    /// hold no brackets and no spaces, so the first brackets are the address's.
    #[inline]
    pub fn split(text: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let (name, rest) = text.split_at_checked(position(b'[', text)?)?;
        if position(b' ', name).is_some() {
            return None;
        }
        let rest = rest.get(1..)?;
        let (address, rest) = rest.split_at_checked(position(b']', rest)?)?;
        let (port, rest) = split_port(rest.get(1..)?);
        let name = (!name.is_empty()).then_some(BStr::new(name));
        Some((Self { name, address: BStr::new(address), port }, rest))
    }

    /// The address as a typed value; `None` for `unknown`.
    pub fn ip(&self) -> Option<IpAddr> {
        parse_ip(self.address)
    }

    /// Sends `client_name`, `client_address`, `client_port`.
    pub fn fields(&self, sink: &mut dyn FieldSink) {
        sink.opt_text("client_name", self.name);
        sink.text("client_address", self.address);
        sink.opt_int("client_port", self.port.map(i64::from));
    }
}

/// The next hop of a delivery: `name[address]:port`, `name[/socket/path]`, `local`,
/// `virtual`, a pipe(8) transport's name, or `none` when no connection was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Relay<'a> {
    /// Host name, or the whole text where there are no brackets.
    pub name: &'a BStr,
    /// Address or socket path between the brackets.
    pub address: Option<&'a BStr>,
    /// TCP port.
    pub port: Option<u16>,
}

impl<'a> Relay<'a> {
    /// Reads `relay=` values; any text is a relay.
    pub fn parse(text: &'a [u8]) -> Self {
        match Client::parse(text) {
            Some(peer) => Self {
                name: peer.name.unwrap_or_default(),
                address: Some(peer.address),
                port: peer.port,
            },
            None => Self { name: BStr::new(text), address: None, port: None },
        }
    }

    /// The relay as Postfix writes it, the inverse of [`Relay::parse`].
    pub fn to_bstring(&self) -> BString {
        let mut text = self.name.to_owned();
        if let Some(address) = self.address {
            text.push(b'[');
            text.extend_from_slice(address);
            text.push(b']');
        }
        if let Some(port) = self.port {
            text.extend_from_slice(format!(":{port}").as_bytes());
        }
        text
    }

    /// Sends `relay_name`, `relay_address`, `relay_port`.
    pub fn fields(&self, sink: &mut dyn FieldSink) {
        sink.text("relay_name", self.name);
        sink.opt_text("relay_address", self.address);
        sink.opt_int("relay_port", self.port.map(i64::from));
    }
}

/// Reads an IPv4 or IPv6 address, also IPv4-mapped and with a zone (`fe80::1%eth0`).
pub fn parse_ip(text: &[u8]) -> Option<IpAddr> {
    let text = text.strip_prefix(b"IPv6:").unwrap_or(text);
    let text = memchr::memchr(b'%', text).map_or(Some(text), |at| text.get(..at))?;
    let ip: IpAddr = text.to_str().ok()?.parse().ok()?;
    Some(ip.to_canonical())
}

#[inline]
fn split_port(text: &[u8]) -> (Option<u16>, &[u8]) {
    let Some(after) = text.strip_prefix(b":") else { return (None, text) };
    if let Some(rest) = after.strip_prefix(b"unknown") {
        return (None, rest);
    }
    match leading_number(after).map(|(port, rest)| (u16::try_from(port), rest)) {
        Some((Ok(port), rest)) => (Some(port), rest),
        _ => (None, text),
    }
}

#[cfg(test)]
mod tests {
    use super::{Client, Relay};

    #[test]
    fn clients_in_every_form() {
        let (client, rest) = Client::split(b"mail.example.com[2001:db8::1]:25: lost").unwrap();
        assert_eq!(client.name.unwrap(), "mail.example.com");
        assert_eq!(client.address, "2001:db8::1");
        assert_eq!((client.port, rest), (Some(25), &b": lost"[..]));
        let client = Client::parse(b"[192.0.2.1]:5678").unwrap();
        assert_eq!((client.name, client.port), (None, Some(5678)));
        let client = Client::parse(b"unknown[unknown]").unwrap();
        assert_eq!((client.ip(), client.port), (None, None));
        assert!(Client::parse(b"no brackets").is_none());
        let (_, rest) = Client::split(b"a[192.0.2.1]: 550 no").unwrap();
        assert_eq!(rest, b": 550 no");
    }

    #[test]
    fn relays_in_every_form() {
        let relay = Relay::parse(b"mx.example.com[private/dovecot-lmtp]");
        assert_eq!(relay.address.unwrap(), "private/dovecot-lmtp");
        assert_eq!(Relay::parse(b"local").name, "local");
        assert_eq!(Relay::parse(b"::1[::1]:24").port, Some(24));
        for text in [
            "mx.example.net[192.0.2.1]:25",
            "mx.example.com[private/lmtp]",
            "local",
            "\u{e9}[::1]:24",
        ] {
            assert_eq!(Relay::parse(text.as_bytes()).to_bstring(), text);
        }
    }
}
