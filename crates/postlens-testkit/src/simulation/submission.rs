//! Mail from users: authenticated submission.

use super::session::{Command, Goodbye};
use super::{Simulation, line};
use crate::clock::Micros;
use crate::config::Flavour;
use crate::format::put;
use crate::kind::Kind;
use crate::ledger::Effect;
use crate::mail::{Draft, Home, Rcpt};
use crate::service::Service;
use crate::truth::{AuthFailureTruth, Origin};
use crate::world::{Client, LOCAL_DOMAIN, World};

impl Simulation {
    /// A user sends mail; a stolen account sends from a stranger's address.
    pub(crate) fn submission(&mut self, at: Micros, stolen: Option<(&str, Client)>) -> u64 {
        let is_stolen = stolen.is_some();
        let (user, client) = if let Some((user, client)) = stolen {
            (user.to_owned(), client)
        } else {
            let user = self.world.user(&mut self.random).to_owned();
            let client = World::device(&user);
            (user, client)
        };
        let wrapper = self.random.chance(0.3);
        let service = if wrapper { Service::Submissions } else { Service::Submission };
        let mut session = self.connect((0, service), client, at);
        self.greet(&mut session, true, wrapper);
        if !is_stolen && self.random.chance(0.02) {
            // A typing error; the client tries again at once.
            self.auth_failure(&mut session, &user, 1);
        }
        session.count(Command::Auth, true);
        session.login = Some((self.random.pick(&["PLAIN", "LOGIN"]), user.clone()));
        let messages = if self.random.chance(0.7) { 1 } else { self.random.between(2, 6) };
        for _ in 0..messages {
            let wide = is_stolen || self.random.chance(0.02);
            let draft = self.user_draft(&user, wide);
            if self.random.chance(0.02) {
                self.refuse_recipient(&mut session, &draft.sender);
            }
            self.transaction(&mut session, draft, false);
            if session.current.is_some() {
                self.disconnect(session, Goodbye::Lost("DATA (81920 bytes)"));
                return messages.unsigned_abs();
            }
        }
        self.disconnect(session, Goodbye::Quit);
        messages.unsigned_abs()
    }

    pub(crate) fn user_draft(&mut self, user: &str, wide: bool) -> Draft {
        let count = if wide {
            self.random.between(5, i64::from(self.config.max_recipients.max(5)))
        } else {
            1 + i64::from(self.random.chance(0.2))
        };
        let recipients: Vec<Rcpt> = (0..count)
            .map(|_| {
                if self.random.chance(0.25) {
                    self.our_recipient()
                } else {
                    self.outside_recipient()
                }
            })
            .collect();
        Draft {
            sender: format!("{user}@{LOCAL_DOMAIN}"),
            sender_home: Some(Home::Local),
            recipients,
            origin: Origin::Submission,
            message_id: Some(self.make_message_id(LOCAL_DOMAIN)),
            size: self.make_size(),
            ..Draft::default()
        }
    }

    /// A login fails, several times in a row if `times` says so.
    pub(crate) fn auth_failure(
        &mut self,
        session: &mut super::session::Session,
        user: &str,
        times: u32,
    ) {
        let method = self.random.pick(&["LOGIN", "PLAIN", "CRAM-MD5"]);
        let named = self.since(Flavour::V3_10);
        let reason = match (method, named) {
            (_, true) => "(reason unavailable)",
            ("LOGIN", _) => "UGFzc3dvcmQ6",
            _ => "",
        };
        let Client { name, address } = &session.client;
        let mut text = self.spare.pop().unwrap_or_default();
        put!(text, "warning: {name}[{address}]: SASL {method} authentication failed: {reason}");
        if named {
            put!(text, ", sasl_username={user}");
        }
        for _ in 0..times {
            session.count(Command::Auth, false);
        }
        let (tag, _) = self.processes.origin(session.who);
        let truth = AuthFailureTruth {
            host: self.host_of(session.instance).to_owned(),
            service: tag.strip_suffix("/smtpd").unwrap_or(tag).to_owned(),
            client_name: Some(session.client.name.clone()),
            client_address: session.client.address.clone(),
            method: method.to_owned(),
            username: named.then(|| user.to_owned()),
            ..AuthFailureTruth::default()
        };
        let effect = Effect::AuthFailure(Box::new(truth));
        self.plan_times(session.at, session.who, (Kind::AuthFailed, times), effect, text);
        session.at += self.random.between(1_000_000, 4_000_000);
    }

    /// Somebody guesses passwords in one session.
    pub(crate) fn guess_password(&mut self, at: Micros) {
        let client = World::bot(&mut self.random);
        let user = match self.random.below(3) {
            0 => self.world.user(&mut self.random).to_owned(),
            1 => "admin".to_owned(),
            _ => {
                format!("{}@{LOCAL_DOMAIN}", self.random.pick(&["info", "office", "test", "root"]))
            }
        };
        if client.name == "unknown" && self.random.chance(0.5) {
            let who = self.acquire(0, Service::Submission, at);
            self.processes.release(who, at);
            line!(
                self,
                at,
                who,
                Notice,
                Effect::None,
                "warning: hostname vps.hosting.example does not resolve to address {}",
                client.address
            );
        }
        let mut session = self.connect((0, Service::Submission), client, at + 100_000);
        let tls = self.random.chance(0.5);
        self.greet(&mut session, tls, false);
        let times = if self.random.chance(0.3) { self.random.between(2, 6) } else { 1 };
        self.auth_failure(&mut session, &user, u32::try_from(times).unwrap_or(1));
        let how = if self.random.chance(0.5) { Goodbye::Lost("AUTH") } else { Goodbye::Quit };
        self.disconnect(session, how);
    }
}
