//! Campaigns: hours in which one sender, or mail of one subject, goes to far more recipients
//! than is usual for it.

use std::collections::BTreeMap;

use bstr::{BStr, BString, ByteSlice as _};
use postlens_syntax::postfix::delivery::DeliveryStatus;
use postlens_syntax::{Event, Time};
use postlens_track::{Observation, Record};

use crate::stats::Section;
use crate::stats::destinations::Sent;
use crate::timeline::HOUR;
use crate::top::{Counted, Top};

/// Attempts by sender, and messages by subject where header checks log it.
#[derive(Debug, Clone, PartialEq)]
pub struct Campaigns {
    /// By envelope sender; the null sender is left out.
    pub senders: Top<Sendings>,
    /// By subject, up to its first 80 bytes.
    pub subjects: Top<Sendings>,
}

/// So many senders and so many subjects are told apart.
const LIMIT: usize = 50_000;
/// A subject's first bytes.
const SUBJECT: usize = 80;

/// An hour counts to a campaign from so many on…
const LEAST: u64 = 50;
/// …if that is so many times what an hour has on average.
const RATIO: f64 = 4.0;

impl Default for Campaigns {
    fn default() -> Self {
        Self { senders: Top::with_limit(LIMIT), subjects: Top::with_limit(LIMIT) }
    }
}

/// What one sender sent, by hours since 1970 on the wall.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sendings {
    hours: BTreeMap<i64, Sent>,
    total: u64,
}

impl Counted for Sendings {
    fn rank(&self) -> u64 {
        self.total
    }

    fn merge(&mut self, other: &Self) {
        for (hour, sent) in &other.hours {
            self.hours.entry(*hour).or_default().merge(sent);
        }
        self.total += other.total;
    }
}

impl Sendings {
    fn at(&mut self, time: Time, weight: u64) -> &mut Sent {
        self.total += weight;
        self.hours.entry(time.local_seconds().div_euclid(HOUR)).or_default()
    }

    /// Hours that stand out, those that follow each other as one: their first hour, how many
    /// there are, and what was sent in them. `span` is how many hours are looked at in all.
    #[expect(clippy::cast_precision_loss, reason = "counts beyond 2^53 may round")]
    fn bursts(&self, span: i64) -> Vec<(i64, i64, Sent)> {
        let mean = self.total as f64 / span.max(1) as f64;
        let stands_out = |sent: &Sent| sent.rank() >= LEAST && sent.rank() as f64 >= mean * RATIO;
        let mut bursts: Vec<(i64, i64, Sent)> = Vec::new();
        for (hour, sent) in self.hours.iter().filter(|(_, sent)| stands_out(sent)) {
            match bursts.last_mut() {
                Some((first, hours, all)) if *first + *hours == *hour => {
                    *hours += 1;
                    all.merge(sent);
                }
                _ => bursts.push((*hour, 1, *sent)),
            }
        }
        bursts
    }
}

/// A burst.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Campaign {
    /// The sender or the subject.
    pub name: BString,
    /// Whether it is a subject.
    pub is_subject: bool,
    /// When its first hour begins, in seconds since 1970 on the wall.
    pub start: i64,
    /// How many hours it lasted.
    pub hours: i64,
    /// What became of it: recipients for a sender, messages for a subject.
    pub sent: Sent,
}

impl Campaigns {
    /// The largest campaigns; `span` is how many hours are looked at in all.
    pub fn largest(&self, most: usize, span: i64) -> Vec<Campaign> {
        let mut all = Vec::new();
        for (list, is_subject) in [(&self.senders, false), (&self.subjects, true)] {
            for (name, sendings) in list.iter() {
                all.extend(sendings.bursts(span).into_iter().map(|(first, hours, sent)| {
                    Campaign { name: name.into(), is_subject, start: first * HOUR, hours, sent }
                }));
            }
        }
        all.sort_by(|a, b| {
            let order = b.sent.rank().cmp(&a.sent.rank()).then(a.start.cmp(&b.start));
            order.then_with(|| a.name.cmp(&b.name))
        });
        all.truncate(most);
        all
    }
}

