//! Lets through to the figures what a report is about.
//!
//! Lines and refusals are judged by themselves. A mail is judged by what is known of it, its
//! recipients each by itself; a further message of the same mail (behind a content filter, in
//! another instance, forwarded) has another client, so that it is judged as the first one
//! was. What that was is remembered by queue ID.

use std::collections::HashMap;

use postlens_filter::{Facts, Line};
use postlens_source::Period;
use postlens_stats::stats::Section;
use postlens_stats::stats::gaps::Gaps;
use postlens_syntax::{Event, FieldSink, QueueId, Time};
use postlens_track::{
    Consumer, Delivery, Link, Message, Observation, QueueKey, Recipient, Record, RecordSink,
};

use super::selection::Selection;

/// Between the log and the figures.
pub(super) struct Selected<'a> {
    selection: &'a Selection,
    period: Option<Period>,
    inner: &'a mut (dyn Consumer + Send),
    judged: Judged,
    /// Silences are those of the whole log.
    gaps: Gaps,
    /// The first and the last time in the period, of all lines.
    ends: Option<(Time, Time)>,
}

/// How messages were judged whose kin are to be judged alike; `None` where they are judged by
/// themselves.
#[derive(Debug, Clone, Copy, Default)]
struct Mark {
    client: Option<bool>,
    sender: Option<bool>,
    addresses: Option<bool>,
}

/// Marks of the messages met last.
#[derive(Debug, Default)]
struct Judged {
    now: HashMap<QueueKey, Mark>,
    before: HashMap<QueueKey, Mark>,
}

/// Messages remembered, twice: some 20 MB.
const MOST: usize = 200_000;

impl Judged {
    fn get(&self, id: QueueKey) -> Mark {
        self.now.get(&id).or_else(|| self.before.get(&id)).copied().unwrap_or_default()
    }

    fn set(&mut self, id: QueueKey, mark: Mark) {
        if self.now.len() >= MOST {
            self.before = std::mem::take(&mut self.now);
        }
        self.now.insert(id, mark);
    }
}

impl<'a> Selected<'a> {
    pub(super) fn new(
        selection: &'a Selection,
        period: Option<Period>,
        inner: &'a mut (dyn Consumer + Send),
    ) -> Self {
        let (judged, gaps, ends) = (Judged::default(), Gaps::default(), None);
        Self { selection, period, inner, judged, gaps, ends }
    }

    /// What is told of the whole log all the same: its silences and its ends in the period.
    /// `None` where nothing was left out here.
    pub(super) fn whole(self) -> Option<(Gaps, Option<(Time, Time)>)> {
        (!self.selection.all.is_empty()).then_some((self.gaps, self.ends))
    }

    /// A message begins: it is judged by its own client, unless it says which one it was
    /// before.
    fn begin(&mut self, line: &Observation<'_>) {
        match line.event {
            Event::Accepted(accepted) => {
                let Some(id) = accepted.queue_id else { return };
                let before = accepted.orig_queue_id.and_then(|id| QueueId::new(id));
                let mark = before.map(|before| self.judged.get(before.into())).unwrap_or_default();
                let own = || self.selection.client.matches(&Line::from(line));
                let client = Some(mark.client.unwrap_or_else(own));
                self.judged.set(id.into(), Mark { client, ..mark });
            }
            Event::Pickup(pickup) => self.judged.set(pickup.queue_id.into(), Mark::default()),
            _ => {}
        }
    }

    fn delivery(&mut self, delivery: &Delivery<'_>) -> bool {
        let mark = self.judged.get(delivery.line.queue_id.into());
        let selection = self.selection;
        let client = mark.client.unwrap_or_else(|| selection.client.matches(delivery));
        let sender = mark.sender.unwrap_or_else(|| selection.sender.matches(delivery));
        let addresses = mark.addresses.unwrap_or_else(|| selection.addresses.matches(delivery));
        if delivery.handed_over
            && let Some(next) = delivery.line.queued_as()
        {
            // Only a forwarded copy has other recipients.
            let forwarded = delivery.line.reply.starts_with(b"forwarded as");
            let addresses = if forwarded { Some(addresses) } else { mark.addresses };
            let mark = Mark { client: Some(client), sender: Some(sender), addresses };
            self.judged.set(next.into(), mark);
        }
        client && sender && addresses
    }

    fn message(&mut self, message: &Message<'_>) {
        let selection = self.selection;
        let mut mark = self.judged.get(message.queue_id);
        if let Some((link, parent)) = message.parent {
            let of_parent = self.judged.get(parent);
            // A notification is mail of its own, of nobody.
            if link != Link::Notification {
                mark.client = of_parent.client.or(mark.client);
                mark.sender = mark.sender.or(of_parent.sender);
            }
        }
        let client = mark.client.unwrap_or_else(|| selection.client.matches(message));
        let sender = mark.sender.unwrap_or_else(|| selection.sender.matches(message));
        let known = Mark { client: Some(client), sender: Some(sender), addresses: mark.addresses };
        self.judged.set(message.queue_id, known);
        if !client || !sender || mark.addresses == Some(false) {
            return;
        }
        if selection.addresses.is_empty() || mark.addresses == Some(true) {
            return self.inner.record(&Record::Message(Message { ..*message }));
        }
        let fits = |recipient: Option<&Recipient<'_>>| {
            selection.addresses.matches(&OneRecipient { message, recipient })
        };
        let kept: Vec<_> = message.recipients.iter().filter(|it| fits(Some(it))).copied().collect();
        // Recipients without a name are chosen by the sender alone.
        let unseen = message.unseen.filter(|_| fits(None));
        if !kept.is_empty() || unseen.is_some() || message.recipients.is_empty() && fits(None) {
            let narrowed = Message { recipients: &kept, unseen, ..*message };
            self.inner.record(&Record::Message(narrowed));
        }
    }
}

impl Consumer for Selected<'_> {
    fn line(&mut self, line: &Observation<'_>) {
        if self.selection.all.is_empty() {
            return self.inner.line(line);
        }
        self.begin(line);
        if self.period.is_none_or(|period| period.contains(line.time.micros)) {
            self.gaps.line(line);
            let (first, last) = self.ends.unwrap_or((line.time, line.time));
            self.ends = Some((first.min(line.time), last.max(line.time)));
        }
        if self.selection.all.matches(&Line::from(line)) {
            self.inner.line(line);
        } else {
            self.selection.leave_out(line, self.period);
        }
    }
}

impl RecordSink for Selected<'_> {
    fn record(&mut self, record: &Record<'_>) {
        if self.selection.all.is_empty() {
            return self.inner.record(record);
        }
        match record {
            Record::Message(message) => self.message(message),
            Record::Delivery(delivery) => {
                if self.delivery(delivery) {
                    self.inner.record(record);
                }
            }
            Record::Session(_) | Record::Refusal(_) => {
                if self.selection.all.matches(record) {
                    self.inner.record(record);
                }
            }
        }
    }
}

/// A message as one of its recipients has it, or without any.
struct OneRecipient<'a> {
    message: &'a Message<'a>,
    recipient: Option<&'a Recipient<'a>>,
}

impl Facts for OneRecipient<'_> {
    fn send(&self, sink: &mut dyn FieldSink) {
        sink.opt_text("sender", self.message.sender);
        sink.opt_text("sasl_username", self.message.sasl_username);
        if let Some(recipient) = self.recipient {
            sink.text("recipient", recipient.address);
            sink.opt_text("orig_recipient", recipient.orig);
        }
    }
}
