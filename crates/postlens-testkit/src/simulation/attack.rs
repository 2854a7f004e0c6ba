//! Scanners.

use super::session::{Command, Goodbye};
use super::{Simulation, line};
use crate::clock::{Micros, SECOND};
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
}