impl Section for Campaigns {
    fn line(&mut self, line: &Observation<'_>) {
        if !matches!(line.event, Event::ContentCheck(_)) || line.echo {
            return;
        }
        if let Some(subject) = subject(line.entry.text) {
            self.subjects.entry(subject).at(line.time, 1).sent += 1;
        }
    }

    fn record(&mut self, record: &Record<'_>) {
        let Record::Delivery(delivery) = record else { return };
        let Some(sender) = delivery.sender.filter(|sender| !sender.is_empty()) else { return };
        if delivery.handed_over || delivery.line.status.is_probe() || delivery.attempt > 1 {
            return;
        }
        let weight = u64::from(delivery.weight);
        let sent = self.senders.entry(&sender.to_ascii_lowercase()).at(delivery.time, weight);
        match delivery.line.status {
            DeliveryStatus::Sent => sent.sent += weight,
            DeliveryStatus::Bounced | DeliveryStatus::Expired => sent.bounced += weight,
            _ => sent.deferred += weight,
        }
    }

    fn merge(&mut self, other: &Self) {
        self.senders.merge(&other.senders);
        self.subjects.merge(&other.subjects);
    }
}

/// The subject that a header check logs: `header Subject: WORDS from HOST[ADDRESS]; from=<…`.
fn subject(text: &[u8]) -> Option<&BStr> {
    const MARK: &[u8] = b"header Subject: ";
    let words = text.get(text.find(MARK)? + MARK.len()..)?;
    // What follows is Postfix's own, so that it is looked for from the right.
    let words = words.rfind(b"; from=<").map_or(words, |end| words.get(..end).unwrap_or_default());
    let words = words.rfind(b" from ").map_or(words, |end| words.get(..end).unwrap_or_default());
    let words = words.get(..SUBJECT).unwrap_or(words).trim_ascii();
    (!words.is_empty()).then(|| BStr::new(words))
}

#[cfg(test)]
mod tests {
    use postlens_syntax::Time;

    use super::{Campaigns, Sent, subject};

    #[test]
    fn subjects() {
        let check = |text: &str, found: Option<&str>| {
            assert_eq!(subject(text.as_bytes()), found.map(Into::into), "{text}");
        };
        check(
            "4jW: warning: header Subject: News from us from mx.example.com[192.0.2.1]; \
             from=<a@example.com> to=<b@example.org> proto=ESMTP helo=<x>",
            Some("News from us"),
        );
        check("4jW: warning: header Subject:  from local; from=<a@example.com>", None);
        check("4jW: warning: header X-Spam: yes", None);
    }

    #[test]
    fn bursts_are_told_from_steady_mail() {
        let mut campaigns = Campaigns::default();
        let time = |hour: i64| Time { micros: hour * 3_600_000_000, offset: 0 };
        for hour in 0..200 {
            campaigns.senders.entry(b"steady@example.com").at(time(hour), 60).sent += 60;
        }
        for hour in [50, 51, 90] {
            campaigns.senders.entry(b"news@example.com").at(time(hour), 300).sent += 300;
        }
        campaigns.senders.entry(b"few@example.com").at(time(7), 49).bounced += 49;
        let found = campaigns.largest(9, 200);
        let told: Vec<_> = found
            .iter()
            .map(|it| (it.name.to_string(), it.start / 3600, it.hours, it.sent))
            .collect();
        let sent = |sent| Sent { sent, ..Sent::default() };
        let name = || "news@example.com".to_owned();
        assert_eq!(told, [(name(), 50, 2, sent(600)), (name(), 90, 1, sent(300))]);
        assert_eq!(campaigns.largest(1, 200).len(), 1);
    }
}
