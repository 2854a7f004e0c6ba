//! Logins and failed logins.

use postlens_syntax::Event;
use postlens_track::{Observation, Record};

use super::Section;
use crate::top::{Counted, Top};

/// Logins by user, failures by client and by user.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Authentication {
    /// Failed logins.
    pub failures: u64,
    /// Failed logins by client address.
    pub failed_clients: Top<FailedClient>,
    /// Failed logins by login name, where it is logged (3.8 and later).
    pub failed_users: Top<u64>,
    /// SMTP sessions that logged in.
    pub logins: u64,
    /// SMTP sessions by login name.
    pub users: Top<u64>,
}

/// Failed logins from one address.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FailedClient {
    /// How many.
    pub count: u64,
    /// The login names tried.
    pub users: Top<u64>,
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

impl Section for Authentication {
    fn line(&mut self, line: &Observation<'_>) {
        let Event::SaslFailure(failure) = line.event else { return };
        let weight = u64::from(line.weight);
        self.failures += weight;
        let client = self.failed_clients.entry(failure.client.address);
        client.count += weight;
        if let Some(username) = failure.username {
            *client.users.entry(username) += weight;
            *self.failed_users.entry(username) += weight;
        }
    }

    fn record(&mut self, record: &Record<'_>) {
        let Record::Session(session) = record else { return };
        if let Some(username) = session.sasl_username {
            let weight = u64::from(session.weight);
            self.logins += weight;
            *self.users.entry(username) += weight;
        }
    }

    fn merge(&mut self, other: &Self) {
        self.failures += other.failures;
        self.failed_clients.merge(&other.failed_clients);
        self.failed_users.merge(&other.failed_users);
        self.logins += other.logins;
        self.users.merge(&other.users);
    }
}
