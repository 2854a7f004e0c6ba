//! What a detector is, and the list of all.
//!
//! To add one: a file beside the others with its thresholds at the top and a type that
//! implements [`Detector`], a line in the list at the end of this file, a variant of
//! [`FindingKind`], and its words in the report's `findings.ftl`.

use postlens_syntax::postfix::delivery::DeliveryStatus;
use postlens_syntax::{Daemon, Event, Neighbour, Severity, Time};
use postlens_track::{
    Consumer, FailedLogin, FailedLogins, Message, Observation, Record, RecordSink,
};

use crate::finding::{Finding, FindingKind};
use crate::signal::{Failure, Kept, LoginAttempt, Sight, Trouble, domain_of, is_own};
use crate::watch::Clock;
use crate::{
    account, address, application, bounces, certificate, connections, destination, disk, dns,
    logger, login, lookup, mailbox, process, queue, service,
};

/// Looks for one kind of trouble, or for kinds that are told from the same lines. What it
/// holds is bounded and depends on the log alone, so that it can be asked at any time.
///
/// Only what is wanted needs to be implemented; what all leave out costs nothing.
pub trait Detector {
    /// A warning, error, fatal or panic line.
    fn trouble(&mut self, trouble: &Trouble<'_>, clock: Clock) {
        let _ = (trouble, clock);
    }
    /// A delivery attempt that failed.
    fn failure(&mut self, failure: &Failure<'_>, clock: Clock) {
        let _ = (failure, clock);
    }
    /// A delivery to a recipient outside; its domain in lower case, and whether it was the
    /// first attempt.
    fn success(&mut self, domain: &[u8], first: bool, clock: Clock) {
        let _ = (domain, first, clock);
    }
    /// A login or a failed login.
    fn login(&mut self, attempt: &LoginAttempt<'_>, clock: Clock) {
        let _ = (attempt, clock);
    }
    /// A message from a client that has logged in.
    fn accepted(&mut self, attempt: &LoginAttempt<'_>, clock: Clock) {
        let _ = (attempt, clock);
    }
    /// A line of a program that is no mail daemon.
    fn foreign(&mut self, sight: &Sight<'_>, weight: u32, clock: Clock) {
        let _ = (sight, weight, clock);
    }
    /// Any other line, refusals among them. It must be dismissed quickly.
    fn line(&mut self, line: &Observation<'_>, clock: &Clock) {
        let _ = (line, clock);
    }
    /// A message whose end is known.
    fn message(&mut self, message: &Message<'_>, clock: Clock) {
        let _ = (message, clock);
    }
    /// Says what was and is wrong.
    fn findings(&self, clock: Clock, out: &mut Vec<Finding>);
}

