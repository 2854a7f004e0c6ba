//! What belongs to a period, each record by its own time.

use postlens_source::Period;
use postlens_syntax::Time;
use postlens_track::{Consumer, Message, Observation, Outcome, Record, RecordSink};

/// Lets only records of a period through to a consumer.
pub(crate) struct InPeriod<'a> {
    pub(crate) period: Option<Period>,
    pub(crate) consumer: &'a mut (dyn Consumer + Send),
}

impl InPeriod<'_> {
    pub(crate) fn holds(&self, time: Time) -> bool {
        self.period.is_none_or(|period| period.contains(time.micros))
    }

    pub(crate) fn line(&mut self, line: &Observation<'_>) {
        if self.holds(line.time) {
            self.consumer.line(line);
        }
    }

    /// A message counts as received when it arrived in the period, and each of its
    /// recipients when its outcome was logged in it or is still open.
    fn message(&mut self, message: &Message<'_>) {
        let recipients: Vec<_> = message
            .recipients
            .iter()
            .filter(|recipient| self.holds(recipient.time))
            .copied()
            .collect();
        let arrived = self.holds(message.arrival);
        let open = message.unseen.filter(|(_, outcome)| {
            arrived || (self.holds(message.last_seen) && *outcome != Outcome::Lost)
        });
        if !arrived && recipients.is_empty() && open.is_none() {
            return;
        }
        self.consumer.record(&Record::Message(Message {
            arrived_in_period: arrived,
            recipients: &recipients,
            unseen: open,
            ..*message
        }));
    }
}

impl RecordSink for InPeriod<'_> {
    fn record(&mut self, record: &Record<'_>) {
        if self.period.is_none() {
            return self.consumer.record(record);
        }
        match record {
            Record::Message(message) => self.message(message),
            Record::Delivery(delivery) if self.holds(delivery.time) => self.consumer.record(record),
            Record::Refusal(refusal) if self.holds(refusal.time) => self.consumer.record(record),
            Record::Session(session) if self.holds(session.start) => self.consumer.record(record),
            Record::Delivery(_) | Record::Refusal(_) | Record::Session(_) => {}
        }
    }
}
