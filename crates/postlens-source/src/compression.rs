//! Archives, told by their content: gzip (RFC 1952), bzip2, xz and Zstandard
//! (RFC 8878), each possibly of several members.

use std::io::{self, BufRead, Read};

use bzip2::bufread::BzDecoder;
use flate2::bufread::GzDecoder;
use lzma_rust2::XzReader;
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{FrameDecoder, StreamingDecoder};

/// How a file is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Compression {
    /// Not at all.
    #[default]
    None,
    /// gzip.
    Gzip,
    /// bzip2.
    Bzip2,
    /// xz.
    Xz,
    /// Zstandard.
    Zstd,
}

/// Enough first bytes of a file to tell what it is.
pub(crate) const MAGIC: usize = 10;

impl Compression {
    /// Tells the compression by a file's first bytes.
    pub fn of(start: &[u8]) -> Self {
        match start {
            [0x1f, 0x8b, 8, ..] => Self::Gzip,
            [b'B', b'Z', b'h', b'1'..=b'9', 0x31 | 0x17, ..] => Self::Bzip2,
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Self::Xz,
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Self::Zstd,
            _ => Self::None,
        }
    }

    /// Names an archive format that we do not read.
    pub(crate) fn unsupported(start: &[u8]) -> Option<&'static str> {
        match start {
            [b'P', b'K', 3, 4, ..] => Some("a zip archive"),
            [0x1f, 0x9d, ..] => Some("compress (.Z) output"),
            [b'7', b'z', 0xbc, 0xaf, ..] => Some("a 7z archive"),
            [0x04, 0x22, 0x4d, 0x18, ..] => Some("lz4 output"),
            [b'L', b'Z', b'I', b'P', ..] => Some("lzip output"),
            [0x5d, 0, 0, ..] => Some("lzma output"),
            _ => None,
        }
    }

    /// The format's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "plain",
            Self::Gzip => "gzip",
            Self::Bzip2 => "bzip2",
            Self::Xz => "xz",
            Self::Zstd => "zstd",
        }
    }
}

/// The modification time that a gzip header tells, in seconds since 1970: that of
/// the log before it was compressed.
pub(crate) fn gzip_mtime(start: &[u8]) -> Option<i64> {
    let [0x1f, 0x8b, _, _, a, b, c, d, ..] = start else { return None };
    let seconds = u32::from_le_bytes([*a, *b, *c, *d]);
    (seconds != 0).then_some(i64::from(seconds))
}

/// Bytes of a file, read ahead.
pub(crate) struct Source {
    inner: Box<dyn Read + Send>,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    /// Whether more was asked for than there was.
    ended: bool,
}

impl Source {
    fn new(inner: Box<dyn Read + Send>, size: usize) -> Self {
        Self { inner, buffer: vec![0; size.max(MAGIC)], start: 0, end: 0, ended: false }
    }

    fn buffered(&self) -> &[u8] {
        self.buffer.get(self.start..self.end).unwrap_or_default()
    }

    /// The next `count` bytes, or as many as there are, without consuming them.
    fn peek(&mut self, count: usize) -> io::Result<&[u8]> {
        while self.end - self.start < count {
            self.buffer.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
            let read =
                retry(&mut *self.inner, self.buffer.get_mut(self.end..).unwrap_or_default())?;
            if read == 0 {
                break;
            }
            self.end += read;
        }
        let buffered = self.buffered();
        Ok(buffered.get(..count).unwrap_or(buffered))
    }
}

impl Read for Source {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.start == self.end && into.len() >= self.buffer.len() {
            // Straight into the caller's buffer.
            let read = retry(&mut *self.inner, into)?;
            self.ended |= read == 0;
            return Ok(read);
        }
        let available = self.fill_buf()?;
        let count = available.len().min(into.len());
        if let (Some(into), Some(from)) = (into.get_mut(..count), available.get(..count)) {
            into.copy_from_slice(from);
        }
        self.consume(count);
        Ok(count)
    }
}

