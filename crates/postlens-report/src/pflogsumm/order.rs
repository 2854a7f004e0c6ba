//! In which order rows come.
//!
//! Rows that are equal in all that the report sorts by come in the order of their names'
//! bytes. The original leaves those in the order of Perl's hashes, which changes from run
//! to run.

use std::cmp::Reverse;
use std::collections::HashMap;

use bstr::{BStr, BString, ByteSlice};

use super::figures::Detail;

/// Rows with their largest first: by the first value, then the second, then the name.
pub(super) fn by_values<T, K: Ord>(
    rows: &HashMap<BString, T>,
    key: impl Fn(&T) -> K,
) -> Vec<(&BStr, &T)> {
    let mut rows: Vec<_> = rows.iter().map(|(name, row)| (name.as_bstr(), row)).collect();
    rows.sort_by_cached_key(|(name, row)| (Reverse(key(row)), *name));
    rows
}

/// Counts with the largest first, then by [`key`] and by name.
pub(super) fn by_count<'a>(rows: impl Iterator<Item = (&'a BString, u64)>) -> Vec<(&'a BStr, u64)> {
    let mut rows: Vec<_> = rows.map(|(name, count)| (name.as_bstr(), count)).collect();
    rows.sort_by_cached_key(|(name, count)| (Reverse(*count), key(name), *name));
    rows
}

/// Hosts and addresses with their parts in reverse and together, in lower case:
/// `user@mx.example.com` as `comexamplemxuser`. IPv4 addresses by their numbers.
fn key(name: &BStr) -> Vec<u32> {
    let first = name.split(|byte| is_space(*byte)).next().unwrap_or_default();
    if let Some(octets) = octets(first) {
        return octets.to_vec();
    }
    let mut parts: Vec<&[u8]> = first.split(|byte| matches!(byte, b'.' | b'@')).collect();
    parts.reverse();
    parts.concat().iter().map(|byte| u32::from(byte.to_ascii_lowercase())).collect()
}

fn octets(text: &[u8]) -> Option<[u32; 4]> {
    let mut octets = [0; 4];
    let mut parts = text.split(|byte| *byte == b'.');
    for octet in &mut octets {
        let part = parts.next().filter(|part| matches!(part.len(), 1..=3))?;
        if !part.iter().all(u8::is_ascii_digit) {
            return None;
        }
        *octet = part.iter().fold(0, |number, digit| number * 10 + u32::from(digit - b'0'));
    }
    parts.next().is_none().then_some(octets)
}

pub(super) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}

/// Messages by the domain of their first address, then its user, then the queue ID.
pub(super) fn by_domain(details: &[Detail]) -> Vec<&Detail> {
    let mut rows: Vec<_> = details.iter().collect();
    rows.sort_by_cached_key(|detail| {
        let first = detail.addresses.first().map(|address| address.as_bstr());
        let (domain, user) = domain_and_user(first.unwrap_or_default());
        (domain, user, detail.queue_id.as_bstr())
    });
    rows
}

/// The domain without its host before it, which goes behind it; the user without the
/// hosts of a UUCP path.
fn domain_and_user(address: &BStr) -> (BString, &BStr) {
    let mut parts = address.split(|byte| *byte == b'@');
    let user = parts.next().unwrap_or_default();
    let domain = parts.next().filter(|domain| is_true(domain));
    let (user, domain) = domain.map_or_else(
        || {
            let mut path = address.rsplit(|byte| *byte == b'!');
            (path.next().unwrap_or_default(), path.next().unwrap_or_default())
        },
        |domain| (user, domain),
    );
    let user = user.rsplit(|byte| *byte == b'!').next().unwrap_or_default();
    let domain = if is_true(domain) { domain } else { b"" };
    let domain = match super::fold::organisation(domain) {
        Some((host, rest)) => [rest, b".", host].concat().into(),
        None => domain.into(),
    };
    (domain, user.as_bstr())
}

/// What Perl takes for true.
pub(super) fn is_true(text: &[u8]) -> bool {
    !matches!(text, b"" | b"0")
}

#[cfg(test)]
mod tests {
    use bstr::BStr;

    use super::{domain_and_user, key};

    #[test]
    fn names_are_sorted_from_their_end() {
        let text = |name: &str| key(BStr::new(name)).into_iter().filter_map(char::from_u32);
        assert_eq!(text("User@mx.example.com  (x)").collect::<String>(), "comexamplemxuser");
        assert_eq!(key(BStr::new("192.0.2.255")), [192, 0, 2, 255]);
        assert_eq!(text("1.2.3.4444").collect::<String>(), "4444321");
    }

    #[test]
    fn messages_are_sorted_by_domain_then_user() {
        let parts = |address| domain_and_user(BStr::new(address));
        assert_eq!(parts("u@a.b.example.com"), ("example.com.a.b".into(), BStr::new("u")));
        assert_eq!(parts("mx!host!u"), ("host".into(), BStr::new("u")));
        assert_eq!(parts("from=<>"), ("".into(), BStr::new("from=<>")));
    }
}
