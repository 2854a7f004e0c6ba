//! SPF policy services: policyd-spf in Python (pypolicyd-spf, spf-engine 2.x and 3.x) and
//! postfix-policyd-spf-perl, which some call policy-spf.
//!
//! Python: `[QUEUEID: ]prepend Received-SPF: Pass (mailfrom) identity=mailfrom; client-ip=A;
//! helo=H; envelope-from=F; receiver=R`, `550 5.7.23 Message rejected due to: …`,
//! `defer_if_permit 4.7.24 …`, `Pass; identity=…`. Perl: `Policy action=PREPEND Received-SPF:
//! pass (COMMENT) receiver=R; identity=mailfrom; envelope-from="F"; helo=H; client-ip=A`,
//! `SPF pass (MECHANISM): Envelope-from: F`. HELO and sender are the client's, and the
//! comment may repeat the sender: marks among them must stand once.

use bstr::{BStr, ByteSlice};

use super::anchor::{address, only, some, span, within};
use super::verdict::{Authentication, Check};
use crate::queue_id::QueueId;
use crate::scan::{cut, reply_codes};

/// Reads one line of an SPF policy service.
pub(super) fn parse(text: &[u8]) -> Option<Authentication<'_>> {
    // spf-engine writes its empty instance name before the text: `: prepend …`.
    let text = text.strip_prefix(b": ").unwrap_or(text);
    let (queue_id, text) = match QueueId::split(text) {
        Some((id, rest)) => (Some(id), rest),
        None => (None, text),
    };
    let line = if let Some(rest) = text.strip_prefix(b"Policy action=") {
        decision(rest)?
    } else if let Some(rest) = text.strip_prefix(b"Header field not prepended: ") {
        received_spf(rest.strip_prefix(b"Received-SPF: ")?)?
    } else if let Some(rest) = text.strip_prefix(b"SPF ") {
        checked(rest)?
    } else {
        decision(text).or_else(|| bare(text))?
    };
    Some(Authentication { queue_id, ..line })
}

/// What the service tells smtpd(8) to do, with the header field or the reply.
fn decision(text: &[u8]) -> Option<Authentication<'_>> {
    let (word, rest) = cut(text, b" ")?;
    if word.eq_ignore_ascii_case(b"prepend") || word == b"result_only" {
        let line = received_spf(rest.strip_prefix(b"Received-SPF: ")?)?;
        return Some(Authentication { action: some(word), ..line });
    }
    let is_deferral = word.eq_ignore_ascii_case(b"defer_if_permit");
    let code = reply_codes(text).code;
    let (result, action, reason) = match code {
        None if is_deferral => (&b"temperror"[..], word, rest),
        Some(500..) => (&b"fail"[..], &b"reject"[..], text),
        Some(400..) => (&b"temperror"[..], &b"defer"[..], text),
        _ => return None,
    };
    let line = Authentication::new(Check::Spf, result);
    Some(Authentication { action: some(action), reason: some(reason), ..line })
}

/// `RESULT (COMMENT) identity=…` or `RESULT (COMMENT) receiver=…`.
fn received_spf(text: &[u8]) -> Option<Authentication<'_>> {
    let (result, rest) = span(text, |byte| byte.is_ascii_alphabetic());
    let line = Authentication::new(Check::Spf, result);
    let rest = rest.strip_prefix(b" (")?;
    for mark in [") identity=", ") receiver="] {
        if let Some((comment, _)) = only(rest, mark) {
            let line = Authentication { reason: some(comment), ..line };
            return Some(elements(line, rest.get(comment.len() + 2..)?));
        }
    }
    Some(line)
}

/// `RESULT; identity=…`.
fn bare(text: &[u8]) -> Option<Authentication<'_>> {
    let (result, rest) = span(text, |byte| byte.is_ascii_alphabetic());
    let rest = rest.strip_prefix(b"; ").filter(|rest| rest.starts_with(b"identity="))?;
    Some(elements(Authentication::new(Check::Spf, result), rest))
}

/// `name=value; name=value…` in the order of either program.
fn elements<'a>(line: Authentication<'a>, text: &'a [u8]) -> Authentication<'a> {
    let to_end = |mark: &str| match text.strip_prefix(mark.as_bytes().get(2..)?) {
        Some(value) => (!text.contains_str(mark)).then_some(value),
        None => only(text, mark).map(|(_, value)| value),
    };
    let value = |mark: &str| to_end(mark).map(|value| span(value, |byte| byte != b';').0);
    // The sender may hold a semicolon, so it ends at the next mark.
    let sender = to_end("; envelope-from=").and_then(|rest| {
        let sender = match only(rest, "; receiver=") {
            Some((sender, _)) => sender,
            None => only(rest, "; helo=")?.0,
        };
        Some(within(sender, "\"", "\"").or_else(|| within(sender, "<", ">")).unwrap_or(sender))
    });
    Authentication {
        identity: value("; identity=").and_then(some),
        client_address: value("; client-ip=").and_then(address),
        helo: value("; helo=").and_then(some),
        sender: sender.map(BStr::new),
        recipient: value("; receiver=").and_then(|name| some(name.trim_ascii_end())),
        ..line
    }
}

