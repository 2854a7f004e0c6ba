//! A source's bytes as lines: decompressed, and the journal's records of several lines
//! decoded.

use std::io;

use crate::compression::{Compression, Decoder};
use crate::wide::Records;
use crate::writer::Writer;

/// Lines to read.
#[derive(Debug)]
pub(crate) struct Feed {
    decoder: Decoder,
    /// Who writes, where that may take time.
    writer: Option<Writer>,
    state: State,
    origin: Option<Origin>,
}

/// Where lines come from, where that is known before they are read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Origin {
    /// Which log.
    pub(crate) log: u64,
    /// Where in it the first line begins.
    pub(crate) offset: u64,
    /// When that was logged, in microseconds since 1970-01-01T00:00:00Z.
    pub(crate) first: Option<i64>,
}

#[derive(Debug)]
enum State {
    /// Nothing has been read.
    Start,
    /// The first bytes, of which some have been given on.
    Started {
        start: [u8; START],
        length: usize,
        given: usize,
    },
    /// Lines, as they are.
    Lines,
    Wide(Box<Wide>),
}

/// A stream of records of several lines, being decoded.
#[derive(Debug)]
struct Wide {
    records: Records,
    input: Vec<u8>,
    lines: Vec<u8>,
    /// How much of `lines` has been given on.
    given: usize,
    ended: bool,
    /// Told once the lines before it have been given on.
    failure: Option<io::Error>,
}

/// How much of such a stream is decoded at once.
const PIECE: usize = 64 * 1024;
/// Enough first bytes to tell it.
const START: usize = 48;

impl Feed {
    pub(crate) fn new(decoder: Decoder, writer: Option<Writer>) -> Self {
        Self { decoder, writer, state: State::Start, origin: None }
    }

    /// Says where the lines come from.
    pub(crate) fn of_log(self, log: u64, offset: u64, first: Option<i64>) -> Self {
        Self { origin: Some(Origin { log, offset, first }), ..self }
    }

    /// Where the lines come from, where that is known.
    pub(crate) fn origin(&self) -> Option<Origin> {
        self.origin
    }

    /// Whether a read may have to wait for another program.
    pub(crate) fn may_wait(&self) -> bool {
        self.writer.is_some()
    }

    /// Whether a read would have to wait for another program, which has not written for
    /// so many milliseconds.
    pub(crate) fn is_idle(&self, patience: u16) -> bool {
        let given = match &self.state {
            State::Start => false,
            State::Started { length, given, .. } => given == length,
            State::Lines => true,
            State::Wide(wide) => wide.given == wide.lines.len() && !wide.ended,
        };
        given
            && self.decoder.is_drained()
            && self.writer.as_ref().is_some_and(|writer| writer.is_idle(patience))
    }

    /// Reads some bytes; 0 is the end. After an error there is nothing more to read.
    pub(crate) fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if let State::Start = self.state {
            self.start()?;
        }
        match &mut self.state {
            State::Start | State::Lines => self.decoder.read(into),
            State::Started { start, length, given } => {
                let count = give(start.get(..*length).unwrap_or_default(), given, into);
                if count > 0 || into.is_empty() {
                    return Ok(count);
                }
                self.state = State::Lines;
                self.decoder.read(into)
            }
            State::Wide(wide) => wide.read(&mut self.decoder, into),
        }
    }

    /// Looks at the first bytes. An error is met again with the next read.
    fn start(&mut self) -> io::Result<()> {
        let mut start = [0; START];
        let mut length = 0;
        while let Some(into) = start.get_mut(length..).filter(|into| !into.is_empty()) {
            match self.decoder.read(into) {
                Ok(0) => break,
                Ok(count) => length += count,
                Err(error) if length == 0 => return Err(error),
                Err(_) => break,
            }
            // A short first line says all it will, and more may be long in coming.
            if start.get(..length).is_some_and(|known| memchr::memchr(b'\n', known).is_some()) {
                break;
            }
        }
        let known = start.get(..length).unwrap_or_default();
        self.state = match Records::recognize(known) {
            Some(records) => State::Wide(Box::new(Wide::new(records, known))),
            None => State::Started { start, length, given: 0 },
        };
        Ok(())
    }

    pub(crate) fn compression(&self) -> Compression {
        self.decoder.compression()
    }

    pub(crate) fn has_garbage(&self) -> bool {
        self.decoder.has_garbage()
    }

    pub(crate) fn is_cut_off(&self) -> bool {
        self.decoder.is_cut_off()
    }
}

impl Wide {
    fn new(mut records: Records, start: &[u8]) -> Self {
        let mut lines = Vec::new();
        records.push(start, &mut lines);
        Self { records, input: Vec::new(), lines, given: 0, ended: false, failure: None }
    }

    fn read(&mut self, source: &mut Decoder, into: &mut [u8]) -> io::Result<usize> {
        loop {
            let count = give(&self.lines, &mut self.given, into);
            if count > 0 || into.is_empty() {
                return Ok(count);
            }
            if self.ended {
                return self.failure.take().map_or(Ok(0), Err);
            }
            self.lines.clear();
            self.given = 0;
            self.input.resize(PIECE, 0);
            match source.read(&mut self.input) {
                Ok(0) => self.end(None),
                Ok(count) => {
                    let input = self.input.get(..count).unwrap_or_default();
                    self.records.push(input, &mut self.lines);
                }
                Err(error) => self.end(Some(error)),
            }
        }
    }

    fn end(&mut self, failure: Option<io::Error>) {
        self.records.finish(&mut self.lines);
        self.ended = true;
        self.failure = failure;
    }
}

/// Copies what has not been given yet.
fn give(from: &[u8], given: &mut usize, into: &mut [u8]) -> usize {
    let from = from.get(*given..).unwrap_or_default();
    let count = from.len().min(into.len());
    if let (Some(from), Some(into)) = (from.get(..count), into.get_mut(..count)) {
        into.copy_from_slice(from);
    }
    *given += count;
    count
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::Feed;
    use crate::compression::Decoder;

    fn read(text: &[u8], size: usize) -> Vec<u8> {
        let source = Box::new(Cursor::new(text.to_vec()));
        let mut feed = Feed::new(Decoder::new(source).unwrap(), None);
        let (mut out, mut buffer) = (Vec::new(), vec![0; size]);
        while let Ok(count @ 1..) = feed.read(&mut buffer) {
            out.extend_from_slice(&buffer[..count]);
        }
        out
    }

    #[test]
    fn lines_pass_as_they_are() {
        for text in [&b""[..], b"a", b"a\nb\n", b"__CURSO\n", b"a longer line\n\n"] {
            for size in [1, 5, 9, 100] {
                assert_eq!(read(text, size), text);
            }
        }
    }

    #[test]
    fn exports_become_lines() {
        let record = b"__CURSOR=s=1\n__REALTIME_TIMESTAMP=1762205101123456\n_HOSTNAME=mx\n\
            SYSLOG_IDENTIFIER=postfix/qmgr\nMESSAGE=removed\n\n";
        let line = b"1 2025-11-03T21:25:01.123456Z mx postfix/qmgr - - - removed\n";
        for size in [1, 7, 1000] {
            assert_eq!(read(&record.repeat(3), size), line.repeat(3));
            assert_eq!(read(&record[..record.len() - 2], size), line);
        }
    }
}
