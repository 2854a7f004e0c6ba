//! Deliveries.
//!
//! ```text
//! QID: to=<ADDR>[, orig_to=<ADDR>], relay=RELAY[, conn_use=N], delay=D,
//!      delays=a/b/c/d[, tls=LEVEL…], dsn=X.Y.Z, status=STATUS (REPLY)
//! ```
//! Written once per attempt and recipient by smtp(8), lmtp(8), local(8), virtual(8),
//! pipe(8), error(8) and discard(8). Postfix before 2.3 writes neither `delays=` nor
//! `dsn=`; `tls=` came with 3.11.

use bstr::BStr;

use crate::address::Relay;
use crate::delay::Delay;
use crate::event::ReplyCodes;
use crate::field::FieldSink;
use crate::queue_id::QueueId;
use crate::scan::{bracketed, cut, is_status, leading_number, number, position, rcut, reply_codes};

/// One delivery attempt for one recipient.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DeliveryLine<'a> {
    /// The message.
    pub queue_id: QueueId<'a>,
    /// The recipient, without its brackets.
    pub recipient: &'a BStr,
    /// The recipient before aliasing, where it differs.
    pub orig_recipient: Option<&'a BStr>,
    /// Where it went, or was to go.
    pub relay: Relay<'a>,
    /// Which use of a kept connection this is, from 2 on.
    pub conn_use: Option<u32>,
    /// From arrival to the end of this attempt.
    pub delay: Delay,
    /// `delay` in its four parts.
    pub delays: Option<Delays>,
    /// TLS level and features (3.11 and later), as written.
    pub tls: Option<&'a BStr>,
    /// Enhanced status code.
    pub dsn: Option<&'a BStr>,
    /// `sent`, `deferred`, `bounced`, `expired`, `undeliverable`, …
    pub status: DeliveryStatus<'a>,
    /// What stands in the last parentheses: the remote's or the agent's reply.
    pub reply: &'a BStr,
}

/// The four parts of a delay (`delays=a/b/c/d`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Delays {
    /// Before the queue manager; on a retry, all the time spent deferred too.
    pub before_qmgr: Delay,
    /// In the active queue.
    pub in_qmgr: Delay,
    /// Connection set-up: DNS, HELO, TLS.
    pub connection: Delay,
    /// Transmission.
    pub transmission: Delay,
}

/// The `status=` word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryStatus<'a> {
    /// Accepted by the next hop or the mailbox.
    Sent,
    /// To be tried again.
    Deferred,
    /// Permanently failed; a bounce follows.
    Bounced,
    /// Given up after the queue lifetime.
    Expired,
    /// An address probe succeeded (`deliverable`).
    Deliverable,
    /// An address probe failed (`undeliverable`).
    Undeliverable,
    /// Any other word, such as `SOFTBOUNCE` or `undeliverable-but-not-cached`.
    Other(&'a BStr),
}

impl<'a> DeliveryStatus<'a> {
    fn parse(word: &'a [u8]) -> Self {
        match word {
            b"sent" => Self::Sent,
            b"deferred" => Self::Deferred,
            b"bounced" => Self::Bounced,
            b"expired" => Self::Expired,
            b"deliverable" => Self::Deliverable,
            b"undeliverable" => Self::Undeliverable,
            _ => Self::Other(BStr::new(word)),
        }
    }

    /// The word as Postfix writes it.
    pub fn as_bstr(&self) -> &'a BStr {
        BStr::new(match self {
            Self::Sent => "sent",
            Self::Deferred => "deferred",
            Self::Bounced => "bounced",
            Self::Expired => "expired",
            Self::Deliverable => "deliverable",
            Self::Undeliverable => "undeliverable",
            Self::Other(word) => return word,
        })
    }

    /// Whether the attempt was an address probe (verify(8), `sendmail -bv`), not mail.
    pub fn is_probe(&self) -> bool {
        match self {
            Self::Deliverable | Self::Undeliverable => true,
            Self::Other(word) => {
                word.starts_with(b"deliverable") || word.starts_with(b"undeliverable")
            }
            _ => false,
        }
    }
}

