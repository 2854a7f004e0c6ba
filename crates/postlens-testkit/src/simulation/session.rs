//! SMTP sessions of smtpd(8): connect, TLS, login, messages, end.

use super::{Simulation, line};
use crate::clock::{Micros, SECOND};
use crate::config::Flavour;
use crate::format::put;
use crate::ledger::{Effect, What};
use crate::mail::{Draft, Home, Rcpt};
use crate::process::Who;
use crate::service::Service;
use crate::truth::{Ended, Origin, Outcome, SessionTruth};
use crate::world::{Client, LOCAL_DOMAIN};

/// Commands in the order of the counters in `disconnect from`.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Command {
    Helo,
    Ehlo,
    Starttls,
    Auth,
    Mail,
    Rcpt,
    Data,
    Rset,
    Quit,
    Unknown,
}

const COMMANDS: [&str; 10] =
    ["helo", "ehlo", "starttls", "auth", "mail", "rcpt", "data", "rset", "quit", "unknown"];

/// A connection in progress.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) serial: u64,
    pub(crate) instance: usize,
    pub(crate) who: Who,
    pub(crate) client: Client,
    pub(crate) helo: String,
    /// Good and all commands.
    counters: [(u32, u32); 10],
    /// `sasl_method` and `sasl_username`.
    pub(crate) login: Option<(&'static str, String)>,
    /// Now, in the session.
    pub(crate) at: Micros,
    /// Queue ID and number of the message that is being lost.
    pub(crate) current: Option<(String, u64)>,
}

