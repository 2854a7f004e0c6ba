//! Deliveries by recipient domain, by provider and by our own sending service.

use postlens_syntax::Daemon;
use postlens_syntax::postfix::delivery::DeliveryStatus;
use postlens_track::{Delivery, Record};

use super::{Scratch, Section, domain_of};
use crate::histogram::Histogram;
use crate::top::{Counted, Top};

/// Deliveries, hand-overs between our own queues aside.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Destinations {
    /// By domain, in lower case.
    pub domains: Top<Destination>,
    /// smtp(8)'s by the domain of the host that they went to.
    pub providers: Top<Sent>,
    /// smtp(8)'s by the tag, `postfix/smtp` or `postfix-out/bulk/smtp`: what sends from an
    /// address of its own mostly has a `syslog_name` of its own.
    pub services: Top<Sent>,
    lower: Scratch,
}

/// What went to one domain.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Destination {
    /// How many recipients and attempts.
    pub counts: Sent,
    /// Bytes delivered, where sizes are known.
    pub bytes: u64,
    /// Total delay of what was delivered.
    pub delay: Histogram,
    /// Before the queue manager, time spent deferred in it.
    pub before_qmgr: Histogram,
    /// In the active queue.
    pub in_qmgr: Histogram,
    /// Setting up the connection.
    pub connection: Histogram,
    /// Transmitting.
    pub transmission: Histogram,
}

/// How much went to one domain or provider, or from one service.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sent {
    /// Recipients delivered or relayed.
    pub sent: u64,
    /// Attempts deferred.
    pub deferred: u64,
    /// Recipients bounced or expired.
    pub bounced: u64,
}

impl Counted for Destination {
    fn rank(&self) -> u64 {
        self.counts.rank()
    }

    fn merge(&mut self, other: &Self) {
        self.counts.merge(&other.counts);
        self.bytes += other.bytes;
        self.delay.merge(&other.delay);
        self.before_qmgr.merge(&other.before_qmgr);
        self.in_qmgr.merge(&other.in_qmgr);
        self.connection.merge(&other.connection);
        self.transmission.merge(&other.transmission);
    }
}

impl Counted for Sent {
    fn rank(&self) -> u64 {
        self.sent + self.deferred + self.bounced
    }

    fn merge(&mut self, other: &Self) {
        self.sent += other.sent;
        self.deferred += other.deferred;
        self.bounced += other.bounced;
    }
}

impl Sent {
    fn add(&mut self, status: DeliveryStatus<'_>, weight: u64) {
        match status {
            DeliveryStatus::Sent => self.sent += weight,
            DeliveryStatus::Bounced | DeliveryStatus::Expired => self.bounced += weight,
            _ => self.deferred += weight,
        }
    }
}

impl Section for Destinations {
    fn record(&mut self, record: &Record<'_>) {
        let Record::Delivery(delivery) = record else { return };
        if delivery.handed_over || delivery.line.status.is_probe() {
            return;
        }
        let weight = u64::from(delivery.weight);
        self.domain(delivery, weight);
        if delivery.daemon == Some(Daemon::Smtp) {
            let status = delivery.line.status;
            self.services.entry(delivery.tag.program).add(status, weight);
            let relay = delivery.line.relay;
            if relay.address.is_some() {
                let lower = &mut self.lower.0;
                lower.clear();
                lower.extend(provider(relay.name).iter().map(u8::to_ascii_lowercase));
                self.providers.entry(lower).add(status, weight);
            }
        }
    }

    fn merge(&mut self, other: &Self) {
        self.domains.merge(&other.domains);
        self.providers.merge(&other.providers);
        self.services.merge(&other.services);
    }
}

impl Destinations {
    fn domain(&mut self, delivery: &Delivery<'_>, weight: u64) {
        let domain = domain_of(delivery.line.recipient, &mut self.lower.0);
        let destination = self.domains.entry(domain);
        destination.counts.add(delivery.line.status, weight);
        if delivery.line.status != DeliveryStatus::Sent {
            return;
        }
        destination.bytes += delivery.size.unwrap_or_default() * weight;
        destination.delay.add(delivery.line.delay, weight);
        if let Some(delays) = delivery.line.delays {
            destination.before_qmgr.add(delays.before_qmgr, weight);
            destination.in_qmgr.add(delays.in_qmgr, weight);
            destination.connection.add(delays.connection, weight);
            destination.transmission.add(delays.transmission, weight);
        }
    }
}

/// The part of a host name that names its provider: the last two labels, or three where
/// the last has two letters and the one before it is one of the usual ones under which
/// countries register (`co.uk`, `ne.jp`). That is not the public suffix list, which
/// changes; it only groups hosts. A host that is named by its address is its own.
fn provider(host: &[u8]) -> &[u8] {
    const SECOND: [&[u8]; 11] =
        [b"co", b"com", b"ne", b"net", b"or", b"org", b"ac", b"edu", b"go", b"gov", b"ad"];
    if host.last().is_some_and(u8::is_ascii_digit) {
        return host;
    }
    let mut starts = memchr::memrchr_iter(b'.', host).map(|dot| dot + 1);
    let (Some(last), second) = (starts.next(), starts.next()) else { return host };
    let Some(second) = second else { return host };
    let label = host.get(second..last - 1).unwrap_or_default();
    let is_country = host.len() - last == 2 && SECOND.contains(&label);
    let start = if is_country { starts.next().unwrap_or_default() } else { second };
    host.get(start..).unwrap_or(host)
}

#[cfg(test)]
mod tests {
    use super::provider;

    #[test]
    fn hosts_of_a_provider_are_one() {
        let check = |host: &str, name: &str| assert_eq!(provider(host.as_bytes()), name.as_bytes());
        check("mx1.mail.example.net", "example.net");
        check("example.net", "example.net");
        check("localhost", "localhost");
        check("192.0.2.25", "192.0.2.25");
        check("2001:db8::25", "2001:db8::25");
        check("mx.example.co.uk", "example.co.uk");
        check("example.ne.jp", "example.ne.jp");
        check("", "");
    }
}