impl<'a> DeliveryLine<'a> {
    /// Reads a delivery from what follows the queue ID.
    ///
    /// The recipient is read from the left, quotes respected, up to a bracket that is
    /// followed by the fixed fields; the reply, which the remote host wrote, is read
    /// last and can imitate nothing before it.
    ///
    /// With `info_log_address_format = internal` nothing is quoted, and a recipient may
    /// hold what looks like the fixed fields; it is caught unless it imitates all of them.
    #[inline]
    pub fn parse(queue_id: QueueId<'a>, text: &'a [u8]) -> Option<Self> {
        if let Some(line) = Self::usual(queue_id, text) {
            return Some(line);
        }
        Self::unusual(queue_id, text)
    }

    /// The short way for nearly every line: no quotes, and all fields of Postfix 2.3 to
    /// 3.10 in their order. What it gives, the long way gives as well.
    #[inline]
    fn usual(queue_id: QueueId<'a>, text: &'a [u8]) -> Option<Self> {
        let (recipient, mut rest) = plain_address(text.strip_prefix(b"to=<")?)?;
        let mut orig_recipient = None;
        if let Some(after) = rest.strip_prefix(b"orig_to=<") {
            let (address, after) = plain_address(after)?;
            (orig_recipient, rest) = (Some(address), after);
        }
        let (relay, mut rest) = cut(rest.strip_prefix(b"relay=")?, b", ")?;
        let mut conn_use = None;
        if let Some(after) = rest.strip_prefix(b"conn_use=") {
            let (count, after) = leading_number(after)?;
            (conn_use, rest) = (u32::try_from(count).ok(), after.strip_prefix(b", ")?);
        }
        let (delay, rest) = Delay::split(rest.strip_prefix(b"delay=")?)?;
        let (delays, rest) = Delays::split(rest.strip_prefix(b", delays=")?)?;
        let (dsn, rest) = cut(rest.strip_prefix(b", dsn=")?, b", ")?;
        if !is_status(dsn) {
            return None;
        }
        let (status, reply) = cut(rest.strip_prefix(b"status=")?, b" (")?;
        if status.is_empty() || status.contains(&b' ') {
            return None;
        }
        Some(Self {
            queue_id,
            recipient,
            orig_recipient,
            relay: Relay::parse(relay),
            conn_use,
            delay,
            delays: Some(delays),
            tls: None,
            dsn: Some(BStr::new(dsn)),
            status: DeliveryStatus::parse(status),
            reply: BStr::new(reply.strip_suffix(b")").unwrap_or(reply)),
        })
    }

