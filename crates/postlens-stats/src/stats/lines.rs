//! Lines by kind. Every input line ends in exactly one of these counters.

use bstr::BString;
use postlens_syntax::{Event, Severity, Time};
use postlens_track::Observation;

use super::Section;
use crate::counts::{Counts, NameCounts};

/// Lines by kind, the period they span, and samples of unrecognized ones.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Lines {
    /// Lines by kind, as they stand in the log: a repeat wrapper is one line.
    pub by_kind: NameCounts,
    /// The earliest and the latest time.
    pub period: Option<(Time, Time)>,
    /// Unrecognized lines by severity.
    pub unrecognized: Counts<Severity>,
    /// Some of them: the first of each daemon.
    pub samples: Vec<Sample>,
    /// The host names seen, up to a hundred.
    pub hosts: std::collections::BTreeSet<BString>,
    last_host: BString,
}

/// An unrecognized line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// When it was logged.
    pub time: Time,
    /// The tag.
    pub program: BString,
    /// Its text, cut at 300 bytes.
    pub text: BString,
}

const SAMPLES: usize = 10;
const SAMPLE_BYTES: usize = 300;
const HOSTS: usize = 100;

impl Lines {
    /// All lines.
    pub fn total(&self) -> u64 {
        self.by_kind.total()
    }
}

impl Section for Lines {
    fn line(&mut self, line: &Observation<'_>) {
        if line.echo {
            return;
        }
        self.by_kind.add(line.event.kind(), 1);
        let (first, last) = self.period.unwrap_or((line.time, line.time));
        self.period = Some((first.min(line.time), last.max(line.time)));
        if let Some(host) = line.entry.host
            && self.last_host != host
            && line.entry.tag.known.is_some()
        {
            self.last_host = host.to_owned();
            if self.hosts.len() < HOSTS {
                self.hosts.insert(host.to_owned());
            }
        }
        if let Event::Unrecognized(severity) = line.event {
            self.unrecognized.add(*severity, 1);
            let known = |sample: &&Sample| sample.program == line.entry.tag.program;
            if self.samples.len() < SAMPLES && self.samples.iter().filter(known).count() < 3 {
                let text = line.entry.text;
                self.samples.push(Sample {
                    time: line.time,
                    program: line.entry.tag.program.to_owned(),
                    text: text.get(..text.len().min(SAMPLE_BYTES)).unwrap_or_default().into(),
                });
            }
        }
    }

    fn merge(&mut self, other: &Self) {
        self.by_kind.merge(&other.by_kind);
        self.period = match (self.period, other.period) {
            (Some(mine), Some(theirs)) => Some((mine.0.min(theirs.0), mine.1.max(theirs.1))),
            (mine, theirs) => mine.or(theirs),
        };
        self.unrecognized.merge(&other.unrecognized);
        self.samples.extend(other.samples.iter().cloned());
        self.samples.truncate(SAMPLES);
        self.hosts.extend(other.hosts.iter().take(HOSTS).cloned());
    }
}
