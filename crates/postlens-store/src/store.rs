//! A store that is written to.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use deltalake::datafusion::execution::runtime_env::RuntimeEnv;
use deltalake::kernel::Add;
use postlens_track::{Limits, Observation, Tracker};
use tokio::runtime::{Handle, Runtime};

use crate::encoder::{Encoder, Files};
use crate::error::StoreError;
use crate::lock::Lock;
use crate::reading::{Reading, Taken};
use crate::rows::Rows;
use crate::state::{Covered, State, Strand, sync_directory};
use crate::tables::{self, Stored};
use crate::view::{View, environment};

/// The last batch's end.
const CHECKPOINT: &str = "checkpoint";
/// The end of a batch that may not be in all tables yet.
const NEXT: &str = "checkpoint.next";

/// A store that this process alone writes to.
///
/// Lines are [taken](Self::take) one by one and [committed](Self::commit) in batches. What
/// was not committed when the process ends is not lost: the checkpoint says how far each log
/// was read, and who reads it again gets the same rows.
#[derive(Debug)]
pub struct Store {
    pub(crate) directory: PathBuf,
    pub(crate) runtime: Arc<Runtime>,
    environment: Arc<RuntimeEnv>,
    pub(crate) tables: Vec<Stored>,
    pub(crate) state: State,
    rows: Rows,
    /// Writes rows into files while others are taken in.
    encoder: Option<Encoder>,
    /// Where each log stands in the state: strand and place in it.
    places: HashMap<u64, (usize, usize)>,
    /// Bytes of log since the last batch.
    bytes: u64,
    /// Whether the checkpoint on disk is behind.
    changed: bool,
    /// Whether the last batch may not be in all tables yet.
    unfinished: bool,
    floor: u64,
    _lock: Lock,
}

/// Threads that do what the tables need.
pub(crate) fn runtime() -> Result<Arc<Runtime>, StoreError> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .thread_name("store")
        .build()
        .map_err(StoreError::Threads)?;
    Ok(Arc::new(runtime))
}

impl Store {
    /// Opens the store in a directory, makes it where there is none, and brings a batch to
    /// its end that was cut off. `floor` is how many bytes stay free on its disk.
    ///
    /// # Errors
    /// When another process has it, and when it cannot be read or made.
    pub fn open(directory: &Path, floor: u64) -> Result<Self, StoreError> {
        std::fs::create_dir_all(directory)
            .map_err(|error| StoreError::file("make", directory, error))?;
        let lock = Lock::take(directory)?;
        let runtime = runtime()?;
        let tables = runtime.block_on(tables::open(directory, true))?;
        let next = State::read(&directory.join(NEXT))?;
        let unfinished = next.is_some();
        let state = match next {
            Some(next) => next,
            None => State::read(&directory.join(CHECKPOINT))?.unwrap_or_default(),
        };
        let mut store = Self {
            directory: directory.to_owned(),
            runtime,
            environment: environment()?,
            tables,
            places: places(&state),
            state,
            rows: Rows::default(),
            encoder: None,
            bytes: 0,
            changed: false,
            unfinished,
            floor,
            _lock: lock,
        };
        store.finish()?;
        Ok(store)
    }

    /// Whether a file's log is known to its end: `size` is the file's as it is stored.
    pub fn has(&self, log: u64, size: u64, compressed: bool) -> bool {
        if compressed {
            return self.state.archives.contains(&(log, size));
        }
        self.covered(log).is_some_and(|covered| covered.end >= size)
    }

    /// Notes that an archive was read to its end.
    pub fn finish_archive(&mut self, log: u64, size: u64) {
        self.changed |= self.state.archives.insert((log, size));
    }

    /// Where the last line of a log that was taken in begins and ends; `None` before the first.
    pub fn reached(&self, log: u64) -> Option<(u64, u64)> {
        let covered = self.covered(log).filter(|covered| covered.lines > 0)?;
        Some((covered.last, covered.end))
    }

    /// Lets so many bytes stay free on the store's disk from now on.
    pub fn set_floor(&mut self, floor: u64) {
        self.floor = floor;
    }

    fn covered(&self, log: u64) -> Option<&Covered> {
        let (strand, place) = *self.places.get(&log)?;
        self.state.strands.get(strand)?.logs.get(place)
    }

