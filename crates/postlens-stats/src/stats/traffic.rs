//! Mail over time, by the log's own clock.

use std::collections::BTreeMap;

use postlens_syntax::Time;
use postlens_syntax::postfix::decision::Action;
use postlens_syntax::time::{DAY, civil_from_days};
use postlens_track::{Outcome, Record};

use super::Section;
use crate::timeline::{HOUR, Timeline};

/// A calendar day: year, month, day.
pub type Day = (i32, u8, u8);

/// Mail by hour.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Traffic {
    /// By seconds since 1970 on the wall.
    pub flow: Timeline<Flow>,
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
    /// By day.
    pub fn days(&self) -> BTreeMap<Day, Flow> {
        let mut days = BTreeMap::<Day, Flow>::new();
        for (second, flow) in self.flow.spans() {
            days.entry(civil_from_days(second.div_euclid(DAY))).or_default().merge(flow);
        }
        days
    }

    /// By hour of the day, all days together.
    pub fn hours(&self) -> [Flow; 24] {
        let mut hours = [Flow::default(); 24];
        for (second, flow) in self.flow.spans() {
            let hour = usize::try_from(second.rem_euclid(DAY) / HOUR).unwrap_or_default();
            if let Some(hour) = hours.get_mut(hour) {
                hour.merge(flow);
            }
        }
        hours
    }

    fn at(&mut self, time: Time) -> &mut Flow {
        self.flow.at(time.local_seconds())
    }
}

impl Section for Traffic {
    fn record(&mut self, record: &Record<'_>) {
        match record {
            Record::Message(message) if !message.probe => {
                if message.parent.is_none() && message.arrived_in_period {
                    self.at(message.arrival).received += 1;
                }
                for recipient in message.recipients {
                    match recipient.outcome {
                        Outcome::Delivered | Outcome::Relayed => {
                            self.at(recipient.time).delivered += 1;
                        }
                        Outcome::Bounced | Outcome::Expired => {
                            self.at(recipient.time).bounced += 1;
                        }
                        _ => {}
                    }
                }
            }
            Record::Delivery(delivery) => {
                use postlens_syntax::postfix::delivery::DeliveryStatus;
                if delivery.line.status == DeliveryStatus::Deferred {
                    let weight = u64::from(delivery.weight);
                    self.at(delivery.time).deferred += weight;
                }
            }
            Record::Refusal(refusal) if refusal.decision.action == Action::Reject => {
                let weight = u64::from(refusal.weight);
                self.at(refusal.time).refused += weight;
            }
            _ => {}
        }
    }

    fn merge(&mut self, other: &Self) {
        for (second, flow) in other.flow.spans() {
            self.flow.at(second).merge(flow);
        }
    }
}
