//! Where reading has come to: a place that is found again after the log has been rotated,
//! compressed or added to.
//!
//! Whoever reads a log in instalments first lets each stream [`resume`](Stream::resume) from
//! the last place, then [`stop`](Stream::stop)s it at its present end, which gives the next.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

use crate::compression::Compression;
use crate::identity::{HEAD, hash};
use crate::input::LogFile;
use crate::problem::{Problem, ProblemKind};
use crate::stream::Stream;
use crate::wide::Records;

/// A place right behind a whole line of a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Which log; see [`log_identity()`](crate::log_identity).
    pub log: u64,
    /// Bytes of decompressed log before it.
    pub offset: u64,
    /// A hash of the last of them: another log that begins alike has others there.
    pub before: u64,
}

/// So many bytes before a place are compared.
const BEFORE: usize = 1024;
/// What is read at once.
const PIECE: usize = 64 * 1024;
/// An archive is taken to hold so many times its size.
const PACKED: u64 = 12;

/// The bytes of a decompressed file that are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Span {
    pub(crate) from: u64,
    pub(crate) to: Option<u64>,
}

impl Stream {
    /// Leaves out what stands before a place; whether the place was found. If it was not,
    /// nothing is left out.
    pub fn resume(&mut self, place: &Place) -> bool {
        // Of a log and its copy on the way into an archive, the newer goes on.
        let found = self.files.iter().rposition(|file| holds(file, place));
        let Some(found) = found else { return false };
        self.files.drain(..found);
        if let Some(file) = self.files.first_mut() {
            file.span.from = place.offset;
        }
        true
    }

    /// Ends the stream where its newest line ends now, whatever is added meanwhile or
    /// rotated, and gives that place; `None` where there is no line yet, and for what has no
    /// places: pipes, the journal, records of several lines.
    ///
    /// # Errors
    /// When a file cannot be read, or was rotated away at this very moment.
    pub fn stop(&mut self) -> Result<Option<Place>, Problem> {
        let mut place = None;
        for file in self.files.iter_mut().rev() {
            if !file.is_file() || is_wide(file) {
                return Ok(None);
            }
            if place.is_some() {
                // What cannot be read of the older ones is said when they are read.
                drop(file.pin());
            } else {
                file.pin()?;
                place = end_of(file).map_err(|source| {
                    Problem::new(file.path(), ProblemKind::Read { read: 0, source })
                })?;
            }
        }
        Ok(place)
    }

    /// Leaves out the oldest lines so that some `most` bytes remain; how many bytes are left
    /// out, roughly where archives are among them.
    pub fn shorten(&mut self, most: u64) -> u64 {
        let (mut left, mut without) = (most, 0);
        for file in self.files.iter_mut().rev() {
            let Some(identity) = file.identity else { continue };
            let packed = file.compression != Compression::None;
            let size = if packed { identity.size.saturating_mul(PACKED) } else { identity.size };
            let to = file.span.to.unwrap_or(size);
            let size = to.saturating_sub(file.span.from);
            let over = size.saturating_sub(left);
            left = left.saturating_sub(size);
            if over == 0 {
                continue;
            }
            without += over;
            // The beginning of an archive has to be unpacked anyway, so all or nothing is read.
            if packed {
                file.span = Span { from: 0, to: Some(0) };
            } else {
                file.span.from = next_line(file, to.saturating_sub(size - over));
            }
        }
        without
    }
}

fn is_wide(file: &LogFile) -> bool {
    let head = file.clone().head(HEAD).unwrap_or_default();
    Records::recognize(&head).is_some()
}

fn holds(file: &LogFile, place: &Place) -> bool {
    let same = file.identity.is_some_and(|identity| identity.log == place.log);
    same && place.offset > 0 && before(file, place.offset).is_ok_and(|hash| hash == place.before)
}

/// The hash of what stands before an offset.
fn before(file: &LogFile, offset: u64) -> io::Result<u64> {
    let length = usize::try_from(offset).unwrap_or(usize::MAX).min(BEFORE);
    let mut bytes = vec![0; length];
    let start = offset - length as u64;
    if file.compression == Compression::None {
        File::open(file.path())?.read_exact_at(&mut bytes, start)?;
    } else {
        let mut decoder = file.decoder()?;
        decoder.skip(start)?;
        decoder.read_exact(&mut bytes)?;
    }
    Ok(hash(&bytes))
}

/// Ends a file behind its last line, and gives that place.
fn end_of(file: &mut LogFile) -> io::Result<Option<Place>> {
    let end = if file.compression == Compression::None {
        last_line_end(&File::open(file.path())?)?
    } else {
        file.decoder()?.skip(u64::MAX)?
    };
    file.span.to = Some(end);
    let Some(identity) = file.identity.filter(|_| end > 0) else { return Ok(None) };
    Ok(Some(Place { log: identity.log, offset: end, before: before(file, end)? }))
}

/// Where the last whole line of a file ends.
fn last_line_end(file: &File) -> io::Result<u64> {
    let mut end = file.metadata()?.len();
    let mut piece = vec![0; PIECE];
    while end > 0 {
        let start = end.saturating_sub(PIECE as u64);
        let length = usize::try_from(end - start).unwrap_or(PIECE);
        let into = piece.get_mut(..length).unwrap_or_default();
        file.read_exact_at(into, start)?;
        if let Some(feed) = memchr::memrchr(b'\n', into) {
            return Ok(start + feed as u64 + 1);
        }
        end = start;
    }
    Ok(0)
}

/// Where the first whole line behind an offset of a plain file begins.
fn next_line(file: &LogFile, offset: u64) -> u64 {
    let find = || -> io::Result<u64> {
        let file = File::open(file.path())?;
        let mut piece = vec![0; PIECE];
        let mut at = offset;
        loop {
            let read = file.read_at(&mut piece, at)?;
            let found = memchr::memchr(b'\n', piece.get(..read).unwrap_or_default());
            match found {
                Some(feed) => return Ok(at + feed as u64 + 1),
                None if read == 0 => return Ok(at),
                None => at += read as u64,
            }
        }
    };
    // What cannot be read is met again, and said, when the file is read.
    find().unwrap_or(offset)
}

#[cfg(test)]
#[path = "place/tests.rs"]
mod tests;
