//! Scanners, and incidents that come from outside or from one of our own.

use super::session::{Command, Goodbye};
use super::{Action, Simulation, line};
use crate::clock::{Micros, SECOND};
use crate::config::IncidentKind;
use crate::ledger::Effect;
use crate::service::Service;
use crate::world::World;

impl Simulation {
    /// A client connects and wants nothing good, or nothing.
    pub(crate) fn scan(&mut self, at: Micros) {
        let client = World::bot(&mut self.random);
        let instance = self.front_instance();
        let service = if instance == 0 && self.random.chance(0.3) {
            Service::Submissions
        } else {
            Service::Smtpd
        };
        let mut session = self.connect((instance, service), client, at);
        let (name, address) = (session.client.name.clone(), session.client.address.clone());
        let how = match self.random.below(8) {
            0 => {
                session.count(Command::Unknown, false);
                line!(
                    self,
                    session.at,
                    session.who,
                    Notice,
                    Effect::None,
                    "warning: non-SMTP command from {name}[{address}]: GET / HTTP/1.1"
                );
                session.at += 2_000;
                Goodbye::Quit
            }
            1 => {
                line!(
                    self,
                    session.at,
                    session.who,
                    Pipelining,
                    Effect::None,
                    "improper command pipelining after CONNECT from {name}[{address}]: EHLO {}\\r\\nMAIL FROM:<a@example.net>\\r\\n",
                    session.helo
                );
                session.at += 2_000;
                session.count(Command::Ehlo, true);
                Goodbye::Lost("EHLO")
            }
            2 => {
                line!(
                    self,
                    session.at,
                    session.who,
                    Notice,
                    Effect::None,
                    "SSL_accept error from {name}[{address}]: lost connection"
                );
                session.at += 2_000;
                Goodbye::Lost("CONNECT")
            }
            3 => {
                session.count(Command::Ehlo, true);
                session.at += 300 * SECOND;
                Goodbye::TimedOut("EHLO")
            }
            4 => {
                session.count(Command::Helo, true);
                Goodbye::Quit
            }
            5 => {
                for _ in 0..12 {
                    session.count(Command::Unknown, false);
                }
                session.at += 11 * SECOND;
                Goodbye::Errors("UNKNOWN")
            }
            _ => Goodbye::Lost("CONNECT"),
        };
        self.disconnect(session, how);
    }

    /// An incident of our own making goes on for another step.
    pub(crate) fn incident(&mut self, now: Micros, index: usize) {
        let Some(incident) = self.config.incidents.get(index).copied() else { return };
        let seconds = i64::try_from(incident.from + incident.seconds).unwrap_or_default();
        if now >= self.config.start + seconds * SECOND {
            return;
        }
        match incident.kind {
            IncidentKind::BruteForce => self.guess_password(now),
            IncidentKind::HijackedAccount => self.submission(now, Some("carol")),
            IncidentKind::ListImport => self.newsletter(now, true),
            // The weather at delivery time sees to these.
            IncidentKind::DeferralSurge | IncidentKind::Blocked | IncidentKind::DnsDown => return,
        }
        let mean = 60e6 / incident.strength.max(0.01);
        #[expect(clippy::cast_possible_truncation, reason = "clamped to a day")]
        let wait = self.random.waiting(mean).clamp(1.0, 86_400e6) as Micros;
        self.later(now + wait, Action::Incident(index));
    }
}
