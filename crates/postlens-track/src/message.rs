//! One message while it is open.

use bstr::{BStr, ByteSlice};
use postlens_syntax::postfix::delivery::{DeliveryLine, DeliveryStatus};
use postlens_syntax::{Daemon, Time};

use crate::names::{Names, Place, Places};
use crate::outcome::{Link, Origin, Outcome};
use crate::queue_key::QueueKey;
use crate::record::{self, MessageName};
use crate::text::{Span, TextBuf};

/// A message's state. Slots are used again, with their buffers.
#[derive(Debug, Clone, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct MessageState {
    pub(crate) queue_id: QueueKey,
    /// Distinguishes the slot's successive messages.
    pub(crate) generation: u32,
    /// The next message with the same queue ID.
    pub(crate) next: Option<u32>,
    pub(crate) places: Places,
    pub(crate) first_seen: Time,
    pub(crate) last_seen: Time,
    pub(crate) arrival: Option<Time>,
    pub(crate) first_active: Option<Time>,
    pub(crate) activations: u32,
    pub(crate) origin: Option<Origin>,
    pub(crate) parent: Option<(Link, QueueKey)>,
    pub(crate) size: Option<u64>,
    pub(crate) recipient_count: Option<u32>,
    pub(crate) uid: Option<u32>,
    pub(crate) held: bool,
    /// An address probe, not mail.
    pub(crate) probe: bool,
    /// Taken for canceled because qmgr did not take it in time; it may yet.
    pub(crate) presumed: bool,
    /// What a milter, a content check or an admin decided about the whole message.
    pub(crate) verdict: Option<Outcome>,
    /// When it was finished; it lingers from then on.
    pub(crate) closed: Option<Time>,
    /// Whether the log itself said so.
    pub(crate) ended: bool,
    pub(crate) sender: Option<Span>,
    pub(crate) client_name: Option<Span>,
    pub(crate) client_address: Option<Span>,
    pub(crate) sasl_username: Option<Span>,
    pub(crate) message_id: Option<Span>,
    pub(crate) recipients: Vec<RecipientState>,
    pub(crate) text: TextBuf,
}

/// A recipient's state.
#[derive(Debug, Clone, Copy)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct RecipientState {
    hash: u64,
    address: Span,
    orig: Option<Span>,
    pub(crate) outcome: Outcome,
    pub(crate) time: Time,
    pub(crate) attempts: u32,
}

impl MessageState {
    /// Makes the slot ready for a new message.
    pub(crate) fn begin(&mut self, queue_id: QueueKey, place: Place, time: Time) {
        let mut places = std::mem::take(&mut self.places);
        let mut recipients = std::mem::take(&mut self.recipients);
        let mut text = std::mem::take(&mut self.text);
        places.begin(place);
        recipients.clear();
        recipients.shrink_to(64);
        text.clear();
        *self = Self {
            queue_id,
            generation: self.generation.wrapping_add(1),
            places,
            recipients,
            text,
            first_seen: time,
            last_seen: time,
            ..Self::default()
        };
    }

    pub(crate) fn is_open(&self) -> bool {
        self.closed.is_none()
    }

    /// Keeps a text once: later lines repeat it.
    pub(crate) fn keep(&mut self, field: fn(&mut Self) -> &mut Option<Span>, value: &[u8]) {
        if field(self).is_none() {
            let span = self.text.push(value);
            *field(self) = Some(span);
        }
    }

    pub(crate) fn text(&self, span: Option<Span>) -> Option<&BStr> {
        span.map(|span| self.text.get(span))
    }

