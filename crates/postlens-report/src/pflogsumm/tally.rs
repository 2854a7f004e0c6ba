//! Counts rightly what pflogsumm's report shows.
//!
//! Mail that passes a content filter, another instance or another host whose log is read
//! too counts once. What pflogsumm overlooks counts: services under any name, deliveries
//! with any fields, refusals by whoever refuses.

mod refusal;

use std::collections::{BTreeSet, HashMap};

use bstr::{BStr, BString, ByteSlice};
use postlens_syntax::postfix::check::ContentCheck;
use postlens_syntax::postfix::decision::Action;
use postlens_syntax::postfix::delivery::DeliveryStatus;
use postlens_syntax::{Daemon, Event, Severity, Time};
use postlens_track::{
    Consumer, Delivery, Message, Observation, Origin, Outcome, Record, RecordSink, Refusal,
    Session, SessionEnd,
};

use super::figures::{Column, Day, Deferred, Detail, Figures, Tree, branch};
use super::imitation::Names;
use super::options::Counting;
use super::{fold, trim};

/// Counts the records of a log.
#[derive(Debug, Default)]
pub struct Tally {
    counting: Counting,
    /// Only these programs count; all of Postfix without.
    names: Option<Names>,
    figures: Figures,
    days: BTreeSet<Day>,
    /// Messages in the queue that were deferred.
    deferred: Deferred,
    /// Whether the present line is of a program that counts.
    wanted: bool,
    /// How many messages such programs began, by queue ID, where only some programs count.
    begun: HashMap<BString, u32>,
}

impl Tally {
    /// Counts all of Postfix.
    pub fn new(counting: Counting) -> Self {
        Self { counting, ..Self::default() }
    }

    /// Counts only what programs of these names did, and the messages that they began.
    #[must_use]
    pub fn only(mut self, names: Names) -> Self {
        self.names = Some(names);
        self
    }

    /// What was counted.
    pub fn figures(&self) -> &Figures {
        &self.figures
    }

    fn count(&mut self, time: Time, column: Column, weight: u32) {
        let (day, hour) = place(time);
        self.figures.count(day, hour, column, u64::from(weight));
    }

    /// Gives a day a row.
    fn day(&mut self, time: Time) {
        let (day, _) = place(time);
        if self.days.insert(day) {
            self.figures.day_count = self.days.len() as u64;
            if self.counting.zero_fill {
                self.figures.days.entry(day).or_default().resize(super::figures::COLUMNS, 0);
            }
        }
    }

    fn trouble(&mut self, line: &Observation<'_>, severity: Severity) {
        let daemon = line.entry.tag.daemon();
        let problems = &mut self.figures.problems;
        let (branches, word) = match severity {
            Severity::Warning if self.counting.no_smtpd_warnings && *daemon == "smtpd" => return,
            Severity::Warning => (&mut problems.warnings, "warning: "),
            Severity::Fatal => (&mut problems.fatals, "fatal: "),
            Severity::Panic => (&mut problems.panics, "panic: "),
            _ => return,
        };
        let text = line.entry.text;
        let reason = text.split_once_str(word).map_or(text.as_bytes(), |(_, reason)| reason);
        let reason = self.counting.reason(reason, |text| trim::cut(text, 66));
        branch(branches, daemon, reason, u64::from(line.weight));
    }

    /// A header or body check.
    fn check(&mut self, line: &Observation<'_>, check: &ContentCheck<'_>) {
        let content = self.counting.reason(check.content, |text| trim::cut(text, 64));
        if let Some(tree) = self.decide(check.action, line.time, line.weight) {
            let part = tree.entry("cleanup".into()).or_default();
            branch(part, check.part, content, u64::from(line.weight));
        }
    }

