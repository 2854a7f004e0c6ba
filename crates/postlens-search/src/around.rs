//! The lines before and after hits.

use std::collections::VecDeque;
use std::ops::Range;

use postlens_source::Chunk;

use crate::hit::Hits;

/// Gives hits with so many lines before and after them, each line once, and says where
/// lines are left out between them.
#[derive(Debug)]
pub struct Around {
    before: usize,
    after: usize,
    /// How many lines are still to be given after the last hit.
    left: usize,
    /// The last lines of the chunks before, none of them given.
    tail: VecDeque<Vec<u8>>,
    /// Whether lines were left out since the last one that was given.
    gap: bool,
    /// Whether any line was given.
    begun: bool,
}

/// One line to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part<'a> {
    /// A line, without its line feed.
    Line(&'a [u8]),
    /// Lines are left out here.
    Gap,
}

impl Around {
    /// With so many lines before and after each hit.
    pub fn new(before: usize, after: usize) -> Self {
        Self { before, after, left: 0, tail: VecDeque::new(), gap: false, begun: false }
    }

    /// Whether lines after the last hit are still to come.
    pub fn wants_more(&self) -> bool {
        self.left > 0
    }

    /// Gives the lines of the next chunk.
    pub fn take(&mut self, chunk: &Chunk, hits: &Hits, write: &mut dyn FnMut(Part<'_>)) {
        let mut given = 0;
        for hit in &hits.hits {
            given = self.rest(chunk, hits, given, hit.place.start, write);
            given = self.preceding(chunk, given, hit.place.start, write);
            while given < hit.place.end {
                let Some(place) = place_at(chunk, given) else { break };
                self.give(hits.bytes(chunk, &place), write);
                given = place.end;
            }
            self.left = self.after;
        }
        let end = chunk.bytes().len();
        given = self.rest(chunk, hits, given, end, write);
        self.keep(chunk, hits, given, end);
    }

    /// Gives what is left to be given after the last hit, up to `until`; returns where it
    /// ended.
    fn rest(
        &mut self,
        chunk: &Chunk,
        hits: &Hits,
        from: usize,
        until: usize,
        write: &mut dyn FnMut(Part<'_>),
    ) -> usize {
        let mut given = from;
        while self.left > 0
            && given < until
            && let Some(place) = place_at(chunk, given)
        {
            self.left -= 1;
            self.give(hits.bytes(chunk, &place), write);
            given = place.end;
        }
        given
    }

    /// Finds the first of the lines before a hit that have not been given; those of chunks
    /// before it gives itself.
    fn preceding(
        &mut self,
        chunk: &Chunk,
        given: usize,
        hit: usize,
        write: &mut dyn FnMut(Part<'_>),
    ) -> usize {
        let (mut first, mut wanted) = (hit, self.before);
        while wanted > 0
            && first > given
            && let Some(place) = first.checked_sub(1).and_then(|at| place_at(chunk, at))
        {
            first = place.start;
            wanted -= 1;
        }
        if first > 0 {
            self.gap |= first > given;
            if given == 0 {
                self.tail.clear();
            }
            return first;
        }
        let skipped = self.tail.len().saturating_sub(wanted);
        self.gap |= skipped > 0;
        for line in std::mem::take(&mut self.tail).into_iter().skip(skipped) {
            self.give(&line, write);
        }
        first
    }

    fn give(&mut self, line: &[u8], write: &mut dyn FnMut(Part<'_>)) {
        if self.gap && self.begun {
            write(Part::Gap);
        }
        (self.gap, self.begun) = (false, true);
        write(Part::Line(line));
    }

    /// Keeps the last lines that were not given for hits of the next chunk.
    fn keep(&mut self, chunk: &Chunk, hits: &Hits, given: usize, end: usize) {
        if given > 0 {
            self.tail.clear();
        }
        let mut lines: Vec<Range<usize>> = Vec::new();
        let mut start = end;
        while lines.len() < self.before
            && start > given
            && let Some(place) = start.checked_sub(1).and_then(|at| place_at(chunk, at))
        {
            start = place.start;
            lines.push(place);
        }
        self.gap |= start > given;
        for place in lines.iter().rev() {
            self.tail.push_back(hits.bytes(chunk, place).to_vec());
        }
        while self.tail.len() > self.before {
            self.tail.pop_front();
            self.gap = true;
        }
    }
}

fn place_at(chunk: &Chunk, at: usize) -> Option<Range<usize>> {
    chunk.line_at(at).map(|(_, place)| place)
}
