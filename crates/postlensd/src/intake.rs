//! From the pipeline into the store.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};

use postlens_engine::{Order, Progress, Run};
use postlens_receive::is_heading;
use postlens_source::{Compression, LogFile, Options, Problem, Stream};
use postlens_store::{Reading, Store, StoreError, Taken};
use postlens_track::{Consumer, Observation, Record, RecordSink};

use crate::health::Board;
use crate::output::message;

/// The store, and what those who use it have to know.
#[derive(Debug)]
pub(crate) struct Shared {
    store: Mutex<Store>,
    stop: AtomicBool,
    /// So many bytes of log make a batch.
    batch: AtomicU64,
    /// Whether files are merged just now.
    tidying: AtomicBool,
    board: Board,
}

impl Shared {
    pub(crate) fn new(store: Store, batch: u64) -> Self {
        Self {
            store: Mutex::new(store),
            stop: AtomicBool::new(false),
            batch: AtomicU64::new(batch),
            tidying: AtomicBool::new(false),
            board: Board::default(),
        }
    }

    /// The store, for this thread alone. Where another thread panicked, the store is as whole
    /// as its last batch.
    pub(crate) fn store(&self) -> MutexGuard<'_, Store> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The store, unless another thread has it.
    pub(crate) fn try_store(&self) -> Option<MutexGuard<'_, Store>> {
        match self.store.try_lock() {
            Ok(store) => Some(store),
            Err(TryLockError::Poisoned(store)) => Some(store.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }

    /// Lets so many bytes of log make a batch from now on.
    pub(crate) fn set_batch(&self, batch: u64) {
        self.batch.store(batch, Ordering::Relaxed);
    }

    /// Notes whether files are merged just now.
    pub(crate) fn set_tidying(&self, tidying: bool) {
        self.tidying.store(tidying, Ordering::Relaxed);
    }

    pub(crate) fn is_tidying(&self) -> bool {
        self.tidying.load(Ordering::Relaxed)
    }

    /// Where threads note how they are.
    pub(crate) fn board(&self) -> &Board {
        &self.board
    }

    /// Takes no more lines from now on.
    pub(crate) fn stop(&self) {
        let _store = self.store();
        self.stop.store(true, Ordering::SeqCst);
    }

    pub(crate) fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::SeqCst)
    }
}

/// What came of reading a stream.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// Lines taken in.
    pub(crate) new: u64,
    /// Lines that the store had.
    pub(crate) known: u64,
    /// Files left unread, since the store had them.
    pub(crate) files: u64,
    /// Logs left out, since they are not the ones that they begin like.
    pub(crate) strangers: usize,
    /// What could not be read.
    pub(crate) problems: Vec<Problem>,
}

