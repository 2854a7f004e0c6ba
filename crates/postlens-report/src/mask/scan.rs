//! Names in free text.

use std::net::{IpAddr, Ipv4Addr};

use bstr::ByteSlice;

use super::Mask;

/// What names in log lines end at.
const BETWEEN: &[u8] = b" \t\r\n<>()[],;\"'";

/// Keys after which a user's name stands.
const KEYS: [&[u8]; 8] =
    [b"sasl_username", b"user", b"from", b"to", b"orig_to", b"login", b"sender", b"recipient"];

impl Mask {
    /// Masks the names in a text. A name that is cut off at its end goes whole.
    pub(super) fn text(&mut self, text: &[u8]) -> Vec<u8> {
        let cut_off = "…".as_bytes();
        let is_cut = text.ends_with(cut_off) || text.len() >= postlens_detect::Evidence::LONGEST;
        let mut out = Vec::with_capacity(text.len());
        let mut rest = text;
        while !rest.is_empty() {
            let end = end_of_word(rest);
            let (word, after) = rest.split_at(end);
            if is_cut && after.is_empty() {
                out.extend_from_slice(cut_off);
                break;
            }
            self.word(word, after, &mut out);
            let (between, after) = after.split_at(after.len().min(1));
            out.extend_from_slice(between);
            rest = after;
        }
        out
    }

    fn word(&mut self, word: &[u8], after: &[u8], out: &mut Vec<u8>) {
        if !self.masks_addresses() {
            return self.ips(word, out);
        }
        let (key, value) = keyed(word);
        if let Some(at) = value.rfind_byte(b'@') {
            out.extend_from_slice(key);
            return self.at(value, at, out);
        }
        let alone = out.ends_with(b"<") && after.starts_with(b">") && !out.ends_with(b"helo=<");
        let is_user = self.users.contains(&value.to_ascii_lowercase())
            || alone && !value.contains(&b'.') && !value.contains(&b':')
            || key == b"sasl_username=";
        if is_user && !value.is_empty() {
            out.extend_from_slice(key);
            let name = self.address(value);
            out.extend_from_slice(&name);
        } else {
            self.ips(word, out);
        }
    }

    /// An address, with what follows its domain.
    fn at(&mut self, value: &[u8], at: usize, out: &mut Vec<u8>) {
        let (local, domain) = value.split_at(at);
        let is_domain = |byte: &u8| byte.is_ascii_alphanumeric() || b"@.-_".contains(byte);
        let end = match end_of_literal(domain, 1) {
            Some(end) => end,
            None => domain.iter().position(|byte| !is_domain(byte)).unwrap_or(domain.len()),
        };
        let (domain, more) = domain.split_at(end);
        let mut local = local.to_vec();
        if let (true, Some(before)) = (local.is_empty(), out.strip_suffix(b"\"")) {
            // Of a quoted part, the words have gone out already.
            let quote = before.rfind_byte(b'"').unwrap_or(before.len());
            local = out.split_off(quote);
        }
        let name = self.mailbox(&[local.as_slice(), domain].concat());
        out.extend_from_slice(&name);
        self.ips(more, out);
    }

    /// Masks the IP addresses in a word.
    fn ips(&mut self, word: &[u8], out: &mut Vec<u8>) {
        if !self.masks_ips() {
            out.extend_from_slice(word);
            return;
        }
        let prefix = if word.starts_with(b"IPv6:") { 5 } else { 0 };
        let (key, value) = word.split_at(word.find_byte(b'=').map_or(prefix, |at| at + 1));
        out.extend_from_slice(key);
        let parsed = value.to_str().ok().and_then(|value| value.parse::<IpAddr>().ok());
        if let Some(ip) = parsed {
            out.extend_from_slice(self.ip(ip).as_bytes());
            return;
        }
        let Some((from, to, ip)) = octets(value) else {
            out.extend_from_slice(value);
            return;
        };
        let (before, inside) = value.split_at(from);
        let (inside, behind) = inside.split_at(to - from);
        let is_letter = |byte: &u8| byte.is_ascii_alphabetic();
        let in_name = before.iter().any(is_letter)
            || !behind.starts_with(b":") && behind.iter().any(is_letter);
        if in_name && !self.collects {
            self.host_name(before, inside, behind, out);
        } else {
            out.extend_from_slice(before);
            out.extend_from_slice(self.ip(IpAddr::V4(ip)).as_bytes());
            self.ips(behind, out);
        }
    }

    /// A host name that holds an address: up to the end of the label that the address ends in.
    fn host_name(&mut self, before: &[u8], inside: &[u8], behind: &[u8], out: &mut Vec<u8>) {
        let begin = before.rfind_byteset(b"/=:").map_or(0, |at| at + 1);
        let (outside, name) = before.split_at(begin);
        let (label, domain) = behind.split_at(behind.find_byte(b'.').unwrap_or(behind.len()));
        out.extend_from_slice(outside);
        let host = self.host(&[name, inside, label].concat());
        out.extend_from_slice(host.as_bytes());
        out.extend_from_slice(domain);
    }
}

/// Where a word ends. An address literal (RFC 5321, section 4.1.3) belongs to its address.
fn end_of_word(text: &[u8]) -> usize {
    let end = text.find_byteset(BETWEEN).unwrap_or(text.len());
    let is_address = end.checked_sub(1).and_then(|last| text.get(last)) == Some(&b'@');
    if is_address { end_of_literal(text, end).unwrap_or(end) } else { end }
}

/// The end of the address literal that begins at a place.
fn end_of_literal(text: &[u8], from: usize) -> Option<usize> {
    let inside = text.get(from..)?.strip_prefix(b"[")?;
    Some(from + 1 + inside.find_byte(b']')? + 1)
}

/// A key that names users, with its `=`, and the value.
fn keyed(word: &[u8]) -> (&[u8], &[u8]) {
    let at = word.find_byte(b'=').filter(|at| KEYS.iter().any(|key| word.get(..*at) == Some(*key)));
    word.split_at(at.map_or(0, |at| at + 1))
}

/// Where four numbers below 256 stand that dots, dashes or underscores join.
fn octets(word: &[u8]) -> Option<(usize, usize, Ipv4Addr)> {
    let mut groups: Vec<(usize, usize, u8)> = Vec::new();
    let mut at = 0;
    while at < word.len() {
        let digits = word.iter().skip(at).take_while(|byte| byte.is_ascii_digit()).count();
        let end = at + digits.max(1);
        if digits > 0 {
            let number = word.get(at..end).and_then(|text| text.to_str().ok()?.parse::<u8>().ok());
            let joined = groups.last().is_none_or(|(_, last, _)| {
                last + 1 == at && word.get(*last).is_some_and(|byte| b".-_".contains(byte))
            });
            if !joined {
                groups.clear();
            }
            match number {
                Some(number) => groups.push((at, end, number)),
                None => groups.clear(),
            }
        }
        if let [(from, _, a), (_, _, b), (_, _, c), (_, to, d)] = groups.as_slice() {
            return Some((*from, *to, Ipv4Addr::new(*a, *b, *c, *d)));
        }
        at = end;
    }
    None
}
