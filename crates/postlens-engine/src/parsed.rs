//! A chunk together with what its lines mean.

use postlens_source::Chunk;
use postlens_source::copies;
use postlens_syntax::{Entry, Event, Time};

/// A line of a chunk, understood.
#[derive(Debug)]
pub(crate) struct ParsedLine<'a> {
    pub(crate) entry: Entry<'a>,
    pub(crate) event: Event<'a>,
    /// `None` where the line has no stamp, or none that exists.
    pub(crate) time: Option<Time>,
    pub(crate) offset: u64,
    /// The line's bytes.
    pub(crate) bytes: &'a [u8],
    /// Hash of what copies in other logs have in common; 0 where nobody compares.
    pub(crate) fingerprint: u64,
}

/// The lines of a chunk.
#[derive(Debug)]
pub(crate) struct ParsedLines<'a>(pub(crate) Vec<ParsedLine<'a>>);

self_cell::self_cell!(
    /// A chunk and its understood lines, which borrow from it.
    pub(crate) struct ParsedChunk {
        owner: Chunk,
        #[covariant]
        dependent: ParsedLines,
    }
);

/// Understands a chunk's lines. `compared` says whether copies are looked for.
pub(crate) fn parse(mut chunk: Chunk, compared: bool, scratch: &mut Vec<u8>) -> ParsedChunk {
    chunk.canonicalize(scratch);
    ParsedChunk::new(chunk, |chunk| {
        let mut resolver = chunk.clock().resolver();
        // Lines of mail logs are longer than this, so the vector rarely grows.
        let mut lines = Vec::with_capacity(chunk.bytes().len() / 96 + 1);
        for line in chunk.lines() {
            let entry = Entry::parse(line.bytes);
            let mut fingerprint = 0;
            if compared {
                fingerprint = copies::fingerprint(entry.tag.program, entry.pid, entry.text);
            }
            lines.push(ParsedLine {
                event: Event::parse(&entry),
                time: resolver.resolve(&entry.stamp, line.offset),
                offset: line.offset,
                bytes: line.bytes,
                fingerprint,
                entry,
            });
        }
        ParsedLines(lines)
    })
}
