//! Files for what was received: `NAME.log` is written to; when it is large or old it is
//! renamed to `NAME.log.SECONDS` and another is begun. Who follows `NAME.log` like any log
//! removes the renamed ones when they are safe elsewhere.
//!
//! A file's first line is a heading of its own, since a log is known by its first line and
//! messages may repeat themselves.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;

use crate::error::ReceiveError;

/// When a file is ended, and what stays free.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SpoolLimits {
    /// A file's size, in bytes.
    pub size: u64,
    /// A file's age.
    pub age: Duration,
    /// How much of the disk stays free, in bytes.
    pub floor: u64,
}

impl Default for SpoolLimits {
    /// 64 MiB, an hour, a GiB.
    fn default() -> Self {
        Self { size: 64 << 20, age: Duration::from_hours(1), floor: 1 << 30 }
    }
}

/// Writes what is received to files.
#[derive(Debug)]
pub struct Spool {
    path: PathBuf,
    limits: SpoolLimits,
    floor: AtomicU64,
    file: Mutex<Current>,
}

/// A place in a spool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Place {
    /// In which file: a hash of its heading.
    pub(crate) log: u64,
    /// Behind so many bytes.
    pub(crate) offset: u64,
}

#[derive(Debug)]
struct Current {
    file: File,
    size: u64,
    /// Which file it is: a hash of its heading.
    log: u64,
    /// Whether its last line was cut off.
    torn: bool,
    begun: Instant,
    /// When, and at how many bytes since, it is to be looked at the disk again.
    room: Option<(Instant, u64)>,
}

/// What a heading says behind its stamp, host and pid.
const HEADING: &[u8] = b": spool begins";
/// For so long, and so many bytes, a disk with room has room.
const ROOM: (Duration, u64) = (Duration::from_secs(1), 1 << 20);

/// Whether a file's first line is the heading that a spool gives its files.
pub fn is_heading(line: &[u8]) -> bool {
    line.ends_with(HEADING)
}

impl Spool {
    /// Goes on with the files of a name in a directory, or begins them.
    ///
    /// # Errors
    /// When they cannot be made or written.
    pub fn open(directory: &Path, name: &str, limits: SpoolLimits) -> Result<Self, ReceiveError> {
        fs::create_dir_all(directory)
            .map_err(|error| ReceiveError::spool("make", directory, error))?;
        let path = directory.join(format!("{name}.log"));
        let current = Current::open(&path)?;
        let floor = AtomicU64::new(limits.floor);
        Ok(Self { path, limits, floor, file: Mutex::new(current) })
    }

    /// The file that is written to, and to be followed.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Lets so many bytes stay free on the disk from now on.
    pub fn set_floor(&self, floor: u64) {
        self.floor.store(floor, Ordering::Relaxed);
    }

    /// Writes lines, each with its line feed, in one go.
    ///
    /// # Errors
    /// When there is no room, or they cannot be written. Then none of them was.
    pub fn write(&self, lines: &[u8]) -> Result<(), ReceiveError> {
        self.append(lines, false).map(drop)
    }

    /// The same; `goes_on` where the lines begin with the rest of a line that was cut off.
    pub(crate) fn append(&self, lines: &[u8], goes_on: bool) -> Result<Place, ReceiveError> {
        let mut current = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        self.check_room(&mut current, lines.len() as u64)?;
        if !goes_on && current.is_over(&self.limits) {
            current.rotate(&self.path)?;
        }
        let failed = |error| ReceiveError::spool("write", &self.path, error);
        if std::mem::take(&mut current.torn) && !goes_on {
            // What was cut off stays a line.
            current.file.write_all(b"\n").map_err(failed)?;
            current.size += 1;
        }
        if let Err(error) = current.file.write_all(lines) {
            // A part would be a torn line.
            let _ = current.file.set_len(current.size);
            return Err(failed(error));
        }
        current.size += lines.len() as u64;
        Ok(Place { log: current.log, offset: current.size })
    }

    /// What is written behind a place: in its file, or in the one after it.
    pub(crate) fn written_since(&self, place: Place) -> io::Result<Vec<u8>> {
        let current = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let mut bytes = Vec::new();
        let mut file = File::open(&self.path)?;
        if place.log == current.log {
            file.seek(SeekFrom::Start(place.offset))?;
            file.read_to_end(&mut bytes)?;
        } else {
            file.read_to_end(&mut bytes)?;
            let heading = memchr::memchr(b'\n', &bytes).map_or(bytes.len(), |end| end + 1);
            bytes.drain(..heading);
        }
        Ok(bytes)
    }

