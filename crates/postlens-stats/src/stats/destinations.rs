//! Deliveries by recipient domain.

use postlens_syntax::postfix::delivery::DeliveryStatus;
use postlens_track::Record;

use super::{Scratch, Section, domain_of};
use crate::histogram::Histogram;
use crate::top::{Counted, Top};

/// Deliveries by recipient domain, hand-overs between our own queues aside.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Destinations {
    /// By domain, in lower case.
    pub domains: Top<Destination>,
    lower: Scratch,
}

/// What went to one domain.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Destination {
    /// Recipients delivered or relayed.
    pub sent: u64,
    /// Attempts deferred.
    pub deferred: u64,
    /// Recipients bounced or expired.
    pub bounced: u64,
    /// Bytes delivered, where sizes are known.
    pub bytes: u64,
    /// Total delay of what was delivered.
    pub delay: Histogram,
}

impl Counted for Destination {
    fn rank(&self) -> u64 {
        self.sent + self.deferred + self.bounced
    }

    fn merge(&mut self, other: &Self) {
        self.sent += other.sent;
        self.deferred += other.deferred;
        self.bounced += other.bounced;
        self.bytes += other.bytes;
        self.delay.merge(&other.delay);
    }
}

impl Section for Destinations {
    fn record(&mut self, record: &Record<'_>) {
        let Record::Delivery(delivery) = record else { return };
        if delivery.handed_over || delivery.line.status.is_probe() {
            return;
        }
        let domain = domain_of(delivery.line.recipient, &mut self.lower.0);
        let destination = self.domains.entry(domain);
        let weight = u64::from(delivery.weight);
        match delivery.line.status {
            DeliveryStatus::Sent => {
                destination.sent += weight;
                destination.bytes += delivery.size.unwrap_or_default() * weight;
                destination.delay.add(delivery.line.delay, weight);
            }
            DeliveryStatus::Bounced | DeliveryStatus::Expired => destination.bounced += weight,
            _ => destination.deferred += weight,
        }
    }

    fn merge(&mut self, other: &Self) {
        self.domains.merge(&other.domains);
    }
}
