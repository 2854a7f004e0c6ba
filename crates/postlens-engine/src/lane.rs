//! A stream on its way: being read, and its chunks in order.

use std::collections::VecDeque;

use postlens_source::{Options, Problem, Skipped, Stream, StreamReader};

use crate::parsed::ParsedChunk;

/// A stream and those of its chunks that have been read and not been consumed.
pub(crate) struct Lane {
    reader: Reader,
    /// In order; empty places are those of chunks that are being parsed.
    chunks: VecDeque<Option<ParsedChunk>>,
    /// How many chunks have been consumed.
    consumed: u64,
}

/// What reads a stream: one worker at a time.
enum Reader {
    /// Not begun.
    Stream(Stream),
    Open(Box<StreamReader>),
    /// A worker has it.
    Away,
    Ended(Box<StreamReader>),
}

/// The right to read a lane's next chunk.
pub(crate) enum Turn {
    First(Stream),
    Next(Box<StreamReader>),
}

impl Turn {
    /// Opens the stream if that has not been done.
    pub(crate) fn reader(self, options: &Options) -> Box<StreamReader> {
        match self {
            Self::First(stream) => Box::new(stream.open(options)),
            Self::Next(reader) => reader,
        }
    }
}

impl Lane {
    pub(crate) fn new(stream: Stream) -> Self {
        Self { reader: Reader::Stream(stream), chunks: VecDeque::new(), consumed: 0 }
    }

    /// Chunks that are there or are being parsed.
    pub(crate) fn ahead(&self) -> usize {
        self.chunks.len()
    }

    /// Whether somebody could read on.
    pub(crate) fn is_readable(&self) -> bool {
        matches!(self.reader, Reader::Stream(_) | Reader::Open(_))
    }

    /// Whether all has been read.
    pub(crate) fn has_ended(&self) -> bool {
        matches!(self.reader, Reader::Ended(_))
    }

    /// Gives the reader out.
    pub(crate) fn begin(&mut self) -> Option<Turn> {
        match std::mem::replace(&mut self.reader, Reader::Away) {
            Reader::Stream(stream) => Some(Turn::First(stream)),
            Reader::Open(reader) => Some(Turn::Next(reader)),
            other => {
                self.reader = other;
                None
            }
        }
    }

    /// Takes the reader back after it gave a chunk; returns the chunk's number.
    pub(crate) fn expect(&mut self, reader: Box<StreamReader>) -> u64 {
        self.reader = Reader::Open(reader);
        self.chunks.push_back(None);
        self.consumed + self.chunks.len() as u64 - 1
    }

    /// Notes that there are no more chunks.
    pub(crate) fn end(&mut self, reader: Box<StreamReader>) {
        self.reader = Reader::Ended(reader);
    }

    /// What could not be read, and what was left unread; also where the run was broken off.
    pub(crate) fn finish(self) -> (Vec<Problem>, Skipped) {
        match self.reader {
            Reader::Open(mut reader) | Reader::Ended(mut reader) => {
                (reader.take_problems(), reader.skipped())
            }
            Reader::Stream(_) | Reader::Away => Default::default(),
        }
    }

    /// Puts a parsed chunk in its place.
    pub(crate) fn put(&mut self, number: u64, chunk: ParsedChunk) {
        let place = number.checked_sub(self.consumed).and_then(|place| usize::try_from(place).ok());
        if let Some(place) = place.and_then(|place| self.chunks.get_mut(place)) {
            *place = Some(chunk);
        }
    }

    /// The next chunk, if it is there.
    pub(crate) fn next(&mut self) -> Option<ParsedChunk> {
        let chunk = self.chunks.front_mut()?.take()?;
        self.chunks.pop_front();
        self.consumed += 1;
        Some(chunk)
    }
}
