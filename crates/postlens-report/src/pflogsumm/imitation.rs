//! Reads lines as pflogsumm 1.1.5 reads them, with its mistakes.
//!
//! It looks for words anywhere in a line, so that it overlooks what is written otherwise,
//! and takes what strangers wrote for fields. Neither our framing nor our events can say
//! what it makes of a line; hence this reads the raw line once more.
//!
//! Where it would end without a report, such as at 29 February of another year, this goes
//! on.

mod cleanup;
mod line;
mod names;
mod passage;
mod reason;
mod refusal;

use std::collections::HashMap;

use bstr::{BStr, BString, ByteSlice};

use super::figures::{Column, Day, Deferred, Detail, Figures, branch};
use super::options::Counting;
use super::{fold, order, trim};
use cleanup::Check;
use line::Line;
pub use line::Present;
pub use names::{Names, NamesError};
use passage::{Attempt, Status};

/// Counts as pflogsumm does.
#[derive(Debug)]
pub struct Imitation {
    counting: Counting,
    present: Present,
    names: Names,
    /// The beginnings of lines that count; all if empty.
    dates: Vec<String>,
    figures: Figures,
    /// The day of the month of the last line.
    last_day: u32,
    day: Day,
    hour: usize,
    sizes: HashMap<BString, u64>,
    /// Where messages came from, until their sender is known.
    whence: HashMap<BString, BString>,
    deferred: Deferred,
    /// Where in the list of messages a queue ID is.
    places: HashMap<BString, usize>,
    /// When each process was last connected to, in seconds, by pid alone.
    connected: HashMap<BString, i64>,
}

/// What local mail comes from.
const PICKUP: &[u8] = b"pickup";

impl Imitation {
    /// Counts lines, at a time that years are guessed from.
    pub fn new(counting: Counting, names: Names, present: Present) -> Self {
        Self {
            counting,
            present,
            names,
            dates: Vec::new(),
            figures: Figures::default(),
            last_day: 0,
            day: Day::default(),
            hour: 0,
            sizes: HashMap::new(),
            whence: HashMap::new(),
            deferred: Deferred::new(),
            places: HashMap::new(),
            connected: HashMap::new(),
        }
    }

    /// Counts only lines that begin with one of these.
    #[must_use]
    pub fn only(mut self, dates: Vec<String>) -> Self {
        self.dates = dates;
        self
    }

    /// What was counted.
    pub fn figures(&self) -> &Figures {
        &self.figures
    }

    /// Takes in a line without its line feed.
    pub fn line(&mut self, bytes: &[u8]) {
        if !self.dates.is_empty() && !self.dates.iter().any(|date| bytes.starts_with_str(date)) {
            return;
        }
        let bytes = line::without_id(bytes);
        let Some(line) = Line::parse(&bytes) else { return };
        let Some((daemon, word)) = self.names.split(line.rest) else { return };
        self.turn(&line);
        if daemon == "cleanup"
            && let Some(check) = cleanup::check(line.rest)
        {
            return self.check(&check);
        }
        match word.as_bytes() {
            b"warning" => self.trouble(&line, daemon, b"warning: "),
            b"fatal" => self.trouble(&line, daemon, b"fatal: "),
            b"panic" => self.trouble(&line, daemon, b"panic: "),
            b"reject" | b"reject_warning" | b"hold" | b"discard" => self.refuse(word, line.rest),
            _ if daemon == "master" => {
                *self.figures.problems.master.entry(master(line.rest)).or_default() += 1;
            }
            _ if daemon == "smtpd" || daemon == "postscreen" => self.server(&line, word),
            _ => self.passage(line.rest, daemon, word),
        }
    }

