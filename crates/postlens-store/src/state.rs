//! What a store knows beside its tables: how far each log was read, and what is open.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Write as _;
use std::path::Path;

use postlens_track::{Limits, Observation, Tracker};
use serde::{Deserialize, Serialize};

use crate::error::StoreError;

/// The version of the checkpoint.
const FORMAT: u32 = 1;

/// A checkpoint: the end of a batch.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct State {
    format: u32,
    /// The number of the batch that ended with it.
    pub(crate) batch: i64,
    /// What was read in one go, from the oldest file to the newest.
    pub(crate) strands: Vec<Strand>,
    /// Archives that were read to their ends: log and stored size.
    pub(crate) archives: BTreeSet<(u64, u64)>,
    /// The batch's files by table, as Delta's `add` actions in JSON.
    pub(crate) files: BTreeMap<String, Vec<String>>,
}

/// Logs that follow each other, and what of their mail and sessions is still open.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Strand {
    pub(crate) logs: Vec<Covered>,
    pub(crate) tracker: Tracker,
}

/// How far a log was read.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Covered {
    /// Which log.
    pub(crate) log: u64,
    /// Where the last line that was taken begins.
    pub(crate) last: u64,
    /// Where it ends, with its line feed.
    pub(crate) end: u64,
    /// A hash of that line.
    pub(crate) print: u64,
    /// Lines taken.
    pub(crate) lines: u64,
}

impl Covered {
    pub(crate) fn new(log: u64) -> Self {
        Self { log, last: 0, end: 0, print: 0, lines: 0 }
    }

    /// Notes that a line was taken.
    pub(crate) fn take(&mut self, line: &Observation<'_>) {
        self.last = line.line.offset;
        self.end = self.last + line.bytes.len() as u64 + 1;
        self.print = print(line.bytes);
        self.lines += 1;
    }
}

/// A hash of a line, the same for all time (FNV-1a, 64 bits).
pub(crate) fn print(line: &[u8]) -> u64 {
    line.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

impl Strand {
    pub(crate) fn new(limits: Limits) -> Self {
        Self { logs: Vec::new(), tracker: Tracker::new(limits) }
    }
}

impl Default for State {
    fn default() -> Self {
        Self {
            format: FORMAT,
            batch: 0,
            strands: Vec::new(),
            archives: BTreeSet::new(),
            files: BTreeMap::new(),
        }
    }
}

impl State {
    /// Reads a checkpoint; `None` where there is none.
    pub(crate) fn read(path: &Path) -> Result<Option<Self>, StoreError> {
        let bytes = match std::fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(StoreError::file("read", path, error)),
        };
        let damaged = |source| StoreError::Checkpoint { path: path.to_owned(), source };
        let (sum, body) =
            bytes.split_first_chunk::<8>().ok_or_else(|| damaged("cut off".into()))?;
        if u64::from_le_bytes(*sum) != print(body) {
            return Err(damaged("its checksum is another".into()));
        }
        let state: Self = rmp_serde::from_slice(body).map_err(|error| damaged(error.into()))?;
        if state.format != FORMAT {
            return Err(damaged(format!("its format is {}", state.format).into()));
        }
        Ok(Some(state))
    }

    /// The logs of each strand, in the order in which they were read.
    pub(crate) fn strands(&self) -> Vec<Vec<u64>> {
        let logs = |strand: &Strand| strand.logs.iter().map(|covered| covered.log).collect();
        self.strands.iter().map(logs).collect()
    }

    /// Writes a checkpoint whole or not at all.
    pub(crate) fn write(&self, path: &Path) -> Result<(), StoreError> {
        let damaged = |source: rmp_serde::encode::Error| StoreError::Checkpoint {
            path: path.to_owned(),
            source: source.into(),
        };
        let body = rmp_serde::to_vec_named(self).map_err(damaged)?;
        let failed = |source| StoreError::file("write", path, source);
        let directory = path.parent().unwrap_or(Path::new("."));
        let mut file = tempfile::NamedTempFile::new_in(directory).map_err(failed)?;
        file.write_all(&print(&body).to_le_bytes()).map_err(failed)?;
        file.write_all(&body).map_err(failed)?;
        file.as_file().sync_all().map_err(failed)?;
        file.persist(path).map_err(|error| failed(error.error))?;
        sync_directory(directory)
    }
}

/// Makes names in a directory last.
pub(crate) fn sync_directory(directory: &Path) -> Result<(), StoreError> {
    let sync = || File::open(directory)?.sync_all();
    sync().map_err(|source| StoreError::file("write", directory, source))
}
