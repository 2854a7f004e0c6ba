//! Our events, added up as pflogsumm adds them up.

use std::collections::{BTreeMap, HashMap, HashSet};

use bstr::BStr;
use postlens_syntax::postfix::decision::Action;
use postlens_syntax::postfix::delivery::{DeliveryLine, DeliveryStatus};
use postlens_syntax::{Event, QueueId, Severity};
use postlens_track::{Consumer, Observation, Record, RecordSink};

use crate::faults::{self, Whence};

/// Columns of the tables by time.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Column {
    Received,
    Delivered,
    Deferred,
    Bounced,
    /// Refused, warned of, held or discarded, all in one.
    Rejected,
}

/// Messages and bytes of a sender, a recipient or a domain.
#[derive(Debug, Default)]
pub(crate) struct Volume {
    pub(crate) messages: u64,
    pub(crate) bytes: u64,
    pub(crate) defers: u64,
    /// Seconds.
    pub(crate) delays: f64,
    /// Seconds.
    pub(crate) longest: f64,
}

/// Connections of an hour, a day or a host.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Connections {
    pub(crate) count: u64,
    /// Seconds; a clock that goes back makes them fewer.
    pub(crate) time: i64,
    /// Seconds.
    pub(crate) longest: i64,
}

/// All figures of a log.
#[derive(Debug, Default)]
pub(crate) struct Figures {
    pub(crate) received: u64,
    pub(crate) delivered: u64,
    pub(crate) forwarded: u64,
    pub(crate) deferrals: u64,
    /// Queue IDs of deferred messages.
    pub(crate) deferred: HashSet<String>,
    pub(crate) bounced: u64,
    pub(crate) rejected: u64,
    pub(crate) warned: u64,
    pub(crate) held: u64,
    pub(crate) discarded: u64,
    pub(crate) bytes_received: u64,
    pub(crate) bytes_delivered: u64,
    pub(crate) senders: BTreeMap<String, Volume>,
    pub(crate) sender_domains: BTreeMap<String, Volume>,
    pub(crate) recipients: BTreeMap<String, Volume>,
    pub(crate) recipient_domains: BTreeMap<String, Volume>,
    /// By month and day; a row ends at its last column that has something.
    pub(crate) days: BTreeMap<(u8, u8), Vec<u64>>,
    pub(crate) hours: [[u64; 5]; 24],
    /// Changes of the day.
    pub(crate) day_count: u64,
    /// Recipients of delivered messages without a size, by queue ID.
    pub(crate) no_size: BTreeMap<String, String>,
    pub(crate) deferrals_by_daemon: BTreeMap<String, u64>,
    pub(crate) bounces_by_relay: BTreeMap<String, u64>,
    /// By daemon, as are the next two.
    pub(crate) warnings: BTreeMap<String, u64>,
    pub(crate) fatals: BTreeMap<String, u64>,
    pub(crate) panics: BTreeMap<String, u64>,
    pub(crate) connections: Connections,
    pub(crate) connections_by_hour: [Connections; 24],
    pub(crate) connections_by_day: BTreeMap<(u8, u8), Connections>,
    pub(crate) connections_by_host: BTreeMap<String, Connections>,
    /// When each process was last connected to, in seconds of the log's own clock. Only
    /// the pid tells sessions apart.
    connected: HashMap<u32, i64>,
    day: (u8, u8),
    hour: usize,
    sizes: HashMap<String, u64>,
    whence: HashMap<String, Whence>,
}

impl RecordSink for Figures {
    fn record(&mut self, _: &Record<'_>) {}
}

impl Consumer for Figures {
    fn line(&mut self, line: &Observation<'_>) {
        if line.echo {
            return;
        }
        let Some(daemon) = faults::daemon(line.entry) else { return };
        let civil = line.time.civil();
        if faults::is_another_day(self.day.1, civil.day) {
            self.day = (civil.month, civil.day);
            self.day_count += 1;
        }
        self.hour = usize::from(civil.hour);
        let of_smtpd = *daemon == "smtpd" || *daemon == "postscreen";
        let hidden = faults::hidden_by_repeat(line.entry);
        if !hidden {
            self.trouble(daemon, line);
        }
        match line.event {
            Event::Accepted(accepted) if of_smtpd && !hidden => {
                let client = faults::folded(&accepted.client);
                self.receive(accepted.queue_id.map(QueueId::as_bstr), Whence::Client(client));
            }
            Event::Connect(_) if of_smtpd && !hidden => {
                let pid = line.entry.pid.unwrap_or_default();
                self.connected.insert(pid, clock(line));
            }
            Event::Disconnect(event) if of_smtpd && !hidden => {
                let host = faults::host_of_disconnect(line.entry.text, &event.client);
                self.disconnect(line, host);
            }
            Event::Pickup(pickup) if *daemon == "pickup" => {
                self.receive(Some(pickup.queue_id.as_bstr()), Whence::Pickup);
            }
            Event::Decision(decision)
                if *daemon == "cleanup" && !faults::overlooked_stage(decision) =>
            {
                self.decide(decision.action);
            }
            Event::Decision(decision) if of_smtpd && !hidden && !faults::overlooked(decision) => {
                self.decide(decision.action);
            }
            Event::ContentCheck(check) if *daemon == "cleanup" => {
                if let Some(action) = faults::check(check) {
                    self.decide(action);
                } else if let Some((sender, size)) = faults::imitated_size(line.entry.text) {
                    self.size(&check.queue_id.as_bstr().to_string(), sender, size);
                } else if let Some(delivery) = faults::imitated_delivery(check) {
                    let id = check.queue_id.as_bstr().to_string();
                    self.deliver(&daemon.to_string(), id, &delivery);
                }
            }
            Event::Active(active) => {
                let id = faults::queue_id(line.entry, active.queue_id.as_bstr());
                if let Some(sender) = faults::readable(active.sender, "from=<") {
                    self.size(&id, sender, active.size);
                }
            }
            Event::Delivery(delivery) => {
                let id = faults::queue_id(line.entry, delivery.queue_id.as_bstr());
                if let Some((sender, size)) = faults::imitated_size(delivery.reply) {
                    self.size(&id, sender, size);
                } else if !faults::dropped_for_tls(delivery) {
                    self.deliver(&daemon.to_string(), id, delivery);
                }
            }
            _ => {}
        }
    }
}

/// Seconds of the log's own clock.
fn clock(line: &Observation<'_>) -> i64 {
    line.time.micros.div_euclid(1_000_000) + i64::from(line.time.offset)
}

impl Figures {
    fn trouble(&mut self, daemon: &BStr, line: &Observation<'_>) {
        let counts = match line.event.severity() {
            Some(Severity::Warning) => &mut self.warnings,
            Some(Severity::Fatal) => &mut self.fatals,
            Some(Severity::Panic) => &mut self.panics,
            _ => return,
        };
        *counts.entry(daemon.to_string()).or_default() += 1;
    }

