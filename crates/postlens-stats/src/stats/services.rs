//! Starts, stops, reloads and restarts of daemons.

use bstr::BString;
use postlens_syntax::{Event, Time};
use postlens_track::Observation;

use super::{Scratch, Section};
use crate::counts::NameCounts;
use crate::top::Top;

/// Process and service events.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Services {
    /// By kind: `daemon_started`, `daemon_reloaded`, `table_changed`, `process_killed`…
    pub kinds: NameCounts,
    /// Starts, stops and reloads in the order of the log, the first hundred.
    pub events: Vec<ServiceEvent>,
    /// Daemons that restarted because a lookup table had changed, by table.
    pub tables: Top<u64>,
    /// Processes that failed or were killed, as the log writes it.
    pub failures: Top<u64>,
    text: Scratch,
}

/// A start, stop or reload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceEvent {
    /// When.
    pub time: Time,
    /// The kind of the line.
    pub kind: &'static str,
    /// The tag.
    pub program: BString,
}

/// Starts, stops and reloads that are kept.
const EVENTS: usize = 100;

/// What a kind of line is about.
enum About {
    Service,
    Table,
    Failure,
    Else,
}

fn about(kind: &str) -> About {
    match kind {
        "daemon_started" | "daemon_reloaded" | "master_terminating" | "postfix_stopping"
        | "postfix_aborting" | "service_started" | "service_stopped" | "service_reloaded" => {
            About::Service
        }
        "table_changed" => About::Table,
        "process_failed"
        | "process_killed"
        | "service_restarted"
        | "service_throttled"
        | "process_limit_reached" => About::Failure,
        _ => About::Else,
    }
}

impl Section for Services {
    fn line(&mut self, line: &Observation<'_>) {
        let Event::Notice(notice) = line.event else { return };
        let weight = u64::from(line.weight);
        match about(notice.kind) {
            About::Else => return,
            About::Service => {
                if self.events.len() < EVENTS {
                    self.events.push(ServiceEvent {
                        time: line.time,
                        kind: notice.kind,
                        program: line.entry.tag.program.to_owned(),
                    });
                }
            }
            About::Table => {
                if let Some(table) = notice.capture("table") {
                    *self.tables.entry(table) += weight;
                }
            }
            About::Failure => {
                crate::reason::normalize(line.entry.text, &mut self.text.0);
                *self.failures.entry(&self.text.0) += weight;
            }
        }
        self.kinds.add(notice.kind, weight);
    }

    fn merge(&mut self, other: &Self) {
        self.kinds.merge(&other.kinds);
        self.events.extend(other.events.iter().cloned());
        self.events.truncate(EVENTS);
        self.tables.merge(&other.tables);
        self.failures.merge(&other.failures);
    }
}
