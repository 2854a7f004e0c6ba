//! Delivery to other people's servers by smtp(8).

use super::{Said, Work};
use crate::clock::Micros;
use crate::config::IncidentKind;
use crate::ledger::{Effect, What};
use crate::mail::{Mail, Rcpt};
use crate::remote::{self, Verdict};
use crate::service::Service;
use crate::simulation::{Simulation, line};
use crate::truth::Outcome;
use crate::world::Temper;

impl Simulation {
    pub(super) fn try_outside(
        &mut self,
        mail: &Mail,
        group: &mut [Rcpt],
        domain: usize,
        from: Micros,
    ) -> (Micros, bool) {
        let mut weather = self.weather(from, domain);
        weather.old_list = mail.draft.old_list;
        if weather.old_list {
            weather.incident = self.going_on(IncidentKind::ListImport, from);
        }
        let scene = (weather, self.config.hostility);
        let (mut work, mut end, mut failed) = (None, from, false);
        for (index, recipient) in group.iter_mut().enumerate() {
            let Some(server) = self.world.domains.get(domain) else { break };
            let address = &recipient.address;
            let mut verdict = remote::attempt(server, address, mail.tries, scene, &mut self.random);
            if mail.draft.probe {
                verdict.outcome = match verdict.outcome {
                    Outcome::Relayed => Outcome::Deliverable,
                    _ => Outcome::Undeliverable,
                };
            }
            let relay =
                if verdict.reached { format!("{}:25", server.server) } else { "none".to_owned() };
            let plain = server.temper == Temper::Plain;
            let work = work.get_or_insert_with(|| {
                self.open_outside(mail, (relay.clone(), plain), &verdict, from)
            });
            work.relay = relay;
            if index > 0 {
                work.sending = work.sending.max(verdict.sending);
            } else {
                (work.connecting, work.sending) = (verdict.connecting, verdict.sending);
            }
            let Verdict { outcome, dsn, reply, .. } = &verdict;
            let said = Said { outcome: *outcome, dsn, reply, child: None };
            end = self.delivered(mail, recipient, work, &said).max(end);
            if let Some(index) = weather.incident
                && matches!(outcome, Outcome::Deferred | Outcome::Bounced)
            {
                self.suffer(index, end, 1);
            }
            failed |= *outcome == Outcome::Bounced;
        }
        if let Some(work) = work {
            self.processes.release(work.agent, end + work.late);
        }
        (end, failed)
    }

    /// smtp(8) connects: what it logs before the first delivery line.
    fn open_outside(
        &mut self,
        mail: &Mail,
        (relay, plain): (String, bool),
        verdict: &Verdict,
        from: Micros,
    ) -> Work {
        let suspended = !verdict.reached && mail.tries > 0 && self.random.chance(0.3);
        let service = if suspended { Service::Error } else { Service::Smtp };
        let mut work = self.work(mail, (service, relay), from);
        let at = from + verdict.connecting + work.late;
        if let Some(error) = verdict.connect_error.as_ref().filter(|_| !suspended) {
            line!(self, at, work.agent, ConnectFailed, Effect::None, "{error}");
        } else if verdict.reached && self.random.chance(0.15) {
            work.conn_use = 2 + u32::try_from(self.random.below(8)).unwrap_or_default();
        } else if verdict.reached && self.random.chance(0.03) {
            self.backup_server(mail, &work, at);
        } else if verdict.reached && !plain {
            let trust = self.random.pick(&["Untrusted", "Trusted", "Verified"]);
            let summary = self.tls_summary();
            line!(
                self,
                at,
                work.agent,
                TlsSession,
                Effect::None,
                "{trust} TLS connection established to {}: {summary}",
                work.relay
            );
        }
        work
    }

    /// The first server would not have the mail; the work's server is the next one.
    fn backup_server(&mut self, mail: &Mail, work: &Work, at: Micros) {
        let seen = Effect::Message(mail.serial, What::Seen);
        let first = format!("a{}", work.relay.trim_end_matches(":25"));
        if self.random.chance(0.5) {
            line!(
                self,
                at,
                work.agent,
                HostSaid,
                seen,
                "{}: host {first} said: 451 4.3.0 Temporary lookup failure (in reply to RCPT TO command)",
                mail.id
            );
        } else {
            line!(
                self,
                at,
                work.agent,
                HostRefused,
                seen,
                "{}: host {first} refused to talk to me: 421 4.3.2 Too many open connections",
                mail.id
            );
        }
    }
}
