//! Looking at chunks.

use std::ops::Range;

use postlens_filter::{Line as Judged, Query};
use postlens_source::{Chunk, Line, Period, Resolver};
use postlens_syntax::{Entry, Event, Framer, Time};
use regex::bytes::{Regex, RegexBuilder};

use crate::group::{Group, Member};
use crate::hit::{Hit, Hits, Repeats};

/// What is looked for.
#[derive(Debug)]
pub struct Search {
    query: Query,
    period: Option<Period>,
    /// Finds a place in every line that may be a hit; `None` where any line may.
    needle: Option<Regex>,
    group: Option<Group>,
}

/// What stands in lines that speak of the line before.
const REPEATED: &str = "last message repeated ";

/// A needle that takes more memory than this, in bytes, is left out.
const NEEDLE_LIMIT: usize = 4 << 20;

impl Search {
    /// A search for what a query matches, within a period.
    pub fn new(query: Query, period: Option<Period>) -> Self {
        let needle = query.needle().and_then(|needle| {
            // Without Unicode a needle of plain bytes is found fastest; a needle with other
            // letters says so itself.
            let needle = format!("{REPEATED}|{needle}");
            RegexBuilder::new(&needle).size_limit(NEEDLE_LIMIT).build().ok()
        });
        Self { query, period, needle, group: None }
    }

    /// The same search, by which all lines are given to what they belong to.
    #[must_use]
    pub fn gathering(self, group: Group) -> Self {
        Self { needle: None, group: Some(group), ..self }
    }

    /// Whether only some lines need to be understood.
    pub fn is_sifted(&self) -> bool {
        self.needle.is_some()
    }

    /// Whether a line, given without its line feed, is asked for, whatever its time.
    pub fn matches(&self, line: &[u8]) -> bool {
        let entry = Entry::parse(line);
        let event = Event::parse(&entry);
        self.query.matches(&Judged { entry: &entry, event: &event })
    }

    /// Finds the lines of a chunk that are asked for. Lines of JSON are rewritten in it.
    pub fn look(&self, chunk: &mut Chunk) -> Hits {
        let mut hits = Hits { original: original(chunk), ..Hits::default() };
        if hits.original.is_some() {
            chunk.canonicalize(&mut Vec::new());
        }
        let mut glance = Glance {
            search: self,
            chunk,
            framer: Framer::default(),
            resolver: chunk.clock().resolver(),
            hits: &mut hits,
        };
        match &self.needle {
            Some(needle) => glance.sift(needle),
            None => glance.all(),
        }
        hits
    }

    fn holds(&self, time: Option<Time>) -> bool {
        let Some(period) = self.period else { return true };
        time.is_some_and(|time| period.contains(time.micros))
    }
}

/// The chunk's bytes, if lines of it may be rewritten.
fn original(chunk: &Chunk) -> Option<Vec<u8>> {
    let bytes = chunk.bytes();
    let has_records = bytes.starts_with(b"{") || memchr::memmem::find(bytes, b"\n{").is_some();
    has_records.then(|| bytes.to_vec())
}

/// One look at one chunk.
struct Glance<'s, 'c> {
    search: &'s Search,
    chunk: &'c Chunk,
    framer: Framer<'c>,
    resolver: Resolver<'c>,
    hits: &'s mut Hits,
}

impl<'c> Glance<'_, 'c> {
    fn sift(&mut self, needle: &Regex) {
        let bytes = self.chunk.bytes();
        let mut from = 0;
        while let Some(found) = bytes.get(from..).and_then(|rest| needle.find(rest)) {
            let Some((line, place)) = self.chunk.line_at(from + found.start()) else { return };
            from = place.end;
            self.judge(line, place);
        }
    }

    fn all(&mut self) {
        let mut next = 0;
        while let Some((line, place)) = self.chunk.line_at(next) {
            next = place.end;
            self.judge(line, place);
        }
    }

    fn judge(&mut self, line: Line<'c>, place: Range<usize>) {
        let entry = self.framer.frame(line.bytes);
        let event = Event::parse(&entry);
        if let Some(group) = self.search.group {
            let time = self.resolver.resolve(&entry.stamp, line.offset);
            let member = Member::new(group, place.clone(), time, &entry, &event);
            self.hits.members.push(member);
        }
        if let Event::Repeated(count) = event {
            self.repeated(line, place, count);
            return;
        }
        if !self.search.query.matches(&Judged { entry: &entry, event: &event }) {
            return;
        }
        let time = self.time(&entry, line.offset, &place);
        if self.search.holds(time) {
            let weight = entry.repeat.max(1);
            self.hits.hits.push(Hit { place, time, weight, repeats: None });
        }
    }

    /// A line that repeats the one before it, so many times.
    fn repeated(&mut self, line: Line<'c>, place: Range<usize>, count: u32) {
        let time = self.time(&Entry::parse(line.bytes), line.offset, &place);
        if !self.search.holds(time) {
            return;
        }
        let hit = |repeats| Hit { place: place.clone(), time, weight: count, repeats };
        // The line that is repeated may itself be asked for as it stands.
        if self.search.matches(line.bytes) {
            self.hits.hits.push(Hit { weight: 1, ..hit(None) });
            return;
        }
        match place.start.checked_sub(1).and_then(|at| self.chunk.line_at(at)) {
            None => self.hits.begins = Some(hit(Some(Repeats::Before))),
            Some((before, at)) if self.search.matches(before.bytes) => {
                self.hits.hits.push(hit(Some(Repeats::Here(at))));
            }
            Some(_) => {}
        }
    }

    /// When a line was logged; the time of the nearest line before it in the chunk where it
    /// has no stamp.
    fn time(&mut self, entry: &Entry<'_>, offset: u64, place: &Range<usize>) -> Option<Time> {
        let mut time = self.resolver.resolve(&entry.stamp, offset);
        let mut start = place.start;
        while time.is_none()
            && let Some((line, place)) = start.checked_sub(1).and_then(|at| self.chunk.line_at(at))
        {
            start = place.start;
            time = self.resolver.resolve(&Entry::parse(line.bytes).stamp, line.offset);
        }
        time
    }
}
