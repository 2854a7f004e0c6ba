//! A log that is being written, to the end of its file: until it is rotated away or cut.
//! It is looked at ten times a second, which works on every file system.

use std::fs::{File, Metadata};
use std::io::{self, Read, Seek};
use std::os::unix::fs::{FileExt as _, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::halt::Halt;
use crate::identity::HEAD;

/// How often a file that has nothing new is looked at.
const PAUSE: Duration = Duration::from_millis(100);
/// How long a file that was rotated away must be quiet: daemons write to it until they are
/// told to open the new one.
const QUIET: Duration = Duration::from_secs(1);

/// Reads what is there and waits for more. The end is where the path has become another
/// file, the file was cut, or following was ended from outside.
#[derive(Debug, Clone)]
pub(crate) struct Tail(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    path: PathBuf,
    file: File,
    /// Where in the file reading is.
    place: u64,
    /// How the file begins: a file that was cut may have grown past `place` since.
    head: Vec<u8>,
    halt: Halt,
}

impl Tail {
    /// Goes on from where an open file is.
    pub(crate) fn new(path: &Path, mut file: File, halt: Halt) -> io::Result<Self> {
        let place = file.stream_position()?;
        let head = Vec::new();
        Ok(Self(Arc::new(Mutex::new(State { path: path.to_owned(), file, place, head, halt }))))
    }

    /// Whether nothing new has come for so many milliseconds.
    pub(crate) fn is_idle(&self, patience: u16) -> bool {
        let state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let end = Instant::now() + Duration::from_millis(u64::from(patience));
        loop {
            if state.file.metadata().is_ok_and(|metadata| metadata.len() > state.place) {
                return false;
            }
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return true;
            }
            sleep(left.min(Duration::from_millis(5)));
        }
    }
}

impl Read for Tail {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut quiet_since, mut waited) = (Instant::now(), false);
        loop {
            if state.halt.is_stopped() {
                return Ok(0);
            }
            let count = state.file.read(into)?;
            if count > 0 && waited && !state.begins_as_before()? {
                return Ok(0);
            }
            state.place += count as u64;
            if count > 0 || into.is_empty() {
                return Ok(count);
            }
            let here = state.file.metadata()?;
            if here.len() < state.place {
                return Ok(0);
            }
            if !state.is_replaced(&here) {
                quiet_since = Instant::now();
            } else if quiet_since.elapsed() >= QUIET {
                return Ok(0);
            }
            if !state.begins_as_before()? {
                return Ok(0);
            }
            waited = true;
            sleep(PAUSE);
        }
    }
}

impl State {
    /// Whether the file's beginning is what it was, as far as there was one.
    fn begins_as_before(&mut self) -> io::Result<bool> {
        let mut now = vec![0; HEAD];
        let length = self.file.read_at(&mut now, 0)?;
        now.truncate(length);
        let same = now.starts_with(&self.head);
        self.head = now;
        Ok(same)
    }

    /// Whether the path leads to another file. While it leads nowhere, the next file is to
    /// come.
    fn is_replaced(&self, here: &Metadata) -> bool {
        std::fs::metadata(&self.path)
            .is_ok_and(|there| (there.dev(), there.ino()) != (here.dev(), here.ino()))
    }
}