/// How a session ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Goodbye {
    Quit,
    /// `lost connection after …`.
    Lost(&'static str),
    /// `timeout after …`.
    TimedOut(&'static str),
    /// `too many errors after …`.
    Errors(&'static str),
}

impl Session {
    /// Counts a command.
    pub(crate) fn count(&mut self, command: Command, good: bool) {
        if let Some((ok, all)) = self.counters.get_mut(command as usize) {
            *ok += u32::from(good);
            *all += 1;
        }
    }

    /// Counts a message that is taken whole.
    pub(crate) fn count_message(&mut self, recipients: usize) {
        self.count(Command::Mail, true);
        for _ in 0..recipients {
            self.count(Command::Rcpt, true);
        }
        self.count(Command::Data, true);
    }
}

impl Simulation {
    /// A client connects.
    pub(crate) fn connect(
        &mut self,
        (instance, service): (usize, Service),
        client: Client,
        at: Micros,
    ) -> Session {
        let who = self.acquire(instance, service, at);
        let serial = self.ledger.number();
        let (tag, _) = self.processes.origin(who);
        let place = tag.strip_suffix("/smtpd").unwrap_or(tag).to_owned();
        self.ledger.open_session(SessionTruth {
            serial,
            host: self.host_of(instance).to_owned(),
            service: place,
            pid: who.pid,
            client_name: client.name.clone(),
            client_address: client.address.clone(),
            start: None,
            end: None,
        });
        let start = Effect::SessionStart(serial);
        line!(self, at, who, Connect, start, "connect from {}[{}]", client.name, client.address);
        let helo = self.world.helo(&client, &mut self.random);
        let at = at + self.random.between(2_000, 60_000);
        Session {
            serial,
            instance,
            who,
            client,
            helo,
            counters: [(0, 0); 10],
            login: None,
            at,
            current: None,
        }
    }

    /// EHLO, and STARTTLS on plain ports.
    pub(crate) fn greet(&mut self, session: &mut Session, tls: bool, wrapper: bool) {
        session.count(Command::Ehlo, true);
        if !tls {
            return;
        }
        if !wrapper {
            session.count(Command::Starttls, true);
            session.count(Command::Ehlo, true);
        }
        session.at += self.random.between(4_000, 120_000);
        let trust = if self.random.chance(0.05) { "Trusted" } else { "Anonymous" };
        let summary = self.tls_summary();
        line!(
            self,
            session.at,
            session.who,
            TlsSession,
            Effect::None,
            "{trust} TLS connection established from {}[{}]: {summary}",
            session.client.name,
            session.client.address
        );
        session.at += self.random.between(2_000, 40_000);
    }

    /// Protocol, cipher and keys, as this version tells them.
    pub(crate) fn tls_summary(&mut self) -> &'static str {
        let old = self.random.chance(0.2);
        match (self.config.flavour, old) {
            (Flavour::V2_10, true) => "TLSv1 with cipher AES128-SHA (128/128 bits)",
            (Flavour::V2_10, false) | (_, true) => {
                "TLSv1.2 with cipher ECDHE-RSA-AES256-GCM-SHA384 (256/256 bits)"
            }
            _ => {
                "TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits) key-exchange X25519 server-signature RSA-PSS (2048 bits) server-digest SHA256"
            }
        }
    }

    /// The session ends; the process is free again. Gives the time.
    pub(crate) fn disconnect(&mut self, mut session: Session, how: Goodbye) -> Micros {
        let (name, address) = (&session.client.name, &session.client.address);
        let at = session.at;
        let (kind, after) = match how {
            Goodbye::Quit => (None, ""),
            Goodbye::Lost(after) => (Some(crate::kind::Kind::LostConnection), after),
            Goodbye::TimedOut(after) => (Some(crate::kind::Kind::Timeout), after),
            Goodbye::Errors(after) => (Some(crate::kind::Kind::TooManyErrors), after),
        };
        if let Some(kind) = kind {
            let mut text = self.spare.pop().unwrap_or_default();
            let named = self.since(Flavour::V3_10);
            if named {
                let id = session.current.as_ref().map_or("NOQUEUE", |(id, _)| id);
                put!(text, "{id}: ");
            }
            let lost = What::EndUnnamed(Ended::Canceled, Outcome::Canceled);
            let effect = session.current.as_ref().map_or(Effect::None, |(_, serial)| {
                Effect::Message(*serial, if named { What::Seen } else { lost })
            });
            let word = match how {
                Goodbye::Lost(_) => "lost connection",
                Goodbye::TimedOut(_) => "timeout",
                _ => "too many errors",
            };
            put!(text, "{word} after {after} from {name}[{address}]");
            self.plan(at, session.who, kind, effect, text);
        }
        let mut text = self.spare.pop().unwrap_or_default();
        put!(text, "disconnect from {name}[{address}]");
        if how == Goodbye::Quit {
            session.count(Command::Quit, true);
        }
        if self.since(Flavour::V3_4) {
            write_counters(&mut text, &session.counters);
        }
        let at = at + self.random.between(100, 3_000);
        let end = Effect::SessionEnd(session.serial);
        self.plan(at, session.who, crate::kind::Kind::Disconnect, end, text);
        self.processes.release(session.who, at);
        at
    }

    /// One message in a session: `client=`, then what cleanup(8) makes of it.
    pub(crate) fn transaction(&mut self, session: &mut Session, mut draft: Draft, filter: bool) {
        draft.client = Some(session.client.clone());
        draft.sasl_username = session.login.as_ref().map(|(_, user)| user.clone());
        session.count(Command::Mail, true);
        let rcpts = draft.recipients.len();
        for _ in 0..rcpts {
            session.count(Command::Rcpt, true);
        }
        let mut mail = self.accept(session.instance, session.at, draft);
        mail.filter = filter;
        let mut text = self.spare.pop().unwrap_or_default();
        put!(text, "{}: client={}[{}]", mail.id, session.client.name, session.client.address);
        if let Some((method, user)) = &session.login {
            put!(text, ", sasl_method={method}, sasl_username={user}");
        }
        let seen = Effect::Message(mail.serial, What::Seen);
        self.plan(session.at, session.who, crate::kind::Kind::Client, seen, text);
        session.at += self.random.between(5_000, 300_000);
        if self.random.chance(0.01) {
            self.lose(session, &mail);
            return;
        }
        let verdict =
            if mail.draft.origin == Origin::Inbound { self.random.below(250) } else { 250 };
        let good = self.content_verdict(session, mail, verdict);
        session.count(Command::Data, good);
        session.current = None;
        session.at += self.random.between(4_000, 120_000);
    }

    /// The client vanishes in the middle of a message.
    fn lose(&mut self, session: &mut Session, mail: &crate::mail::Mail) {
        session.count(Command::Data, false);
        session.current = Some((mail.id.clone(), mail.serial));
        if self.since(Flavour::V3_10) {
            self.canceled(mail, session.at + 300, Outcome::Canceled, "canceled");
        }
        self.forget(mail, session.at + 1_000);
    }

    /// The message's file is gone and its account can be closed.
    pub(crate) fn forget(&mut self, mail: &crate::mail::Mail, at: Micros) {
        if let Some(instance) = self.instances.get_mut(mail.instance) {
            instance.mint.free(at, &mail.id, mail.inode);
        }
        self.closing.push(mail.serial);
    }

    /// Mail from another mail system to us.
    pub(crate) fn inbound(&mut self, at: Micros) {
        let domain = self.world.outside(&mut self.random);
        let client = self.world.server(domain, &mut self.random);
        let instance = self.front_instance();
        let at = self.before_smtpd(instance, &client, at);
        if self.random.chance(self.config.proxy_filter) && instance == 0 {
            self.proxied(domain, client, at);
            return;
        }
        let mut session = self.connect((instance, Service::Smtpd), client, at);
        let tls = self.random.chance(0.85);
        self.greet(&mut session, tls, false);
        let messages = if self.random.chance(0.8) { 1 } else { self.random.between(2, 4) };
        for number in 0..messages {
            let draft = self.inbound_draft(domain);
            if self.random.chance(0.07) {
                self.refuse_recipient(&mut session, &draft.sender);
            }
            let filter = instance == 0 && self.random.chance(self.config.content_filter);
            self.transaction(&mut session, draft, filter);
            if session.current.is_some() {
                let after = if number == 0 { "DATA (2104 bytes)" } else { "DATA" };
                self.disconnect(session, Goodbye::Lost(after));
                return;
            }
            if number + 1 < messages && self.random.chance(0.3) {
                session.count(Command::Rset, true);
            }
        }
        let how = match self.random.below(60) {
            0 => Goodbye::Lost("DATA"),
            1 => {
                session.at += 300 * SECOND;
                Goodbye::TimedOut("END-OF-MESSAGE")
            }
            2 => Goodbye::Lost("RSET"),
            _ => Goodbye::Quit,
        };
        self.disconnect(session, how);
    }

    /// Where mail from outside arrives: with several hosts mostly at the outer ones.
    pub(crate) fn front_instance(&mut self) -> usize {
        let outer = self.hosts.len().saturating_sub(1);
        if outer == 0 || self.random.chance(0.3) {
            return 0;
        }
        let first = self.instances.len() - outer;
        first + usize::try_from(self.random.below(outer as u64)).unwrap_or_default()
    }

    /// A message from the domain outside with this number.
    pub(crate) fn inbound_draft(&mut self, domain: usize) -> Draft {
        let name = self.world.domain(domain).to_owned();
        let (sender, sender_home) = match self.random.below(20) {
            0 => (String::new(), None),
            1 => (
                format!("bounces+{}={LOCAL_DOMAIN}@{name}", self.random.below(9_999)),
                Some(Home::Outside(domain)),
            ),
            _ => (self.world.address(domain, &mut self.random), Some(Home::Outside(domain))),
        };
        let count = if self.random.chance(0.85) { 1 } else { self.random.between(2, 5) };
        let recipients: Vec<Rcpt> = (0..count).map(|_| self.our_recipient()).collect();
        let message_id = Some(self.make_message_id(&name));
        let size = self.make_size();
        Draft { sender, sender_home, recipients, message_id, size, ..Draft::default() }
    }
}

fn write_counters(text: &mut Vec<u8>, counters: &[(u32, u32); 10]) {
    let (mut good, mut all) = (0, 0);
    let totals = COMMANDS.iter().zip(counters).filter(|(_, (_, total))| *total > 0);
    for (name, (ok, total)) in totals {
        good += ok;
        all += total;
        one_counter(text, name, *ok, *total);
    }
    one_counter(text, "commands", good, all);
}

fn one_counter(text: &mut Vec<u8>, name: &str, ok: u32, total: u32) {
    put!(text, " {name}={ok}");
    if ok != total {
        put!(text, "/{total}");
    }
}
