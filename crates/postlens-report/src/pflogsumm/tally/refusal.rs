//! The row that a refusal is counted in.
//!
//! For the usual refusals it is the row that pflogsumm has for them.

use bstr::{BString, ByteSlice};
use postlens_syntax::Daemon;
use postlens_track::Refusal;

use crate::pflogsumm::options::Counting;
use crate::pflogsumm::trim::without_code;
use crate::pflogsumm::{fold, trim};

/// Where a refusal is counted.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Leaf {
    /// The stage, or `cleanup`.
    pub(super) group: BString,
    pub(super) reason: BString,
    pub(super) who: BString,
}

/// Whether a header or body check decided, whose stage is the part that matched: `header`,
/// `body`, … and no command, which are in upper case.
pub(super) fn is_check(refusal: &Refusal<'_>) -> bool {
    let first = refusal.decision.stage.first();
    refusal.daemon == Some(Daemon::Cleanup) && first.is_some_and(u8::is_ascii_lowercase)
}

/// Finds out where a refusal is counted.
pub(super) fn leaf(refusal: &Refusal<'_>, counting: &Counting) -> Leaf {
    let decision = refusal.decision;
    let text = without_codes(decision.text);
    if refusal.daemon == Some(Daemon::Cleanup) {
        // The message as a whole was refused: what was said counts, and who sent it.
        let client = decision.client.map(|client| client_text(&client)).unwrap_or_default();
        let who = [b"from ", client.as_slice(), b": ", decision.text.as_bytes()].concat();
        let who = counting.reason(&who, |text| trim::cut(text, 64));
        return Leaf { group: "cleanup".into(), reason: decision.stage.into(), who };
    }
    let reason = counting.reason(decision.text, |_| reason(text));
    let sender = match decision.envelope.sender {
        Some(sender) if !sender.is_empty() => counting.fold(&counting.verp(sender.into())),
        _ => "<>".into(),
    };
    let recipient = decision.envelope.recipient.map(|to| counting.fold(to));
    let domain = || {
        let client = decision.client.or(refusal.client);
        client.map_or_else(|| "unknown".into(), |client| fold::client(client.name, client.address))
    };
    let with_sender = |who: BString| -> BString {
        if counting.rej_add_from {
            [who.as_slice(), b"  (", &sender, b")"].concat().into()
        } else {
            who
        }
    };
    let who = if text_of(text).starts_with(b"Sender address rejected:") {
        sender
    } else if is_recipient(text_of(text)) {
        with_sender(recipient.unwrap_or_else(|| "<>".into()))
    } else {
        with_sender(domain())
    };
    Leaf { group: decision.stage.into(), reason, who }
}

fn client_text(client: &postlens_syntax::Client<'_>) -> Vec<u8> {
    let name = client.name.unwrap_or_default().as_bytes();
    [name, b"[", client.address.as_bytes(), b"]"].concat()
}

/// A reply without its codes.
fn without_codes(text: &[u8]) -> &[u8] {
    let text = without_code(text);
    let status = text.iter().take_while(|byte| byte.is_ascii_digit() || **byte == b'.').count();
    match text.split_at_checked(status) {
        Some(([b'2' | b'4' | b'5', b'.', ..], [b' ', rest @ ..])) => rest,
        _ => text,
    }
}

/// Without the address, HELO name or client in brackets that it is about.
fn text_of(text: &[u8]) -> &[u8] {
    let about = text.strip_prefix(b"<").and_then(|rest| rest.split_once_str(">: "));
    about.map_or(text, |(_, rest)| rest)
}

/// The first reason.
fn reason(text: &[u8]) -> Vec<u8> {
    let text = text_of(text);
    if let Some(rest) = text.strip_prefix(b"Service unavailable; ")
        && let Some(at) = rest.find(" blocked using ")
    {
        return trim::until(rest.get(at + 1..).unwrap_or_default(), b';').to_vec();
    }
    let end = text.find_byteset(",;").unwrap_or(text.len());
    let text = text.get(..end).unwrap_or(text);
    for rejected in ["Sender address rejected: ", "Recipient address rejected: "] {
        if let Some(rest) = text.strip_prefix(rejected.as_bytes()) {
            return [rejected.as_bytes(), trim::until(rest, b':')].concat();
        }
    }
    text.to_vec()
}

fn is_recipient(reason: &[u8]) -> bool {
    reason.starts_with(b"Recipient address rejected:")
        || reason.strip_prefix(b"User unknown").is_some_and(|rest| matches!(rest, [] | [b' ', ..]))
}