impl BufRead for Source {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.start == self.end {
            self.start = 0;
            self.end = retry(&mut *self.inner, &mut self.buffer)?;
            self.ended |= self.end == 0;
        }
        Ok(self.buffered())
    }

    fn consume(&mut self, count: usize) {
        self.start = (self.start + count).min(self.end);
    }
}

/// Reads once; a signal is no error.
fn retry(source: &mut (dyn Read + Send), into: &mut [u8]) -> io::Result<usize> {
    loop {
        match source.read(into) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

/// A log's bytes, decompressed.
pub(crate) struct Decoder {
    compression: Compression,
    state: State,
    garbage: bool,
}

enum State {
    Plain(Source),
    Gzip(Box<GzDecoder<Source>>),
    Bzip2(BzDecoder<Source>),
    Xz(Box<XzReader<Source>>),
    Zstd(Box<StreamingDecoder<Source, FrameDecoder>>),
    /// Between two members.
    Between(Source),
    /// After the end; whether it came while more was expected.
    End {
        early: bool,
    },
}

/// What is read at once.
const READ: usize = 64 * 1024;
/// The largest dictionary that an xz archive may ask for, in KiB.
const XZ_MEMORY: u32 = 1024 * 1024;

impl Decoder {
    /// Reads `source`, whatever its compression.
    pub(crate) fn new(source: Box<dyn Read + Send>) -> io::Result<Self> {
        let mut source = Source::new(source, READ);
        let compression = Compression::of(source.peek(MAGIC)?);
        let state = match compression {
            Compression::None => State::Plain(source),
            _ => State::Between(source),
        };
        Ok(Self { compression, state, garbage: false })
    }

    /// Reads `source` as it is.
    pub(crate) fn plain(source: Box<dyn Read + Send>) -> Self {
        let state = State::Plain(Source::new(source, READ));
        Self { compression: Compression::None, state, garbage: false }
    }

    pub(crate) fn compression(&self) -> Compression {
        self.compression
    }

    /// Whether bytes after the archive's end were left unread, since they are none.
    pub(crate) fn has_garbage(&self) -> bool {
        self.garbage
    }

    /// After an error: whether the archive just ended too early.
    pub(crate) fn is_cut_off(&self) -> bool {
        matches!(self.state, State::End { early: true })
    }

    /// Whether a read would have to ask the source for more. Of archives it is not known.
    pub(crate) fn is_drained(&self) -> bool {
        matches!(&self.state, State::Plain(source) if source.buffered().is_empty())
    }

    /// Reads some bytes; 0 is the end. After an error there is nothing more to read.
    pub(crate) fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            let result = match &mut self.state {
                State::Plain(source) => source.read(into),
                State::Gzip(member) => member.read(into),
                State::Bzip2(member) => member.read(into),
                State::Xz(member) => member.read(into),
                State::Zstd(member) => member.read(into),
                State::End { .. } => return Ok(0),
                State::Between(_) => Ok(0),
            };
            match result {
                Ok(0) if !into.is_empty() => self.next_member()?,
                Ok(count) => return Ok(count),
                Err(error) => {
                    let early = self.has_ended() || error.kind() == io::ErrorKind::UnexpectedEof;
                    self.state = State::End { early };
                    return Err(error);
                }
            }
        }
    }

    /// Reads past so many bytes, or to the end; how many there were.
    pub(crate) fn skip(&mut self, count: u64) -> io::Result<u64> {
        if count == 0 {
            return Ok(0);
        }
        let mut buffer = vec![0; READ];
        let mut skipped = 0;
        while skipped < count {
            let wanted = usize::try_from(count - skipped).unwrap_or(READ).min(READ);
            match self.read(buffer.get_mut(..wanted).unwrap_or_default())? {
                0 => break,
                read => skipped += read as u64,
            }
        }
        Ok(skipped)
    }

    /// Fills a buffer.
    pub(crate) fn read_exact(&mut self, into: &mut [u8]) -> io::Result<()> {
        let mut filled = 0;
        while let Some(rest) = into.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match self.read(rest)? {
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                read => filled += read,
            }
        }
        Ok(())
    }

    fn has_ended(&self) -> bool {
        match &self.state {
            State::Plain(source) | State::Between(source) => source.ended,
            State::Gzip(member) => member.get_ref().ended,
            State::Bzip2(member) => member.get_ref().ended,
            // The xz reader gives its source away while it works on a block.
            State::Xz(_) | State::End { .. } => false,
            State::Zstd(member) => member.get_ref().ended,
        }
    }

    /// Goes on behind the end of a member.
    fn next_member(&mut self) -> io::Result<()> {
        let source = match std::mem::replace(&mut self.state, State::End { early: false }) {
            State::Plain(_) | State::End { .. } => return Ok(()),
            State::Between(source) => source,
            State::Gzip(member) => member.into_inner(),
            State::Bzip2(member) => member.into_inner(),
            State::Xz(member) => member.into_inner(),
            State::Zstd(member) => member.into_inner(),
        };
        self.state = self.open_member(source).inspect_err(|error| {
            let early = error.kind() == io::ErrorKind::UnexpectedEof;
            self.state = State::End { early };
        })?;
        Ok(())
    }

    /// Starts the next member of an archive, if there is one.
    fn open_member(&mut self, mut source: Source) -> io::Result<State> {
        // Padding with zeros, as tapes and xz have it, is no garbage.
        loop {
            let zeros = source.fill_buf()?.iter().take_while(|byte| **byte == 0).count();
            if zeros == 0 {
                break;
            }
            source.consume(zeros);
        }
        let start = source.peek(MAGIC)?;
        if Compression::of(start) != self.compression {
            self.garbage = !start.is_empty();
            return Ok(State::End { early: false });
        }
        let skippable = match start {
            [0x50..=0x5f, 0x2a, 0x4d, 0x18, a, b, c, d, ..] => {
                Some(u64::from(u32::from_le_bytes([*a, *b, *c, *d])))
            }
            _ => None,
        };
        source.ended = false;
        Ok(match (self.compression, skippable) {
            (Compression::Zstd, Some(length)) => {
                io::copy(&mut source.by_ref().take(length + 8), &mut io::sink())?;
                State::Between(source)
            }
            (Compression::Zstd, None) => {
                let decoder = StreamingDecoder::new(source).map_err(zstd_error)?;
                State::Zstd(Box::new(decoder))
            }
            (Compression::None, _) => State::Plain(source),
            (Compression::Gzip, _) => State::Gzip(Box::new(GzDecoder::new(source))),
            (Compression::Bzip2, _) => State::Bzip2(BzDecoder::new(source)),
            (Compression::Xz, _) => {
                State::Xz(Box::new(XzReader::new_mem_limit(source, false, XZ_MEMORY)))
            }
        })
    }
}

impl std::fmt::Debug for Decoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Decoder").field("compression", &self.compression).finish_non_exhaustive()
    }
}

/// A frame header that cannot be read: cut off, or damaged.
fn zstd_error(error: FrameDecoderError) -> io::Error {
    match error {
        FrameDecoderError::ReadFrameHeaderError(
            ReadFrameHeaderError::MagicNumberReadError(source)
            | ReadFrameHeaderError::FrameDescriptorReadError(source)
            | ReadFrameHeaderError::WindowDescriptorReadError(source)
            | ReadFrameHeaderError::DictionaryIdReadError(source)
            | ReadFrameHeaderError::FrameContentSizeReadError(source),
        ) => source,
        other => io::Error::new(io::ErrorKind::InvalidData, other.to_string()),
    }
}

#[cfg(test)]
#[path = "compression/tests.rs"]
mod tests;