    /// Bytes of log that are not in the tables yet.
    pub fn pending(&self) -> u64 {
        self.bytes
    }

    /// Takes in a line, unless the store has it.
    pub fn take(&mut self, reading: &mut Reading, line: &Observation<'_>) -> Taken {
        // The line before once more is as new as the line that says so.
        let taken = if line.echo {
            reading.taken
        } else {
            reading.judge(self.covered(line.line.log), line)
        };
        if taken == Taken::New {
            let (strand, place) = self.place(reading, line.line.log);
            if let Some(strand) = self.state.strands.get_mut(strand) {
                strand.tracker.observe(line, &mut self.rows);
                if let Some(covered) = strand.logs.get_mut(place).filter(|_| !line.echo) {
                    covered.take(line);
                    self.rows.line(line);
                    self.bytes += line.bytes.len() as u64 + 1;
                    self.changed = true;
                }
            }
            if self.rows.ready() {
                self.encode();
            }
        }
        reading.taken = taken;
        reading.last = Some(line.line.log);
        taken
    }

    /// Where a log stands, or shall stand: after the log that it continues.
    fn place(&mut self, reading: &Reading, log: u64) -> (usize, usize) {
        if let Some(place) = self.places.get(&log) {
            return *place;
        }
        let strands = &mut self.state.strands;
        let before = reading.before(log).and_then(|before| self.places.get(&before));
        let continued = before.filter(|(strand, place)| {
            strands.get(*strand).is_some_and(|strand| strand.logs.len() == place + 1)
        });
        let index = continued.map_or(strands.len(), |(strand, _)| *strand);
        if index == strands.len() {
            strands.push(Strand::new(Limits::default()));
        }
        let place = strands.get_mut(index).map_or(0, |strand| {
            strand.logs.push(Covered::new(log));
            strand.logs.len() - 1
        });
        self.places.insert(log, (index, place));
        (index, place)
    }

    /// Puts what was taken into the tables, all or nothing. Returns whether there was
    /// anything.
    ///
    /// # Errors
    /// When that cannot be done now. What was taken is kept, to be tried again.
    pub fn commit(&mut self) -> Result<bool, StoreError> {
        self.finish()?;
        if !self.changed {
            return Ok(false);
        }
        self.check_room()?;
        self.rows.settle()?;
        self.start()?;
        self.encode();
        let encoder = self.encoder.take();
        // Should that fail, all is written again the next time.
        self.rows.untake();
        let files = encoder.map_or_else(|| Ok(Files::new()), Encoder::finish)?;
        let text =
            |(table, adds): (&str, Vec<Add>)| (table.to_owned(), adds.iter().map(json).collect());
        let files = files.into_iter().filter(|(_, adds)| !adds.is_empty()).map(text).collect();
        let last = std::mem::replace(&mut self.state.files, files);
        self.state.batch += 1;
        if let Err(error) = self.state.write(&self.directory.join(NEXT)) {
            self.state.batch -= 1;
            self.state.files = last;
            return Err(error);
        }
        self.rows = Rows::default();
        (self.bytes, self.changed, self.unfinished) = (0, false, true);
        self.finish()?;
        Ok(true)
    }

    /// Begins to write files, unless that was done.
    fn start(&mut self) -> Result<(), StoreError> {
        if self.encoder.is_none() {
            self.rows.untake();
            self.encoder = Some(Encoder::start(&self.directory)?);
        }
        Ok(())
    }

    /// Lets rows be written into files that no table knows of yet. What is in the way is told
    /// by the commit.
    fn encode(&mut self) {
        if self.encoder.is_none() && (self.check_room().is_err() || self.start().is_err()) {
            self.rows.leave();
            return;
        }
        let Some(encoder) = &self.encoder else { return };
        for (table, rows) in self.rows.take() {
            encoder.write(table, rows);
        }
    }

