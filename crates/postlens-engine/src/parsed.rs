//! A chunk together with what its lines mean.

use postlens_source::{Chunk, copies};
use postlens_syntax::{Entry, Event, Framer, Time};

/// A line of a chunk, understood.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ParsedLine<'a> {
    pub(crate) entry: &'a Entry<'a>,
    pub(crate) event: &'a Event<'a>,
    pub(crate) mark: &'a Mark<'a>,
}

/// What else is known of a line.
#[derive(Debug)]
pub(crate) struct Mark<'a> {
    /// `None` where the line has no stamp, or none that exists.
    pub(crate) time: Option<Time>,
    pub(crate) offset: u64,
    /// The line's bytes.
    pub(crate) bytes: &'a [u8],
    /// Hash of what copies in other logs have in common; 0 where nobody compares.
    pub(crate) fingerprint: u64,
}

/// The lines of a chunk, part by part: entries and events are large, and are written
/// once where they stay.
#[derive(Debug, Default)]
pub(crate) struct ParsedLines<'a> {
    entries: Vec<Entry<'a>>,
    events: Vec<Event<'a>>,
    marks: Vec<Mark<'a>>,
}

impl ParsedLines<'_> {
    pub(crate) fn len(&self) -> usize {
        self.marks.len()
    }

    pub(crate) fn get(&self, index: usize) -> Option<ParsedLine<'_>> {
        self.from(index).next()
    }

    /// The lines from `index` on.
    pub(crate) fn from(&self, index: usize) -> impl Iterator<Item = ParsedLine<'_>> {
        let entries = self.entries.get(index..).unwrap_or_default();
        let events = self.events.get(index..).unwrap_or_default();
        let marks = self.marks.get(index..).unwrap_or_default();
        entries.iter().zip(events).zip(marks).map(|((entry, event), mark)| ParsedLine {
            entry,
            event,
            mark,
        })
    }

    /// Takes the lines out and gives their memory for others.
    fn emptied<'b>(&mut self) -> ParsedLines<'b> {
        ParsedLines {
            entries: emptied(&mut self.entries, |_| None),
            events: emptied(&mut self.events, |_| None),
            marks: emptied(&mut self.marks, |_| None),
        }
    }
}

/// An empty vector in a vector's memory: collecting into a type of the same size takes
/// place where the items are.
fn emptied<A, B>(items: &mut Vec<A>, none: impl Fn(A) -> Option<B>) -> Vec<B> {
    std::mem::take(items).into_iter().filter_map(none).collect()
}

self_cell::self_cell!(
    /// A chunk and its understood lines, which borrow from it.
    pub(crate) struct ParsedChunk {
        owner: Chunk,
        #[covariant]
        dependent: ParsedLines,
    }
);

/// Memory of a chunk that is done with, for the next one.
#[derive(Debug, Default)]
pub(crate) struct Spare {
    pub(crate) buffer: Vec<u8>,
    lines: ParsedLines<'static>,
}

impl ParsedChunk {
    /// Gives the chunk's memory for others.
    pub(crate) fn recycle(mut self) -> Spare {
        let lines = self.with_dependent_mut(|_, lines| lines.emptied());
        Spare { buffer: self.into_owner().into_buffer(), lines }
    }
}

/// Understands a chunk's lines in memory that another chunk left. `compared` says whether
/// copies are looked for.
pub(crate) fn parse(
    mut chunk: Chunk,
    compared: bool,
    spare: Spare,
    scratch: &mut Vec<u8>,
) -> ParsedChunk {
    chunk.canonicalize(scratch);
    ParsedChunk::new(chunk, |chunk| {
        let mut framer = Framer::default();
        let mut resolver = chunk.clock().resolver();
        let mut lines: ParsedLines<'_> = spare.lines;
        for line in chunk.lines() {
            let entry = framer.frame(line.bytes);
            let mut fingerprint = 0;
            if compared {
                fingerprint = copies::fingerprint(entry.tag.program, entry.pid, entry.text);
            }
            let time = resolver.resolve(&entry.stamp, line.offset);
            lines.events.push(Event::parse(&entry));
            lines.entries.push(entry);
            let (offset, bytes) = (line.offset, line.bytes);
            lines.marks.push(Mark { time, offset, bytes, fingerprint });
        }
        lines
    })
}
