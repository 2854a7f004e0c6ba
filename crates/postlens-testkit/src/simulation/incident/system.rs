//! What goes wrong on the host itself: disk, milter, certificate, resolver, loggers, queue
//! manager.

use crate::clock::{Micros, SECOND};
use crate::config::IncidentKind;
use crate::ledger::Effect;
use crate::process::Who;
use crate::service::Service;
use crate::simulation::session::{Command, Goodbye};
use crate::simulation::{Simulation, line};
use crate::truth::RefusalTruth;
use crate::world::World;

/// The milter that may be down.
pub(super) const MILTER: &str = "inet:127.0.0.1:8891";

impl Simulation {
    /// What becomes of an arrival while something is wrong; false if nothing is.
    pub(crate) fn arrive_in_trouble(&mut self, at: Micros) -> bool {
        if let Some(index) = self.going_on(IncidentKind::DiskFull, at) {
            self.no_space(at, index);
            return true;
        }
        if let Some(index) = self.going_on(IncidentKind::MilterDown, at)
            && self.random.chance(0.6)
        {
            self.no_milter(at, index);
            return true;
        }
        false
    }

    /// smtpd(8) takes no mail: the file system of the queue is full.
    fn no_space(&mut self, at: Micros, index: usize) {
        let domain = self.world.outside(&mut self.random);
        let client = self.world.server(domain, &mut self.random);
        let sender = self.world.address(domain, &mut self.random);
        let mut session = self.connect((0, Service::Smtpd), client, at);
        self.greet(&mut session, true, false);
        session.count(Command::Mail, false);
        let free = 1_048_576 + self.random.below(9_000_000);
        let (when, who) = (session.at, session.who);
        line!(
            self,
            when,
            who,
            Notice,
            Effect::None,
            "warning: not enough free space in mail queue: {free} bytes < 1.5*message size limit"
        );
        let text = "452 4.3.1 Insufficient system storage";
        let (name, address) = (&session.client.name, &session.client.address);
        let refusal = RefusalTruth {
            stage: "MAIL".to_owned(),
            sender: Some(sender.clone()),
            ..self.refusal(&session, "reject", text)
        };
        let effect = Effect::Refusal(Box::new(refusal), None);
        line!(
            self,
            when + 50,
            who,
            Reject,
            effect,
            "NOQUEUE: reject: MAIL from {name}[{address}]: {text}; from=<{sender}> proto=ESMTP helo=<{}>",
            session.helo
        );
        session.at += 20_000;
        self.disconnect(session, Goodbye::Quit);
        self.suffer(index, when, 1);
    }

    /// smtpd(8) cannot reach the milter and tempfails the client.
    fn no_milter(&mut self, at: Micros, index: usize) {
        let domain = self.world.outside(&mut self.random);
        let client = self.world.server(domain, &mut self.random);
        let session = self.connect((0, Service::Smtpd), client, at);
        let (when, who) = (at + 300, session.who);
        line!(
            self,
            when,
            who,
            Notice,
            Effect::None,
            "warning: connect to Milter service {MILTER}: Connection refused"
        );
        let text = "451 4.7.1 Service unavailable - try again later";
        let (name, address) = (&session.client.name, &session.client.address);
        let refusal = RefusalTruth {
            stage: "CONNECT".to_owned(),
            ..self.refusal(&session, "milter-reject", text)
        };
        let effect = Effect::Refusal(Box::new(refusal), None);
        line!(
            self,
            when + 50,
            who,
            Reject,
            effect,
            "NOQUEUE: milter-reject: CONNECT from {name}[{address}]: {text}; proto=SMTP"
        );
        self.disconnect(session, Goodbye::Quit);
        self.suffer(index, when, 1);
    }

    /// A client says in a TLS alert that our certificate has expired.
    pub(super) fn certificate_alert(&mut self, at: Micros, index: usize) {
        let alert = "error:0A000415:SSL routines::sslv3 alert certificate expired:../ssl/record/rec_layer_s3.c:1605:SSL alert number 45:";
        self.handshake_fails(at, index, alert);
    }

    /// A client finds none of its ciphers among ours.
    pub(super) fn no_shared_cipher(&mut self, at: Micros, index: usize) {
        let problem =
            "error:0A0000C1:SSL routines::no shared cipher:../ssl/statem/statem_srvr.c:2220:";
        self.handshake_fails(at, index, problem);
    }