macro_rules! detectors {
    ($($(#[$doc:meta])* $name:ident: $type:ty,)*) => {
        /// All detectors.
        ///
        /// Feed it a log as a [`Consumer`] and ask for [`findings`](Self::findings), at the
        /// end or at any time before.
        #[derive(Debug, Default)]
        pub struct Detectors {
            clock: Clock,
            begun: bool,
            /// The line of a failed delivery, until its record comes.
            kept: Kept,
            lower: Vec<u8>,
            joined: FailedLogins,
            $($(#[$doc])* $name: $type,)*
        }

        impl Detectors {
            fn trouble(&mut self, trouble: &Trouble<'_>) {
                $(self.$name.trouble(trouble, self.clock);)*
            }

            fn login(&mut self, attempt: &LoginAttempt<'_>) {
                $(self.$name.login(attempt, self.clock);)*
            }

            fn accepted(&mut self, attempt: &LoginAttempt<'_>) {
                $(self.$name.accepted(attempt, self.clock);)*
            }

            fn foreign(&mut self, sight: &Sight<'_>, weight: u32) {
                $(self.$name.foreign(sight, weight, self.clock);)*
            }

            #[inline]
            fn other(&mut self, line: &Observation<'_>) {
                $(self.$name.line(line, &self.clock);)*
            }

            fn message(&mut self, message: &Message<'_>) {
                $(self.$name.message(message, self.clock);)*
            }

            fn delivery(&mut self, delivery: &postlens_track::Delivery<'_>) {
                if delivery.line.status == DeliveryStatus::Sent {
                    if delivery.daemon == Some(Daemon::Smtp)
                        && !delivery.handed_over
                        && !delivery.line.relay.address.is_some_and(|address| is_own(address)) {
                        domain_of(delivery.line.recipient, &mut self.lower);
                        $(self.$name.success(&self.lower, delivery.attempt <= 1, self.clock);)*
                    }
                    return;
                }
                let sight = self.kept.sight();
                if let Some(failure) = Failure::of(delivery, sight, &mut self.lower) {
                    $(self.$name.failure(&failure, self.clock);)*
                }
            }

            /// What was and is wrong, what matters most first.
            pub fn findings(&self) -> Vec<Finding> {
                let mut all = Vec::new();
                $(self.$name.findings(self.clock, &mut all);)*
                all.retain(|finding| self.clock.tells(finding.last));
                all.iter_mut().for_each(Finding::explain);
                explain_by_others(&mut all);
                all.sort_by_cached_key(Finding::rank);
                most_of_each_kind(&mut all);
                all
            }
        }
    };
}

impl Detectors {
    /// Tells only what went on at `from` or later: from the lines before, it learns what is
    /// usual.
    pub fn telling_from(from: Time) -> Self {
        Self { clock: Clock { from, ..Clock::default() }, ..Self::default() }
    }

    /// Looks at what waits for lines that will not come: to be called at the log's end.
    pub fn settle(&mut self) {
        let mut joined = std::mem::take(&mut self.joined);
        joined.settle(&mut |failed| self.failed_login(&failed));
    }

    fn failed_logins(&mut self, line: &Observation<'_>) {
        let mut joined = std::mem::take(&mut self.joined);
        joined.line(line, &mut |failed| self.failed_login(&failed));
        self.joined = joined;
    }

    fn failed_login(&mut self, failed: &FailedLogin<'_>) {
        // Nobody is known by an address that the log does not have.
        let client = if failed.client == b"unknown" { b"" } else { failed.client };
        self.login(&LoginAttempt {
            sight: Sight {
                time: failed.time,
                host: failed.host,
                program: failed.program,
                text: failed.text,
            },
            success: false,
            client,
            user: failed.user,
            weight: failed.count.clamp(1, MOST_ATTEMPTS),
        });
    }
}

/// One line stands for no more attempts than this, whatever it says.
const MOST_ATTEMPTS: u32 = 1_000;

impl Consumer for Detectors {
    fn line(&mut self, line: &Observation<'_>) {
        if line.time.micros > self.clock.now.micros || !self.begun {
            if !self.begun {
                self.clock.begin = line.time;
                self.begun = true;
            }
            self.clock.now = line.time;
        }
        match line.event {
            Event::Delivery(delivery) => {
                if matches!(delivery.status, DeliveryStatus::Deferred | DeliveryStatus::Bounced) {
                    self.kept.keep(line);
                }
            }
            Event::Notice(notice) if notice.severity >= Severity::Warning => {
                self.trouble(&Trouble {
                    sight: Sight::of(line),
                    daemon: line.entry.tag.known,
                    severity: notice.severity,
                    class: notice.class,
                    kind: notice.kind,
                    weight: line.weight,
                });
            }
            Event::Unrecognized(severity) if *severity >= Severity::Warning => {
                self.trouble(&Trouble {
                    sight: Sight::of(line),
                    daemon: line.entry.tag.known,
                    severity: *severity,
                    class: None,
                    kind: "unrecognized",
                    weight: line.weight,
                });
            }
            Event::SaslFailure(_) | Event::Neighbour(Neighbour::LoginFailure(_)) => {
                self.failed_logins(line);
            }
            Event::Neighbour(Neighbour::Login(login)) => {
                self.failed_logins(line);
                self.login(&LoginAttempt {
                    sight: Sight::of(line),
                    success: true,
                    client: login.attempt.client_address.map_or(b"", |client| &**client),
                    user: login.attempt.username.map(|user| &**user),
                    weight: line.weight,
                });
            }
            Event::Accepted(accepted) if accepted.sasl_username.is_some() => {
                let client = accepted.orig_client.unwrap_or(accepted.client).address;
                let user = accepted.sasl_username.map(|user| &**user);
                let (sight, weight) = (Sight::of(line), line.weight);
                self.accepted(&LoginAttempt { sight, success: true, client, user, weight });
            }
            Event::Foreign => self.foreign(&Sight::of(line), line.weight),
            // Frequent, and of interest to no detector.
            Event::Active(_) | Event::Disconnect(_) | Event::TlsSession(_) => {}
            _ => self.other(line),
        }
    }
}

impl RecordSink for Detectors {
    fn record(&mut self, record: &Record<'_>) {
        match record {
            Record::Delivery(delivery) => self.delivery(delivery),
            Record::Message(message) => self.message(message),
            Record::Session(_) | Record::Refusal(_) => {}
        }
    }
}

/// How many findings of one kind are told.
const MOST: usize = 10;

/// Of a kind with very many findings the greatest are told; the first says how many were
/// left out.
fn most_of_each_kind(all: &mut Vec<Finding>) {
    for kind in FindingKind::ALL {
        let count = all.iter().filter(|finding| finding.kind == *kind).count();
        let Some(over) = count.checked_sub(MOST).filter(|over| *over > 0) else { continue };
        let mut seen = 0;
        all.retain_mut(|finding| {
            if finding.kind != *kind {
                return true;
            }
            seen += 1;
            if seen == 1 {
                finding.figures.push(("left_out", u64::try_from(over).unwrap_or_default()));
            }
            seen <= MOST
        });
    }
}

/// What is only a consequence of something graver at the same time says so.
fn explain_by_others(all: &mut [Finding]) {
    use FindingKind as Kind;
    let causes = all.to_vec();
    for finding in all {
        let after: &[Kind] = match finding.kind {
            Kind::QueueGrowing => &[
                Kind::DiskFull,
                Kind::DnsFailing,
                Kind::ServiceDown,
                Kind::DestinationDeferring,
                Kind::AccountHijacked,
                Kind::ApplicationFlooding,
                Kind::BouncesRising,
            ],
            Kind::ConnectionsUnusual => &[
                Kind::AccountHijacked,
                Kind::ApplicationFlooding,
                Kind::AddressHammered,
                Kind::BruteForceClient,
                Kind::BruteForceUser,
                Kind::BruteForceDistributed,
            ],
            Kind::DestinationDeferring => &[
                Kind::DnsFailing,
                Kind::DiskFull,
                Kind::AccountHijacked,
                Kind::ApplicationFlooding,
            ],
            Kind::BouncesRising => &[Kind::AccountHijacked, Kind::ApplicationFlooding],
            Kind::BruteForceUser => &[Kind::BruteForceDistributed],
            Kind::AddressHammered => &[Kind::ApplicationFlooding, Kind::AccountHijacked],
            Kind::ProcessesDying => &[Kind::DiskFull, Kind::LookupsFailing, Kind::ServiceDown],
            Kind::TlsBroken => &[Kind::CertificateExpired],
            Kind::ServiceDown | Kind::LookupsFailing | Kind::MailboxesFull => &[Kind::DiskFull],
            _ => &[],
        };
        let cause =
            causes.iter().find(|other| after.contains(&other.kind) && finding.overlaps(other));
        finding.follows = cause.map(|cause| cause.kind);
    }
}

// In alphabetical order.
detectors! {
    account: account::Account,
    address: address::Address,
    application: application::Application,
    bounces: bounces::Bounces,
    certificate: certificate::Certificate,
    connections: connections::Connections,
    destination: destination::Destination,
    disk: disk::Disk,
    dns: dns::Dns,
    logger: logger::Logger,
    login: login::Login,
    lookup: lookup::Lookup,
    mailbox: mailbox::Mailbox,
    process: process::Process,
    queue: queue::Queue,
    service: service::Service,
}
