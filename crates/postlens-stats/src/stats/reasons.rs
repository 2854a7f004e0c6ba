//! Why mail was deferred or bounced.

use postlens_syntax::postfix::delivery::DeliveryStatus;
use postlens_track::Record;

use super::{Scratch, Section, domain_of};
use crate::reason::normalize;
use crate::top::{Counted, Top};

/// Deferrals and bounces by reason.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Reasons {
    /// Deferred attempts by reason.
    pub deferrals: Top<Reason>,
    /// Bounced recipients by reason.
    pub bounces: Top<Reason>,
    text: Scratch,
    lower: Scratch,
}

/// One reason.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Reason {
    /// How often.
    pub count: u64,
    /// By recipient domain.
    pub domains: Top<u64>,
}

impl Counted for Reason {
    fn rank(&self) -> u64 {
        self.count
    }

    fn merge(&mut self, other: &Self) {
        self.count += other.count;
        self.domains.merge(&other.domains);
    }
}

impl Section for Reasons {
    fn record(&mut self, record: &Record<'_>) {
        let Record::Delivery(delivery) = record else { return };
        let reasons = match delivery.line.status {
            DeliveryStatus::Deferred => &mut self.deferrals,
            DeliveryStatus::Bounced | DeliveryStatus::Expired => &mut self.bounces,
            _ => return,
        };
        normalize(delivery.line.cause_text(), &mut self.text.0);
        let weight = u64::from(delivery.weight);
        let reason = reasons.entry(&self.text.0);
        reason.count += weight;
        *reason.domains.entry(domain_of(delivery.line.recipient, &mut self.lower.0)) += weight;
    }

    fn merge(&mut self, other: &Self) {
        self.deferrals.merge(&other.deferrals);
        self.bounces.merge(&other.bounces);
    }
}
