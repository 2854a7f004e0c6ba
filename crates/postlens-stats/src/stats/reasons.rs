//! Why mail was deferred, bounced or given up.

use std::sync::Arc;

use bstr::BString;
use postlens_explain::{Failure, Verdict};
use postlens_syntax::postfix::delivery::DeliveryStatus;
use postlens_track::{Delivery, Message, Outcome, Record};

use super::{Scratch, Section, domain_of};
use crate::reason::normalize;
use crate::top::{Counted, Top};

mod waiting;

use waiting::Waiting;

/// Deferrals and bounces by reason.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Reasons {
    /// Deferred attempts by reason.
    pub deferrals: Top<Reason>,
    /// Bounced recipients by reason.
    pub bounces: Top<Reason>,
    /// Recipients given up after the queue's lifetime, by the reason of their last attempt.
    pub expired: Top<Reason>,
    waiting: Waiting,
    text: Scratch,
    lower: Scratch,
}

/// One reason.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Reason {
    /// How often.
    pub count: u64,
    /// By recipient domain.
    pub domains: Top<u64>,
    /// Why, and who must act: judged by the first line that gave the reason.
    pub verdict: Option<Verdict>,
    /// The reason itself, to be shared with what waits because of it.
    text: Option<Arc<[u8]>>,
}

impl Counted for Reason {
    fn rank(&self) -> u64 {
        self.count
    }

    fn merge(&mut self, other: &Self) {
        self.count += other.count;
        self.domains.merge(&other.domains);
        self.verdict = self.verdict.or(other.verdict);
        if self.text.is_none() {
            self.text.clone_from(&other.text);
        }
    }
}

impl Section for Reasons {
    fn record(&mut self, record: &Record<'_>) {
        match record {
            Record::Delivery(delivery) => match delivery.line.status {
                DeliveryStatus::Deferred => self.deferred(delivery),
                DeliveryStatus::Bounced | DeliveryStatus::Expired => {
                    normalize(delivery.line.cause_text(), &mut self.text.0);
                    count(&mut self.bounces, &self.text.0, delivery, &mut self.lower.0);
                }
                _ => {}
            },
            Record::Message(message) => self.ended(message),
            _ => {}
        }
    }

    fn merge(&mut self, other: &Self) {
        self.deferrals.merge(&other.deferrals);
        self.bounces.merge(&other.bounces);
        self.expired.merge(&other.expired);
        // What was given up there may have been tried here.
        for (place, domain) in other.waiting.unseen() {
            self.give_up(place, domain);
        }
        self.waiting.merge(&other.waiting);
    }
}

impl Reasons {
    /// Recipients given up whose last attempt is not in the log.
    pub fn expired_unseen(&self) -> u64 {
        self.waiting.unseen_count()
    }

    fn deferred(&mut self, delivery: &Delivery<'_>) {
        normalize(delivery.line.cause_text(), &mut self.text.0);
        let reason = count(&mut self.deferrals, &self.text.0, delivery, &mut self.lower.0);
        let text = reason.text.get_or_insert_with(|| self.text.0.as_slice().into());
        let line = delivery.line;
        let place = Waiting::place(line.queue_id.as_bstr(), line.recipient);
        self.waiting.begin(place, text);
    }

    fn ended(&mut self, message: &Message<'_>) {
        for recipient in message.recipients {
            use Outcome::{Bounced, Delivered, HandedOver, Relayed};
            let first = matches!(recipient.outcome, Delivered | Relayed | Bounced | HandedOver);
            // Nearly all mail is settled at the first attempt, and never waited.
            if first && recipient.attempts < 2 {
                continue;
            }
            let place = Waiting::place(message.queue_id.as_bstr(), recipient.address);
            if recipient.outcome == Outcome::Expired {
                let domain = domain_of(recipient.address, &mut self.lower.0).into();
                self.give_up(place, domain);
            } else {
                self.waiting.end(place);
            }
        }
    }

    fn give_up(&mut self, place: u64, domain: BString) {
        let Some(text) = self.waiting.end(place) else {
            self.waiting.miss(place, domain);
            return;
        };
        let verdict = self.deferrals.get(&text).and_then(|reason| reason.verdict);
        let reason = self.expired.entry(&text);
        reason.count += 1;
        reason.verdict = reason.verdict.or(verdict);
        *reason.domains.entry(&domain) += 1;
    }
}

fn count<'a>(
    reasons: &'a mut Top<Reason>,
    text: &[u8],
    delivery: &Delivery<'_>,
    lower: &mut Vec<u8>,
) -> &'a mut Reason {
    let weight = u64::from(delivery.weight);
    let reason = reasons.entry(text);
    reason.count += weight;
    *reason.domains.entry(domain_of(delivery.line.recipient, lower)) += weight;
    reason.verdict.get_or_insert_with(|| Failure::from(delivery.line).verdict());
    reason
}

#[cfg(test)]
mod tests {
    use super::{Reasons, Section, Waiting};

    #[test]
    fn parts_that_were_read_apart_know_each_other() {
        let (mut tried, mut given_up) = (Reasons::default(), Reasons::default());
        let place = Waiting::place(b"4jWpv44LHMz1SZqm", b"a@example.com");
        tried.waiting.begin(place, &b"Mailbox full".as_slice().into());
        given_up.give_up(place, "example.com".into());
        given_up.give_up(place + 1, "example.net".into());
        assert_eq!(given_up.expired_unseen(), 2);
        tried.merge(&given_up);
        let known = tried.expired.get(b"Mailbox full").unwrap();
        assert_eq!((known.count, known.domains.get(b"example.com")), (1, Some(&1)));
        assert_eq!(tried.expired_unseen(), 1);
    }
}