    fn unusual(queue_id: QueueId<'a>, text: &'a [u8]) -> Option<Self> {
        let line = Self::parse_at(queue_id, text, |_| true)?;
        if line.is_whole() {
            return Some(line);
        }
        let whole = |rest: &'a [u8]| {
            let imagined = Self::parse_fields(queue_id, BStr::new(""), rest);
            imagined.is_some_and(|line| line.is_whole())
        };
        Self::parse_at(queue_id, text, whole).or(Some(line))
    }

    /// Whether the line has the fields of one version: `delays=` and `dsn=`, or neither.
    fn is_whole(&self) -> bool {
        self.delays.is_some() == self.dsn.is_some()
    }

    fn parse_at(
        queue_id: QueueId<'a>,
        text: &'a [u8],
        fits: impl Fn(&'a [u8]) -> bool,
    ) -> Option<Self> {
        let rest = text.strip_prefix(b"to=")?;
        let follows = |rest: &'a [u8]| {
            rest.strip_prefix(b", ").is_some_and(|next| {
                (next.starts_with(b"relay=") || next.starts_with(b"orig_to=")) && fits(rest)
            })
        };
        let (recipient, rest) = bracketed(rest, b", ", follows)?;
        Self::parse_fields(queue_id, recipient, rest)
    }

    /// What follows the recipient, from the comma on.
    fn parse_fields(queue_id: QueueId<'a>, recipient: &'a BStr, rest: &'a [u8]) -> Option<Self> {
        let mut rest = rest.strip_prefix(b", ")?;
        let mut orig_recipient = None;
        if let Some(orig) = rest.strip_prefix(b"orig_to=") {
            let relay = |rest: &[u8]| rest.starts_with(b", relay=");
            let (address, after) = bracketed(orig, b", relay=", relay)?;
            orig_recipient = Some(address);
            rest = after.strip_prefix(b", ")?;
        }
        let (relay, rest) = cut(rest.strip_prefix(b"relay=")?, b", ")?;
        let mut line = Self {
            queue_id,
            recipient,
            orig_recipient,
            relay: Relay::parse(relay),
            conn_use: None,
            delay: Delay::default(),
            delays: None,
            tls: None,
            dsn: None,
            status: DeliveryStatus::Sent,
            reply: BStr::new(""),
        };
        let rest = line.numbers(rest)?;
        let (status, reply) = cut(rest, b" ").unwrap_or((rest, b""));
        let reply = match reply.strip_prefix(b"(") {
            // Postfix cuts long lines, and the closing bracket with them.
            Some(reply) => reply.strip_suffix(b")").unwrap_or(reply),
            None => reply,
        };
        if status.is_empty() {
            return None;
        }
        line.status = DeliveryStatus::parse(status);
        line.reply = BStr::new(reply);
        Some(line)
    }

    /// The fields between relay and status; returns what follows `status=`.
    fn numbers(&mut self, mut rest: &'a [u8]) -> Option<&'a [u8]> {
        loop {
            if let Some(status) = rest.strip_prefix(b"status=") {
                return Some(status);
            }
            let (field, after) = cut(rest, b", ")?;
            let (name, value) = cut(field, b"=")?;
            // Postfix 2.2 left the comma after conn_use out.
            let (value, after) = match cut(value, b" delay=") {
                Some((count, _)) if name == b"conn_use" => {
                    (count, rest.get(name.len() + count.len() + 2..)?)
                }
                _ => (value, after),
            };
            match name {
                b"delay" => self.delay = Delay::parse(value)?,
                b"delays" => self.delays = Some(Delays::parse(value)?),
                b"dsn" => self.dsn = Some(BStr::new(Some(value).filter(|dsn| is_status(dsn))?)),
                b"conn_use" => self.conn_use = u32::try_from(number(value)?).ok(),
                b"tls" => self.tls = Some(BStr::new(value)),
                // A field of a later version: skipped, the rest still counts.
                _ if name.iter().all(|b| b.is_ascii_lowercase() || *b == b'_') => {}
                _ => return None,
            }
            rest = after;
        }
    }

    /// The remote's reply proper: what follows `host X said: `, or the whole text.
    pub fn remote_reply(&self) -> &'a BStr {
        remote_part(self.reply)
    }

    /// What explains the status: the remote's reply, also where error(8) only repeats it
    /// for a suspended destination.
    pub fn cause_text(&self) -> &'a BStr {
        let reply: &'a [u8] = self.reply;
        remote_part(reply.strip_prefix(SUSPENDED).unwrap_or(reply))
    }

    /// The numbers of the remote's reply.
    pub fn reply_codes(&self) -> ReplyCodes<'a> {
        let reply: &'a [u8] = self.remote_reply();
        reply_codes(reply)
    }

    /// The queue ID that the next hop gave the message (`queued as`), or the local ID
    /// of a forwarded copy (`forwarded as`).
    pub fn queued_as(&self) -> Option<QueueId<'a>> {
        if self.status != DeliveryStatus::Sent {
            return None;
        }
        let reply: &'a [u8] = self.reply;
        let (_, id) = match last_word(reply) {
            Some((before, id)) if before.ends_with(b"queued as") => (before, id),
            _ => rcut(reply, b"queued as ").or_else(|| cut(reply, b"forwarded as "))?,
        };
        let end = id.iter().position(|b| !b.is_ascii_alphanumeric()).unwrap_or(id.len());
        QueueId::new(id.get(..end)?)
    }

    /// Whether the message went on under another local queue ID (local(8), `forwarded as`).
    pub fn is_forward(&self) -> bool {
        self.status == DeliveryStatus::Sent && self.reply.starts_with(b"forwarded as ")
    }

    /// Whether no attempt was made: the queue manager or error(8) deferred the recipient
    /// because its destination was already failing.
    pub fn is_suspended(&self) -> bool {
        self.reply.starts_with(SUSPENDED)
    }

    /// Sends the fields of a delivery.
    pub fn fields(&self, sink: &mut dyn FieldSink) {
        sink.text("recipient", self.recipient);
        sink.opt_text("orig_recipient", self.orig_recipient);
        self.relay.fields(sink);
        sink.opt_int("conn_use", self.conn_use.map(i64::from));
        sink.delay("delay", self.delay);
        if let Some(delays) = self.delays {
            sink.delay("delay_before_qmgr", delays.before_qmgr);
            sink.delay("delay_in_qmgr", delays.in_qmgr);
            sink.delay("delay_connection", delays.connection);
            sink.delay("delay_transmission", delays.transmission);
        }
        sink.opt_text("tls", self.tls);
        sink.opt_text("dsn", self.dsn);
        sink.text("status", self.status.as_bstr());
        sink.text("reply", self.reply);
        sink.opt_int("reply_code", self.reply_codes().code.map(i64::from));
        sink.opt_text("queued_as", self.queued_as().map(QueueId::as_bstr));
    }
}

