//! The lines of all streams in the order of their times.

use postlens_syntax::Time;

use crate::lane::Lane;
use crate::parsed::{ParsedChunk, ParsedLine};

/// A stream's place in the merge.
pub(crate) struct Cursor {
    lane: Lane,
    chunk: Option<ParsedChunk>,
    next: usize,
    /// The time of the last line that had one: lines without follow it.
    time: Time,
    /// The last line of the chunk before, for a repeat wrapper at a chunk's beginning.
    before: Vec<u8>,
    /// Which log the chunk is of.
    pub(crate) log: u64,
}

impl Cursor {
    pub(crate) fn new(lane: Lane) -> Self {
        let time = Time { micros: i64::MIN, offset: 0 };
        let mut cursor = Self { lane, chunk: None, next: 0, time, before: Vec::new(), log: 0 };
        cursor.load();
        cursor
    }

    pub(crate) fn lane(&self) -> &Lane {
        &self.lane
    }

    fn lines(&self) -> &[ParsedLine<'_>] {
        self.chunk.as_ref().map_or(&[], |chunk| &chunk.borrow_dependent().0)
    }

    /// Gets chunks until there is a line; none at the stream's end.
    pub(crate) fn load(&mut self) {
        while self.next >= self.lines().len() {
            if let Some(chunk) = self.chunk.take() {
                if let Some(last) = chunk.borrow_dependent().0.last() {
                    self.before.clear();
                    self.before.extend_from_slice(last.bytes);
                }
                self.lane.recycle(chunk);
            }
            self.next = 0;
            let Some(chunk) = self.lane.next() else { return };
            self.log = chunk.borrow_owner().log();
            self.chunk = Some(chunk);
        }
    }

    /// The next line's time, the last known one where it has none. `None` at the end.
    pub(crate) fn peek(&self) -> Option<Time> {
        self.lines().get(self.next).map(|line| line.time.unwrap_or(self.time))
    }

    /// Calls `each` with the lines up to `until` (of the same chunk), the line before
    /// each, and its time; returns whether the chunk is used up.
    /// The next chunk is only got by [`Cursor::load`].
    pub(crate) fn take(
        &mut self,
        until: Option<Time>,
        mut each: impl FnMut(&ParsedLine<'_>, Before<'_>, Time),
    ) {
        let Some(chunk) = &self.chunk else { return };
        let lines = &chunk.borrow_dependent().0;
        let mut before = match self.next.checked_sub(1).and_then(|last| lines.get(last)) {
            Some(line) => Before::Parsed(line),
            None => Before::Bytes(&self.before),
        };
        for line in lines.get(self.next..).unwrap_or_default() {
            let time = line.time.unwrap_or(self.time);
            if until.is_some_and(|until| time.micros > until.micros) {
                break;
            }
            each(line, before, time);
            before = Before::Parsed(line);
            self.time = time;
            self.next += 1;
        }
    }

    /// Whether getting more lines may take a while.
    pub(crate) fn may_wait(&self) -> bool {
        self.next >= self.lines().len() && self.lane.is_empty()
    }
}

/// The line before one, in the same stream.
#[derive(Clone, Copy)]
pub(crate) enum Before<'a> {
    /// Of the same chunk.
    Parsed(&'a ParsedLine<'a>),
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
