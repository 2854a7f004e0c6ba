//! What the view of a queue shows. Texts are printable: nothing in them acts on a terminal.

use std::sync::Arc;
use std::time::Duration;

/// The queues that mail waits in, in the order in which it goes through them.
pub const QUEUES: [&str; 5] = ["maildrop", "incoming", "active", "deferred", "hold"];

/// One reading of the queue, and what it cost.
#[derive(Debug, Clone)]
pub struct Reading {
    /// How long it took.
    pub cost: Duration,
    /// How long it is left alone now.
    pub pause: Duration,
    /// What was read, or why nothing could be.
    pub result: Result<Snapshot, String>,
}

/// What waited at one time.
#[derive(Debug, Clone, Default)]
pub struct Snapshot {
    /// When, in seconds since 1970.
    pub at: i64,
    /// The same as the reader's clock says it.
    pub clock: String,
    /// From where, in words.
    pub origin: String,
    /// Whether times of the next attempt are known.
    pub attempts_known: bool,
    /// Whether part of the queue is missing.
    pub incomplete: bool,
    /// What could not be read.
    pub problems: Vec<String>,
    /// What waits.
    pub messages: Vec<Message>,
}

/// A message that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Name of the instance, where there is more than one.
    pub instance: Option<Arc<str>>,
    /// Queue ID.
    pub id: Box<str>,
    /// One of [`QUEUES`].
    pub queue: &'static str,
    /// Arrival in seconds since 1970.
    pub arrival: i64,
    /// Size in bytes.
    pub size: Option<u64>,
    /// When it is tried next, in seconds since 1970.
    pub next_attempt: Option<i64>,
    /// Sender; `<>` for bounces.
    pub sender: Arc<str>,
    /// Login name it was sent with.
    pub login: Option<Arc<str>>,
    /// Client it came from.
    pub client: Option<Arc<str>>,
    /// Content filter it has to go through.
    pub filter: Option<Arc<str>>,
    /// Recipients that wait.
    pub recipients: Vec<Recipient>,
}

/// A recipient that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipient {
    /// Address.
    pub address: Box<str>,
    /// Its domain.
    pub destination: Arc<str>,
    /// Why it waits; `None` where nothing has been tried.
    pub cause: Option<Cause>,
    /// What the last attempt gave.
    pub reason: Option<Arc<str>>,
}

/// A cause, by the keys of its words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Cause {
    /// Whether a part of this mail system fails.
    pub own: bool,
    /// What it is.
    pub key: &'static str,
    /// Who must act.
    pub actor: &'static str,
    /// What to do.
    pub remedy: &'static str,
}

impl Message {
    /// Age in seconds, never negative.
    pub fn age(&self, now: i64) -> i64 {
        now.saturating_sub(self.arrival).max(0)
    }

    /// What tells it from all others. Queue IDs alone are used again.
    pub(crate) fn identity(&self) -> Identity<'_> {
        (self.instance.as_deref(), &self.id, self.arrival)
    }
}

/// Instance, queue ID, arrival.
pub(crate) type Identity<'a> = (Option<&'a str>, &'a str, i64);
