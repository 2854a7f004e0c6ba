//! The lines of all streams in the order of their times.

use postlens_syntax::Time;

use crate::lane::Lane;
use crate::parsed::{ParsedChunk, ParsedLine, Spare};

/// A stream's place in the merge.
pub(crate) struct Cursor {
    chunk: Option<ParsedChunk>,
    next: usize,
    /// The time of the last line that had one: lines without follow it.
    time: Time,
    /// The last line of the chunk before, for a repeat wrapper at a chunk's beginning.
    before: Vec<u8>,
    /// Which log the chunk is of.
    pub(crate) log: u64,
    /// Whether the stream has no more lines.
    pub(crate) ended: bool,
}

impl Default for Cursor {
    fn default() -> Self {
        let time = Time { micros: i64::MIN, offset: 0 };
        Self { chunk: None, next: 0, time, before: Vec::new(), log: 0, ended: false }
    }
}

impl Cursor {
    fn line(&self) -> Option<ParsedLine<'_>> {
        self.chunk.as_ref()?.borrow_dependent().get(self.next)
    }

    /// Whether the chunk is used up.
    pub(crate) fn is_empty(&self) -> bool {
        self.chunk.as_ref().is_none_or(|chunk| self.next >= chunk.borrow_dependent().len())
    }

    /// Gets chunks until there is a line or none is ready; returns whether there is a line
    /// or the stream has ended. What is used up goes to `spares`.
    pub(crate) fn load(&mut self, lane: &mut Lane, spares: &mut Vec<Spare>) -> bool {
        while self.is_empty() && !self.ended {
            match lane.next() {
                Some(chunk) => {
                    if let Some(used) = self.replace(Some(chunk)) {
                        spares.push(used.recycle());
                    }
                }
                None if lane.has_ended() && lane.ahead() == 0 => {
                    spares.extend(self.replace(None).map(ParsedChunk::recycle));
                    self.ended = true;
                }
                None => return false,
            }
        }
        true
    }

    fn replace(&mut self, chunk: Option<ParsedChunk>) -> Option<ParsedChunk> {
        if let Some(chunk) = &chunk {
            self.log = chunk.borrow_owner().log();
        }
        let used = std::mem::replace(&mut self.chunk, chunk);
        self.next = 0;
        let lines = used.as_ref().map(|used| used.borrow_dependent());
        if let Some(last) = lines.and_then(|lines| lines.get(lines.len().checked_sub(1)?)) {
            self.before.clear();
            self.before.extend_from_slice(last.mark.bytes);
        }
        used
    }

    /// The next line's time, the last known one where it has none. `None` at the end.
    pub(crate) fn peek(&self) -> Option<Time> {
        self.line().map(|line| line.mark.time.unwrap_or(self.time))
    }

    /// Calls `each` with the lines up to `until` (of the same chunk), the line before
    /// each, and its time.
    pub(crate) fn take(
        &mut self,
        until: Option<Time>,
        mut each: impl FnMut(ParsedLine<'_>, Before<'_>, Time),
    ) {
        let Some(chunk) = &self.chunk else { return };
        let lines = chunk.borrow_dependent();
        let mut before = match self.next.checked_sub(1).and_then(|last| lines.get(last)) {
            Some(line) => Before::Parsed(line),
            None => Before::Bytes(&self.before),
        };
        for line in lines.from(self.next) {
            let time = line.mark.time.unwrap_or(self.time);
            if until.is_some_and(|until| time.micros > until.micros) {
                break;
            }
            each(line, before, time);
            before = Before::Parsed(line);
            self.time = time;
            self.next += 1;
        }
    }
}

/// The line before one, in the same stream.
#[derive(Clone, Copy)]
pub(crate) enum Before<'a> {
    /// Of the same chunk.
    Parsed(ParsedLine<'a>),
    /// Of the chunk before.
    Bytes(&'a [u8]),
}

/// The cursor whose next line comes first, and the time up to which its lines come
/// before all others'. Of equal times the first stream's come first.
pub(crate) fn first(cursors: &[Cursor]) -> Option<(usize, Option<Time>)> {
    let mut best: Option<(usize, Time)> = None;
    let mut second: Option<Time> = None;
    for (index, cursor) in cursors.iter().enumerate() {
        let Some(time) = cursor.peek() else { continue };
        match best {
            Some((_, known)) if known.micros <= time.micros => {
                second = Some(second.map_or(time, |second| second.min(time)));
            }
            Some((_, known)) => {
                second = Some(second.map_or(known, |second| second.min(known)));
                best = Some((index, time));
            }
            None => best = Some((index, time)),
        }
    }
    best.map(|(index, _)| (index, second))
}