    /// Counts a decision; the tree that its reason belongs in, if it is of the kinds that
    /// the report has.
    fn decide(&mut self, action: Action, time: Time, weight: u32) -> Option<&mut Tree> {
        let column = match action {
            Action::Reject => Some(Column::Rejected),
            Action::RejectWarning
            | Action::Warning
            | Action::Hold
            | Action::Quarantine
            | Action::Discard => None,
            _ => return None,
        };
        if let Some(column) = column {
            self.count(time, column, weight);
        }
        let problems = &mut self.figures.problems;
        let (total, tree) = match action {
            Action::Reject => (&mut self.figures.rejected, &mut problems.rejects),
            Action::Hold | Action::Quarantine => (&mut self.figures.held, &mut problems.held),
            Action::Discard => (&mut self.figures.discarded, &mut problems.discarded),
            _ => (&mut self.figures.warned, &mut problems.warned),
        };
        *total += u64::from(weight);
        Some(tree)
    }

    fn refusal(&mut self, refusal: &Refusal<'_>) {
        // Content checks are refusals too, but only their lines tell what matched.
        if refusal::is_check(refusal) {
            return;
        }
        let leaf = refusal::leaf(refusal, &self.counting);
        let weight = u64::from(refusal.weight);
        if let Some(tree) = self.decide(refusal.decision.action, refusal.time, refusal.weight) {
            branch(tree.entry(leaf.group).or_default(), &leaf.reason, leaf.who, weight);
        }
    }

    fn message(&mut self, message: &Message<'_>) {
        self.deferred.remove(message.queue_id.as_bstr());
        if message.probe || !self.began(message.queue_id.as_bstr()) {
            return;
        }
        if self.counting.message_detail {
            self.detail(message);
        }
        let new = message.parent.is_none() && message.origin != Origin::Unknown;
        if !(new && message.arrived_in_period) {
            return;
        }
        self.day(message.arrival);
        self.figures.received += 1;
        self.count(message.arrival, Column::Received, 1);
        if let (Some(address), Some(size)) = (message.sender, message.size) {
            let sender = self.counting.sender(address);
            let domain = match address.rsplit_once_str("@") {
                Some((_, domain)) if !domain.is_empty() => domain.to_ascii_lowercase().into(),
                _ => match message.client_address {
                    Some(client) => fold::client(message.client_name, client),
                    None => sender.clone(),
                },
            };
            self.figures.receive(sender, domain, size);
        }
    }

    fn detail(&mut self, message: &Message<'_>) {
        let delivered = |outcome| matches!(outcome, Outcome::Delivered | Outcome::Relayed);
        let recipients = message.recipients.iter().filter(|to| delivered(to.outcome));
        let mut addresses: Vec<BString> = match message.sender {
            Some(sender) => vec![self.counting.sender(sender)],
            None => vec!["(sender not in log)".into()],
        };
        addresses.extend(recipients.map(|to| self.counting.recipient(to.address)));
        // One that never came into the queue has no size.
        if addresses.len() > 1 || message.size.is_some() {
            let queue_id = message.queue_id.as_bstr().into();
            self.figures.details.push(Detail { queue_id, addresses });
        }
    }

    fn delivery(&mut self, delivery: &Delivery<'_>) {
        let line = delivery.line;
        let weight = delivery.weight;
        let queue_id: BString = line.queue_id.as_bstr().into();
        let recipient = self.counting.recipient(line.recipient);
        let domain: BString = match recipient.rsplit_once_str("@") {
            Some((_, domain)) if !domain.is_empty() => domain.to_ascii_lowercase().into(),
            _ => recipient.clone(),
        };
        let delay = line.delay.seconds();
        match line.status {
            DeliveryStatus::Sent if line.is_forward() => {
                self.figures.forwarded += u64::from(weight);
            }
            DeliveryStatus::Sent if delivery.handed_over => {}
            DeliveryStatus::Sent => {
                if delivery.size.is_none() && !self.counting.no_no_msg_size {
                    self.figures.no_size.insert(queue_id, recipient.clone());
                }
                let size = delivery.size.unwrap_or_default();
                for _ in 0..weight {
                    self.figures.deliver(recipient.clone(), domain.clone(), size, delay);
                }
                self.count(delivery.time, Column::Delivered, weight);
            }
            DeliveryStatus::Deferred => {
                let reason = self.counting.reason(line.reply, trim::deferral);
                let problems = &mut self.figures.problems;
                let daemon = delivery.tag.daemon();
                branch(&mut problems.deferrals, daemon, reason, u64::from(weight));
                for _ in 0..weight {
                    let first = self.deferred.insert(queue_id.clone());
                    self.figures.defer(domain.clone(), delay, first);
                }
                self.count(delivery.time, Column::Deferred, weight);
            }
            DeliveryStatus::Bounced => {
                let reason = self.counting.reason(line.reply, trim::bounce);
                let relay = self.counting.fold(&line.relay.to_bstring());
                let problems = &mut self.figures.problems;
                branch(&mut problems.bounces, &relay, reason, u64::from(weight));
                self.figures.bounced += u64::from(weight);
                self.count(delivery.time, Column::Bounced, weight);
            }
            _ => {}
        }
    }

