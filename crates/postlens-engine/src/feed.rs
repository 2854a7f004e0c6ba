//! The last stage: the lines of all streams in order, to tracker and consumer.

use postlens_source::{Copies, Period, Stream};
use postlens_syntax::{Entry, Event, Time};
use postlens_track::{Consumer, Limits, LineId, Observation, Tracker};

use crate::lane::Lane;
use crate::merge::{Before, Cursor, first};
use crate::parsed::{ParsedLine, Spare};
use crate::period::InPeriod;
use crate::run::{Only, Order, Progress, Summary};

/// What only one worker does at a time, in the order of the lines.
pub(crate) struct Feed<'a> {
    order: Order,
    cursors: Vec<Cursor>,
    sink: InPeriod<'a>,
    tracker: Option<Tracker>,
    copies: Option<Copies>,
    only: Option<&'a Only<'a>>,
    /// Whether the last line of each stream was taken in, for repeat wrappers.
    taken: Vec<bool>,
    summary: Summary,
    progress: &'a mut (dyn FnMut(Progress) + Send),
}

impl<'a> Feed<'a> {
    pub(crate) fn new(
        streams: &[Stream],
        period: Option<Period>,
        tracking: Option<Limits>,
        order: Order,
        consumer: &'a mut (dyn Consumer + Send),
        progress: &'a mut (dyn FnMut(Progress) + Send),
    ) -> Self {
        let mut summary = Summary::default();
        for stream in streams {
            summary.files.extend(stream.files().iter().map(|file| file.path().to_path_buf()));
            summary.copies.push((stream.name().to_owned(), 0));
        }
        Self {
            order,
            cursors: streams.iter().map(|_| Cursor::default()).collect(),
            sink: InPeriod::new(period, consumer),
            tracker: tracking.map(Tracker::new),
            only: None,
            taken: vec![true; streams.len()],
            copies: (order == Order::Time && streams.len() > 1).then(|| Copies::new(streams.len())),
            summary,
            progress,
        }
    }

    /// Takes in only some lines.
    pub(crate) fn take_only(&mut self, only: Option<&'a Only<'a>>) {
        self.only = only;
    }

    /// Whether copies of lines are looked for: only where streams are merged.
    pub(crate) fn compares(&self) -> bool {
        self.copies.is_some()
    }

    /// Takes the chunks that it needs to go on; returns whether it has them.
    pub(crate) fn load(&mut self, lanes: &mut [Lane], spares: &mut Vec<Spare>) -> bool {
        let mut ready = true;
        for (cursor, lane) in self.cursors.iter_mut().zip(lanes) {
            ready &= cursor.load(lane, spares);
            // Of streams one after the other the first that has not ended matters; of
            // streams side by side all do, to see whose next line is first.
            if self.order == Order::Given && !cursor.ended {
                break;
            }
        }
        ready
    }

    /// Whether there are no more lines, or nobody who wants them.
    pub(crate) fn has_ended(&self) -> bool {
        self.sink.consumer.broken() || self.cursors.iter().all(|cursor| cursor.ended)
    }

    /// Consumes lines until a chunk is used up.
    pub(crate) fn run(&mut self) {
        while let Some((index, until)) = self.next() {
            if self.take(index, until) || self.sink.consumer.broken() {
                return;
            }
        }
    }

    fn next(&self) -> Option<(usize, Option<Time>)> {
        match self.order {
            Order::Time => first(&self.cursors),
            Order::Given => Some((self.cursors.iter().position(|cursor| !cursor.ended)?, None)),
        }
    }

    /// Consumes lines of one stream; returns whether its chunk is used up.
    fn take(&mut self, index: usize, until: Option<Time>) -> bool {
        let Some(mut cursor) = self.cursors.get_mut(index).map(std::mem::take) else {
            return true;
        };
        let log = cursor.log;
        let mut last = None;
        cursor.take(until, |line, before, time| {
            self.line(index, log, line, before, time);
            last = Some(time);
        });
        let used_up = cursor.is_empty();
        if let Some(place) = self.cursors.get_mut(index) {
            *place = cursor;
        }
        let (lines, bytes) = (self.summary.lines, self.summary.bytes);
        (self.progress)(Progress { lines, bytes, time: last });
        used_up
    }

    /// Tells the consumer that the next lines may be a while coming.
    pub(crate) fn pause(&mut self) {
        self.sink.consumer.pause();
    }

    fn line(
        &mut self,
        stream: usize,
        log: u64,
        line: ParsedLine<'_>,
        before: Before<'_>,
        time: Time,
    ) {
        let ParsedLine { entry, event, mark } = line;
        self.summary.lines += 1;
        self.summary.bytes += mark.bytes.len() as u64 + 1;
        if let (Some(copies), Some(time)) = (&mut self.copies, mark.time)
            && copies.is_copy(stream, time.micros, mark.fingerprint)
        {
            if let Some((_, count)) = self.summary.copies.get_mut(stream) {
                *count += 1;
            }
            return;
        }
        self.summary.outside += u64::from(!self.sink.holds(time));
        let observation = Observation {
            time,
            stamped: mark.time.is_some(),
            entry,
            bytes: mark.bytes,
            event,
            line: LineId { log, offset: mark.offset },
            weight: entry.repeat.max(1),
            echo: false,
        };
        if self.only.is_some() && !self.is_taken(stream, &observation) {
            return;
        }
        self.observe(&observation);
        if let Event::Repeated(count) = event {
            self.repeat(before, &observation, *count);
        }
    }

    /// Whether a line is one of those that are wanted. A repeat wrapper belongs to the line
    /// that it repeats.
    fn is_taken(&mut self, stream: usize, line: &Observation<'_>) -> bool {
        let wanted = self.only.is_none_or(|only| only(line));
        let Some(before) = self.taken.get_mut(stream) else { return wanted };
        if !matches!(line.event, Event::Repeated(_)) {
            *before = wanted;
        }
        *before
    }

    /// `last message repeated N times`: the line before, N times more.
    fn repeat(&mut self, before: Before<'_>, line: &Observation<'_>, count: u32) {
        let again = |entry, event| Observation { entry, event, weight: count, echo: true, ..*line };
        match before {
            Before::Parsed(before) => self.observe(&again(before.entry, before.event)),
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

    /// Ends the run; the lanes tell what could not be read.
    pub(crate) fn finish(mut self, lanes: Vec<Lane>) -> Summary {
        if let Some(tracker) = &mut self.tracker {
            tracker.finish(&mut self.sink);
            self.summary.tracker = tracker.counters();
        }
        for (problems, skipped) in lanes.into_iter().map(Lane::finish) {
            self.summary.problems.extend(problems);
            self.summary.skipped.files += skipped.files;
            self.summary.skipped.bytes += skipped.bytes;
        }
        self.summary
    }
}
