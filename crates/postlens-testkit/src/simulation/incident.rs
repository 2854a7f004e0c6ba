//! What goes wrong for a while, and what it does to the traffic.
//!
//! Some incidents act by themselves, step by step ([`Simulation::incident`]); others change
//! what happens anyway: deliveries ask for the weather outside or for their incident by
//! name, arrivals ask [`Simulation::arrive_in_trouble`].

mod crowd;
mod guess;
mod system;

use super::{Action, Simulation};
use crate::clock::{Micros, SECOND};
use crate::config::{Incident, IncidentKind};
use crate::ledger::Sink;
use crate::truth::{IncidentTruth, Truth};
use crate::world::{Client, LOCAL_DOMAIN, World};

/// Whom incidents are about.
const GUESSED_USER: &str = "grace";
const HIJACKED_USER: &str = "wendy";
const NEWSLETTER_USER: &str = "bob";
const FORGETFUL_USER: &str = "alice";
const GUESSING_CLIENT: &str = "192.0.2.200";
const FLOODING_CLIENT: &str = "192.0.2.77";
const FLOODING_UID: u32 = 33;
const LIST: &str = "announce@lists.example.net";

/// What an incident did so far.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Harm {
    first: Option<Micros>,
    last: Micros,
    amount: u64,
    /// Lines dropped since the logger said so last.
    dropped: u64,
}

impl Incident {
    fn span(&self, start: Micros) -> (Micros, Micros) {
        let micros = |seconds| i64::try_from(seconds).unwrap_or(i64::MAX / SECOND / 2) * SECOND;
        let from = start + micros(self.from);
        (from, from + micros(self.seconds))
    }
}

impl Simulation {
    /// The incident of this kind that is going on at `at`.
    pub(crate) fn going_on(&self, kind: IncidentKind, at: Micros) -> Option<usize> {
        self.config.incidents.iter().position(|incident| {
            let (from, until) = incident.span(self.config.start);
            incident.kind == kind && (from..until).contains(&at)
        })
    }

    /// Something suffered from an incident.
    pub(crate) fn suffer(&mut self, index: usize, at: Micros, amount: u64) {
        if let Some(harm) = self.harm.get_mut(index) {
            harm.first = Some(harm.first.map_or(at, |first| first.min(at)));
            harm.last = harm.last.max(at);
            harm.amount += amount;
        }
    }

    /// An incident of our own making goes on for another step.
    pub(crate) fn incident(&mut self, now: Micros, index: usize) {
        let Some(incident) = self.config.incidents.get(index).copied() else { return };
        if now >= incident.span(self.config.start).1 {
            return;
        }
        if !self.step(now, incident.kind, index) {
            return;
        }
        let mean = 60e6 / incident.strength.max(0.01);
        #[expect(clippy::cast_possible_truncation, reason = "clamped to a day")]
        let wait = self.random.waiting(mean).clamp(1.0, 86_400e6) as Micros;
        self.later(now + wait, Action::Incident(index));
    }

    /// One step; false for incidents that take none.
    fn step(&mut self, now: Micros, kind: IncidentKind, index: usize) -> bool {
        match kind {
            IncidentKind::BruteForce => self.guess_as_many(now, index),
            IncidentKind::BruteForceClient => self.guess_as_one(now, index),
            IncidentKind::BruteForceUser => self.guess_one_user(now, index),
            IncidentKind::MisconfiguredClient => self.old_password(now, index),
            IncidentKind::HijackedAccount => self.hijack(now, index),
            IncidentKind::Newsletter => self.user_newsletter(now, index),
            IncidentKind::ListImport => self.newsletter(now, true),
            IncidentKind::ListHammered => self.hammer_list(now, index),
            IncidentKind::LocalFlood => self.local_flood(now, index),
            IncidentKind::ClientFlood => self.client_flood(now, index),
            IncidentKind::ConnectionFlood => self.crowd(now, index),
            IncidentKind::CertificateExpired => self.certificate_alert(now, index),
            IncidentKind::TlsBroken => self.no_shared_cipher(now, index),
            IncidentKind::PostlogdFails => self.postlogd_fails(now, index),
            IncidentKind::DnsDown => self.lookup_trouble(now, index),
            IncidentKind::LinesLost => self.loggers_note(now, index),
            // Deliveries and arrivals see to these.
            IncidentKind::DeferralSurge
            | IncidentKind::Blocked
            | IncidentKind::DiskFull
            | IncidentKind::FilterDown
            | IncidentKind::MilterDown
            | IncidentKind::MailboxesFull
            | IncidentKind::QueueGrowth => return false,
        }
        true
    }

    /// A client from a network that none of ours ever uses.
    fn stranger(&mut self) -> Client {
        let (net, host) = (self.random.below(0xfff0) + 1, self.random.below(0xff) + 1);
        Client { name: "unknown".to_owned(), address: format!("2001:db8:{net:x}::{host:x}") }
    }

    /// Writes down what the incidents did.
    pub(crate) fn tell_incidents(&mut self, sink: Sink<'_>) {
        let bigmail = self.world.domain(0).to_owned();
        for (incident, harm) in self.config.incidents.iter().zip(&self.harm) {
            let text = |text: &str| Some(text.to_owned());
            let Some(onset) = harm.first else { continue };
            let kind = incident.kind.name().to_owned();
            let mut truth = IncidentTruth {
                kind,
                onset,
                last: harm.last,
                amount: harm.amount,
                ..IncidentTruth::default()
            };
            match incident.kind {
                IncidentKind::DeferralSurge | IncidentKind::Blocked => {
                    truth.domain = Some(bigmail.clone());
                }
                IncidentKind::DiskFull
                | IncidentKind::CertificateExpired
                | IncidentKind::LinesLost
                | IncidentKind::PostlogdFails
                | IncidentKind::TlsBroken => truth.host = text("mx1"),
                IncidentKind::FilterDown => truth.service = text("127.0.0.1[127.0.0.1]:10024"),
                IncidentKind::MilterDown => truth.service = text(system::MILTER),
                IncidentKind::BruteForceClient => truth.client = text(GUESSING_CLIENT),
                IncidentKind::BruteForceUser => truth.user = text(GUESSED_USER),
                IncidentKind::MisconfiguredClient => {
                    truth.user = text(FORGETFUL_USER);
                    truth.client = Some(World::device(FORGETFUL_USER).address);
                }
                IncidentKind::HijackedAccount => truth.user = text(HIJACKED_USER),
                IncidentKind::Newsletter => truth.user = text(NEWSLETTER_USER),
                IncidentKind::ListImport => truth.sender = Some(format!("news@{LOCAL_DOMAIN}")),
                IncidentKind::ListHammered => truth.recipient = text(LIST),
                IncidentKind::LocalFlood => truth.uid = Some(FLOODING_UID),
                IncidentKind::ClientFlood => truth.client = text(FLOODING_CLIENT),
                IncidentKind::DnsDown
                | IncidentKind::MailboxesFull
                | IncidentKind::BruteForce
                | IncidentKind::ConnectionFlood
                | IncidentKind::QueueGrowth => {}
            }
            sink(Truth::Incident(truth));
        }
    }
}
