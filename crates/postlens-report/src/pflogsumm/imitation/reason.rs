//! Why something was refused, made short.

use bstr::ByteSlice;

use crate::pflogsumm::trim::without_code;

/// The reason in a reply to a command.
pub(super) fn shorten(stage: &[u8], reply: &[u8]) -> Vec<u8> {
    match stage {
        b"RCPT" | b"DATA" | b"CONNECT" => client_reason(reply),
        b"MAIL" => sender_reason(reply).unwrap_or(reply).to_vec(),
        _ => other_reason(reply).unwrap_or(reply).to_vec(),
    }
}

/// The reasons that most refusals have.
fn client_reason(reply: &[u8]) -> Vec<u8> {
    let mut text = without_address(reply);
    if is_protocol_error(&text) {
        text = b"Protocol error".to_vec();
    }
    if let Some(part) = first_part(&text) {
        text = part.to_vec();
    }
    if let Some(length) = short_rejection(&text) {
        text.truncate(length);
    }
    without_blocked(text)
}

/// Takes the address out of `550 <…>:`, which may hold anything.
fn without_address(reply: &[u8]) -> Vec<u8> {
    let rest = without_code(reply);
    if rest.len() < reply.len()
        && let Some(rest) = rest.strip_prefix(b"<")
        && let Some(end) = rest.find(b">:")
    {
        let start = reply.get(..reply.len() - rest.len()).unwrap_or_default();
        return [start, rest.get(end..).unwrap_or_default()].concat();
    }
    reply.to_vec()
}

fn is_protocol_error(text: &[u8]) -> bool {
    let rest = without_code(text);
    let is_dsn = |dsn: &[u8]| matches!(dsn, [a, b'.', b, b'.', c] if [a, b, c].iter().all(|byte| byte.is_ascii_digit()));
    rest.len() < text.len()
        && rest.get(..5).is_some_and(is_dsn)
        && rest.get(5..).is_some_and(|rest| rest.starts_with(b" Protocol error;"))
}

/// What stands between the first colon or semicolon and the next comma or semicolon.
fn first_part(text: &[u8]) -> Option<&[u8]> {
    places(text).find_map(|at| {
        let rest = text.get(at..)?;
        after_brackets(rest).and_then(part).or_else(|| part(rest))
    })
}

/// Where text begins after a colon or semicolon with a blank.
fn places(text: &[u8]) -> impl DoubleEndedIterator<Item = usize> {
    let is_place = |pair: &[u8]| matches!(pair, [b':' | b';', b' ']);
    (2..=text.len()).filter(move |at| text.get(at - 2..*at).is_some_and(is_place))
}

/// What follows `[…] `.
fn after_brackets(text: &[u8]) -> Option<&[u8]> {
    let (inside, rest) = text.strip_prefix(b"[")?.split_once_str("]")?;
    rest.strip_prefix(b" ").filter(|_| !inside.is_empty())
}

fn part(text: &[u8]) -> Option<&[u8]> {
    let end = text.find_byteset(",;").filter(|end| *end > 0)?;
    text.get(..end)
}

/// How much of a refusal of an address is kept: its first reason.
fn short_rejection(text: &[u8]) -> Option<usize> {
    const REJECTED: &[u8] = b" address rejected: ";
    let who = if text.starts_with(b"Sender") { "Sender" } else { "Recipient" };
    let start = who.len() + REJECTED.len();
    let rest = text.strip_prefix(who.as_bytes())?.strip_prefix(REJECTED)?;
    rest.find_byte(b':').filter(|colon| *colon > 0).map(|colon| start + colon)
}

/// Without who was blocked.
fn without_blocked(text: Vec<u8>) -> Vec<u8> {
    const WHO: [&[u8]; 3] = [b"client ", b"Client host ", b"Sender address "];
    const BLOCKED: &[u8] = b" blocked";
    let shorter = (0..text.len()).find_map(|start| {
        let rest = text.get(start..)?;
        let who = WHO.iter().find(|who| rest.starts_with(who))?;
        // At least one byte stands between them.
        let end = rest.get(who.len() + 1..)?.find(BLOCKED)? + who.len() + 1;
        Some([text.get(..start)?, rest.get(end + 1..)?].concat())
    });
    shorter.unwrap_or(text)
}

/// Without code and address, up to a colon or semicolon.
fn sender_reason(reply: &[u8]) -> Option<&[u8]> {
    let text = without_code(reply);
    if text.len() == reply.len() {
        return None;
    }
    let until = |text: &'_ [u8]| {
        let end = text.find_byteset(";:").unwrap_or(text.len());
        (end > 0).then_some(end)
    };
    if text.starts_with(b"<") {
        let after = text.rfind_iter(b">: ").filter(|at| *at > 1).find_map(|at| {
            let text = text.get(at + 3..)?;
            text.get(..until(text)?)
        });
        if after.is_some() {
            return after;
        }
    }
    text.get(..until(text)?)
}

/// After the last colon or semicolon, up to a comma.
fn other_reason(reply: &[u8]) -> Option<&[u8]> {
    places(reply).rev().chain([0]).find_map(|at| {
        let text = reply.get(at..)?;
        let end = text.find_byte(b',').unwrap_or(text.len());
        text.get(..end).filter(|text| !text.is_empty())
    })
}

/// A reason that is known as a whole, where it still has its code; and whether the client
/// is to be looked for anew.
pub(super) fn fixed(reason: &[u8]) -> Option<(Vec<u8>, bool)> {
    const PIPELINING: &str = "Improper use of SMTP command pipelining";
    const SIZE: &str = "Message size exceeds fixed limit";
    let after_code = |text: &str| {
        let text = [" ", text, ";"].concat();
        reason.find_iter(&text).any(|at| {
            let code = at.checked_sub(3).and_then(|start| reason.get(start..at));
            code.is_some_and(|code| code.iter().all(u8::is_ascii_digit))
        })
    };
    if after_code(PIPELINING) {
        return Some((PIPELINING.into(), true));
    }
    if after_code(SIZE) {
        return Some((SIZE.into(), false));
    }
    let local = ["Server configuration error", "Server configuration problem"];
    let local = local.into_iter().find(|text| after_code(text))?;
    Some((["(Local) ", local].concat().into(), false))
}