    fn handshake_fails(&mut self, at: Micros, index: usize, problem: &str) {
        let domain = self.world.outside(&mut self.random);
        let client = self.world.server(domain, &mut self.random);
        let mut session = self.connect((0, Service::Smtpd), client, at);
        session.count(Command::Ehlo, true);
        session.count(Command::Starttls, true);
        let (when, who) = (session.at, session.who);
        let (name, address) = (session.client.name.clone(), session.client.address.clone());
        line!(self, when, who, Notice, Effect::None, "SSL_accept error from {name}[{address}]: -1");
        line!(
            self,
            when + 60,
            who,
            Notice,
            Effect::None,
            "warning: TLS library problem: {problem}"
        );
        session.at += 200;
        self.disconnect(session, Goodbye::Lost("STARTTLS"));
        self.suffer(index, when + 60, 1);
    }

    /// postscreen's and smtpd's own lookups get no answer either.
    pub(super) fn lookup_trouble(&mut self, at: Micros, index: usize) {
        let client = World::bot(&mut self.random);
        if client.address.contains(':') || self.random.chance(0.5) {
            let who = self.brief(0, Service::Smtpd, at);
            line!(
                self,
                at,
                who,
                Notice,
                Effect::None,
                "warning: hostname {} does not resolve to address {}: Temporary failure in name resolution",
                "host.dsl.example",
                client.address
            );
        } else {
            let mut parts: Vec<_> = client.address.split('.').collect();
            parts.reverse();
            let query = format!("{}.bl.example.net", parts.join("."));
            let who = self.brief(0, Service::Dnsblog, at);
            line!(
                self,
                at,
                who,
                Notice,
                Effect::None,
                "warning: dnsblog_query: lookup error for DNS query {query}: Host or domain name not found. Name service error for name={query} type=A: Host not found, try again"
            );
        }
        self.suffer(index, at, 1);
    }

    /// Whether a logger drops a line; its own it never does.
    pub(crate) fn is_dropped(&mut self, at: Micros, who: Who) -> bool {
        let kinds = [IncidentKind::LinesLost, IncidentKind::PostlogdFails];
        let Some(index) = kinds.into_iter().find_map(|kind| self.going_on(kind, at)) else {
            return false;
        };
        let (tag, _) = self.processes.origin(who);
        let is_logger =
            matches!(tag, "rsyslogd" | "systemd-journald") || tag.ends_with("/postlogd");
        if is_logger || !self.random.chance(0.3) {
            return false;
        }
        if let Some(harm) = self.harm.get_mut(index) {
            harm.dropped += 1;
        }
        true
    }

    /// The loggers say how many lines they dropped since they said so last.
    pub(super) fn loggers_note(&mut self, at: Micros, index: usize) {
        let Some(harm) = self.harm.get_mut(index) else { return };
        let dropped = std::mem::take(&mut harm.dropped);
        if dropped == 0 {
            return;
        }
        if self.random.chance(0.5) {
            let who = self.brief(0, Service::Rsyslog, at);
            let pid = 700 + self.random.below(90);
            line!(
                self,
                at,
                who,
                Foreign,
                Effect::None,
                "imuxsock[pid {pid}]: {dropped} messages lost due to rate-limiting (200 allowed within 5 seconds)"
            );
        } else {
            let who = self.brief(0, Service::Journald, at);
            line!(
                self,
                at,
                who,
                Foreign,
                Effect::None,
                "Suppressed {dropped} messages from postfix@-.service"
            );
        }
        self.suffer(index, at, dropped);
    }

    /// postlogd(8) says that a line did not reach it.
    pub(super) fn postlogd_fails(&mut self, at: Micros, index: usize) {
        let who = self.brief(0, Service::Postlogd, at);
        line!(
            self,
            at,
            who,
            Notice,
            Effect::None,
            "warning: failed to receive message with recv: No buffer space available"
        );
        self.suffer(index, at, 1);
    }

    /// When the queue manager gets to a message, if it does not keep up at `at`.
    pub(crate) fn stuck(&mut self, at: Micros) -> Option<Micros> {
        let index = self.going_on(IncidentKind::QueueGrowth, at)?;
        let incident = self.config.incidents.get(index).copied()?;
        if !self.random.chance(incident.strength) {
            return None;
        }
        self.suffer(index, at, 1);
        let until = incident.span(self.config.start).1;
        Some(until + self.random.between(1, 1_800) * SECOND)
    }
}
