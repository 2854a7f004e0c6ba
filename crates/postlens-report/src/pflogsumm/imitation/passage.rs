//! The fields of messages on their way, wherever in a line they stand.

use bstr::ByteSlice;

use crate::pflogsumm::trim::{until, word};

/// Where the text after the first `NAME[pid]: ` begins.
pub(super) fn after_tag(text: &[u8], name: &[u8]) -> Option<usize> {
    text.find_iter(name).find_map(|at| {
        let rest = text.get(at + name.len()..)?;
        let pid = tagged(rest)?;
        Some(at + name.len() + pid.len() + 4)
    })
}

/// The pid of `[pid]: `.
fn tagged(text: &[u8]) -> Option<&[u8]> {
    let (pid, rest) = text.strip_prefix(b"[")?.split_once_str("]")?;
    let fits = !pid.is_empty() && pid.iter().all(u8::is_ascii_digit) && rest.starts_with(b": ");
    fits.then_some(pid)
}

/// The pid of smtpd(8).
pub(super) fn pid(text: &[u8]) -> Option<&[u8]> {
    text.find_iter("/smtpd").find_map(|at| tagged(text.get(at + 6..)?))
}

/// Pid and client, with all that follows it, of the end of a connection.
pub(super) fn disconnect(text: &[u8]) -> Option<(&[u8], &[u8])> {
    text.find_iter("/smtpd").find_map(|at| {
        let rest = text.get(at + 6..)?;
        let pid = tagged(rest)?;
        let client = rest.get(pid.len() + 4..)?.strip_prefix(b"disconnect from ")?;
        (!client.is_empty()).then_some((pid, client))
    })
}

/// What follows `[pid]: WORD: `, for every such place.
fn after_words(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.find_iter("[").filter_map(move |at| {
        let rest = text.get(at..)?;
        let rest = rest.get(tagged(rest)?.len() + 4..)?;
        let is_word = |byte: &&u8| byte.is_ascii_alphanumeric() || **byte == b'_';
        let length = rest.iter().take_while(is_word).count();
        rest.get(length..)?.strip_prefix(b": ").filter(|_| length > 0)
    })
}

/// The client of a message that begins, up to a comma after its first byte.
pub(super) fn client(text: &[u8]) -> Option<&[u8]> {
    after_words(text).find_map(|rest| {
        let client = rest.strip_prefix(b"client=").filter(|client| !client.is_empty())?;
        let comma = client.get(1..)?.find_byte(b',');
        Some(comma.and_then(|at| client.get(..=at)).unwrap_or(client))
    })
}

/// What was done with a command.
pub(super) fn action(text: &[u8]) -> Option<&[u8]> {
    const ACTIONS: [&[u8]; 4] = [b"reject_warning", b"reject", b"hold", b"discard"];
    after_words(text).find_map(|rest| {
        let is = |action: &&&[u8]| {
            rest.strip_prefix(**action).is_some_and(|rest| rest.starts_with(b": "))
        };
        ACTIONS.iter().find(is).copied()
    })
}

/// The first sender that a size follows.
pub(super) fn size(text: &[u8]) -> Option<(&[u8], u64)> {
    text.find_iter("from=<").find_map(|at| {
        let (sender, rest) = text.get(at + 6..)?.split_once_str(">")?;
        let rest = rest.strip_prefix(b", size=")?;
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit());
        let mut size = None;
        for digit in digits {
            let digit = u64::from(digit - b'0');
            size = Some(size.unwrap_or(0_u64).saturating_mul(10).saturating_add(digit));
        }
        Some((sender, size?))
    })
}

/// Whether a line of pickup(8) is of a message.
pub(super) fn is_local(text: &[u8]) -> bool {
    text.contains_str(": sender=") || text.contains_str(": uid=")
}

/// A delivery attempt.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Attempt<'a> {
    pub(super) recipient: &'a [u8],
    pub(super) relay: &'a [u8],
    /// Seconds.
    pub(super) delay: f64,
    pub(super) status: Status,
    /// What follows the status.
    pub(super) rest: &'a [u8],
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    Sent,
    Deferred,
    Bounced,
    /// Not counted.
    Other,
}

impl<'a> Attempt<'a> {
    /// The first place with all fields in the order that is known.
    pub(super) fn parse(text: &'a [u8]) -> Option<Self> {
        text.find_iter("to=<").find_map(|at| Self::fields(text.get(at + 4..)?))
    }

    fn fields(text: &'a [u8]) -> Option<Self> {
        let (recipient, rest) = text.split_once_str(">")?;
        let mut rest = rest.strip_prefix(b", ")?;
        if let Some((_, after)) = rest.strip_prefix(b"orig_to=<").and_then(|rest| {
            let (orig, after) = rest.split_once_str(">")?;
            Some((orig, after.strip_prefix(b", ")?))
        }) {
            rest = after;
        }
        let (relay, rest) = value(rest, b"relay=")?;
        let rest = value(rest, b"conn_use=").map_or(rest, |(_, rest)| rest);
        let (delay, rest) = value(rest, b"delay=")?;
        let rest = value(rest, b"delays=").map_or(rest, |(_, rest)| rest);
        let rest = value(rest, b"dsn=").map_or(rest, |(_, rest)| rest);
        let rest = rest.strip_prefix(b"status=")?;
        let (status, rest) = rest.split_at_checked(word(rest)).filter(|(s, _)| !s.is_empty())?;
        let status = match status {
            b"sent" => Status::Sent,
            b"deferred" => Status::Deferred,
            b"bounced" => Status::Bounced,
            _ => Status::Other,
        };
        Some(Self { recipient, relay, delay: number(delay), status, rest })
    }
}

