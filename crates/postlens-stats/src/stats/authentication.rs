//! Logins and failed logins, of SMTP and of the mail stores beside Postfix.

use postlens_syntax::neighbour::Login;
use postlens_syntax::{Event, Neighbour};
use postlens_track::{FailedLogin, FailedLogins, Observation, Record};

use super::Section;
use crate::top::{Counted, Top};

/// Logins by user, failures by client and by user.
///
/// A failure counts [once](FailedLogins), whoever tells of it. What a password checker said
/// last may still wait for the service's line: [`settle`](Self::settle) counts it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Authentication {
    /// Failed logins.
    pub failures: u64,
    /// Failed logins by client address.
    pub failed_clients: Top<FailedClient>,
    /// Failed logins by login name, where it is logged (smtpd 3.8 and later, mail stores).
    pub failed_users: Top<u64>,
    /// Failed logins by service: `smtp`, `submission`, `imap`, `pop3`…; `auth` where only
    /// Dovecot's auth process spoke of them.
    pub failed_services: Top<u64>,
    /// SMTP sessions that logged in.
    pub logins: u64,
    /// Logins to mail stores.
    pub store_logins: u64,
    /// Logins by login name.
    pub users: Top<UserLogins>,
    /// Logins by client address.
    pub clients: Top<u64>,
    /// Logins to mail stores by service: `imap`, `pop3`…
    pub services: Top<u64>,
    /// Connections to mail stores that ended before a login, without wrong credentials.
    pub aborted: u64,
    joined: Joined,
}

/// What waits for a line: no figures, so all are equal.
#[derive(Debug, Clone, Default)]
struct Joined(FailedLogins);

impl PartialEq for Joined {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// Failed logins from one address.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FailedClient {
    /// How many.
    pub count: u64,
    /// The login names tried.
    pub users: Top<u64>,
}

/// Logins of one user.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct UserLogins {
    /// SMTP sessions.
    pub smtp: u64,
    /// Logins to mail stores.
    pub store: u64,
}

impl Counted for FailedClient {
    fn rank(&self) -> u64 {
        self.count
    }

    fn merge(&mut self, other: &Self) {
        self.count += other.count;
        self.users.merge(&other.users);
    }
}

impl Counted for UserLogins {
    fn rank(&self) -> u64 {
        self.smtp + self.store
    }

    fn merge(&mut self, other: &Self) {
        self.smtp += other.smtp;
        self.store += other.store;
    }
}

impl Section for Authentication {
    fn line(&mut self, line: &Observation<'_>) {
        let mut joined = std::mem::take(&mut self.joined.0);
        joined.line(line, &mut |failed| self.failed(&failed));
        self.joined.0 = joined;
        let weight = u64::from(line.weight);
        match line.event {
            Event::Neighbour(Neighbour::Login(login)) => self.login(line, login, weight),
            Event::Neighbour(Neighbour::LoginAborted(_)) => self.aborted += weight,
            _ => {}
        }
    }

    fn record(&mut self, record: &Record<'_>) {
        let Record::Session(session) = record else { return };
        if let Some(username) = session.sasl_username {
            let weight = u64::from(session.weight);
            self.logins += weight;
            self.users.entry(username).smtp += weight;
            *self.clients.entry(session.client_address) += weight;
        }
    }

    fn merge(&mut self, other: &Self) {
        self.failures += other.failures;
        self.failed_clients.merge(&other.failed_clients);
        self.failed_users.merge(&other.failed_users);
        self.failed_services.merge(&other.failed_services);
        self.logins += other.logins;
        self.store_logins += other.store_logins;
        self.users.merge(&other.users);
        self.clients.merge(&other.clients);
        self.services.merge(&other.services);
        self.aborted += other.aborted;
        // Of what waited there, no line can come any more.
        other.joined.0.clone().settle(&mut |failed| self.failed(&failed));
    }
}

impl Authentication {
    /// Counts what waits for a line that will not come: to be called at the log's end.
    pub fn settle(&mut self) {
        let mut joined = std::mem::take(&mut self.joined.0);
        joined.settle(&mut |failed| self.failed(&failed));
    }

    fn failed(&mut self, failed: &FailedLogin<'_>) {
        let count = u64::from(failed.count);
        self.failures += count;
        *self.failed_services.entry(failed.service) += count;
        let client = self.failed_clients.entry(failed.client);
        client.count += count;
        if let Some(user) = failed.user {
            *client.users.entry(user) += count;
            *self.failed_users.entry(user) += count;
        }
    }

    fn login(&mut self, line: &Observation<'_>, login: &Login<'_>, weight: u64) {
        let attempt = &login.attempt;
        self.store_logins += weight;
        let service = attempt.service.unwrap_or(line.entry.tag.daemon());
        *self.services.entry(service) += weight;
        if let Some(user) = attempt.username {
            self.users.entry(user).store += weight;
        }
        if let Some(client) = attempt.client_address {
            *self.clients.entry(client) += weight;
        }
    }
}
