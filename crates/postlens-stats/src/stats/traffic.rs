//! Mail per day and per hour of the day, by the log's own clock.

use std::collections::BTreeMap;

use postlens_syntax::Time;
use postlens_syntax::postfix::decision::Action;
use postlens_track::{Outcome, Record};

use super::Section;

/// A calendar day: year, month, day.
pub type Day = (i32, u8, u8);

/// Mail per day and per hour of the day.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Traffic {
    /// By day.
    pub days: BTreeMap<Day, Flow>,
    /// By hour of the day, all days together.
    pub hours: [Flow; 24],
}

/// What happened in a span of time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Flow {
    /// Mails that came in.
    pub received: u64,
    /// Recipients delivered here or relayed on.
    pub delivered: u64,
    /// Attempts that were deferred.
    pub deferred: u64,
    /// Recipients bounced or expired.
    pub bounced: u64,
    /// Commands, recipients and messages refused.
    pub refused: u64,
}

impl Flow {
    fn merge(&mut self, other: &Self) {
        self.received += other.received;
        self.delivered += other.delivered;
        self.deferred += other.deferred;
        self.bounced += other.bounced;
        self.refused += other.refused;
    }
}

impl Traffic {
    fn at(&mut self, time: Time, count: impl Fn(&mut Flow)) {
        let civil = time.civil();
        count(self.days.entry((civil.year, civil.month, civil.day)).or_default());
        if let Some(hour) = self.hours.get_mut(usize::from(civil.hour)) {
            count(hour);
        }
    }
}

impl Section for Traffic {
    fn record(&mut self, record: &Record<'_>) {
        match record {
            Record::Message(message) if !message.probe => {
                if message.parent.is_none() && message.arrived_in_period {
                    self.at(message.arrival, |flow| flow.received += 1);
                }
                for recipient in message.recipients {
                    match recipient.outcome {
                        Outcome::Delivered | Outcome::Relayed => {
                            self.at(recipient.time, |flow| flow.delivered += 1);
                        }
                        Outcome::Bounced | Outcome::Expired => {
                            self.at(recipient.time, |flow| flow.bounced += 1);
                        }
                        _ => {}
                    }
                }
            }
            Record::Delivery(delivery) => {
                use postlens_syntax::postfix::delivery::DeliveryStatus;
                if delivery.line.status == DeliveryStatus::Deferred {
                    let weight = u64::from(delivery.weight);
                    self.at(delivery.time, |flow| flow.deferred += weight);
                }
            }
            Record::Refusal(refusal) if refusal.decision.action == Action::Reject => {
                let weight = u64::from(refusal.weight);
                self.at(refusal.time, |flow| flow.refused += weight);
            }
            _ => {}
        }
    }

    fn merge(&mut self, other: &Self) {
        for (day, flow) in &other.days {
            self.days.entry(*day).or_default().merge(flow);
        }
        for (mine, theirs) in self.hours.iter_mut().zip(&other.hours) {
            mine.merge(theirs);
        }
    }
}
