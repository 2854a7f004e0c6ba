//! postgrey 1.2x to 1.37: `[QUEUEID: ]action=greylist|pass, reason=R[, delay=N],
//! client_name=N, client_address=A, sender=S, recipient=R`, absent parts left out.
//!
//! A policy service: smtpd(8) mostly asks it before there is a queue ID. Sender and
//! recipient are the client's; where one imitates the other's mark, both are left out.

use bstr::{BStr, ByteSlice};

use super::anchor::{address, number, only, some};
use crate::field::FieldSink;
use crate::queue_id::QueueId;
use crate::scan::cut;

/// A greylisting decision about one recipient.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Greylist<'a> {
    /// The message, if it already had a queue ID.
    pub queue_id: Option<QueueId<'a>>,
    /// `greylist` or `pass`.
    pub action: &'a BStr,
    /// `new`, `early-retry (42s missing)`, `triplet found`, `client AWL`,
    /// `client whitelist`, `recipient whitelist`.
    pub reason: Option<&'a BStr>,
    /// For how many seconds the sender had to wait, when the wait ended.
    pub waited: Option<u32>,
    /// The client's host name as Postfix knows it.
    pub client_name: Option<&'a BStr>,
    /// The client's address.
    pub client_address: Option<&'a BStr>,
    /// The envelope sender; absent for the null sender.
    pub sender: Option<&'a BStr>,
    /// The envelope recipient.
    pub recipient: Option<&'a BStr>,
}

impl Greylist<'_> {
    /// Sends `action`, `reason`, `waited` (seconds), the client, `sender`, `recipient`.
    pub fn fields(&self, sink: &mut dyn FieldSink) {
        sink.text("action", self.action);
        sink.opt_text("reason", self.reason);
        sink.opt_int("waited", self.waited.map(i64::from));
        sink.opt_text("client_name", self.client_name);
        sink.opt_text("client_address", self.client_address);
        sink.opt_text("sender", self.sender);
        sink.opt_text("recipient", self.recipient);
    }
}

/// Reads one line of postgrey's.
pub(super) fn parse(text: &[u8]) -> Option<Greylist<'_>> {
    let (queue_id, text) = match QueueId::split(text) {
        Some((id, rest)) => (Some(id), rest),
        None => (None, text),
    };
    let (action, mut rest) = element(text.strip_prefix(b"action=")?);
    let mut next = |name: &[u8]| {
        let (value, after) = element(rest.strip_prefix(name)?);
        rest = after;
        some(value)
    };
    let reason = next(b"reason=");
    let waited = next(b"delay=").and_then(|delay| number(delay));
    let client_name = next(b"client_name=");
    let client_address = next(b"client_address=").and_then(|peer| address(peer));
    let (sender, recipient) = envelope(rest);
    let action = BStr::new(action);
    Some(Greylist {
        queue_id,
        action,
        reason,
        waited,
        client_name,
        client_address,
        sender,
        recipient,
    })
}

fn element(text: &[u8]) -> (&[u8], &[u8]) {
    cut(text, b", ").unwrap_or((text, &[]))
}

/// `sender=S, recipient=R`, each of which may be absent.
fn envelope(text: &[u8]) -> (Option<&BStr>, Option<&BStr>) {
    let Some(sender) = text.strip_prefix(b"sender=") else {
        return (None, text.strip_prefix(b"recipient=").and_then(some));
    };
    match only(sender, ", recipient=") {
        Some((sender, recipient)) => (some(sender), some(recipient)),
        None if sender.contains_str(", recipient=") => (None, None),
        None => (some(sender), None),
    }
}

#[cfg(test)]
mod tests {
    use crate::neighbour::test::{check, check_none};

    #[test]
    fn decisions() {
        check(
            "postgrey",
            "action=greylist, reason=new, client_name=mail.example.net, client_address=192.0.2.7, \
             sender=a@example.net, recipient=b@example.com",
            "greylist action=greylist reason=new client_name=mail.example.net \
             client_address=192.0.2.7 sender=a@example.net recipient=b@example.com",
        );
        check(
            "postgrey",
            "4T8Zh133D8zGpCM: action=pass, reason=triplet found, delay=301, client_name=unknown, \
             client_address=2001:db8::7, recipient=b@example.com",
            "greylist queue_id=4T8Zh133D8zGpCM action=pass reason=triplet found waited=301 \
             client_name=unknown client_address=2001:db8::7 recipient=b@example.com",
        );
        check(
            "postgrey",
            "action=greylist, reason=early-retry (42s missing), client_name=x.example, \
             client_address=192.0.2.7, sender=\"a, recipient=c@example.org\"@example.net, \
             recipient=b@example.com",
            "greylist action=greylist reason=early-retry (42s missing) client_name=x.example \
             client_address=192.0.2.7",
        );
        check_none("postgrey", "cleaning up old logs...");
    }
}