    /// Keeps off a disk on which Postfix would soon refuse mail.
    fn check_room(&self, current: &mut Current, bytes: u64) -> Result<(), ReceiveError> {
        if let Some((since, left)) = &mut current.room
            && since.elapsed() < ROOM.0
            && *left >= bytes
        {
            *left -= bytes;
            return Ok(());
        }
        let directory = self.path.parent().unwrap_or(Path::new("."));
        let free = rustix::fs::statvfs(directory)
            .map(|disk| disk.f_bavail.saturating_mul(disk.f_frsize))
            .map_err(|error| ReceiveError::spool("look at", directory, error.into()))?;
        let floor = self.floor.load(Ordering::Relaxed);
        if free < floor.saturating_add(bytes) {
            return Err(ReceiveError::Full { path: directory.to_owned(), free, floor });
        }
        current.room = Some((Instant::now(), ROOM.1));
        Ok(())
    }

    /// The files that are not written to any more, oldest first.
    ///
    /// # Errors
    /// When the directory cannot be listed.
    pub fn ended(path: &Path) -> io::Result<Vec<PathBuf>> {
        let Some((directory, name)) = path.parent().zip(path.file_name()) else {
            return Ok(Vec::new());
        };
        let prefix = format!("{}.", name.to_string_lossy());
        let mut found = Vec::new();
        for entry in fs::read_dir(directory)? {
            let entry = entry?;
            let name = entry.file_name();
            let seconds = name.to_str().and_then(|name| name.strip_prefix(&prefix));
            if let Some(seconds) = seconds.and_then(|seconds| seconds.parse::<u64>().ok()) {
                found.push((seconds, entry.path()));
            }
        }
        found.sort();
        Ok(found.into_iter().map(|(_, path)| path).collect())
    }
}

impl Current {
    fn open(path: &Path) -> Result<Self, ReceiveError> {
        let failed = |error| ReceiveError::spool("open", path, error);
        let mut options = OpenOptions::new();
        let mut file = options.create(true).append(true).read(true).open(path).map_err(failed)?;
        let size = file.metadata().map_err(failed)?.len();
        let mut current = Self {
            file: file.try_clone().map_err(failed)?,
            size,
            log: 0,
            torn: false,
            begun: Instant::now(),
            room: None,
        };
        let mut start = vec![0; 256];
        let read = file.read(&mut start).map_err(failed)?;
        start.truncate(read);
        if let Some(end) = memchr::memchr(b'\n', &start) {
            current.log = hash(start.get(..end).unwrap_or_default());
            file.seek(SeekFrom::End(-1)).map_err(failed)?;
            let mut last = [0];
            file.read_exact(&mut last).map_err(failed)?;
            current.torn = last != *b"\n";
        } else {
            // New, or a heading that was cut off.
            current.file.set_len(0).map_err(failed)?;
            current.size = 0;
            current.head(path)?;
        }
        Ok(current)
    }

    /// Writes the heading, which no other file has.
    fn head(&mut self, path: &Path) -> Result<(), ReceiveError> {
        let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
        let (now, pid) = (Timestamp::now(), std::process::id());
        let mut line = format!("{now:.6} {host} postlensd[{pid}]").into_bytes();
        line.extend_from_slice(HEADING);
        self.log = hash(&line);
        line.push(b'\n');
        let failed = |error| ReceiveError::spool("write", path, error);
        self.file.write_all(&line).map_err(failed)?;
        self.size = line.len() as u64;
        Ok(())
    }

    fn is_over(&self, limits: &SpoolLimits) -> bool {
        // With a heading alone there is nothing to end.
        self.size > 512 && (self.size >= limits.size || self.begun.elapsed() >= limits.age)
    }

    /// Ends the file and begins another. Times of files only grow, and are no copies of each
    /// other.
    fn rotate(&mut self, path: &Path) -> Result<(), ReceiveError> {
        let failed = |error| ReceiveError::spool("rename", path, error);
        let last = Spool::ended(path)
            .map_err(failed)?
            .last()
            .and_then(|last| last.extension()?.to_str()?.parse::<u64>().ok());
        let now = u64::try_from(Timestamp::now().as_second()).unwrap_or_default();
        let seconds = last.map_or(now, |last| now.max(last + 1));
        let mut ended = path.as_os_str().to_owned();
        ended.push(format!(".{seconds}"));
        fs::rename(path, ended).map_err(failed)?;
        *self = Self::open(path)?;
        Ok(())
    }
}

/// FNV-1a, 64 bits.
fn hash(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
#[path = "spool/tests.rs"]
mod tests;
