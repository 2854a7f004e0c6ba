//! Chunks of whole lines, and the lines in them.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use postlens_syntax::canonical::canonicalize;

use crate::clock::Clock;

/// Some whole lines of one file, some 128 KiB by default.
#[derive(Debug)]
pub struct Chunk {
    pub(crate) data: Vec<u8>,
    pub(crate) path: Arc<Path>,
    pub(crate) file: usize,
    pub(crate) log: u64,
    pub(crate) offset: u64,
    pub(crate) first_line: Option<u64>,
    pub(crate) clock: Clock,
    /// Lines that [`Chunk::canonicalize`] has rewritten, in order.
    pub(crate) rewritten: Vec<Rewritten>,
}

/// A line whose bytes have been replaced by fewer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rewritten {
    start: usize,
    length: usize,
    /// Where the line ended before, without its line feed.
    end: usize,
}

/// One line of a chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line<'a> {
    /// The line without its line end.
    pub bytes: &'a [u8],
    /// Its number in the file, from 1; `None` where reading began in the middle of
    /// the file.
    pub number: Option<u64>,
    /// Where it starts in the decompressed file, in bytes.
    pub offset: u64,
}

impl Chunk {
    /// The file's path, or the name of the other source.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The file's index in its stream.
    pub fn file_index(&self) -> usize {
        self.file
    }

    /// Which log it is of, whatever the file's name and compression: with a line's offset,
    /// a stable name of the line. See [`log_identity()`](crate::log_identity).
    pub fn log(&self) -> u64 {
        self.log
    }

    /// Where the chunk starts in the decompressed file, in bytes.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// The number of the first line, from 1; `None` where reading began in the middle
    /// of the file.
    pub fn first_line(&self) -> Option<u64> {
        self.first_line
    }

    /// The chunk's bytes, lines with their ends.
    pub fn bytes(&self) -> &[u8] {
        &self.data
    }

    /// What resolves the lines' stamps.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Rewrites JSON lines in place into lines that
    /// [`Entry::parse`](postlens_syntax::Entry::parse) reads. Chunks without any cost
    /// one look for `{` at the start of a line.
    pub fn canonicalize(&mut self, scratch: &mut Vec<u8>) {
        let mut start = 0;
        while let Some(found) = self.next_brace(start) {
            let rest = self.data.get_mut(found..).unwrap_or_default();
            let length = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
            let line = rest.get_mut(..length).unwrap_or_default();
            if let Some(length) = canonicalize(line, scratch) {
                let end = found + line.len();
                self.rewritten.push(Rewritten { start: found, length, end });
            }
            start = found + length;
        }
    }

    /// The first line at or after `from` that starts with a brace; `from` is the
    /// start of the chunk or a line feed.
    fn next_brace(&self, from: usize) -> Option<usize> {
        if from == 0 && self.data.first() == Some(&b'{') {
            return Some(0);
        }
        let rest = self.data.get(from..)?;
        // Braces are rare in other lines, so that looking for one byte is the fastest.
        memchr::memchr_iter(b'{', rest)
            .find(|at| at.checked_sub(1).and_then(|before| rest.get(before)) == Some(&b'\n'))
            .map(|found| from + found)
    }

    /// Every line in order, each exactly once, blank ones too.
    pub fn lines(&self) -> Lines<'_> {
        Lines {
            data: &self.data,
            rewritten: self.rewritten.iter(),
            next: self.rewritten.first().copied(),
            position: 0,
            offset: self.offset,
            number: self.first_line,
        }
        .skip_first()
    }

    /// The line in which a byte of [`bytes`](Self::bytes) lies, and the bytes that it takes
    /// there with its line feed: also what is left of a line that has been rewritten. Its
    /// number is not known.
    pub fn line_at(&self, position: usize) -> Option<(Line<'_>, Range<usize>)> {
        let before = self.data.get(..position)?;
        let start = memchr::memrchr(b'\n', before).map_or(0, |feed| feed + 1);
        let rest = self.data.get(start..).filter(|rest| !rest.is_empty())?;
        let length = memchr::memchr(b'\n', rest).map_or(rest.len(), |feed| feed + 1);
        let whole = rest.get(..length)?;
        let found = self.rewritten.binary_search_by_key(&start, |line| line.start);
        let bytes = if let Some(line) = found.ok().and_then(|index| self.rewritten.get(index)) {
            whole.get(..line.length)?
        } else {
            let line = whole.strip_suffix(b"\n").unwrap_or(whole);
            line.strip_suffix(b"\r").unwrap_or(line)
        };
        let line = Line { bytes, number: None, offset: self.offset + start as u64 };
        Some((line, start..start + length))
    }

    /// Gives the buffer back, for the reader to use again.
    pub fn into_buffer(self) -> Vec<u8> {
        self.data
    }
}

/// The lines of a chunk; see [`Chunk::lines`].
#[derive(Debug, Clone)]
pub struct Lines<'a> {
    data: &'a [u8],
    rewritten: std::slice::Iter<'a, Rewritten>,
    next: Option<Rewritten>,
    position: usize,
    offset: u64,
    number: Option<u64>,
}

impl Lines<'_> {
    /// The first rewritten line is already in `next`.
    fn skip_first(mut self) -> Self {
        self.rewritten.next();
        self
    }
}

impl<'a> Iterator for Lines<'a> {
    type Item = Line<'a>;

    fn next(&mut self) -> Option<Line<'a>> {
        let start = self.position;
        let rest = self.data.get(start..).filter(|rest| !rest.is_empty())?;
        let (bytes, length) = match self.next {
            Some(line) if line.start == start => {
                self.next = self.rewritten.next().copied();
                (rest.get(..line.length)?, line.end - start)
            }
            _ => {
                let length = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
                let line = rest.get(..length)?;
                (line.strip_suffix(b"\r").unwrap_or(line), length)
            }
        };
        self.position = start + length + 1;
        let number = self.number;
        self.number = number.map(|number| number + 1);
        Some(Line { bytes, number, offset: self.offset + start as u64 })
    }
}
