//! Refusals: the row that one is counted in.

use bstr::{BString, ByteSlice};

use super::reason;
use crate::pflogsumm::options::Counting;
use crate::pflogsumm::trim::{until, word};
use crate::pflogsumm::{fold, order};

/// Where a refusal is counted.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Leaf {
    pub(super) stage: BString,
    pub(super) reason: BString,
    pub(super) who: BString,
}

/// The parts of `reject: STAGE from CLIENT: REPLY; from=<…> …`.
#[derive(Debug, Clone, Copy, Default)]
struct Parts<'a> {
    stage: &'a [u8],
    client: &'a [u8],
    rest: &'a [u8],
}

impl<'a> Parts<'a> {
    /// The last place with these parts.
    fn find(text: &'a [u8]) -> Option<Self> {
        const ACTIONS: [&str; 4] = ["reject_warning: ", "reject: ", "hold: ", "discard: "];
        text.rfind_iter(b" ").find_map(|at| {
            let text = text.get(at + 1..)?;
            let action = ACTIONS.iter().find(|action| text.starts_with_str(action))?;
            let text = text.get(action.len()..)?;
            let (stage, text) = text.split_at_checked(word(text)).filter(|(s, _)| !s.is_empty())?;
            let text = text.strip_prefix(b" from ")?;
            let (client, text) = text.split_at_checked(word(text))?;
            let client = client.strip_suffix(b":").filter(|client| !client.is_empty())?;
            Some(Self { stage, client, rest: text.strip_prefix(b" ")? })
        })
    }
}

/// Finds out where a line is counted.
pub(super) fn leaf(line: &[u8], counting: &Counting) -> Leaf {
    let parts = Parts::find(line).unwrap_or_default();
    let reason = counting.reason(parts.rest, |reply| reason::shorten(parts.stage, reply)).to_vec();
    let sender = counting.fold(&counting.verp(sender(parts.rest).into()));
    let beside = |who: BString, sender: &[u8]| -> BString {
        if counting.rej_add_from {
            [&who, "  (".as_bytes(), sender, b")"].concat().into()
        } else {
            who
        }
    };
    let client = || fold::imitated(parts.client);
    let domain = || beside(client(), &sender);
    let (reason, who) = if reason.starts_with(b"Sender address rejected:") {
        (reason, sender)
    } else if is_recipient(&reason) {
        // A sender called `0` is taken for none.
        let sender = if order::is_true(&sender) { sender } else { client() };
        (reason, beside(counting.fold(recipient(parts.rest)), &sender))
    } else {
        match reason::fixed(&reason) {
            Some((fixed, true)) => (fixed, source(line).into()),
            Some((fixed, false)) => (fixed, domain()),
            None => (reason, domain()),
        }
    };
    Leaf { stage: parts.stage.into(), reason: reason.into(), who }
}

fn is_recipient(reason: &[u8]) -> bool {
    reason.starts_with(b"Recipient address rejected:")
        || reason.strip_prefix(b"User unknown").is_some_and(|rest| matches!(rest, [] | [b' ', ..]))
}

/// The first bracketed text with something in it after `name`.
fn bracketed<'a>(text: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    text.find_iter(name).find_map(|at| {
        let (address, _) = text.get(at + name.len()..)?.split_once_str(">")?;
        (!address.is_empty()).then_some(address)
    })
}

fn sender(text: &[u8]) -> &[u8] {
    bracketed(text, b"from=<").unwrap_or(b"<>")
}

fn recipient(text: &[u8]) -> &[u8] {
    bracketed(text, b"to=<").or_else(|| unknown(text)).or_else(|| unclosed(text)).unwrap_or(b"<>")
}

/// The recipient in a reply.
fn unknown(text: &[u8]) -> Option<&[u8]> {
    text.find_iter(" <").find_map(|at| {
        let code = text.get(at.checked_sub(3)?..at)?;
        let (address, rest) = text.get(at + 2..)?.split_once_str(">")?;
        let fits = code.iter().all(u8::is_ascii_digit) && !address.is_empty();
        (fits && rest.starts_with(b": User unknown ")).then_some(address)
    })
}

/// The recipient without its bracket.
fn unclosed(text: &[u8]) -> Option<&[u8]> {
    let (_, rest) = text.split_once_str("to=<")?;
    Some(until(until(rest, b','), b' '))
}

/// The client where the line's stage is not known.
fn source(line: &[u8]) -> &[u8] {
    const FROM: &[u8] = b" from ";
    let found = line.find_iter(FROM).filter(|at| *at > 0).find_map(|at| {
        let client = line.get(at + FROM.len()..)?;
        let client = client.get(..word(client))?;
        let colon = client.get(1..)?.find_byte(b':')?;
        client.get(..=colon)
    });
    found.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::leaf;
    use crate::pflogsumm::options::Counting;

    const TAIL: &str = "from=<a@example.org> to=<b@example.com> proto=ESMTP helo=<c.example.com>";

    #[track_caller]
    fn check(text: &str, expected: [&str; 3]) {
        let line = format!("postfix/smtpd[1]: NOQUEUE: reject: {text}; {TAIL}");
        let leaf = leaf(line.as_bytes(), &Counting::default());
        assert_eq!([leaf.stage, leaf.reason, leaf.who], expected, "{text}");
    }

    const CLIENT: &str = "mx.c.example.com[192.0.2.1]";

    #[test]
    fn refusals_by_what_was_refused() {
        check(
            &format!("RCPT from {CLIENT}: 554 5.7.1 <b@example.com>: Relay access denied"),
            ["RCPT", "Relay access denied", "example.com"],
        );
        check(
            &format!(
                "RCPT from {CLIENT}: 450 4.1.8 <a@example.org>: Sender address rejected: Domain not found"
            ),
            ["RCPT", "Sender address rejected: Domain not found", "a@example.org"],
        );
        check(
            &format!(
                "RCPT from {CLIENT}: 550 5.1.1 <b@example.com>: Recipient address rejected: User unknown in local recipient table"
            ),
            [
                "RCPT",
                "Recipient address rejected: User unknown in local recipient table",
                "b@example.com",
            ],
        );
        check(
            &format!(
                "RCPT from {CLIENT}: 554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using dnsbl.example; https://dnsbl.example/x"
            ),
            ["RCPT", "blocked using dnsbl.example", "example.com"],
        );
        check(
            &format!("MAIL from {CLIENT}: 552 5.3.4 Message size exceeds fixed limit"),
            ["MAIL", "5.3.4 Message size exceeds fixed limit", "example.com"],
        );
    }
}
