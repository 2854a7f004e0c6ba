//! What became of mail: the sums that must add up.

use postlens_track::{Link, Origin, Outcome, Record};

use super::Section;
use crate::counts::Counts;

/// Recipients by outcome and messages by origin. Address probes are not mail and count
/// apart.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Outcomes {
    /// Recipients by outcome; those handed over to another message of ours are in it,
    /// but not final. Without notifications.
    pub recipients: Counts<Outcome>,
    /// The same for bounces and other notifications that Postfix sent itself.
    pub notifications: Counts<Outcome>,
    /// Messages that came in, by origin: without further hops of the same mail,
    /// forwarded copies, notifications and requeued ones.
    pub mails: Counts<Origin>,
    /// Further messages of the same mails, by what ties them.
    pub linked: Counts<Link>,
    /// Messages that are address probes.
    pub probes: u64,
    /// Bytes of the mails that came in, where their size is known.
    pub bytes: u64,
}

impl Outcomes {
    /// Recipients whose fate counts, notifications aside.
    pub fn final_recipients(&self) -> u64 {
        self.recipients
            .iter()
            .filter(|(outcome, _)| outcome.is_final())
            .map(|(_, count)| count)
            .sum()
    }
}

impl Section for Outcomes {
    fn record(&mut self, record: &Record<'_>) {
        let Record::Message(message) = record else { return };
        if message.probe {
            self.probes += 1;
            return;
        }
        let recipients = match message.parent {
            None => {
                if message.arrived_in_period {
                    self.mails.add(message.origin, 1);
                    self.bytes += message.size.unwrap_or_default();
                }
                &mut self.recipients
            }
            Some((link, _)) => {
                self.linked.add(link, 1);
                if link == Link::Notification {
                    &mut self.notifications
                } else {
                    &mut self.recipients
                }
            }
        };
        for recipient in message.recipients {
            recipients.add(recipient.outcome, 1);
        }
        if let Some((count, outcome)) = message.unseen {
            recipients.add(outcome, u64::from(count));
        }
    }

    fn merge(&mut self, other: &Self) {
        self.recipients.merge(&other.recipients);
        self.notifications.merge(&other.notifications);
        self.mails.merge(&other.mails);
        self.linked.merge(&other.linked);
        self.probes += other.probes;
        self.bytes += other.bytes;
    }
}
