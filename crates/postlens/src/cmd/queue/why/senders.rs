//! Who fills the queue: newsletters, bounces, stolen logins.

use bstr::BString;
use postlens_queue::{Message, Recipient};
use postlens_report::Language;
use postlens_stats::{Counted, Top};

use crate::cmd::queue::filter::verdict;
use crate::cmd::queue::list::shown_sender;

/// From so many recipients on, and such a share of all in percent, a sender is told.
const LEAST: u64 = 20;
const SHARE: u64 = 25;
/// So many sender addresses of one login are many.
const MANY: usize = 3;

/// What senders, or logins where they are known, have waiting.
#[derive(Debug, Default)]
pub(super) struct Senders {
    all: Top<Sending>,
    total: u64,
}

#[derive(Debug, Clone, Default)]
struct Sending {
    recipients: u64,
    refused: u64,
    login: bool,
    /// Sender addresses of a login, up to as many as matter.
    senders: Vec<BString>,
}

impl Counted for Sending {
    fn rank(&self) -> u64 {
        self.recipients
    }

    fn merge(&mut self, other: &Self) {
        self.recipients += other.recipients;
        self.refused += other.refused;
        self.login |= other.login;
        other.senders.iter().for_each(|sender| self.sender(sender));
    }
}

impl Sending {
    fn sender(&mut self, sender: &BString) {
        if self.senders.len() < MANY && !self.senders.contains(sender) {
            self.senders.push(sender.clone());
        }
    }

    /// Many senders of one login, or many addresses that nobody has, are no newsletter's.
    fn is_stolen(&self) -> bool {
        self.login && (self.senders.len() >= MANY || self.refused * 5 >= self.recipients)
    }
}

impl Senders {
    /// Counts a message.
    pub(super) fn add(&mut self, message: &Message) {
        let login = message.origin.as_ref().and_then(|origin| origin.sasl_username.as_ref());
        let recipients = message.recipients.len() as u64;
        self.total += recipients;
        let sending = self.all.entry(login.unwrap_or(&message.sender));
        sending.recipients += recipients;
        sending.refused += message.recipients.iter().filter(|to| is_refusal(to)).count() as u64;
        if login.is_some() {
            sending.login = true;
            sending.sender(&message.sender);
        }
    }

    /// Recipients that were let go with rare senders.
    pub(super) fn dropped(&self) -> u64 {
        self.all.dropped()
    }

    /// Says which sender fills the queue, and whether it looks like a stolen login.
    pub(super) fn lines(&self, language: &Language) -> Vec<String> {
        let most = usize::try_from(100 / SHARE).unwrap_or(usize::MAX);
        let told = self.all.top(most).into_iter().filter(|(_, sending)| {
            sending.recipients >= LEAST && sending.recipients * 100 >= self.total * SHARE
        });
        told.map(|(name, sending)| {
            let key = match (name.is_empty(), sending.is_stolen()) {
                (true, _) => "queue-why-bounces",
                (false, true) => "queue-why-stolen",
                (false, false) => "queue-why-bulk",
            };
            let values = [
                ("sender", shown_sender(name)),
                ("recipients", sending.recipients.to_string()),
                ("percent", (sending.recipients * 100 / self.total.max(1)).to_string()),
            ];
            language.with(key, &values)
        })
        .collect()
    }
}

fn is_refusal(recipient: &Recipient) -> bool {
    use postlens_explain::Cause::{BlockedReputation, DomainUnknown, UserUnknown};
    verdict(recipient).is_some_and(|verdict| {
        matches!(verdict.cause, UserUnknown | DomainUnknown | BlockedReputation)
    })
}