    /// Takes in a delivery attempt; returns the recipient's index.
    pub(crate) fn deliver(
        &mut self,
        line: &DeliveryLine<'_>,
        daemon: Option<Daemon>,
        time: Time,
        weight: u32,
    ) -> usize {
        let outcome = outcome_of(line, daemon);
        let index = self.recipient(line, time, outcome);
        if let Some(recipient) = self.recipients.get_mut(index) {
            recipient.attempts = recipient.attempts.saturating_add(weight);
            // `removed` may come before the delivery line; what is settled stays. An alias
            // may name its own mailbox beside others: delivered and forwarded.
            let beside = outcome == Outcome::HandedOver && recipient.outcome == Outcome::Delivered;
            if !beside && (!recipient.outcome.is_settled() || outcome.is_settled()) {
                recipient.outcome = outcome;
                recipient.time = time;
            }
        }
        index
    }

    /// Recipients that qmgr counts and no line has named yet.
    pub(crate) fn unnamed(&self) -> u32 {
        let known = u32::try_from(self.recipients.len()).unwrap_or(u32::MAX);
        self.recipient_count.unwrap_or_default().saturating_sub(known)
    }

    fn recipient(&mut self, line: &DeliveryLine<'_>, time: Time, outcome: Outcome) -> usize {
        let orig = line.orig_recipient.filter(|orig| *orig != line.recipient);
        let hash = hash_of(line.recipient, orig);
        // A message may have one address twice (BCC of a header check or a milter): after
        // the end of the first comes that of the second.
        let again = outcome.is_settled() && !line.is_forward() && self.unnamed() > 0;
        let found = self.recipients.iter().position(|known| {
            known.hash == hash
                && !(again && known.outcome.is_settled())
                && self.text.get(known.address) == line.recipient
                && known.orig.map(|orig| self.text.get(orig)) == orig
        });
        found.unwrap_or_else(|| {
            let address = self.text.push(line.recipient);
            let orig = orig.map(|orig| self.text.push(orig));
            let outcome = Outcome::InQueue;
            self.recipients.push(RecipientState {
                hash,
                address,
                orig,
                outcome,
                time,
                attempts: 0,
            });
            self.recipients.len() - 1
        })
    }

    /// What holds for a recipient that no line settled, given how the message stands.
    pub(crate) fn rest(&self, current: Outcome, lost: bool) -> Outcome {
        if current.is_settled() {
            return current;
        }
        match self.verdict {
            Some(verdict) => verdict,
            None if self.held => Outcome::Held,
            // Removed without a word about this recipient: the word is not in the log.
            None if self.ended || lost => Outcome::Lost,
            None => current,
        }
    }

    /// Whether a message that seems canceled had its content, as cleanup tells. Such a one
    /// may be whole and rest in the incoming queue while qmgr is stopped or busy with
    /// others; a day is enough for either.
    pub(crate) fn may_be_whole(&self, now: i64) -> bool {
        const DAY: i64 = 86_400 * 1_000_000;
        let seemed = self.closed.map_or(i64::MIN, |closed| closed.micros);
        self.message_id.is_some() && now.saturating_sub(seemed) < DAY
    }

    /// A message of which only cleanup speaks was not written to the queue: the disk was
    /// full, or who wrote it gave up.
    pub(crate) fn cancel_if_never_queued(&mut self) {
        if self.is_open()
            && self.arrival.is_none()
            && self.activations == 0
            && !self.held
            && self.recipients.is_empty()
            && self.message_id.is_some()
        {
            self.verdict.get_or_insert(Outcome::Canceled);
        }
    }

    /// Whether a recipient is known to wait still.
    pub(crate) fn has_open(&self) -> bool {
        match self.recipients.as_slice() {
            [] => self.arrival.is_some(),
            known => known.iter().any(|recipient| !recipient.outcome.is_settled()),
        }
    }

    /// Recipients that qmgr counted beyond those that lines named.
    fn unseen(&self, lost: bool) -> Option<(u32, Outcome)> {
        let missing = self.unnamed();
        let missing = if self.recipients.is_empty() { missing.max(1) } else { missing };
        (missing > 0).then(|| (missing, self.rest(Outcome::InQueue, lost)))
    }