    /// Makes the last batch part of all tables, and its end the checkpoint.
    pub(crate) fn finish(&mut self) -> Result<(), StoreError> {
        if !self.unfinished {
            return Ok(());
        }
        let next = self.directory.join(NEXT);
        for stored in &mut self.tables {
            let Some(files) = self.state.files.get(stored.table.name()) else { continue };
            let adds = files.iter().map(|add| serde_json::from_str(add)).collect::<Result<_, _>>();
            let damaged = |error: serde_json::Error| StoreError::Checkpoint {
                path: next.clone(),
                source: error.into(),
            };
            let adds: Vec<Add> = adds.map_err(damaged)?;
            self.runtime.block_on(stored.add(self.state.batch, adds))?;
        }
        let checkpoint = self.directory.join(CHECKPOINT);
        std::fs::rename(&next, &checkpoint)
            .map_err(|error| StoreError::file("write", &checkpoint, error))?;
        sync_directory(&self.directory)?;
        self.unfinished = false;
        Ok(())
    }

    /// Keeps off a disk on which Postfix would soon refuse mail.
    fn check_room(&self) -> Result<(), StoreError> {
        let free = rustix::fs::statvfs(&self.directory)
            .map(|disk| disk.f_bavail.saturating_mul(disk.f_frsize))
            .map_err(|error| StoreError::file("look at", &self.directory, error.into()))?;
        let (path, floor) = (self.directory.clone(), self.floor);
        if free < floor { Err(StoreError::Full { path, free, floor }) } else { Ok(()) }
    }

    /// The threads that queries run on, for who answers them.
    pub fn threads(&self) -> Handle {
        self.runtime.handle().clone()
    }

    /// What the store holds now, also what is not in the tables yet.
    ///
    /// # Errors
    /// When rows cannot be put into columns.
    pub fn view(&mut self) -> Result<View, StoreError> {
        let mut hot = self.rows.batches()?;
        for (name, batches) in open_rows(&self.state)? {
            hot.entry(name).or_default().extend(batches);
        }
        let (runtime, environment) = (&self.runtime, &self.environment);
        let shared = (Arc::clone(runtime), Arc::clone(environment));
        Ok(View::new(shared, self.tables.clone(), hot, self.state.strands()))
    }
}

/// What the store in a directory held at its last batch, whoever writes to it.
///
/// # Errors
/// When there is no store, or it cannot be read.
pub fn view(directory: &Path) -> Result<View, StoreError> {
    let runtime = runtime()?;
    loop {
        settle(directory)?;
        let tables = runtime.block_on(tables::open(directory, false))?;
        let state = State::read(&directory.join(CHECKPOINT))?.unwrap_or_default();
        // A batch may have come in between: then it is in some tables and not in the state.
        let batches = tables.iter().map(|stored| runtime.block_on(stored.batch()));
        let newest = batches.collect::<Result<Vec<_>, _>>()?.into_iter().max();
        if newest.is_none_or(|newest| newest <= state.batch) {
            let hot = open_rows(&state)?;
            return Ok(View::new((runtime, environment()?), tables, hot, state.strands()));
        }
    }
}

/// Waits until no batch is half in the tables; where its writer is gone, ends its work.
fn settle(directory: &Path) -> Result<(), StoreError> {
    const PAUSE: Duration = Duration::from_millis(50);
    const TRIES: usize = 600;
    for _ in 0..TRIES {
        if !directory.join(NEXT).exists() {
            return Ok(());
        }
        match Store::open(directory, 0) {
            Ok(_) => return Ok(()),
            Err(StoreError::InUse { .. }) => std::thread::sleep(PAUSE),
            Err(error) => return Err(error),
        }
    }
    Err(StoreError::InUse { path: directory.to_owned() })
}

/// Rows of messages and sessions that are still open, as they stand.
fn open_rows(
    state: &State,
) -> Result<BTreeMap<&'static str, Vec<arrow_array::RecordBatch>>, StoreError> {
    let mut rows = Rows::default();
    for strand in &state.strands {
        let mut tracker: Tracker = strand.tracker.clone();
        tracker.finish(&mut rows);
    }
    rows.batches()
}

fn places(state: &State) -> HashMap<u64, (usize, usize)> {
    let strands = state.strands.iter().enumerate();
    strands
        .flat_map(|(index, strand)| {
            let logs = strand.logs.iter().enumerate();
            logs.map(move |(place, covered)| (covered.log, (index, place)))
        })
        .collect()
}

fn json(add: &Add) -> String {
    // Texts, numbers and maps with texts as keys always can be written.
    serde_json::to_string(add).unwrap_or_default()
}