    fn session(&mut self, session: &Session<'_>) {
        if session.daemon != Daemon::Smtpd || session.ended == SessionEnd::Lost {
            return;
        }
        let (day, hour) = place(session.start);
        let host = fold::client(session.client_name, session.client_address);
        let seconds = session.end.local_seconds() - session.start.local_seconds();
        for _ in 0..session.weight {
            self.figures.connect(day, hour, host.clone(), seconds);
        }
    }

    /// Notes a message that the present line begins.
    fn begin(&mut self, event: &Event<'_>) {
        let queue_id = match event {
            Event::Accepted(accepted) => accepted.queue_id,
            Event::Pickup(pickup) => Some(pickup.queue_id),
            _ => None,
        };
        if let Some(queue_id) = queue_id.filter(|_| self.names.is_some()) {
            *self.begun.entry(queue_id.as_bstr().into()).or_default() += 1;
        }
    }

    /// Whether a program that counts began a message, which has now ended.
    fn began(&mut self, queue_id: &BStr) -> bool {
        if self.names.is_none() {
            return true;
        }
        let Some(count) = self.begun.get_mut(queue_id) else { return false };
        *count -= 1;
        if *count == 0 {
            self.begun.remove(queue_id);
        }
        true
    }
}

/// Day and hour on the wall.
fn place(time: Time) -> (Day, usize) {
    let civil = time.civil();
    let day = Day { year: civil.year, month: civil.month, of_month: civil.day };
    (day, usize::from(civil.hour))
}

impl Consumer for Tally {
    fn line(&mut self, line: &Observation<'_>) {
        let tag = &line.entry.tag;
        self.wanted = self.names.as_ref().is_none_or(|names| names.hold(tag.program));
        let Some(daemon) = tag.known.filter(|daemon| daemon.is_postfix() && self.wanted) else {
            return;
        };
        self.day(line.time);
        self.begin(line.event);
        match (line.event.severity(), line.event) {
            (Some(severity @ (Severity::Warning | Severity::Fatal | Severity::Panic)), _) => {
                self.trouble(line, severity);
            }
            (_, Event::ContentCheck(check)) => self.check(line, check),
            (_, Event::ConnectFailure(failure)) => {
                let reason = failure.reason.to_ascii_lowercase();
                let host = failure.relay.name.into();
                let weight = u64::from(line.weight);
                branch(&mut self.figures.problems.unreachable, &reason, host, weight);
            }
            _ if daemon == Daemon::Master => {
                let count = self.figures.problems.master.entry(line.entry.text.into()).or_default();
                *count += u64::from(line.weight);
            }
            _ => {}
        }
    }
}

impl RecordSink for Tally {
    fn record(&mut self, record: &Record<'_>) {
        match record {
            Record::Message(message) => self.message(message),
            // The others become known at the line that they are of.
            _ if !self.wanted => {}
            Record::Delivery(delivery) => self.delivery(delivery),
            Record::Session(session) if self.counting.smtpd_stats => self.session(session),
            Record::Session(_) => {}
            Record::Refusal(refusal) => self.refusal(refusal),
        }
    }
}
