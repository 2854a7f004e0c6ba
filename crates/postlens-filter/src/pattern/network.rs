//! Networks of addresses: `192.0.2.0/24`, `2001:db8::/32`, or one address.

use std::fmt::Write;
use std::net::{IpAddr, Ipv6Addr};

use crate::needle::Needle;

/// Addresses that begin with the same bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Network {
    base: IpAddr,
    bits: u8,
}

impl Network {
    /// Reads an address, or an address and how many of its bits count. `None` where it is
    /// neither.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits.parse::<u8>().ok()?)),
            None => (text, None),
        };
        let address =
            address.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(address);
        let base: IpAddr = address.parse().ok()?;
        let most = if base.is_ipv4() { 32 } else { 128 };
        let bits = bits.unwrap_or(most);
        (bits <= most).then_some(Self { base, bits })
    }

    pub(crate) fn contains(&self, ip: IpAddr) -> bool {
        match (self.base, ip) {
            (IpAddr::V4(base), IpAddr::V4(ip)) => {
                let differ = u128::from(u32::from(base) ^ u32::from(ip));
                differ.checked_shr(32 - u32::from(self.bits)).unwrap_or(0) == 0
            }
            (IpAddr::V6(base), IpAddr::V6(ip)) => {
                let differ = u128::from(base) ^ u128::from(ip);
                differ.checked_shr(128 - u32::from(self.bits)).unwrap_or(0) == 0
            }
            _ => false,
        }
    }

    /// What the text of each of its addresses holds.
    pub(crate) fn needle(&self) -> Option<Needle> {
        match self.base {
            IpAddr::V4(base) => {
                let mut text = String::new();
                for octet in base.octets().iter().take(usize::from(self.bits / 8)) {
                    let _ = write!(text, "{octet}.");
                }
                let whole = self.bits == 32;
                Needle::exact(if whole { text.trim_end_matches('.') } else { &text }.as_bytes())
            }
            IpAddr::V6(base) => v6(base, self.bits),
        }
    }
}

/// Groups may be written with leading zeros, and runs of zero groups as `::`.
fn v6(base: Ipv6Addr, bits: u8) -> Option<Needle> {
    let groups = base.segments();
    let known = groups.iter().take(usize::from(bits / 16)).take_while(|group| **group != 0);
    let groups: Vec<u16> = known.copied().collect();
    let (mut expression, mut length) = (String::from("(?i-u:"), 0);
    for (index, group) in groups.iter().enumerate() {
        let text = format!("{group:x}");
        length += text.len() + usize::from(index > 0);
        let colon = if index > 0 { ":" } else { "" };
        let _ = write!(expression, "{colon}0{{0,3}}{text}");
    }
    expression.push(')');
    Needle::expression(expression, length)
}

#[cfg(test)]
mod tests {
    use super::Network;

    fn holds(network: &str, ip: &str) -> bool {
        Network::parse(network).unwrap().contains(ip.parse().unwrap())
    }

    #[test]
    fn networks() {
        assert!(holds("192.0.2.0/24", "192.0.2.255") && !holds("192.0.2.0/24", "192.0.3.0"));
        assert!(holds("192.0.2.77", "192.0.2.77") && !holds("192.0.2.77", "192.0.2.78"));
        assert!(holds("0.0.0.0/0", "203.0.113.1") && !holds("0.0.0.0/0", "2001:db8::1"));
        assert!(holds("2001:db8::/32", "2001:db8:ffff::1"));
        assert!(!holds("2001:db8::/32", "2001:db9::1") && holds("::/0", "2001:db8::1"));
        assert!(holds("[2001:db8::1]", "2001:db8::1"));
        for wrong in ["192.0.2.0/33", "192.0.2", "example.com", "2001:db8::/129", "/24", ""] {
            assert_eq!(Network::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn needles_are_parts_of_addresses() {
        let needle = |text| Network::parse(text).unwrap().needle().map(|needle| needle.expression);
        assert_eq!(needle("192.0.2.0/24").unwrap(), r"192\.0\.2\.");
        assert_eq!(needle("192.0.2.7").unwrap(), r"192\.0\.2\.7");
        assert_eq!(needle("0.0.0.0/0"), None);
        assert_eq!(needle("2001:db8::/32").unwrap(), "(?i-u:0{0,3}2001:0{0,3}db8)");
        assert_eq!(needle("2001:db8::1").unwrap(), "(?i-u:0{0,3}2001:0{0,3}db8)");
    }
}