/// Reads a stream into the store. A followed one is read until it goes on in a file that
/// was not there before: then the stream is to be looked for again.
pub(crate) fn read(
    shared: &Shared,
    mut stream: Stream,
    options: Options,
    (follow, threads): (bool, usize),
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<Outcome, StoreError> {
    let logs: Vec<u64> = stream.files().iter().filter_map(log).collect();
    let name = stream.name().to_owned();
    let newest = stream.files().last().map(|file| file.path().to_owned());
    let all = stream.files().len();
    {
        let store = shared.store();
        stream.retain(|file| {
            let followed = follow && newest.as_deref() == Some(file.path());
            followed || !has(&store, file)
        });
    }
    let files = (all - stream.files().len()) as u64;
    let mut archives = archives(stream.files());
    let mut intake = Intake {
        shared,
        reading: Reading::new(&logs),
        expected: follow.then(|| logs.iter().copied().collect()),
        whole: if follow { HashMap::new() } else { whole_lines(stream.files()) },
        archives: if follow { std::mem::take(&mut archives) } else { HashMap::new() },
        last: None,
        name,
        outcome: Outcome { files, ..Outcome::default() },
        failure: None,
        moved: false,
    };
    if follow {
        stream.follow();
    }
    if !stream.files().is_empty() {
        let run =
            Run { streams: vec![stream], options, tracking: None, order: Order::Given, threads };
        intake.outcome.problems = run.run(&mut intake, progress).problems;
    }
    let Intake { outcome, failure, .. } = intake;
    if let Some(error) = failure {
        return Err(error);
    }
    if !follow && !shared.is_stopped() && outcome.problems.is_empty() && outcome.strangers == 0 {
        let mut store = shared.store();
        for (log, size) in archives {
            store.finish_archive(log, size);
        }
    }
    Ok(outcome)
}

/// Which log a file is of; an empty one is of none.
fn log(file: &LogFile) -> Option<u64> {
    file.identity().filter(|identity| identity.size > 0).map(|identity| identity.log)
}

/// Compressed files: log and stored size.
fn archives(files: &[LogFile]) -> HashMap<u64, u64> {
    let identities = files.iter().filter(|file| is_archive(file)).filter_map(LogFile::identity);
    identities.map(|identity| (identity.log, identity.size)).collect()
}

fn is_archive(file: &LogFile) -> bool {
    file.is_file() && file.compression() != Compression::None
}

fn has(store: &Store, file: &LogFile) -> bool {
    file.identity().is_some_and(|identity| store.has(identity.log, identity.size, is_archive(file)))
}

/// Where the whole lines of plain files end, by log. What follows is still being written,
/// and is to be read another time.
fn whole_lines(files: &[LogFile]) -> HashMap<u64, u64> {
    let plain = files.iter().filter(|file| file.is_file() && !is_archive(file));
    plain
        .filter_map(|file| {
            let identity = file.identity()?;
            // What cannot be read is told when it is read.
            let end = last_line_end(file.path(), identity.size).ok()?;
            Some((identity.log, end))
        })
        .collect()
}

/// Behind the last line feed of the first `size` bytes.
fn last_line_end(path: &Path, size: u64) -> std::io::Result<u64> {
    const PIECE: u64 = 64 * 1024;
    let mut file = File::open(path)?;
    let mut end = size;
    let mut piece = Vec::new();
    while end > 0 {
        let start = end.saturating_sub(PIECE);
        file.seek(SeekFrom::Start(start))?;
        piece.clear();
        file.by_ref().take(end - start).read_to_end(&mut piece)?;
        if let Some(found) = piece.iter().rposition(|byte| *byte == b'\n') {
            return Ok(start + found as u64 + 1);
        }
        end = start;
    }
    Ok(0)
}

/// Takes lines into the store.
struct Intake<'a> {
    shared: &'a Shared,
    reading: Reading,
    /// The logs that were there when a followed stream was looked for.
    expected: Option<HashSet<u64>>,
    whole: HashMap<u64, u64>,
    /// Archives before a log that is followed.
    archives: HashMap<u64, u64>,
    /// The log of the last line.
    last: Option<u64>,
    /// What people call the stream.
    name: String,
    outcome: Outcome,
    failure: Option<StoreError>,
    /// Whether a log came that was not there.
    moved: bool,
}

impl Intake<'_> {
    fn take(&mut self, line: &Observation<'_>) -> Result<(), StoreError> {
        let mut store = self.shared.store();
        if self.shared.is_stopped() {
            return Ok(());
        }
        let before = self.last.replace(line.line.log).filter(|before| *before != line.line.log);
        if let Some((log, size)) = before.and_then(|log| self.archives.remove_entry(&log)) {
            store.finish_archive(log, size);
        }
        match store.take(&mut self.reading, line) {
            Taken::New => self.outcome.new += u64::from(!line.echo),
            Taken::Known => self.outcome.known += u64::from(!line.echo),
            Taken::Stranger if self.outcome.strangers < self.reading.strangers() => {
                self.outcome.strangers = self.reading.strangers();
                let name = &self.name;
                message(&format!(
                    "{name}: begins like a log that is in the store, but is another; left out"
                ));
            }
            Taken::Stranger => {}
        }
        if store.pending() >= self.shared.batch.load(Ordering::Relaxed) {
            store.commit()?;
        }
        Ok(())
    }
}

impl Consumer for Intake<'_> {
    fn line(&mut self, line: &Observation<'_>) {
        if self.broken() {
            return;
        }
        // What a spool's file begins with is ours.
        if line.line.offset == 0 && is_heading(line.bytes) {
            return;
        }
        let log = line.line.log;
        self.moved = self.expected.as_ref().is_some_and(|expected| !expected.contains(&log));
        let torn = self.whole.get(&log).is_some_and(|end| line.line.offset >= *end);
        if !self.moved && !torn {
            self.failure = self.take(line).err();
        }
    }

    fn broken(&self) -> bool {
        self.failure.is_some() || self.moved || self.shared.is_stopped()
    }
}

impl RecordSink for Intake<'_> {
    fn record(&mut self, _: &Record<'_>) {
        // The store has a tracker of its own.
    }
}