    /// Notices another day, by the day of the month alone.
    fn turn(&mut self, line: &Line<'_>) {
        self.hour = line.hour;
        if line.day == self.last_day {
            return;
        }
        self.last_day = line.day;
        self.day = line.date(self.present);
        self.figures.day_count += 1;
        if self.counting.zero_fill {
            let row = self.figures.days.entry(self.day).or_default();
            row.resize(super::figures::COLUMNS, 0);
            // Whatever was counted there before is lost.
            if let Some(rejected) = row.last_mut() {
                *rejected = 0;
            }
        }
    }

    fn count(&mut self, column: Column) {
        self.figures.count(self.day, self.hour, column, 1);
    }

    fn check(&mut self, check: &Check<'_>) {
        let problems = &mut self.figures.problems;
        let (total, tree) = match check.action {
            b"warning" => (&mut self.figures.warned, &mut problems.warned),
            b"hold" => (&mut self.figures.held, &mut problems.held),
            b"discard" => (&mut self.figures.discarded, &mut problems.discarded),
            _ => (&mut self.figures.rejected, &mut problems.rejects),
        };
        *total += 1;
        let text = check.text(self.counting.verbose);
        branch(tree.entry("cleanup".into()).or_default(), check.part, text, 1);
        self.count(Column::Rejected);
    }

    fn trouble(&mut self, line: &Line<'_>, daemon: &BStr, word: &[u8]) {
        let problems = &mut self.figures.problems;
        let branches = match word.first() {
            Some(b'w') if daemon == "smtpd" && self.counting.no_smtpd_warnings => return,
            Some(b'w') => &mut problems.warnings,
            Some(b'f') => &mut problems.fatals,
            _ => &mut problems.panics,
        };
        let reason = line.rest.rsplit_once_str(word).map_or(line.rest, |(_, reason)| reason);
        let reason = self.counting.reason(reason, |text| trim::cut(text, 66));
        branch(branches, daemon, reason, 1);
    }

    fn refuse(&mut self, action: &[u8], text: &[u8]) {
        let leaf = refusal::leaf(text, &self.counting);
        let problems = &mut self.figures.problems;
        let (total, tree) = match action {
            b"reject" => (&mut self.figures.rejected, &mut problems.rejects),
            b"reject_warning" => (&mut self.figures.warned, &mut problems.warned),
            b"hold" => (&mut self.figures.held, &mut problems.held),
            _ => (&mut self.figures.discarded, &mut problems.discarded),
        };
        *total += 1;
        branch(tree.entry(leaf.stage).or_default(), &leaf.reason, leaf.who, 1);
        self.count(Column::Rejected);
    }

    /// A line of smtpd(8) or postscreen(8).
    fn server(&mut self, line: &Line<'_>, queue_id: &BStr) {
        if let Some(client) = passage::client(line.rest) {
            self.receive(queue_id, fold::imitated(client));
        } else if let Some(action) = passage::action(line.rest) {
            self.refuse(action, line.rest);
        } else if self.counting.smtpd_stats {
            self.connection(line);
        }
    }

    fn connection(&mut self, line: &Line<'_>) {
        if line.rest.contains_str(": connect from ") {
            let pid = passage::pid(line.rest).unwrap_or_default();
            self.connected.insert(pid.into(), line.seconds(self.present));
        } else if line.rest.contains_str(": disconnect from ") {
            let (pid, host) = passage::disconnect(line.rest).unwrap_or_default();
            if let Some(start) = self.connected.remove(pid.as_bstr()) {
                let seconds = line.seconds(self.present) - start;
                self.figures.connect(self.day, self.hour, fold::imitated(host), seconds);
            }
        }
    }

    fn receive(&mut self, queue_id: &BStr, whence: BString) {
        self.figures.received += 1;
        self.count(Column::Received);
        self.whence.insert(queue_id.into(), whence);
    }

