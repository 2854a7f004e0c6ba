//! Senders and recipients.

use postlens_track::{Link, Outcome, Record};

use super::Section;
use crate::counts::Counts;
use crate::top::{Counted, Top};

/// Mail by sender and by recipient, each mail once.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Users {
    /// Mails that came in, by envelope sender.
    pub senders: Top<Mailings>,
    /// Recipients of mail that was delivered or relayed.
    pub recipients: Top<Mailings>,
    /// Mails that came in with a login, by login name.
    pub logins: Top<Mailings>,
    /// Mails that programs of this host handed in, by their user ID.
    pub uids: Counts<u32>,
}

/// Mail of one address.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Mailings {
    /// How many.
    pub count: u64,
    /// Their bytes, where sizes are known.
    pub bytes: u64,
}

impl Counted for Mailings {
    fn rank(&self) -> u64 {
        self.count
    }

    fn merge(&mut self, other: &Self) {
        self.count += other.count;
        self.bytes += other.bytes;
    }
}

impl Section for Users {
    fn record(&mut self, record: &Record<'_>) {
        let Record::Message(message) = record else { return };
        if message.probe || matches!(message.parent, Some((Link::Notification, _))) {
            return;
        }
        let bytes = message.size.unwrap_or_default();
        if message.parent.is_none() && message.arrived_in_period {
            let mailing = Mailings { count: 1, bytes };
            if let Some(sender) = message.sender {
                self.senders.entry(sender).merge(&mailing);
            }
            if let Some(username) = message.sasl_username {
                self.logins.entry(username).merge(&mailing);
            }
            if let Some(uid) = message.uid {
                self.uids.add(uid, 1);
            }
        }
        for recipient in message.recipients {
            if matches!(recipient.outcome, Outcome::Delivered | Outcome::Relayed) {
                self.recipients.entry(recipient.address).merge(&Mailings { count: 1, bytes });
            }
        }
    }

    fn merge(&mut self, other: &Self) {
        self.senders.merge(&other.senders);
        self.recipients.merge(&other.recipients);
        self.logins.merge(&other.logins);
        self.uids.merge(&other.uids);
    }
}
