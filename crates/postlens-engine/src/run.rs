//! Running the pipeline over a set of streams.

use std::path::PathBuf;
use std::thread;

use crossbeam_channel::bounded;
use postlens_source::{Copies, Options, Period, Problem, Skipped, Stream};
use postlens_syntax::{Entry, Event, Time};
use postlens_track::{Consumer, Counters, Limits, LineId, Observation, Tracker};

use crate::lane::{Lane, parser};
use crate::merge::{Before, Cursor, first};
use crate::parsed::ParsedLine;
use crate::period::InPeriod;

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
    /// Parser threads; 0 means one less than the machine has processors.
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

impl Run {
    /// Runs to the end of all streams.
    pub fn run(self, consumer: &mut dyn Consumer, progress: &mut dyn FnMut(Progress)) -> Summary {
        let period = self.options.period;
        let mut options = self.options;
        options.period = period.map(|period| period.widened(CONTEXT));
        let threads = match self.threads {
            0 => {
                thread::available_parallelism().map_or(1, |all| all.get().saturating_sub(1)).max(1)
            }
            threads => threads,
        };
        let merged = self.order == Order::Time;
        let compared = merged && self.streams.len() > 1;
        // Many streams at once share the memory of a few.
        options.chunk = match self.streams.len() {
            0..=4 => options.chunk,
            many if merged => (options.chunk * 4 / many).max(64 * 1024),
            _ => options.chunk,
        };
        let mut feed = Feed::new(&self.streams, period, self.tracking, compared, consumer);
        thread::scope(|scope| {
            let (jobs, queue) = bounded(2 * threads);
            for _ in 0..threads {
                let queue = queue.clone();
                scope.spawn(move || parser(&queue, compared));
            }
            drop(queue);
            if merged {
                let start = |stream| Lane::start(scope, stream, options.clone(), jobs.clone());
                let lanes: Vec<Lane> = self.streams.into_iter().map(start).collect();
                drop(jobs);
                feed.merge(lanes.into_iter().map(Cursor::new).collect(), progress);
            } else {
                for (index, stream) in self.streams.into_iter().enumerate() {
                    let lane = Lane::start(scope, stream, options.clone(), jobs.clone());
                    feed.one(index, Cursor::new(lane), progress);
                }
                drop(jobs);
            }
        });
        feed.finish()
    }
}

/// The last stage, in order and in one thread.
struct Feed<'a> {
    sink: InPeriod<'a>,
    tracker: Option<Tracker>,
    copies: Option<Copies>,
    summary: Summary,
}

impl<'a> Feed<'a> {
    fn new(
        streams: &[Stream],
        period: Option<Period>,
        tracking: Option<Limits>,
        compared: bool,
        consumer: &'a mut dyn Consumer,
    ) -> Self {
        let mut summary = Summary::default();
        for stream in streams {
            summary.files.extend(stream.files().iter().map(|file| file.path().to_path_buf()));
            summary.copies.push((stream.name().to_owned(), 0));
        }
        Self {
            sink: InPeriod { period, consumer },
            tracker: tracking.map(Tracker::new),
            copies: compared.then(|| Copies::new(streams.len())),
            summary,
        }
    }

    fn merge(&mut self, mut cursors: Vec<Cursor>, progress: &mut dyn FnMut(Progress)) {
        while !self.sink.consumer.broken()
            && let Some((index, until)) = first(&cursors)
        {
            if let Some(cursor) = cursors.get_mut(index) {
                self.take(index, cursor, until, progress);
            }
        }
        for cursor in &cursors {
            self.end(cursor);
        }
    }

    fn one(&mut self, index: usize, mut cursor: Cursor, progress: &mut dyn FnMut(Progress)) {
        while !self.sink.consumer.broken() && cursor.peek().is_some() {
            self.take(index, &mut cursor, None, progress);
        }
        self.end(&cursor);
    }

    fn end(&mut self, cursor: &Cursor) {
        let report = cursor.lane().report();
        self.summary.problems.extend(report.problems);
        self.summary.skipped.files += report.skipped.files;
        self.summary.skipped.bytes += report.skipped.bytes;
    }

    fn take(
        &mut self,
        index: usize,
        cursor: &mut Cursor,
        until: Option<Time>,
        progress: &mut dyn FnMut(Progress),
    ) {
        let log = cursor.log;
        let mut last = None;
        cursor.take(until, |line, before, time| {
            self.line(index, log, line, before, time);
            last = Some(time);
        });
        let (lines, bytes) = (self.summary.lines, self.summary.bytes);
        progress(Progress { lines, bytes, time: last });
        if cursor.may_wait() {
            self.sink.consumer.pause();
        }
        cursor.load();
    }

    fn line(
        &mut self,
        stream: usize,
        log: u64,
        line: &ParsedLine<'_>,
        before: Before<'_>,
        time: Time,
    ) {
        self.summary.lines += 1;
        self.summary.bytes += line.bytes.len() as u64 + 1;
        if let (Some(copies), Some(time)) = (&mut self.copies, line.time)
            && copies.is_copy(stream, time.micros, line.fingerprint)
        {
            if let Some((_, count)) = self.summary.copies.get_mut(stream) {
                *count += 1;
            }
            return;
        }
        self.summary.outside += u64::from(!self.sink.holds(time));
        let line_id = LineId { log, offset: line.offset };
        let observation = Observation {
            time,
            stamped: line.time.is_some(),
            entry: &line.entry,
            event: &line.event,
            line: line_id,
            weight: line.entry.repeat.max(1),
            echo: false,
        };
        self.observe(&observation);
        if let Event::Repeated(count) = line.event {
            self.repeat(before, &observation, count);
        }
    }

    /// `last message repeated N times`: the line before, N times more.
    fn repeat(&mut self, before: Before<'_>, line: &Observation<'_>, count: u32) {
        let again = |entry, event| Observation { entry, event, weight: count, echo: true, ..*line };
        match before {
            Before::Parsed(before) => self.observe(&again(&before.entry, &before.event)),
            Before::Bytes(bytes) => {
                let entry = Entry::parse(bytes);
                let event = Event::parse(&entry);
                self.observe(&again(&entry, &event));
            }
        }
    }

    fn observe(&mut self, line: &Observation<'_>) {
        self.sink.line(line);
        if let Some(tracker) = &mut self.tracker {
            tracker.observe(line, &mut self.sink);
        }
    }

    fn finish(mut self) -> Summary {
        if let Some(tracker) = &mut self.tracker {
            tracker.finish(&mut self.sink);
            self.summary.tracker = tracker.counters();
        }
        self.summary
    }
}