/// A field up to its comma.
fn value<'a>(text: &'a [u8], name: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let (value, rest) = text.strip_prefix(name)?.split_once_str(",")?;
    Some((value, rest.strip_prefix(b" ")?)).filter(|_| !value.is_empty())
}

/// As much of a text as is a number.
fn number(text: &[u8]) -> f64 {
    let is_part = |byte: &&u8| byte.is_ascii_digit() || matches!(**byte, b'.' | b'-');
    let length = text.iter().take_while(is_part).count();
    let number = text.get(..length).and_then(|text| text.to_str().ok());
    number.and_then(|text| text.parse().ok()).unwrap_or_default()
}

/// The reason of a deferral, up to its first closing parenthesis.
pub(super) fn deferral(text: &[u8]) -> &[u8] {
    const START: &[u8] = b", status=deferred (";
    let reasons = text.find_iter(START).filter_map(|at| text.get(at + START.len()..));
    reasons.map(|rest| until(rest, b')')).find(|reason| !reason.is_empty()).unwrap_or_default()
}

/// The reason of a bounce, up to the last closing parenthesis.
pub(super) fn bounce(text: &[u8]) -> &[u8] {
    const START: &[u8] = b", status=bounced (";
    text.find_iter(START)
        .filter_map(|at| text.get(at + START.len()..)?.rsplit_once_str(")"))
        .map(|(reason, _)| reason)
        .find(|reason| !reason.is_empty())
        .unwrap_or_default()
}

/// Reason and host of a connection that smtp(8) could not make, as old versions wrote it.
pub(super) fn unreachable(text: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    const START: &[u8] = b" connect to ";
    let places = || text.rfind_iter(START).filter_map(|at| text.get(at + START.len()..));
    let (reason, host) =
        places().find_map(with_address).or_else(|| places().find_map(with_port))?;
    Some((reason.to_ascii_lowercase(), host))
}

/// `HOST: REASON; address ADDRESS port …`.
fn with_address(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let (host, rest) = text.split_at_checked(word(text))?;
    let host = host.strip_suffix(b":").filter(|host| !host.is_empty())?;
    let (reason, rest) = rest.strip_prefix(b" ")?.split_once_str(";")?;
    let rest = rest.strip_prefix(b" address ")?;
    let address = word(rest);
    let fits = address > 0 && !reason.is_empty();
    rest.get(address..)?.strip_prefix(b" port").filter(|_| fits)?;
    Some((reason, host))
}

/// `HOST[ADDRESS]: REASON (port N)`.
fn with_port(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let (host, rest) = text.split_once_str("[").filter(|(host, _)| !host.is_empty())?;
    let (address, rest) = rest.split_at_checked(word(rest))?;
    address.strip_suffix(b"]:").filter(|address| !address.is_empty())?;
    let (reason, port) = rest.strip_prefix(b" ")?.rsplit_once_str(" (port ")?;
    let port = port.strip_suffix(b")")?;
    let fits = !reason.is_empty() && !port.is_empty() && port.iter().all(u8::is_ascii_digit);
    fits.then_some((reason, host))
}

#[cfg(test)]
mod tests {
    use super::{Attempt, Status, action, client, deferral, disconnect, size, unreachable};

    #[test]
    fn attempts() {
        let text = b"smtp[7]: 4F1A: to=<a@Example.ORG>, orig_to=<b>, relay=mx[192.0.2.9]:25, \
                     conn_use=2, delay=1.5, delays=1/0.5/0/0, dsn=2.0.0, status=sent (250 ok)";
        let attempt = Attempt::parse(text).unwrap();
        assert_eq!(attempt.recipient, b"a@Example.ORG");
        assert_eq!((attempt.relay, attempt.status), (&b"mx[192.0.2.9]:25"[..], Status::Sent));
        assert!((attempt.delay - 1.5).abs() < 1e-9);
        assert_eq!(attempt.rest, b" (250 ok)");
        assert_eq!(Attempt::parse(b"to=<a>, relay=x, delay=1, tls=none, status=sent (ok)"), None);
    }

    #[test]
    fn words_of_smtpd() {
        assert_eq!(
            client(b"x/smtpd[1]: 4F1A: client=c[192.0.2.1], sasl=x").unwrap(),
            b"c[192.0.2.1]"
        );
        assert_eq!(action(b"x/smtpd[1]: NOQUEUE: reject: RCPT from").unwrap(), b"reject");
        assert_eq!(action(b"x/smtpd[1]: NOQUEUE: milter-reject: RCPT from"), None);
        let end = disconnect(b"postfix/smtpd[12]: disconnect from c[192.0.2.1] ehlo=1").unwrap();
        assert_eq!(end, (&b"12"[..], &b"c[192.0.2.1] ehlo=1"[..]));
    }

    #[test]
    fn sizes_and_reasons() {
        assert_eq!(size(b"from=<a from=<b>, size=5").unwrap(), (&b"a from=<b"[..], 5));
        assert_eq!(deferral(b"x, status=deferred (host (mx) said)"), b"host (mx");
        let old = b"smtp[1]: connect to mx.example.com[192.0.2.1]: Connection Refused (port 25)";
        assert_eq!(
            unreachable(old).unwrap(),
            (b"connection refused".to_vec(), &b"mx.example.com"[..])
        );
        let new = b"smtp[1]: connect to mx.example.com[192.0.2.1]:25: Connection refused";
        assert_eq!(unreachable(new), None);
    }
}