/// `RESULT[ (WHY)]: Envelope-from: F[, IP Address: A, Recipient: R]` or `…: HELO/EHLO: H`.
fn checked(text: &[u8]) -> Option<Authentication<'_>> {
    const MARKS: [(&str, &str); 3] = [
        (": Envelope-from: ", "mailfrom"),
        (": HELO/EHLO: ", "helo"),
        (": HELO/EHLO (Null Sender): ", "helo"),
    ];
    let (result, rest) = span(text, |byte| byte.is_ascii_alphabetic());
    let line = Authentication::new(Check::Spf, result);
    for (mark, identity) in MARKS {
        let Some((why, subject)) = only(rest, mark) else { continue };
        let (subject, peer) = match only(subject, ", IP Address: ") {
            Some((subject, rest)) => (subject, cut(rest, b", Recipient: ")),
            None => (subject, None),
        };
        return Some(Authentication {
            identity: some(identity.as_bytes()),
            reason: within(why, " (", ")").and_then(some),
            sender: some(subject).filter(|_| identity == "mailfrom"),
            helo: some(subject).filter(|_| identity == "helo"),
            client_address: peer.and_then(|(peer, _)| address(peer)),
            recipient: peer.and_then(|(_, recipient)| some(recipient)),
            ..line
        });
    }
    let comment = rest.strip_prefix(b": smtp_comment=")?;
    Some(Authentication { reason: some(comment), ..line })
}

#[cfg(test)]
mod tests {
    use crate::neighbour::test::{check, check_none};

    #[test]
    fn python() {
        check(
            "policyd-spf",
            "4T8Zh133D8zGpCM: prepend Received-SPF: Pass (mailfrom) identity=mailfrom; \
             client-ip=192.0.2.7; helo=mail.example.net; envelope-from=a@example.net; \
             receiver=<UNKNOWN> ",
            "authentication_result queue_id=4T8Zh133D8zGpCM check=spf result=Pass \
             identity=mailfrom client_address=192.0.2.7 helo=mail.example.net \
             sender=a@example.net recipient=<UNKNOWN> action=prepend reason=mailfrom",
        );
        check(
            "policyd-spf",
            "prepend Received-SPF: None (no SPF record) identity=no SPF record; \
             client-ip=2001:db8::7; helo=x.example; envelope-from=<>; receiver=<UNKNOWN>",
            "authentication_result check=spf result=None identity=no SPF record \
             client_address=2001:db8::7 helo=x.example sender= recipient=<UNKNOWN> \
             action=prepend reason=no SPF record",
        );
        check(
            "policyd-spf",
            "550 5.7.23 Message rejected due to: SPF fail - not authorized. Please see \
             http://www.openspf.net/Why?s=mfrom;id=a@example.net;ip=192.0.2.7;r=<UNKNOWN>",
            "authentication_result check=spf result=fail action=reject \
             reason=550 5.7.23 Message rejected due to: SPF fail - not authorized. Please see \
             http://www.openspf.net/Why?s=mfrom;id=a@example.net;ip=192.0.2.7;r=<UNKNOWN>",
        );
        check(
            "policyd-spf",
            "Softfail; identity=helo; client-ip=192.0.2.7; helo=x.example; envelope-from=<>; \
             receiver=b@example.com ",
            "authentication_result check=spf result=Softfail identity=helo \
             client_address=192.0.2.7 helo=x.example sender= recipient=b@example.com",
        );
        check_none("policyd-spf", "spfcheck: No sender or helo, exiting");
    }

    #[test]
    fn perl() {
        check(
            "postfix/policy-spf",
            "Policy action=PREPEND Received-SPF: pass (example.net: 192.0.2.7 is authorized to use \
             'a@example.net' in 'mfrom' identity (mechanism 'ip4:192.0.2.7/24' matched)) \
             receiver=mx.example.com; identity=mailfrom; envelope-from=\"a@example.net\"; \
             helo=mail.example.net; client-ip=192.0.2.7",
            "authentication_result check=spf result=pass identity=mailfrom \
             client_address=192.0.2.7 helo=mail.example.net sender=a@example.net \
             recipient=mx.example.com action=PREPEND reason=example.net: 192.0.2.7 is \
             authorized to use 'a@example.net' in 'mfrom' identity (mechanism \
             'ip4:192.0.2.7/24' matched)",
        );
        check(
            "postfix/policy-spf",
            "SPF fail (Mechanism '-all' matched): HELO/EHLO: mail.example.net",
            "authentication_result check=spf result=fail identity=helo helo=mail.example.net \
             reason=Mechanism '-all' matched",
        );
        check_none("policy-spf", "SPF not applicable to localhost connection - skipped check");
        check_none("policy-spf", "Policy action=DUNNO");
    }

    #[test]
    fn forged_addresses_are_left_out() {
        check(
            "policyd-spf",
            "prepend Received-SPF: Fail (mailfrom) identity=mailfrom; client-ip=192.0.2.7; \
             helo=x; envelope-from=\"; client-ip=203.0.113.9; helo=y\"@example.net; receiver=z",
            "authentication_result check=spf result=Fail identity=mailfrom \
             sender=\"; client-ip=203.0.113.9; helo=y\"@example.net recipient=z action=prepend reason=mailfrom",
        );
    }
}
