//! Running the pipeline over a set of streams.

use std::path::PathBuf;
use std::thread;

use postlens_source::{Options, Problem, Skipped, Stream};
use postlens_syntax::Time;
use postlens_track::{Consumer, Counters, Limits, Observation};

use crate::feed::Feed;
use crate::relay::Relay;

/// A batch run over some streams.
#[derive(Debug)]
pub struct Run {
    /// What to read.
    pub streams: Vec<Stream>,
    /// How to read it. A period here is what the records must lie in; what lies close
    /// before it is read too, since records need what came before them.
    pub options: Options,
    /// The tracker's limits; `None` runs without a tracker, for consumers of lines.
    pub tracking: Option<Limits>,
    /// In which order streams are read.
    pub order: Order,
    /// Worker threads; 0 means as many as the machine has processors.
    pub threads: usize,
}

/// In which order lines of several streams come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// By time, over all streams; copies of a line in several streams count once.
    Time,
    /// One stream after the other, every line.
    Given,
}

/// How far a run has come.
#[derive(Debug, Clone, Copy, Default)]
pub struct Progress {
    /// Lines so far.
    pub lines: u64,
    /// Bytes of log text so far, decompressed.
    pub bytes: u64,
    /// The time of the last line.
    pub time: Option<Time>,
}

/// What a run has to say besides its records.
#[derive(Debug, Default)]
pub struct Summary {
    /// Lines read, every one, also those outside the period and copies.
    pub lines: u64,
    /// Bytes of log text, decompressed.
    pub bytes: u64,
    /// Lines outside the period.
    pub outside: u64,
    /// Lines taken for copies, by stream.
    pub copies: Vec<(String, u64)>,
    /// What could not be read.
    pub problems: Vec<Problem>,
    /// What was left unread because of the period.
    pub skipped: Skipped,
    /// What limits made the tracker let go.
    pub tracker: Counters,
    /// The files that were read from.
    pub files: Vec<PathBuf>,
}

/// Records near the beginning of a period need the lines before: sessions, arrivals.
const CONTEXT: i64 = 3600 * 1_000_000;

/// Which lines a run takes in. The others are read and counted, and are as if they were not
/// there: no message, session or consumer ever has to do with them.
pub type Only<'a> = dyn Fn(&Observation<'_>) -> bool + Send + Sync + 'a;

impl Run {
    /// Runs to the end of all streams over all lines, as [`run_only`](Self::run_only).
    pub fn run(
        self,
        consumer: &mut (dyn Consumer + Send),
        progress: &mut (dyn FnMut(Progress) + Send),
    ) -> Summary {
        self.run_only(None, consumer, progress)
    }

    /// Runs to the end of all streams. The consumer and `progress` are called by one
    /// worker at a time, not always the same.
    pub fn run_only(
        self,
        only: Option<&Only<'_>>,
        consumer: &mut (dyn Consumer + Send),
        progress: &mut (dyn FnMut(Progress) + Send),
    ) -> Summary {
        let period = self.options.period;
        let mut options = self.options;
        options.period = period.map(|period| period.widened(CONTEXT));
        let workers = match self.threads {
            0 => thread::available_parallelism().map_or(1, usize::from),
            threads => threads,
        };
        // Many streams at once share the memory of a few.
        if self.order == Order::Time && self.streams.len() > 4 {
            options.chunk = (options.chunk * 4 / self.streams.len()).max(64 * 1024);
        }
        let mut feed =
            Feed::new(&self.streams, period, self.tracking, self.order, consumer, progress);
        feed.take_only(only);
        let relay = Relay::new(self.streams, options, self.order, workers, feed);
        thread::scope(|scope| {
            for _ in 1..workers {
                scope.spawn(|| relay.work());
            }
            relay.work();
        });
        relay.finish()
    }
}