    /// A line of any other daemon.
    fn passage(&mut self, text: &[u8], daemon: &BStr, queue_id: &BStr) {
        if let Some((sender, size)) = passage::size(text) {
            self.size(queue_id, sender, size);
        } else if let Some(attempt) = Attempt::parse(text) {
            self.attempt(text, &attempt, daemon, queue_id);
        } else if daemon == "pickup" && passage::is_local(text) {
            self.receive(queue_id, PICKUP.into());
        } else if daemon == "smtp"
            && let Some((reason, host)) = passage::unreachable(text)
        {
            branch(&mut self.figures.problems.unreachable, &reason, host.into(), 1);
        }
    }

    /// The first size of a queue ID that is not 0, also if the ID is used again.
    fn size(&mut self, queue_id: &BStr, sender: &[u8], size: u64) {
        if self.sizes.get(queue_id).is_some_and(|size| *size > 0) {
            return;
        }
        let sender = self.counting.sender(sender);
        self.sizes.insert(queue_id.into(), size);
        if self.counting.message_detail {
            self.detail(queue_id, sender.clone());
        }
        let known = self.whence.get(queue_id).is_some_and(|whence| order::is_true(whence));
        if let Some(whence) = self.whence.remove(queue_id).filter(|_| known) {
            let domain = match sender.split_once_str("@") {
                Some((user, domain)) if !user.is_empty() && !domain.is_empty() => domain.into(),
                _ if whence == PICKUP => sender.clone(),
                _ => whence,
            };
            self.figures.receive(sender, domain, size);
        }
    }

    fn attempt(&mut self, text: &[u8], attempt: &Attempt<'_>, daemon: &BStr, queue_id: &BStr) {
        let recipient = self.counting.recipient(attempt.recipient);
        let domain: BString = match recipient.split_once_str("@") {
            Some((user, domain)) if !user.is_empty() => domain.into(),
            _ => recipient.clone(),
        };
        match attempt.status {
            Status::Sent if attempt.rest.contains_str("forwarded as ") => {
                self.figures.forwarded += 1;
            }
            Status::Sent => self.deliver(queue_id, recipient, domain, attempt.delay),
            Status::Deferred => {
                let reason = passage::deferral(text);
                let reason = self.counting.reason(reason, trim::deferral);
                branch(&mut self.figures.problems.deferrals, daemon, reason, 1);
                let first = self.deferred.insert(queue_id.into());
                self.figures.defer(domain, attempt.delay, first);
                self.count(Column::Deferred);
            }
            Status::Bounced => {
                let reason = passage::bounce(text);
                let reason = self.counting.reason(reason, trim::bounce);
                let relay = self.counting.fold(attempt.relay);
                branch(&mut self.figures.problems.bounces, &relay, reason, 1);
                self.figures.bounced += 1;
                self.count(Column::Bounced);
            }
            Status::Other => {}
        }
    }

    /// Adds an address to those of a queue ID.
    fn detail(&mut self, queue_id: &BStr, address: BString) {
        let details = &mut self.figures.details;
        let place = *self.places.entry(queue_id.into()).or_insert_with(|| {
            details.push(Detail { queue_id: queue_id.into(), addresses: Vec::new() });
            details.len() - 1
        });
        if let Some(detail) = details.get_mut(place) {
            detail.addresses.push(address);
        }
    }

    fn deliver(&mut self, queue_id: &BStr, recipient: BString, domain: BString, delay: f64) {
        let size = self.sizes.get(queue_id).copied().unwrap_or_default();
        if self.counting.message_detail {
            if size == 0 {
                self.detail(queue_id, "(sender not in log)".into());
            }
            self.detail(queue_id, recipient.clone());
        }
        if size == 0 && !self.counting.no_no_msg_size {
            self.figures.no_size.insert(queue_id.into(), recipient.clone());
        }
        self.figures.deliver(recipient, domain, size, delay);
        self.count(Column::Delivered);
    }
}

/// What master(8) says, of which only what stands behind the last colon is kept.
fn master(text: &[u8]) -> BString {
    let behind = text.rsplit_once_str(": ").filter(|(before, _)| before.contains_str("master"));
    behind.map(|(_, text)| text.into()).unwrap_or_default()
}
