//! amavis (amavisd-new 2.4 to 2.13): `(ID) Passed|Blocked VERDICT {ACTIONS}, CLIENT <FROM> ->
//! <TO>,<TO>, …, Message-ID: <M>, mail_id: I, Hits: S, size: N, queued_as: Q, …, T ms`.
//!
//! The line comes from `$log_templ`, which admins change; this reads the templates that
//! amavis ships and those of the years before, in which parts were absent. Addresses,
//! Message-ID, subject and the names of attached files are the sender's: what stands
//! among them is read only where its mark stands once.

use bstr::{BStr, ByteSlice};

use super::anchor::{address, only, some, span};
use super::verdict::FilterVerdict;
use crate::queue_id::QueueId;
use crate::scan::{bracketed, cut, leading_number, number, rcut};

/// Reads one line of amavis'.
pub(super) fn parse(text: &[u8]) -> Option<FilterVerdict<'_>> {
    let (_, text) = cut(text.strip_prefix(b"(")?, b") ")?;
    let (action, rest) = [&b"Passed"[..], b"Blocked"]
        .iter()
        .find_map(|action| Some((*action, text.strip_prefix(*action)?)))?;
    let (verdict, rest) = match rest.strip_prefix(b" ") {
        Some(rest) => {
            span(rest, |byte| byte.is_ascii_uppercase() || matches!(byte, b'-' | b'0'..=b'9'))
        }
        None => (&[][..], rest),
    };
    // The per-recipient template says as much with fewer words; all others do not.
    if !matches!(rest.first(), Some(b',' | b' ')) {
        return None;
    }
    let mut line = FilterVerdict {
        verdict: BStr::new(verdict),
        action: Some(BStr::new(action)),
        ..FilterVerdict::default()
    };
    if let Some((head, _)) = only(rest, "> -> ") {
        let recipients = rest.get(head.len() + "> -> ".len()..)?;
        envelope(&mut line, head);
        if let Some((to, tail)) = recipient_list(recipients) {
            line.recipient = Some(to);
            details(&mut line, tail);
        }
    }
    let time = rcut(rest, b", ").and_then(|(_, time)| number(time.strip_suffix(b" ms")?));
    line.took_micros = time.and_then(|millis| millis.checked_mul(1000));
    Some(line)
}

/// ` (DETAIL) {ACTIONS}, BANKS [ADDRESS]:PORT [ADDRESS] <FROM`.
fn envelope<'a>(line: &mut FilterVerdict<'a>, head: &'a [u8]) {
    let rest = match head.strip_prefix(b" (") {
        // The detail names files of the sender's.
        Some(detail) => {
            let Some((detail, rest)) = only(detail, ") {").or_else(|| only(detail, "), ")) else {
                return;
            };
            line.detail = some(detail);
            rest
        }
        None => head,
    };
    let Some((client, sender)) = cut(rest, b" <") else { return };
    line.sender = Some(BStr::new(sender));
    let peer = cut(client, b"[").and_then(|(_, rest)| cut(rest, b"]"));
    line.client_address = peer.and_then(|(peer, _)| address(peer));
}

/// `<TO>,<TO>` and what follows; a single address without its brackets.
fn recipient_list(text: &[u8]) -> Option<(&BStr, &[u8])> {
    let mut rest = text;
    let mut count = 0usize;
    loop {
        let (address, after) =
            bracketed(rest, b",", |rest| matches!(rest.first(), None | Some(b',' | b' ')))?;
        count += 1;
        if after.starts_with(b",<") {
            rest = after.get(1..)?;
        } else if count == 1 {
            return Some((address, after));
        } else {
            return Some((BStr::new(text.get(..text.len() - after.len())?), after));
        }
    }
}

/// `, quarantine: Q, Queue-ID: I, Message-ID: M, mail_id: I, Hits: S, size: N, queued_as: Q…`.
fn details<'a>(line: &mut FilterVerdict<'a>, tail: &'a [u8]) {
    let mut rest = tail.strip_prefix(b",").unwrap_or(tail);
    // What the relays' trace and TLS say comes first and holds no text of the sender's.
    while let Some((_, after)) =
        [&b" ("[..], b" tls: "].iter().find_map(|mark| cut(rest.strip_prefix(*mark)?, b","))
    {
        rest = after;
    }
    for mark in [&b" quarantine: "[..], b" quarantine "] {
        if let Some((value, after)) = rest.strip_prefix(mark).and_then(|rest| cut(rest, b",")) {
            line.quarantine = some(value);
            rest = after;
        }
    }
    if let Some((value, after)) = rest.strip_prefix(b" Queue-ID: ").and_then(|rest| cut(rest, b","))
    {
        line.queue_id = QueueId::new(value);
        rest = after;
    }
    let (names, after) = match only(rest, ", Hits: ") {
        Some(parts) => parts,
        None => match rest.strip_prefix(b" Hits: ") {
            Some(after) => (&[][..], after),
            None => return,
        },
    };
    let names = without_digest(names);
    let names = match rcut(names, b", mail_id: ") {
        Some((names, id)) if span(id, is_base64).1.is_empty() => {
            line.filter_id = some(id);
            names
        }
        _ => names,
    };
    line.message_id = names.strip_prefix(b" Message-ID: ").and_then(some);
    let (score, after) = span(after, |byte| !matches!(byte, b',' | b' '));
    line.score = some(score).filter(|score| *score != "-");
    let after = after.strip_prefix(b",").unwrap_or(after);
    let sized = after.strip_prefix(b" size: ").and_then(leading_number);
    let after = match sized {
        Some((size, after)) => {
            line.size = Some(size);
            after
        }
        None => after,
    };
    let queued = after.trim_start_with(|c| c == ',').strip_prefix(b" queued_as: ");
    let is_queue_id = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'/';
    line.queued_as = queued.and_then(|queued| some(span(queued, is_queue_id).0));
    let tests = only(behind_subject(after), ", Tests: [").and_then(|(_, tests)| cut(tests, b"]"));
    line.tests = tests.and_then(|(tests, _)| some(tests));
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'+')
}