    fn disconnect(&mut self, line: &Observation<'_>, host: String) {
        let Some(start) = self.connected.remove(&line.entry.pid.unwrap_or_default()) else {
            return;
        };
        let time = clock(line) - start;
        let of_hour = self.connections_by_hour.get_mut(self.hour).unwrap();
        let of_day = self.connections_by_day.entry(self.day).or_default();
        let of_host = self.connections_by_host.entry(host).or_default();
        for connections in [of_hour, of_day, of_host, &mut self.connections] {
            connections.count += 1;
            connections.time += time;
            connections.longest = connections.longest.max(time);
        }
    }

    fn count(&mut self, column: Column) {
        let column = column as usize;
        if let Some(count) = self.hours.get_mut(self.hour).and_then(|row| row.get_mut(column)) {
            *count += 1;
        }
        let row = self.days.entry(self.day).or_default();
        row.resize(row.len().max(column + 1), 0);
        if let Some(count) = row.get_mut(column) {
            *count += 1;
        }
    }

    fn receive(&mut self, queue_id: Option<&BStr>, whence: Whence) {
        self.received += 1;
        self.count(Column::Received);
        if let Some(queue_id) = queue_id {
            self.whence.insert(queue_id.to_string(), whence);
        }
    }

    fn decide(&mut self, action: Action) {
        let total = match action {
            Action::Reject => &mut self.rejected,
            Action::RejectWarning => &mut self.warned,
            Action::Hold => &mut self.held,
            Action::Discard => &mut self.discarded,
            _ => return,
        };
        *total += 1;
        self.count(Column::Rejected);
    }

    fn size(&mut self, queue_id: &str, sender: &BStr, size: u64) {
        if faults::size_is_known(self.sizes.get(queue_id)) {
            return;
        }
        self.sizes.insert(queue_id.to_owned(), size);
        // Messages that nobody was seen to bring, such as forwards, have no sender.
        let Some(whence) = self.whence.remove(queue_id) else { return };
        let sender = faults::sender(sender);
        let domain = faults::sender_domain(&sender, &whence);
        let of_domain = self.sender_domains.entry(domain).or_default();
        let of_sender = self.senders.entry(sender).or_default();
        for volume in [of_domain, of_sender] {
            volume.messages += 1;
            volume.bytes += size;
        }
        self.bytes_received += size;
    }

    fn deliver(&mut self, daemon: &str, queue_id: String, line: &DeliveryLine<'_>) {
        let (recipient, delay, status) = match faults::imitated_fields(line) {
            Some((recipient, delay)) => (Some(recipient), delay, DeliveryStatus::Sent),
            None => (faults::recipient(line), line.delay.seconds(), line.status),
        };
        let Some(recipient) = recipient else { return };
        let recipient = faults::address(recipient);
        let domain = faults::recipient_domain(&recipient);
        match status {
            DeliveryStatus::Sent if faults::is_forward(line) => self.forwarded += 1,
            DeliveryStatus::Sent => {
                let size = self.sizes.get(&queue_id).copied().unwrap_or_default();
                if !faults::size_is_known(Some(&size)) {
                    self.no_size.insert(queue_id, recipient.clone());
                }
                let of_domain = self.recipient_domains.entry(domain).or_default();
                of_domain.delays += delay;
                of_domain.longest = of_domain.longest.max(delay);
                let of_recipient = self.recipients.entry(recipient).or_default();
                for volume in [of_domain, of_recipient] {
                    volume.messages += 1;
                    volume.bytes += size;
                }
                self.delivered += 1;
                self.bytes_delivered += size;
                self.count(Column::Delivered);
            }
            DeliveryStatus::Deferred => {
                let of_domain = self.recipient_domains.entry(domain).or_default();
                of_domain.defers += 1;
                of_domain.longest = of_domain.longest.max(delay);
                self.deferrals += 1;
                *self.deferrals_by_daemon.entry(daemon.to_owned()).or_default() += 1;
                self.deferred.insert(queue_id);
                self.count(Column::Deferred);
            }
            DeliveryStatus::Bounced => {
                self.bounced += 1;
                *self.bounces_by_relay.entry(line.relay.to_bstring().to_string()).or_default() += 1;
                self.count(Column::Bounced);
            }
            _ => {}
        }
    }
}
