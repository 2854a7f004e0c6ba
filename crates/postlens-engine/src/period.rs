//! What belongs to a period, each record by its own time.

use postlens_source::Period;
use postlens_syntax::Time;
use postlens_track::{Consumer, Message, Observation, Outcome, Record, RecordSink};

/// Lets only lines and records of a period through to a consumer. Several of them share
/// one run where periods are compared.
pub struct InPeriod<'a> {
    pub(crate) period: Option<Period>,
    pub(crate) consumer: &'a mut (dyn Consumer + Send),
}

impl std::fmt::Debug for InPeriod<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("InPeriod").field("period", &self.period).finish_non_exhaustive()
    }
}

impl<'a> InPeriod<'a> {
    /// Of a period; of all time without one.
    pub fn new(period: Option<Period>, consumer: &'a mut (dyn Consumer + Send)) -> Self {
        Self { period, consumer }
    }

    /// The period.
    pub fn period(&self) -> Option<Period> {
        self.period
    }

    pub(crate) fn holds(&self, time: Time) -> bool {
        self.period.is_none_or(|period| period.contains(time.micros))
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

impl Consumer for InPeriod<'_> {
    fn line(&mut self, line: &Observation<'_>) {
        if self.holds(line.time) {
            self.consumer.line(line);
        }
    }

    fn pause(&mut self) {
        self.consumer.pause();
    }

    fn broken(&self) -> bool {
        self.consumer.broken()
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
