//! The sums of what waits, counted message by message.

use std::collections::BTreeMap;

use postlens_queue::{Message, QueueName};
use postlens_report::Language;
use postlens_report::number::{bytes, span};

use super::place::Reading;

/// What is told of a queue as a whole.
#[derive(Debug, Default)]
pub(crate) struct Sums {
    messages: BTreeMap<QueueName, u64>,
    recipients: u64,
    bytes: u64,
    /// Arrival of the oldest, in seconds since 1970.
    oldest: Option<i64>,
}

impl Sums {
    /// Counts a message.
    pub(crate) fn add(&mut self, message: &Message) {
        *self.messages.entry(message.queue).or_default() += 1;
        self.recipients += message.recipients.len() as u64;
        self.bytes += message.size.unwrap_or(0);
        let oldest = self.oldest.map_or(message.arrival, |oldest| oldest.min(message.arrival));
        self.oldest = Some(oldest);
    }

    /// How many there are in all.
    pub(crate) fn messages(&self) -> u64 {
        self.messages.values().sum()
    }

    /// How many there are in one queue.
    pub(crate) fn of(&self, queue: QueueName) -> u64 {
        self.messages.get(&queue).copied().unwrap_or(0)
    }

    /// Their size.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The age of the oldest in seconds, never negative.
    pub(crate) fn oldest(&self, now: i64) -> Option<i64> {
        self.oldest.map(|arrival| now.saturating_sub(arrival).max(0))
    }

    /// The sums in words, and what is to be known about them.
    pub(crate) fn lines(&self, reading: &Reading, now: i64, language: &Language) -> Vec<String> {
        let values = [
            ("messages", self.messages().to_string()),
            ("recipients", self.recipients.to_string()),
            ("size", bytes(self.bytes)),
            ("oldest", self.oldest(now).map_or_else(|| "-".to_owned(), span)),
            ("origin", reading.origins.join(", ")),
        ];
        let counts = QueueName::WAITING.map(|queue| format!("{} {}", queue.name(), self.of(queue)));
        let notes = [
            ("queue-aside", reading.aside),
            ("queue-unfinished", reading.unfinished),
            ("queue-incomplete", u64::from(reading.incomplete)),
            ("queue-attempts-unknown", u64::from(!reading.attempts_known)),
        ];
        let notes = notes.iter().filter(|(_, count)| *count > 0);
        let mut lines = vec![language.with("queue-sums", &values), counts.join("  ")];
        lines.extend(notes.map(|(key, count)| language.with(key, &[("count", count.to_string())])));
        lines
    }

    /// The lines as text.
    pub(crate) fn text(&self, reading: &Reading, now: i64, language: &Language) -> String {
        self.lines(reading, now, language).join("\n") + "\n"
    }
}
