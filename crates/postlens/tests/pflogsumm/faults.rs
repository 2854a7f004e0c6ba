//! pflogsumm's faults, one function each.

use bstr::{BStr, ByteSlice};
use postlens_syntax::postfix::check::ContentCheck;
use postlens_syntax::postfix::decision::{Action, Decision, DecisionBy};
use postlens_syntax::postfix::delivery::DeliveryLine;
use postlens_syntax::{Client, Entry};

/// Only tags that begin with `postfix/` count, so other instances do not; of services it
/// knows `smtps` and `submission`, and takes any other for a part of the daemon's name.
/// Hence `submissions/smtpd`, the usual name of port 465, is no smtpd.
pub(crate) fn daemon<'a>(entry: &Entry<'a>) -> Option<&'a BStr> {
    let program: &'a [u8] = entry.tag.program;
    let Some(path) = program.strip_prefix(b"postfix/") else {
        let alone = matches!(program, b"postfix" | b"postfix-script");
        return alone.then_some(BStr::new(program));
    };
    let known = [&b"smtps/"[..], b"submission/"];
    let rest = known.iter().find_map(|service| path.strip_prefix(*service));
    Some(BStr::new(rest.unwrap_or(path)))
}

/// It looks for its events at fixed places after the pid, so smtpd's lines inside
/// `message repeated N times: [ … ]` are lost.
pub(crate) fn hidden_by_repeat(entry: &Entry<'_>) -> bool {
    entry.repeat > 1
}

/// Deliveries inside `message repeated N times: [ … ]` count once, under the queue ID
/// `message`.
pub(crate) fn queue_id(entry: &Entry<'_>, queue_id: &BStr) -> String {
    if hidden_by_repeat(entry) { "message".to_owned() } else { queue_id.to_string() }
}

/// A delivery line with `tls=` (Postfix 3.11) is not understood at all.
pub(crate) fn dropped_for_tls(line: &DeliveryLine<'_>) -> bool {
    line.tls.is_some()
}

/// Addresses hold no `>` for it. Of one that does (in quotes) only what follows `to=<` or
/// `from=<` after the last `>` is read; without that the line is unreadable.
pub(crate) fn readable<'a>(address: &'a BStr, name: &str) -> Option<&'a BStr> {
    match address.rsplit_once_str(">") {
        None => Some(address),
        Some((_, rest)) => rest.split_once_str(name).map(|(_, address)| BStr::new(address)),
    }
}

/// The recipient that is read: where `to=` is unreadable, `orig_to=` ends like it.
pub(crate) fn recipient<'a>(line: &DeliveryLine<'a>) -> Option<&'a BStr> {
    match line.orig_recipient {
        Some(orig) if orig.contains(&b'>') => readable(orig, "to=<"),
        orig => readable(line.recipient, "to=<").or(orig),
    }
}

/// A recipient that holds all fields of a delivery: the address before them and the delay
/// in seconds. They say `sent` where they say anything.
pub(crate) fn imitated_fields<'a>(line: &DeliveryLine<'a>) -> Option<(&'a BStr, f64)> {
    let (address, rest) = line.recipient.split_once_str(">, relay=")?;
    let (_, rest) = rest.split_once_str(", delay=")?;
    let (delay, rest) = rest.split_once_str(",")?;
    let delay = delay.to_str().ok()?.parse().ok()?;
    rest.contains_str("status=sent ").then_some((BStr::new(address), delay))
}

/// A sender and size anywhere in a line that is not smtpd's make it one of qmgr's: in a
/// remote host's reply, where they hide the delivery, or in a header.
pub(crate) fn imitated_size(text: &BStr) -> Option<(&BStr, u64)> {
    let mut rest: &[u8] = text;
    loop {
        let (_, after) = rest.split_once_str("from=<")?;
        rest = after;
        let (sender, after) = after.split_once_str(">")?;
        let digits = after.strip_prefix(b", size=").unwrap_or_default();
        let end = digits.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let digits = digits.get(..end).filter(|digits| !digits.is_empty());
        if let Some(digits) = digits {
            let size = digits.to_str().ok()?.parse().ok()?;
            return Some((BStr::new(sender), size));
        }
    }
}

/// The fields of a delivery make a line one, also in a header.
pub(crate) fn imitated_delivery<'a>(check: &ContentCheck<'a>) -> Option<DeliveryLine<'a>> {
    let content: &'a [u8] = check.content;
    let start = content.find("to=<")?;
    DeliveryLine::parse(check.queue_id, content.get(start..)?)
}

/// `forwarded as` anywhere in the reply makes a delivery a forward, even if another
/// host said it.
pub(crate) fn is_forward(line: &DeliveryLine<'_>) -> bool {
    line.reply.contains_str("forwarded as ")
}

/// Refusals by milters and before-queue filters are overlooked in smtpd's lines.
pub(crate) fn overlooked(decision: &Decision<'_>) -> bool {
    decision.by != DecisionBy::Access
}

/// Of cleanup, only `header`, `body` and `END-OF-MESSAGE` are looked at, and only four
/// actions; where the line has another, its content is searched for one as well.
pub(crate) fn check(check: &ContentCheck<'_>) -> Option<Action> {
    use Action::{Discard, Hold, Reject, Warning};
    let known = matches!(check.action, Reject | Warning | Hold | Discard);
    if known && matches!(check.part.as_bytes(), b"header" | b"body") {
        return Some(action_of_check(check.action));
    }
    imitated_check(check.content)
}