/// What qmgr(8) and error(8) write before the cause of an attempt that was not made.
const SUSPENDED: &[u8] = b"delivery temporarily suspended: ";

fn remote_part(reply: &[u8]) -> &BStr {
    let said = reply
        .starts_with(b"host ")
        .then(|| cut(reply, b" said: ").or_else(|| cut(reply, b" refused to talk to me: ")));
    BStr::new(said.flatten().map_or(reply, |(_, after)| after))
}

impl Delays {
    fn parse(text: &[u8]) -> Option<Self> {
        let (delays, rest) = Self::split(text)?;
        rest.is_empty().then_some(delays)
    }

    /// Reads `a/b/c/d` from the left of `text` and returns what follows it.
    #[inline]
    fn split(text: &[u8]) -> Option<(Self, &[u8])> {
        let (before_qmgr, rest) = Delay::split(text)?;
        let (in_qmgr, rest) = Delay::split(rest.strip_prefix(b"/")?)?;
        let (connection, rest) = Delay::split(rest.strip_prefix(b"/")?)?;
        let (transmission, rest) = Delay::split(rest.strip_prefix(b"/")?)?;
        Some((Self { before_qmgr, in_qmgr, connection, transmission }, rest))
    }
}

/// What is before the last blank, and what is after it.
fn last_word(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = text.iter().rposition(|byte| *byte == b' ')?;
    Some((text.get(..at)?, text.get(at + 1..)?))
}

/// Reads an address without quotes up to `>, `.
#[inline]
fn plain_address(text: &[u8]) -> Option<(&BStr, &[u8])> {
    let (address, rest) = text.split_at_checked(position(b'>', text)?)?;
    let rest = rest.strip_prefix(b">, ")?;
    (address.first() != Some(&b'"')).then_some((BStr::new(address), rest))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::DeliveryLine;
    use crate::queue_id::QueueId;

    /// The parts of a usual line.
    const USUAL: [&str; 17] = [
        "to=<",
        "a@example.com",
        ">, ",
        "relay=",
        "none",
        ", ",
        "delay=",
        "0",
        ", delays=",
        "0.1/0/0/2",
        ", dsn=",
        "2.0.0",
        ", status=",
        "sent",
        " (",
        "250 ok",
        ")",
    ];
    /// Other parts, whole ones and what may go wrong with them.
    const OTHER: [&str; 5] =
        ["orig_to=<", "mx.example.com[192.0.2.1]:25", "conn_use=2, ", "1.5", "\"> ,"];

    fn line() -> impl Strategy<Value = String> {
        let parts = [&USUAL[..], &OTHER].concat();
        // The usual line with a few parts replaced, put in or left out.
        prop::collection::vec((0..USUAL.len(), prop::sample::select(parts), 0..3usize), 0..4)
            .prop_map(move |changes| {
                let mut parts: Vec<&str> = USUAL.to_vec();
                for (at, part, kind) in changes {
                    let at = at.min(parts.len() - 1);
                    match kind {
                        0 => parts[at] = part,
                        1 => parts.insert(at, part),
                        _ => drop(parts.remove(at)),
                    }
                }
                parts.concat()
            })
    }

    proptest! {
        #[test]
        fn the_short_way_agrees_with_the_long_one(line in line()) {
            let id = QueueId::new(b"4F0A1B2C3D").unwrap();
            if let Some(usual) = DeliveryLine::usual(id, line.as_bytes()) {
                prop_assert_eq!(Some(usual), DeliveryLine::unusual(id, line.as_bytes()));
            }
        }
    }
}
