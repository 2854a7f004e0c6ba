//! Which recipients a newsletter or a customer database should drop.
//!
//! What counts are failures for good: a bounce, a message given up, and a refusal by our own
//! server of what a client of ours wants to send. An address is dead if its mailbox or its
//! domain is unknown, if the account is closed, or if it is no address. Failures for other
//! reasons (our reputation, the message, a policy, a network) say nothing about it. A
//! delivery to it clears what was before.

use bstr::{BString, ByteSlice};
use hashbrown::HashMap;
use postlens_columns::{Advice, Suppression};
use postlens_explain::{Cause, Failure, Permanence, Verdict};
use postlens_syntax::postfix::decision::Action;
use postlens_syntax::postfix::delivery::DeliveryStatus;
use postlens_syntax::{Daemon, Event, Time};
use postlens_track::{Delivery, Record, RecordSink, Refusal};

/// Recipients that are held at once; a log with more is told so.
const MOST: usize = 2_000_000;

/// Gathers the recipients.
#[derive(Debug, Default)]
pub struct Suppressions {
    known: HashMap<BString, Known, foldhash::fast::RandomState>,
    left_out: u64,
}

/// What is known of a recipient.
#[derive(Debug, Default)]
struct Known {
    recipient: BString,
    advice: Advice,
    cause: Option<Cause>,
    count: u64,
    others: u64,
    first: Time,
    last: Time,
    dsn: Option<BString>,
    reply: BString,
    sender: Option<BString>,
}

/// One failure.
struct Fault<'a> {
    time: Time,
    recipient: &'a [u8],
    verdict: Verdict,
    dsn: Option<&'a [u8]>,
    reply: &'a [u8],
    sender: Option<&'a [u8]>,
    weight: u32,
}

impl Suppressions {
    /// Failures that were left out because more recipients failed than are held.
    pub fn left_out(&self) -> u64 {
        self.left_out
    }

    /// Hands out the recipients of this advice or a stronger one, by their addresses.
    pub fn each<E>(
        &self,
        least: Advice,
        mut take: impl FnMut(&Suppression<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut all: Vec<_> =
            self.known.iter().filter(|(_, known)| known.advice >= least).collect();
        all.sort_unstable_by_key(|(id, _)| *id);
        for (id, known) in all {
            take(&Suppression {
                id: id.as_bstr(),
                recipient: known.recipient.as_bstr(),
                advice: known.advice,
                cause: known.cause.unwrap_or(Cause::Unknown),
                count: known.count,
                others: known.others,
                first: known.first,
                last: known.last,
                dsn: known.dsn.as_ref().map(|dsn| dsn.as_bstr()),
                reply: known.reply.as_bstr(),
                sender: known.sender.as_ref().map(|sender| sender.as_bstr()),
            })?;
        }
        Ok(())
    }

    fn delivery(&mut self, delivery: &Delivery<'_>) {
        let line = delivery.line;
        // What was written to us stands in the database, not what an alias made of it.
        let recipient = line.orig_recipient.unwrap_or(line.recipient);
        match line.status {
            DeliveryStatus::Sent if arrives(delivery) => {
                self.known.remove(&recipient.to_ascii_lowercase()[..]);
            }
            DeliveryStatus::Bounced | DeliveryStatus::Expired => self.fault(&Fault {
                time: delivery.time,
                recipient,
                verdict: Failure::from(line).verdict(),
                dsn: line.dsn.map(|dsn| dsn.as_bytes()),
                reply: line.reply,
                sender: delivery.sender.map(|sender| sender.as_bytes()),
                weight: delivery.weight,
            }),
            _ => {}
        }
    }

    fn refusal(&mut self, refusal: &Refusal<'_>) {
        let decision = refusal.decision;
        let ours = refusal.sasl_username.is_some()
            || refusal.client.is_some_and(|client| is_loopback(client.address));
        let Some(recipient) = decision.envelope.recipient.filter(|_| ours) else { return };
        if decision.action != Action::Reject {
            return;
        }
        let Some(failure) = Failure::of(&Event::Decision(*decision)) else { return };
        let verdict = failure.verdict();
        if verdict.permanence == Permanence::Permanent {
            self.fault(&Fault {
                time: refusal.time,
                recipient,
                verdict,
                dsn: None,
                reply: decision.text,
                sender: decision.envelope.sender.map(|sender| sender.as_bytes()),
                weight: refusal.weight,
            });
        }
    }

    fn fault(&mut self, fault: &Fault<'_>) {
        let id = BString::from(fault.recipient.to_ascii_lowercase());
        if self.known.len() >= MOST && !self.known.contains_key(&id) {
            self.left_out += u64::from(fault.weight);
            return;
        }
        let known =
            self.known.entry(id).or_insert_with(|| Known { first: fault.time, ..Known::default() });
        known.last = known.last.max(fault.time);
        known.recipient.clear();
        known.recipient.extend_from_slice(fault.recipient);
        let advice = advice(fault.verdict);
        let weight = u64::from(fault.weight);
        if advice < known.advice {
            known.others += weight;
            return;
        }
        if advice > known.advice {
            known.others += std::mem::take(&mut known.count);
            known.advice = advice;
        }
        known.count += weight;
        known.cause = Some(fault.verdict.cause);
        known.dsn = fault.dsn.map(BString::from);
        known.reply.clear();
        known.reply.extend_from_slice(fault.reply);
        known.sender = fault.sender.map(BString::from);
    }
}

impl RecordSink for Suppressions {
    fn record(&mut self, record: &Record<'_>) {
        match record {
            Record::Delivery(delivery) => self.delivery(delivery),
            Record::Refusal(refusal) => self.refusal(refusal),
            Record::Message(_) | Record::Session(_) => {}
        }
    }
}

/// What a failure for good says about the address.
fn advice(verdict: Verdict) -> Advice {
    let dead = matches!(
        verdict.cause,
        Cause::UserUnknown | Cause::DomainUnknown | Cause::MailboxDisabled | Cause::InvalidAddress
    );
    match dead {
        true if verdict.is_doubtful() => Advice::Check,
        true => Advice::Drop,
        false => Advice::Keep,
    }
}

/// Whether `sent` means that the mail arrived somewhere. A content filter on this host that
/// smtp(8) talks to only takes it on; what comes out of it is another delivery.
fn arrives(delivery: &Delivery<'_>) -> bool {
    let near = || delivery.line.relay.address.is_some_and(|address| is_loopback(address));
    !(delivery.handed_over || delivery.daemon == Some(Daemon::Smtp) && near())
}

fn is_loopback(address: &[u8]) -> bool {
    address.starts_with(b"127.") || address == b"::1"
}
