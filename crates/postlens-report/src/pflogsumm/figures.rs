//! What the report shows, whoever counted it.

use std::collections::{BTreeMap, HashMap, HashSet};

use bstr::BString;

/// Counts by text.
pub(super) type Leaves = BTreeMap<BString, u64>;
/// Counts by text, in groups.
pub(super) type Branches = BTreeMap<BString, Leaves>;
/// Counts by text, in groups of groups.
pub(super) type Tree = BTreeMap<BString, Branches>;

/// Everything that the report shows, for [`render`](super::render).
#[derive(Debug, Default)]
pub struct Figures {
    /// Messages received from clients and local users.
    pub(super) received: u64,
    /// Deliveries.
    pub(super) delivered: u64,
    /// Deliveries that only forwarded the message.
    pub(super) forwarded: u64,
    /// Messages that were deferred at least once.
    pub(super) deferred: u64,
    /// Deferrals.
    pub(super) deferrals: u64,
    /// Recipients bounced.
    pub(super) bounced: u64,
    /// Refusals.
    pub(super) rejected: u64,
    /// Refusals that were only logged.
    pub(super) warned: u64,
    /// Messages put on hold.
    pub(super) held: u64,
    /// Messages or recipients discarded.
    pub(super) discarded: u64,
    /// Bytes of the messages received.
    pub(super) bytes_received: u64,
    /// Bytes of the messages delivered, once per delivery.
    pub(super) bytes_delivered: u64,
    pub(super) senders: HashMap<BString, Volume>,
    pub(super) sender_domains: HashMap<BString, Volume>,
    pub(super) recipients: HashMap<BString, Volume>,
    pub(super) recipient_domains: HashMap<BString, Volume>,
    /// Rows end at their last column that was counted.
    pub(super) days: BTreeMap<Day, Vec<u64>>,
    pub(super) hours: [[u64; COLUMNS]; 24],
    /// How many days the averages are over.
    pub(super) day_count: u64,
    /// Recipients of deliveries of messages without a size, by queue ID.
    pub(super) no_size: BTreeMap<BString, BString>,
    pub(super) problems: Problems,
    pub(super) connections: Connections,
    pub(super) connections_by_hour: [Connections; 24],
    pub(super) connections_by_day: BTreeMap<Day, Connections>,
    pub(super) connections_by_host: HashMap<BString, Connections>,
    /// Every message.
    pub(super) details: Vec<Detail>,
}

/// A message with its addresses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Detail {
    pub(super) queue_id: BString,
    /// The sender, then recipients.
    pub(super) addresses: Vec<BString>,
}

/// The sections of problems.
#[derive(Debug, Default)]
pub(super) struct Problems {
    /// By daemon.
    pub(super) deferrals: Branches,
    /// By relay.
    pub(super) bounces: Branches,
    /// By stage and reason, as are the next three.
    pub(super) rejects: Tree,
    pub(super) warned: Tree,
    pub(super) held: Tree,
    pub(super) discarded: Tree,
    /// Hosts by reason.
    pub(super) unreachable: Branches,
    /// By daemon, as are the next two.
    pub(super) warnings: Branches,
    pub(super) fatals: Branches,
    pub(super) panics: Branches,
    pub(super) master: Leaves,
}

/// Columns of the tables by time.
#[derive(Debug, Clone, Copy)]
pub(super) enum Column {
    Received,
    Delivered,
    Deferred,
    Bounced,
    Rejected,
}

/// How many columns there are.
pub(super) const COLUMNS: usize = 5;

/// A day of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct Day {
    /// The year.
    pub(super) year: i32,
    /// The month, 1 to 12.
    pub(super) month: u8,
    /// The day of the month.
    pub(super) of_month: u8,
}

/// Messages and bytes of a sender, a recipient or a domain.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Volume {
    /// Messages or deliveries.
    pub(super) messages: u64,
    /// Bytes.
    pub(super) bytes: u64,
    /// Deferrals.
    pub(super) deferrals: u64,
    /// The sum of the deliveries' delays, in seconds.
    pub(super) delays: f64,
    /// The longest delay of a delivery or deferral, in seconds.
    pub(super) longest: f64,
}

/// Connections of an hour, a day, a host or all of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Connections {
    /// How many.
    pub(super) count: u64,
    /// How long they lasted in all, in seconds; less than nothing if the clock went back.
    pub(super) time: i64,
    /// The longest, in seconds.
    pub(super) longest: i64,
}

impl Connections {
    fn add(&mut self, seconds: i64) {
        self.count += 1;
        self.time += seconds;
        self.longest = self.longest.max(seconds);
    }
}

impl Volume {
    pub(super) fn add(&mut self, bytes: u64) {
        self.messages += 1;
        self.bytes = self.bytes.saturating_add(bytes);
    }

    pub(super) fn wait(&mut self, seconds: f64) {
        if self.longest == 0.0 || seconds > self.longest {
            self.longest = seconds;
        }
    }
}

impl Figures {
    /// Counts in the tables by time.
    pub(super) fn count(&mut self, day: Day, hour: usize, column: Column, weight: u64) {
        let column = column as usize;
        if let Some(count) = self.hours.get_mut(hour).and_then(|row| row.get_mut(column)) {
            *count += weight;
        }
        let row = self.days.entry(day).or_default();
        row.resize(row.len().max(column + 1), 0);
        if let Some(count) = row.get_mut(column) {
            *count += weight;
        }
    }

    /// Counts a connection where it ended.
    pub(super) fn connect(&mut self, day: Day, hour: usize, host: BString, seconds: i64) {
        if let Some(of_hour) = self.connections_by_hour.get_mut(hour) {
            of_hour.add(seconds);
        }
        self.connections_by_day.entry(day).or_default().add(seconds);
        self.connections_by_host.entry(host).or_default().add(seconds);
        self.connections.add(seconds);
    }

    /// Counts what came from a sender.
    pub(super) fn receive(&mut self, sender: BString, domain: BString, bytes: u64) {
        self.sender_domains.entry(domain).or_default().add(bytes);
        self.senders.entry(sender).or_default().add(bytes);
        self.bytes_received = self.bytes_received.saturating_add(bytes);
    }

    /// Counts what went to a recipient.
    pub(super) fn deliver(&mut self, recipient: BString, domain: BString, bytes: u64, delay: f64) {
        let of_domain = self.recipient_domains.entry(domain).or_default();
        of_domain.add(bytes);
        of_domain.delays += delay;
        of_domain.wait(delay);
        self.recipients.entry(recipient).or_default().add(bytes);
        self.delivered += 1;
        self.bytes_delivered = self.bytes_delivered.saturating_add(bytes);
    }

    /// Counts a deferral of a recipient; `first` if it is the message's first.
    pub(super) fn defer(&mut self, domain: BString, delay: f64, first: bool) {
        let of_domain = self.recipient_domains.entry(domain).or_default();
        of_domain.deferrals += 1;
        of_domain.wait(delay);
        self.deferrals += 1;
        self.deferred += u64::from(first);
    }
}

/// Queue IDs of messages that were deferred, to count each once.
pub(super) type Deferred = HashSet<BString>;

/// Counts under two keys.
pub(super) fn branch(branches: &mut Branches, outer: &[u8], leaf: BString, weight: u64) {
    *branches.entry(outer.into()).or_default().entry(leaf).or_default() += weight;
}
