//! Logins and failed logins, of SMTP and of the mail stores beside Postfix.

use bstr::ByteSlice;
use postlens_syntax::neighbour::{Login, LoginFailure};
use postlens_syntax::{Daemon, Event, Neighbour};
use postlens_track::{Observation, Record};

use super::Section;
use crate::top::{Counted, Top};

mod named;

use named::Named;

/// Logins by user, failures by client and by user.
///
/// A failure counts where the service says so that the client talked to: smtpd, or the
/// login process of a mail store, whose line may stand for several attempts. What
/// Dovecot's auth process or saslauthd says about the same failure only lends it the user
/// name, except where the client got in at last and the service so never spoke of it. Of
/// two parts of a log, what is lent at the end of the first is not known to the second.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Authentication {
    /// Failed logins.
    pub failures: u64,
    /// Failed logins by client address.
    pub failed_clients: Top<FailedClient>,
    /// Failed logins by login name, where it is logged (smtpd 3.8 and later, mail stores).
    pub failed_users: Top<u64>,
    /// Failed logins by service: `smtp`, `submission`, `imap`, `pop3`…
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
    named: Named,
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
        let weight = u64::from(line.weight);
        match line.event {
            Event::SaslFailure(failure) => {
                let service = line.entry.tag.service().map_or(&b"smtp"[..], |service| service);
                *self.failed_services.entry(service) += weight;
                let client = failure.client.address;
                let lent = match failure.username {
                    Some(_) => None,
                    None => self.named.take(client, line.time),
                };
                let user = failure.username.map(|user| user.as_bytes());
                self.failed(client, user.or(lent.as_deref()), weight);
            }
            Event::Neighbour(Neighbour::Login(login)) => self.login(line, login, weight),
            Event::Neighbour(Neighbour::LoginFailure(failure)) => {
                self.store_failure(line, failure, weight);
            }
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
    }
}

impl Authentication {
    fn failed(&mut self, client: &[u8], user: Option<&[u8]>, weight: u64) {
        self.failures += weight;
        let client = self.failed_clients.entry(client);
        client.count += weight;
        if let Some(user) = user {
            *client.users.entry(user) += weight;
            *self.failed_users.entry(user) += weight;
        }
    }

    fn login(&mut self, line: &Observation<'_>, login: &Login<'_>, weight: u64) {
        let attempt = &login.attempt;
        self.store_logins += weight;
        *self.services.entry(service_of(line, attempt.service)) += weight;
        if let Some(user) = attempt.username {
            self.users.entry(user).store += weight;
        }
        if let Some(client) = attempt.client_address {
            *self.clients.entry(client) += weight;
            // Wrong passwords before the right one: only the auth process told of them.
            if let Some(session) = attempt.session
                && let Some(before) = self.named.close(session)
            {
                *self.failed_services.entry(service_of(line, attempt.service)) += before.count;
                self.failed(client, Some(&before.user), before.count);
            }
        }
    }

    fn store_failure(&mut self, line: &Observation<'_>, failure: &LoginFailure<'_>, weight: u64) {
        let attempt = &failure.attempt;
        if line.entry.tag.known == Some(Daemon::Saslauthd) {
            if let Some(user) = attempt.username {
                self.named.lend_to_any(user, line.time);
            }
            return;
        }
        if attempt.backend.is_some() {
            let Some(client) = attempt.client_address else { return };
            let key = attempt.session.unwrap_or(client);
            if let Some(user) = attempt.username {
                self.named.lend(key, user, line.time, weight);
            }
            return;
        }
        let weight = weight * u64::from(failure.attempts.unwrap_or(1).max(1));
        *self.failed_services.entry(service_of(line, attempt.service)) += weight;
        let lent = attempt.session.and_then(|session| self.named.close(session));
        let lent = lent.map(|lent| lent.user);
        let user = attempt.username.map(|user| user.as_bytes());
        let client = attempt.client_address.map_or(&b"unknown"[..], |client| client);
        self.failed(client, user.or(lent.as_deref()), weight);
    }
}

fn service_of<'a>(line: &Observation<'a>, service: Option<&'a bstr::BStr>) -> &'a [u8] {
    service.unwrap_or(line.entry.tag.daemon())
}
