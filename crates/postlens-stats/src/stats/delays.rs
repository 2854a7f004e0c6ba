//! How long deliveries took, by stage.

use postlens_syntax::postfix::delivery::DeliveryStatus;
use postlens_track::Record;

use super::Section;
use crate::histogram::Histogram;

/// Delays of deliveries that succeeded. Time spent deferred is kept apart from the time
/// before the queue manager, where the first activation was seen.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Delays {
    /// From arrival to delivery.
    pub total: Histogram,
    /// Before the queue manager took it for the first time.
    pub before_qmgr: Histogram,
    /// Deferred, between the first and the last activation.
    pub deferred: Histogram,
    /// In the active queue.
    pub in_qmgr: Histogram,
    /// Setting up the connection.
    pub connection: Histogram,
    /// Transmitting.
    pub transmission: Histogram,
}

impl Delays {
    /// The whole and its parts, each with its name in JSON, in the order of a delivery.
    pub fn stages(&self) -> [(&'static str, &Histogram); 6] {
        [
            ("total", &self.total),
            ("before_qmgr", &self.before_qmgr),
            ("deferred", &self.deferred),
            ("in_qmgr", &self.in_qmgr),
            ("connection", &self.connection),
            ("transmission", &self.transmission),
        ]
    }
}

impl Section for Delays {
    fn record(&mut self, record: &Record<'_>) {
        let Record::Delivery(delivery) = record else { return };
        if delivery.line.status != DeliveryStatus::Sent || delivery.handed_over {
            return;
        }
        let weight = u64::from(delivery.weight);
        self.total.add(delivery.line.delay, weight);
        let Some(delays) = delivery.line.delays else { return };
        self.in_qmgr.add(delays.in_qmgr, weight);
        self.connection.add(delays.connection, weight);
        self.transmission.add(delays.transmission, weight);
        if let Some(deferred) = delivery.deferred_for {
            let before = delays.before_qmgr.micros().saturating_sub(deferred.micros());
            self.before_qmgr.add(postlens_syntax::Delay::from_micros(before), weight);
            if deferred.micros() > 0 {
                self.deferred.add(deferred, weight);
            }
        }
    }

    fn merge(&mut self, other: &Self) {
        self.total.merge(&other.total);
        self.before_qmgr.merge(&other.before_qmgr);
        self.deferred.merge(&other.deferred);
        self.in_qmgr.merge(&other.in_qmgr);
        self.connection.merge(&other.connection);
        self.transmission.merge(&other.transmission);
    }
}