    /// What names the message for good.
    pub(crate) fn name<'a>(&self, names: &'a Names) -> MessageName<'a> {
        MessageName {
            host: names.text(self.places.first().host),
            instance: names.text(self.places.first().instance),
            queue_id: self.queue_id,
            arrival: self.arrival.unwrap_or(self.first_seen),
        }
    }

    /// Hands the message out. `lost` says that its end will not be seen any more.
    pub(crate) fn record(&self, lost: bool, names: &Names, sink: &mut dyn record::RecordSink) {
        let recipients: Vec<_> = self
            .recipients
            .iter()
            .map(|state| record::Recipient {
                address: self.text.get(state.address),
                orig: state.orig.map(|orig| self.text.get(orig)),
                outcome: self.rest(state.outcome, lost),
                time: state.time,
                attempts: state.attempts,
            })
            .collect();
        sink.record(&record::Record::Message(record::Message {
            queue_id: self.queue_id,
            host: names.text(self.places.first().host),
            instance: names.text(self.places.first().instance),
            arrival: self.arrival.unwrap_or(self.first_seen),
            arrived_in_period: true,
            seen_arrival: self.arrival.is_some(),
            last_seen: self.last_seen,
            origin: self.origin.unwrap_or(Origin::Unknown),
            parent: self.parent,
            sender: self.text(self.sender),
            size: self.size,
            recipient_count: self.recipient_count,
            client_name: self.text(self.client_name),
            client_address: self.text(self.client_address),
            sasl_username: self.text(self.sasl_username),
            message_id: self.text(self.message_id),
            uid: self.uid,
            activations: self.activations,
            probe: self.probe,
            recipients: &recipients,
            unseen: self.unseen(lost),
            ended: self.ended,
        }));
    }
}

fn hash_of(recipient: &[u8], orig: Option<&BStr>) -> u64 {
    use std::hash::{BuildHasher, Hasher};
    let mut hasher = foldhash::fast::FixedState::default().build_hasher();
    hasher.write(recipient);
    if let Some(orig) = orig {
        hasher.write(orig);
    }
    hasher.finish()
}

/// What one attempt means for its recipient.
fn outcome_of(line: &DeliveryLine<'_>, daemon: Option<Daemon>) -> Outcome {
    match line.status {
        DeliveryStatus::Sent if line.is_forward() => Outcome::HandedOver,
        // A content filter accepts what it throws away, and says so (amavis).
        DeliveryStatus::Sent
            if line.dsn.is_none_or(|dsn| dsn == "2.7.0")
                && line.reply.contains_str("2.7.0 Ok, discarded") =>
        {
            Outcome::Discarded
        }
        DeliveryStatus::Sent => match daemon {
            Some(Daemon::Smtp) | None => Outcome::Relayed,
            Some(Daemon::Discard) => Outcome::Discarded,
            Some(Daemon::Postfix) => outcome_by_relay(line),
            Some(_) => Outcome::Delivered,
        },
        DeliveryStatus::Bounced => Outcome::Bounced,
        DeliveryStatus::Expired => Outcome::Expired,
        DeliveryStatus::Deliverable | DeliveryStatus::Undeliverable => Outcome::Discarded,
        // SOFTBOUNCE: what would have bounced is kept (`soft_bounce = yes`).
        DeliveryStatus::Deferred | DeliveryStatus::Other(_) => Outcome::Deferred,
    }
}

/// What `sent` means where the tag does not say which agent did it. discard(8) has no
/// relay; of those with an address and a port, smtp(8) is far more frequent than lmtp(8)
/// except on LMTP's own port.
fn outcome_by_relay(line: &DeliveryLine<'_>) -> Outcome {
    match line.relay.port {
        None if line.relay.name == "none" => Outcome::Discarded,
        None | Some(LMTP_PORT) => Outcome::Delivered,
        Some(_) => Outcome::Relayed,
    }
}

/// RFC 2033 leaves the port open; 24 is what servers and `lmtp_tcp_port` take.
const LMTP_PORT: u16 = 24;
