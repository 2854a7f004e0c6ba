//! How a running daemon is: what it follows, how far behind it is, and what goes wrong.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use postlens_receive::Counts;
use serde::{Deserialize, Serialize};

/// A time, in JSON as RFC 3339 has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct Moment(Timestamp);

impl From<Timestamp> for Moment {
    fn from(time: Timestamp) -> Self {
        Self(time)
    }
}

impl From<Moment> for String {
    fn from(moment: Moment) -> Self {
        moment.0.to_string()
    }
}

impl TryFrom<String> for Moment {
    type Error = jiff::Error;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse().map(Self)
    }
}

impl Moment {
    /// Whole seconds from then to `now`.
    pub(crate) fn seconds(self, now: Timestamp) -> i64 {
        now.duration_since(self.0).as_secs()
    }
}

/// Something that went wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Trouble {
    /// When.
    pub(crate) time: Moment,
    /// What, in words.
    pub(crate) text: String,
}

impl Trouble {
    pub(crate) fn now(text: String) -> Self {
        Self { time: Timestamp::now().into(), text }
    }
}

/// How a source is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SourceHealth {
    /// The log.
    pub(crate) name: String,
    /// It is not there.
    pub(crate) absent: bool,
    /// Bytes that are in the log and not in the store.
    pub(crate) behind_bytes: u64,
    /// Since when it has been behind without a break.
    pub(crate) behind_since: Option<Moment>,
    /// What went wrong last, until it has caught up after that.
    pub(crate) trouble: Option<Trouble>,
    /// What came over the network since the start.
    pub(crate) received: Option<Received>,
}

/// What came over the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Received {
    /// Messages that are kept.
    pub(crate) messages: u64,
    /// Messages that were too long and were cut.
    pub(crate) cut: u64,
    /// Datagrams that could not be kept, or could not be read.
    pub(crate) lost: u64,
    /// Datagrams that the system dropped, since they came too fast.
    pub(crate) dropped: u64,
    /// Connections that are open.
    pub(crate) connections: usize,
    /// Connections that were one too many.
    pub(crate) refused: u64,
}

impl From<Counts> for Received {
    fn from(counts: Counts) -> Self {
        let Counts { messages, cut, lost, dropped, connections, refused, .. } = counts;
        Self { messages, cut, lost, dropped, connections, refused }
    }
}

impl SourceHealth {
    pub(crate) fn new(name: String) -> Self {
        Self {
            name,
            absent: false,
            behind_bytes: 0,
            behind_since: None,
            trouble: None,
            received: None,
        }
    }

    /// Notes how many bytes are to be read.
    pub(crate) fn behind(&mut self, bytes: u64, now: Timestamp) {
        self.behind_bytes = bytes;
        if bytes == 0 {
            (self.behind_since, self.trouble) = (None, None);
        } else {
            self.behind_since.get_or_insert(now.into());
        }
    }

    fn behind_seconds(&self, now: Timestamp) -> i64 {
        self.behind_since.map_or(0, |since| since.seconds(now))
    }
}

/// How the daemon is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Health {
    /// Its version.
    pub(crate) version: String,
    /// Since when it has run.
    pub(crate) started: Moment,
    /// When all that had been read was in the tables.
    pub(crate) committed: Option<Moment>,
    /// Bytes of log that are not in the tables yet.
    pub(crate) pending_bytes: u64,
    /// Why rows cannot be put into the tables.
    pub(crate) trouble: Option<Trouble>,
    /// What it follows.
    pub(crate) sources: Vec<SourceHealth>,
}

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Grade {
    Warning,
    Critical,
}

impl Health {
    /// How bad it is, and in words, where sources may be behind for so many seconds before
    /// it is a warning, and before it is critical.
    pub(crate) fn judge(
        &self,
        (warning, critical): (i64, i64),
        now: Timestamp,
    ) -> Vec<(Grade, String)> {
        let mut said = Vec::new();
        if let Some(trouble) = &self.trouble {
            said.push((Grade::Critical, format!("the store: {}", trouble.text)));
        }
        for source in &self.sources {
            let SourceHealth { name, behind_bytes, .. } = source;
            if source.absent {
                said.push((Grade::Warning, format!("{name} is not there")));
            }
            if let Some(trouble) = &source.trouble {
                said.push((Grade::Critical, format!("{name}: {}", trouble.text)));
            }
            let seconds = source.behind_seconds(now);
            let grade = match seconds {
                seconds if seconds > critical => Grade::Critical,
                seconds if seconds > warning => Grade::Warning,
                _ => continue,
            };
            let text =
                format!("{name} has been behind for {seconds} s, now by {behind_bytes} bytes");
            said.push((grade, text));
        }
        said.sort_by_key(|(grade, _)| std::cmp::Reverse(*grade));
        said
    }

    /// The longest that a source has been behind, in seconds.
    pub(crate) fn behind(&self, now: Timestamp) -> i64 {
        self.sources.iter().map(|source| source.behind_seconds(now)).max().unwrap_or_default()
    }
}

/// Where all threads note how they are. Copies of it are one.
#[derive(Debug, Clone)]
pub(crate) struct Board(Arc<Mutex<Health>>);

impl Default for Board {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(Health {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            started: Timestamp::now().into(),
            committed: None,
            pending_bytes: 0,
            trouble: None,
            sources: Vec::new(),
        })))
    }
}

impl Board {
    /// All of it, to be looked at or changed.
    pub(crate) fn health(&self) -> MutexGuard<'_, Health> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes what is known of a source.
    pub(crate) fn source(&self, name: &str, change: impl FnOnce(&mut SourceHealth)) {
        let mut health = self.health();
        if let Some(source) = health.sources.iter_mut().find(|source| source.name == name) {
            change(source);
        }
    }

    /// As JSON, on one line.
    pub(crate) fn json(&self) -> String {
        // Texts, numbers and times always can be written.
        serde_json::to_string(&*self.health()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use jiff::{SignedDuration, Timestamp};

    use super::{Board, Grade, SourceHealth, Trouble};

    #[test]
    fn what_is_behind_for_long_is_bad() {
        let board = Board::default();
        let now = Timestamp::now();
        board.health().sources.push(SourceHealth::new("mail.log".to_owned()));
        let after = |seconds| now + SignedDuration::from_secs(seconds);
        board.source("mail.log", |source| source.behind(10, now));
        board.source("mail.log", |source| source.behind(20, after(50)));
        let grades = |seconds| {
            let said = board.health().judge((60, 300), after(seconds));
            said.into_iter().map(|(grade, _)| grade).collect::<Vec<_>>()
        };
        assert_eq!(grades(60), []);
        assert_eq!(grades(61), [Grade::Warning]);
        assert_eq!(grades(301), [Grade::Critical]);
        assert_eq!(board.health().behind(after(61)), 61);
        // The worst comes first.
        board.source("mail.log", |source| {
            (source.absent, source.trouble) = (true, Some(Trouble::now("no".to_owned())));
        });
        assert_eq!(grades(61), [Grade::Critical, Grade::Warning, Grade::Warning]);
        // What has caught up is well.
        board.source("mail.log", |source| {
            source.absent = false;
            source.behind(0, after(62));
        });
        assert_eq!(grades(1000), []);
        assert!(board.json().contains("\"behind_bytes\":0"));
    }
}
