//! Places of lines that were asked for.

use std::ops::Range;

use postlens_source::Chunk;
use postlens_syntax::{Entry, Event, Time};

use crate::group::Member;
use crate::search::Search;

/// A line that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// Where in the chunk the line stands, with its line feed.
    pub place: Range<usize>,
    /// When it was logged; the time of a line before it where it has none of its own.
    pub time: Option<Time>,
    /// How often what it tells happened: 1, or what a repeat wrapper says.
    pub weight: u32,
    /// The line that is meant, where it is not the line itself.
    pub(crate) repeats: Option<Repeats>,
}

/// The line that `last message repeated N times` repeats.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Repeats {
    /// A line of the same chunk.
    Here(Range<usize>),
    /// The last line of the chunk before.
    Before,
}

/// What was found in a chunk.
#[derive(Debug, Default)]
pub struct Hits {
    /// In the order of the lines.
    pub hits: Vec<Hit>,
    /// Every line and what it belongs to, where lines are gathered.
    pub(crate) members: Vec<Member>,
    /// The chunk's bytes before lines of it were rewritten, if some were.
    pub(crate) original: Option<Vec<u8>>,
    /// The chunk begins with a line that repeats the one before it, so many times.
    pub(crate) begins: Option<Hit>,
}

/// A line that was asked for, understood.
#[derive(Debug, Clone, Copy)]
pub struct Found<'a> {
    /// The line's bytes as they were understood: those of a JSON record rewritten.
    pub line: &'a [u8],
    /// The framed line.
    pub entry: &'a Entry<'a>,
    /// Its meaning.
    pub event: &'a Event<'a>,
    /// When it was logged, if that is known.
    pub time: Option<Time>,
    /// How often it happened.
    pub weight: u32,
}

impl Hits {
    /// A line's bytes as they stand in the log, without the line feed.
    pub fn bytes<'a>(&'a self, chunk: &'a Chunk, place: &Range<usize>) -> &'a [u8] {
        let all = self.original.as_deref().unwrap_or_else(|| chunk.bytes());
        let line = all.get(place.clone()).unwrap_or_default();
        line.strip_suffix(b"\n").unwrap_or(line)
    }

    /// Hands a hit out understood.
    pub fn understand(
        &self,
        chunk: &Chunk,
        carry: &Carry,
        hit: &Hit,
        with: &mut dyn FnMut(&Found<'_>),
    ) {
        let at = |place: &Range<usize>| chunk.line_at(place.start).map(|(line, _)| line.bytes);
        let bytes = match &hit.repeats {
            None => at(&hit.place),
            Some(Repeats::Here(place)) => at(place),
            Some(Repeats::Before) => Some(carry.before.as_slice()),
        };
        let line = bytes.unwrap_or_default();
        let entry = Entry::parse(line);
        let event = Event::parse(&entry);
        with(&Found { line, entry: &entry, event: &event, time: hit.time, weight: hit.weight });
    }
}

/// What must be known of the chunk before.
#[derive(Debug, Default)]
pub struct Carry {
    before: Vec<u8>,
    last: Vec<u8>,
    time: Option<Time>,
}

impl Carry {
    /// Settles what a chunk alone cannot tell: whether its first line repeats one that was
    /// asked for, and the time of lines before its first stamp. Call it for every chunk, in
    /// their order, before anything is done with its hits.
    pub fn settle(&mut self, search: &Search, chunk: &Chunk, hits: &mut Hits) {
        std::mem::swap(&mut self.before, &mut self.last);
        self.last.clear();
        if let Some((line, _)) = chunk.bytes().len().checked_sub(1).and_then(|at| chunk.line_at(at))
        {
            self.last.extend_from_slice(line.bytes);
        }
        if let Some(first) = hits.begins.take()
            && search.matches(&self.before)
        {
            hits.hits.insert(0, first);
        }
        for hit in &mut hits.hits {
            hit.time = hit.time.or(self.time);
            self.time = hit.time;
        }
    }
}
