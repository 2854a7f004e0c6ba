//! Rows become files while the next ones are taken in.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

use arrow_array::RecordBatch;
use deltalake::kernel::Add;

use crate::error::StoreError;
use crate::files::DayFiles;
use crate::table::{TABLES, writing};

/// Batches of rows that may wait to be written.
const WAITING: usize = 8;

/// How the names of files begin that came with a batch of lines.
pub(crate) const PART: &str = "part-";

/// Files by table.
pub(crate) type Files = BTreeMap<&'static str, Vec<Add>>;

/// Writes the files of one batch of lines, on a thread of its own.
#[derive(Debug)]
pub(crate) struct Encoder {
    rows: SyncSender<(&'static str, RecordBatch)>,
    thread: JoinHandle<Result<Files, StoreError>>,
}

impl Encoder {
    /// Begins; `store` is the store's directory.
    pub(crate) fn start(store: &Path) -> Result<Self, StoreError> {
        let mut tables = BTreeMap::new();
        for table in TABLES {
            let failed = |error: parquet::errors::ParquetError| {
                StoreError::table("write", table.name(), error.into())
            };
            let properties = writing(table).map_err(failed)?;
            let directory = store.join(table.name());
            tables.insert(table.name(), DayFiles::new(table, directory, properties, PART));
        }
        let (rows, received) = sync_channel(WAITING);
        let builder = thread::Builder::new().name("encode".to_owned());
        let thread =
            builder.spawn(move || encode(tables, &received)).map_err(StoreError::Threads)?;
        Ok(Self { rows, thread })
    }

    /// Hands rows of a table over.
    pub(crate) fn write(&self, table: &'static str, rows: RecordBatch) {
        // Where nobody takes them, the thread has failed, and says so at the end.
        let _ = self.rows.send((table, rows));
    }

    /// Waits until all is written and will last.
    pub(crate) fn finish(self) -> Result<Files, StoreError> {
        drop(self.rows);
        let ended = self.thread.join();
        ended.unwrap_or_else(|_| {
            Err(StoreError::Threads(std::io::Error::other("a thread panicked")))
        })
    }
}

fn encode(
    mut tables: BTreeMap<&'static str, DayFiles>,
    received: &Receiver<(&'static str, RecordBatch)>,
) -> Result<Files, StoreError> {
    for (table, rows) in received {
        if let Some(files) = tables.get_mut(table) {
            files.write(&rows)?;
        }
    }
    let finish = |(table, files): (&'static str, DayFiles)| Ok((table, files.finish()?));
    tables.into_iter().map(finish).collect()
}
