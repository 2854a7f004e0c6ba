//! The figures of a report.
//!
//! To add one: a file here with a struct that implements [`Section`], a field of
//! [`Stats`] and a line in each of its lists below.

pub mod authentication;
pub mod connections;
pub mod delays;
pub mod destinations;
pub mod encryption;
pub mod filters;
pub mod gaps;
pub mod lines;
pub mod outcomes;
pub mod reasons;
pub mod refusals;
pub mod screening;
pub mod services;
pub mod traffic;
pub mod trouble;
pub mod users;

use postlens_syntax::Event;
use postlens_track::{Consumer, Observation, Record, RecordSink};

/// One group of figures.
pub trait Section {
    /// Takes in a line.
    fn line(&mut self, line: &Observation<'_>) {
        let _ = line;
    }
    /// Takes in a record.
    fn record(&mut self, record: &Record<'_>) {
        let _ = record;
    }
    /// Adds the figures of another part of the log.
    fn merge(&mut self, other: &Self);
}

/// A buffer that sections use again from line to line: no figure, so all are equal.
#[derive(Debug, Clone, Default)]
struct Scratch(Vec<u8>);

impl PartialEq for Scratch {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// All figures of a report.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Stats {
    /// Lines by kind, the period, unrecognized lines.
    pub lines: lines::Lines,
    /// Outcomes of recipients, messages by origin.
    pub outcomes: outcomes::Outcomes,
    /// Per day and per hour.
    pub traffic: traffic::Traffic,
    /// By recipient domain.
    pub destinations: destinations::Destinations,
    /// Why mail was deferred or bounced.
    pub reasons: reasons::Reasons,
    /// What was refused.
    pub refusals: refusals::Refusals,
    /// Logins and failed logins.
    pub authentication: authentication::Authentication,
    /// Senders and recipients.
    pub users: users::Users,
    /// Warnings, errors, fatal and panic lines.
    pub trouble: trouble::Trouble,
    /// How long deliveries took.
    pub delays: delays::Delays,
    /// Client connections.
    pub connections: connections::Connections,
    /// Starts, stops, reloads, restarts.
    pub services: services::Services,
    /// postscreen and DNS blocklists.
    pub screening: screening::Screening,
    /// Silences of the log and lost lines.
    pub gaps: gaps::Gaps,
    /// Content filters, sender checks, greylisting.
    pub filters: filters::Filters,
    /// TLS sessions.
    pub encryption: encryption::Encryption,
}

impl Stats {
    /// Adds the figures of another part of the log.
    pub fn merge(&mut self, other: &Self) {
        self.lines.merge(&other.lines);
        self.outcomes.merge(&other.outcomes);
        self.traffic.merge(&other.traffic);
        self.destinations.merge(&other.destinations);
        self.reasons.merge(&other.reasons);
        self.refusals.merge(&other.refusals);
        self.authentication.merge(&other.authentication);
        self.users.merge(&other.users);
        self.trouble.merge(&other.trouble);
        self.delays.merge(&other.delays);
        self.connections.merge(&other.connections);
        self.services.merge(&other.services);
        self.screening.merge(&other.screening);
        self.gaps.merge(&other.gaps);
        self.filters.merge(&other.filters);
        self.encryption.merge(&other.encryption);
    }
}

impl Stats {
    /// Counts what waits for lines that will not come: to be called at the log's end.
    pub fn settle(&mut self) {
        self.authentication.settle();
    }

    fn rare_line(&mut self, line: &Observation<'_>) {
        self.authentication.line(line);
        self.trouble.line(line);
        self.connections.line(line);
        self.services.line(line);
        self.screening.line(line);
        self.filters.line(line);
    }
}

impl Consumer for Stats {
    fn line(&mut self, line: &Observation<'_>) {
        self.lines.line(line);
        self.gaps.line(line);
        // Of what nearly all lines are, the other sections learn by records or not at all.
        match line.event {
            Event::Delivery(_)
            | Event::Connect(_)
            | Event::Disconnect(_)
            | Event::Accepted(_)
            | Event::MessageId(_)
            | Event::Active(_)
            | Event::Removed(_) => {}
            Event::TlsSession(_) => self.encryption.line(line),
            Event::Postscreen(_) => self.screening.line(line),
            _ => self.rare_line(line),
        }
    }
}

impl RecordSink for Stats {
    fn record(&mut self, record: &Record<'_>) {
        self.outcomes.record(record);
        self.traffic.record(record);
        self.destinations.record(record);
        self.reasons.record(record);
        self.refusals.record(record);
        self.authentication.record(record);
        self.users.record(record);
        self.delays.record(record);
        self.connections.record(record);
        self.screening.record(record);
    }
}

/// The domain of an address, in lower case; the whole text where there is none, and
/// `MAILER-DAEMON` for the null sender, as the queue tools write it.
pub fn domain_of<'a>(address: &'a [u8], lower: &'a mut Vec<u8>) -> &'a [u8] {
    if address.is_empty() {
        return b"MAILER-DAEMON";
    }
    let domain = match memchr::memrchr(b'@', address) {
        Some(at) => address.get(at + 1..).unwrap_or_default(),
        None => address,
    };
    lower.clear();
    lower.extend(domain.iter().map(u8::to_ascii_lowercase));
    lower
}