/// Without a trailing `, b: DIGEST`.
fn without_digest(names: &[u8]) -> &[u8] {
    match rcut(names, b", b: ") {
        Some((names, digest)) if span(digest, is_base64).1.is_empty() => names,
        _ => names,
    }
}

/// What follows `, Subject: "…"`, in which quotes are doubled; all without a subject. The
/// other parts that a sender writes have their spaces replaced.
fn behind_subject(text: &[u8]) -> &[u8] {
    let Some((_, mut rest)) = cut(text, b", Subject: \"") else { return text };
    while let Some((_, after)) = cut(rest, b"\"") {
        match after.strip_prefix(b"\"") {
            Some(after) => rest = after,
            None => return after,
        }
    }
    &[]
}

#[cfg(test)]
mod tests {
    use crate::neighbour::test::{check, check_none};

    #[test]
    fn passed() {
        check(
            "amavis",
            "(14540-09) Passed CLEAN {RelayedInbound}, [192.0.2.7]:56540 [192.0.2.7] \
             <alice@example.net> -> <bob@example.com>, Queue-ID: A0320E00C2, Message-ID: \
             <1@example.net>, mail_id: w4DHD8-_x, Hits: -1.481, size: 142067, queued_as: \
             A0320E00C3, dkim_sd=cm:example.net, 10172 ms",
            "filter_verdict queue_id=A0320E00C2 verdict=CLEAN action=Passed score=-1.481 \
             client_address=192.0.2.7 sender=alice@example.net recipient=bob@example.com \
             message_id=<1@example.net> filter_id=w4DHD8-_x queued_as=A0320E00C3 size=142067 \
             delay=10.172",
        );
        check(
            "amavis",
            "(1-1) Passed BAD-HEADER-7, ORIGINATING/MYNETS LOCAL [IPv6:2001:db8::7] <> -> \
             <\"b, c\"@example.com>,<d@example.com>, quarantine: badh-x, Message-ID: <1>, \
             mail_id: x, Hits: -, size: 41, 37 ms",
            "filter_verdict verdict=BAD-HEADER-7 action=Passed client_address=2001:db8::7 sender= \
             recipient=<\"b, c\"@example.com>,<d@example.com> message_id=<1> filter_id=x \
             quarantine=badh-x size=41 delay=0.037",
        );
    }

    #[test]
    fn verbose_template() {
        check(
            "amavis",
            "(00001-01) Passed CLEAN {RelayedInbound}, [192.0.2.7]:49000 [198.51.100.9] \
             ESMTP/ESMTP <a@example.net> -> <b@example.com>, (ESMTPS://192.0.2.7), tls: TLSv1.3, \
             Queue-ID: A0320E00C2, Message-ID: <1@example.net>, mail_id: Zx, b: 0aB, Hits: 1.5, \
             size: 9, queued_as: B0320E00C2, Subject: \"x\"\", Tests: [FAKE]\", From: A_<a@\
             example.net>_(dkim:AUTHOR), helo=mail.example.net, Tests: [DKIM_VALID=-0.1,\
             SPF_PASS=-0.001], autolearn=ham, dkim_i=@example.net, 900 ms",
            "filter_verdict queue_id=A0320E00C2 verdict=CLEAN action=Passed score=1.5 \
             tests=DKIM_VALID=-0.1,SPF_PASS=-0.001 client_address=192.0.2.7 \
             sender=a@example.net recipient=b@example.com message_id=<1@example.net> \
             filter_id=Zx queued_as=B0320E00C2 size=9 delay=0.9",
        );
    }

    #[test]
    fn blocked() {
        check(
            "amavis",
            "(1-1) Blocked BANNED (multipart/mixed | .asc,x (1)=File(1).reg) {DiscardedInbound}, \
             [192.0.2.7] <a@example.net> -> <b@example.com>, quarantine: virus-S, Message-ID: \
             <1>, mail_id: S, Hits: -, size: 4134, 3721 ms",
            "filter_verdict verdict=BANNED action=Blocked \
             detail=multipart/mixed | .asc,x (1)=File(1).reg client_address=192.0.2.7 \
             sender=a@example.net recipient=b@example.com message_id=<1> filter_id=S \
             quarantine=virus-S size=4134 delay=3.721",
        );
        check(
            "amavis",
            "(1-1) Passed, <a@example.net> -> <b@example.com>, quarantine IJH, Message-ID: <1>, \
             Hits: 0.633",
            "filter_verdict verdict= action=Passed score=0.633 sender=a@example.net \
             recipient=b@example.com message_id=<1> quarantine=IJH",
        );
    }

    #[test]
    fn forged_scores_are_left_out() {
        check(
            "amavis",
            "(1-1) Passed SPAM {R}, [192.0.2.7] <a@example.net> -> <b@example.com>, Message-ID: \
             <x>, mail_id: y, Hits: -99, size: 1, queued_as: AAAAAA, mail_id: S, Hits: 9, size: \
             4134, 3721 ms",
            "filter_verdict verdict=SPAM action=Passed client_address=192.0.2.7 \
             sender=a@example.net recipient=b@example.com delay=3.721",
        );
        check_none("amavis", "(1-1) Checking: x [192.0.2.7] <a@example.net> -> <b@example.com>");
    }
}
