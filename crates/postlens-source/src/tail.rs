//! A log that is being written, to the end of its file: until it is rotated away or cut.

use std::fs::{File, Metadata};
use std::io::{self, Read, Seek};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// How often a file that has nothing new is looked at.
const PAUSE: Duration = Duration::from_millis(100);
/// How long a file that was rotated away must be quiet: daemons write to it until they are
/// told to open the new one.
const QUIET: Duration = Duration::from_secs(1);

/// Reads what is there and waits for more. The end is where the path has become another
/// file, or the file was cut.
#[derive(Debug, Clone)]
pub(crate) struct Tail(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    path: PathBuf,
    file: File,
    /// Where in the file reading is.
    place: u64,
}

impl Tail {
    /// Goes on from where an open file is.
    pub(crate) fn new(path: &Path, mut file: File) -> io::Result<Self> {
        let place = file.stream_position()?;
        Ok(Self(Arc::new(Mutex::new(State { path: path.to_owned(), file, place }))))
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
        let mut quiet_since = Instant::now();
        loop {
            let count = state.file.read(into)?;
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
            sleep(PAUSE);
        }
    }
}

impl State {
    /// Whether the path leads to another file. While it leads nowhere, the next file is to
    /// come.
    fn is_replaced(&self, here: &Metadata) -> bool {
        std::fs::metadata(&self.path)
            .is_ok_and(|there| (there.dev(), there.ino()) != (here.dev(), here.ino()))
    }
}
