//! Runs the pipeline and keeps what it says.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use postlens_engine::{Order, Run, Summary};
use postlens_source::{Arguments, Options, Zone, discover};
use postlens_syntax::Daemon;
use postlens_syntax::postfix::decision::DecisionBy;
use postlens_track::{Consumer, Limits, Observation, Outcome, Record, RecordSink};

/// A message as the tracker saw it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Seen {
    pub(crate) queue_id: String,
    pub(crate) arrival: i64,
    pub(crate) sender: Option<String>,
    pub(crate) parent: Option<String>,
    pub(crate) probe: bool,
    pub(crate) activations: u32,
    pub(crate) recipients: Vec<(String, Option<String>, Outcome, u32)>,
    pub(crate) unseen: Option<(u32, Outcome)>,
}

/// Everything that a run said.
#[derive(Debug, Default)]
pub(crate) struct Collected {
    pub(crate) lines: u64,
    pub(crate) messages: Vec<Seen>,
    pub(crate) deliveries: Vec<String>,
    pub(crate) refusals: Vec<String>,
    /// Lines of decisions by what they did, as the log words it.
    pub(crate) decisions: BTreeMap<String, u64>,
    pub(crate) sessions: Vec<String>,
    /// Sessions that smtpd served.
    pub(crate) smtpd_sessions: usize,
    pub(crate) auth_failures: u64,
    pub(crate) unrecognized: Vec<String>,
}

impl Consumer for Collected {
    fn line(&mut self, line: &Observation<'_>) {
        self.lines += u64::from(!line.echo);
        match line.event.kind() {
            "auth_failed" => self.auth_failures += u64::from(line.weight),
            "unrecognized" => self.unrecognized.push(line.entry.text.to_string()),
            _ => {}
        }
    }
}

impl RecordSink for Collected {
    fn record(&mut self, record: &Record<'_>) {
        match record {
            Record::Message(message) => {
                let mut recipients: Vec<_> = message
                    .recipients
                    .iter()
                    .map(|to| {
                        let orig = to.orig.map(ToString::to_string);
                        (to.address.to_string(), orig, to.outcome, to.attempts)
                    })
                    .collect();
                recipients.sort();
                self.messages.push(Seen {
                    queue_id: message.queue_id.to_string(),
                    arrival: message.arrival.micros,
                    sender: message.sender.map(ToString::to_string),
                    parent: message.parent.map(|(_, id)| id.to_string()),
                    probe: message.probe,
                    activations: message.activations,
                    recipients,
                    unseen: message.unseen,
                });
            }
            Record::Delivery(delivery) => self.deliveries.push(format!("{delivery:?}")),
            Record::Refusal(refusal) => {
                let by = match refusal.decision.by {
                    DecisionBy::Milter => "milter-",
                    DecisionBy::ProxyFilter => "proxy-",
                    DecisionBy::Access => "",
                };
                let action = format!("{by}{}", refusal.decision.action.name());
                *self.decisions.entry(action).or_default() += u64::from(refusal.weight);
                self.refusals.push(format!("{refusal:?}"));
            }
            Record::Session(session) => {
                self.smtpd_sessions += usize::from(session.daemon == Daemon::Smtpd);
                self.sessions.push(format!("{session:?}"));
            }
        }
    }
}

/// The example logs of the project.
pub(crate) fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples")
}

/// Runs the pipeline over a path.
pub(crate) fn run(
    path: &Path,
    chunk: usize,
    threads: usize,
    consumer: &mut (dyn Consumer + Send),
) -> Summary {
    let found = discover(&Arguments { paths: vec![path.to_path_buf()], ..Arguments::default() });
    let now = 1_796_000_000_000_000;
    Run {
        streams: found.streams,
        options: Options { chunk, ..Options::new(Zone::UTC, now) },
        tracking: Some(Limits::default()),
        order: Order::Time,
        threads,
    }
    .run(consumer, &mut |_| {})
}