/// The first action that the content imitates.
fn imitated_check(content: &[u8]) -> Option<Action> {
    let parts = ["header ", "body ", "END-OF-MESSAGE "];
    let starts = (0..content.len()).filter_map(|start| {
        let before = start.checked_sub(1).and_then(|at| content.get(at));
        let inside = before.is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_');
        content.get(start..).filter(|_| !inside)
    });
    let mut found = starts.filter_map(|text| {
        let (word, rest) = text.split_once_str(": ")?;
        let action = match word {
            b"reject" | b"milter-reject" => Action::Reject,
            b"warning" => Action::RejectWarning,
            b"hold" => Action::Hold,
            b"discard" => Action::Discard,
            _ => return None,
        };
        parts.iter().any(|part| rest.starts_with(part.as_bytes())).then_some(action)
    });
    found.next()
}

/// In cleanup's lines, what a milter did at another stage is overlooked.
pub(crate) fn overlooked_stage(decision: &Decision<'_>) -> bool {
    decision.stage != "END-OF-MESSAGE"
}

/// A header check's `warning` counts as a refusal that was not enforced.
fn action_of_check(action: Action) -> Action {
    if action == Action::Warning { Action::RejectWarning } else { action }
}

/// Addresses are folded to lower case after the first `@` only.
pub(crate) fn address(address: &BStr) -> String {
    let mut address = address.to_string();
    if let Some(at) = address.find('@').filter(|at| at + 1 < address.len()) {
        address.split_at_mut(at).1.make_ascii_lowercase();
    }
    address
}

/// The null sender is a sender called `from=<>`.
pub(crate) fn sender(sender: &BStr) -> String {
    // Perl takes "0" for nothing as well.
    if matches!(sender.as_bytes(), b"" | b"0") { "from=<>".to_owned() } else { address(sender) }
}

/// A sender without a domain is counted for the client's host; one of local mail is its
/// own domain (`root`).
pub(crate) fn sender_domain(sender: &str, whence: &Whence) -> String {
    match (domain(sender), whence) {
        (Some(domain), _) if !domain.is_empty() => domain.to_owned(),
        (_, Whence::Pickup) => sender.to_owned(),
        (_, Whence::Client(host)) => host.clone(),
    }
}

/// A recipient without a domain is its own domain.
pub(crate) fn recipient_domain(recipient: &str) -> String {
    domain(recipient).unwrap_or(recipient).to_owned()
}

/// What follows the first `@`, if anything stands before it: in a quoted local part with
/// an `@` that is not the domain.
fn domain(address: &str) -> Option<&str> {
    address.split_once('@').filter(|(local, _)| !local.is_empty()).map(|(_, domain)| domain)
}

/// Where a message came from.
#[derive(Debug, Clone)]
pub(crate) enum Whence {
    /// From sendmail(1).
    Pickup,
    /// From a client, by its folded name.
    Client(String),
}

/// Host names are folded to a domain, in lower case, only under top-level domains of
/// three letters and under `xx.yy` and `xxx.yy`; others stay whole and keep their case.
pub(crate) fn folded(client: &Client<'_>) -> String {
    let Some(name) = client.name.filter(|name| !name.is_empty() && *name != "unknown") else {
        return client.address.to_string();
    };
    let name = name.to_string();
    let labels: Vec<&str> = name.rsplit('.').collect();
    let kept = match labels.as_slice() {
        [top, second, _, ..] if top.len() == 3 && !second.is_empty() => [*second, top].join("."),
        [top, second, third, _, ..]
            if top.len() == 2 && matches!(second.len(), 2 | 3) && !third.is_empty() =>
        {
            [*third, second, top].join(".")
        }
        _ => return name,
    };
    kept.to_ascii_lowercase()
}

/// The host of a disconnect line. The counters after an IPv6 address are taken for a part
/// of the host's name up to their first `/`; without one there is no name at all.
pub(crate) fn host_of_disconnect(text: &BStr, client: &Client<'_>) -> String {
    let rest = text.strip_prefix(b"disconnect from ").unwrap_or_default();
    let before = rest.split_once_str("/").filter(|(_, after)| {
        after.first().is_some_and(|b| b.is_ascii_hexdigit() || matches!(b, b'.' | b':'))
    });
    match before {
        _ if !client.address.contains(&b':') => folded(client),
        Some((before, _)) => before.as_bstr().to_string(),
        None if rest.ends_with(b"]") => folded(client),
        None => String::new(),
    }
}

/// A size of 0 is no size: the next line of the queue ID may set it; later ones are
/// ignored, also when another message reuses the queue ID.
pub(crate) fn size_is_known(size: Option<&u64>) -> bool {
    size.is_some_and(|size| *size > 0)
}

/// Days are counted by changes of the day of the month, so days that come in turns count
/// again and again.
pub(crate) fn is_another_day(last: u8, day: u8) -> bool {
    last != day
}

/// Held mail and refusals that were not enforced are left out of the percentages.
pub(crate) fn percent(part: u64, delivered: u64, rejected: u64, discarded: u64) -> u64 {
    (part * 100).checked_div(delivered + rejected + discarded).unwrap_or_default()
}
