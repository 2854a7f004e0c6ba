//! Keeping a store small, and sure of itself.

use std::collections::BTreeMap;
use std::fs::File;

use arrow_array::Array;
use chrono::TimeDelta;
use deltalake::operations::vacuum::VacuumMode;
use deltalake::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use postlens_columns::Table;
use postlens_syntax::Time;
use postlens_syntax::time::{DAY as DAY_SECONDS, MICROS};

use crate::error::StoreError;
use crate::function::Lines;
use crate::store::Store;
use crate::table::{DAY, LAYOUT};
use crate::tables::{DataFile, Stored};
use crate::view::View;

/// What a table holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableInfo {
    /// Its name.
    pub table: &'static str,
    /// Files of rows.
    pub files: u64,
    /// Rows.
    pub rows: u64,
    /// Bytes of those files.
    pub bytes: u64,
    /// The first and the last day, as `2026-11-24`.
    pub days: Option<(String, String)>,
}

/// Something that is wrong with a store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The table.
    pub table: &'static str,
    /// The file, or nothing where it is about the whole table.
    pub file: Option<String>,
    /// What is wrong.
    pub what: String,
    /// The first and the last time of the file's rows (RFC 3339, in UTC), where the table's
    /// own log says so.
    pub span: Option<(String, String)>,
}

/// Files that were replaced stay as long for those who still read them, in hours.
pub const DELAY: u32 = 24;

impl View {
    /// What each table holds; what is not in the tables yet does not count.
    ///
    /// # Errors
    /// When a table cannot be read.
    pub fn info(&self) -> Result<Vec<TableInfo>, StoreError> {
        self.tables().iter().map(info).collect()
    }

    /// Reads every file of every table, and rebuilds every line. Gives what is wrong.
    ///
    /// # Errors
    /// When a table's own log cannot be read.
    pub fn check(&self) -> Result<Vec<Fault>, StoreError> {
        let mut faults = Vec::new();
        for stored in self.tables() {
            let table = stored.table.name();
            let whole = faults.len();
            for file in stored.files()? {
                if let Err(what) = check_file(stored, &file) {
                    faults.push(Fault { table, file: Some(file.path), what, span: file.span });
                }
            }
            if faults.len() == whole {
                faults.extend(self.check_ids(table)?);
            }
        }
        Ok(faults)
    }

    /// Looks for rows that are there twice.
    fn check_ids(&self, table: &'static str) -> Result<Option<Fault>, StoreError> {
        let mut twice = 0;
        let sql = format!("SELECT id FROM {table} GROUP BY id HAVING count(*) > 1");
        self.query(&sql, &mut |answer| {
            twice += answer.rows();
            Ok(())
        })?;
        let what = || format!("{twice} rows are there more than once");
        Ok((twice > 0).then(|| Fault { table, file: None, what: what(), span: None }))
    }
}

fn info(stored: &Stored) -> Result<TableInfo, StoreError> {
    let files = stored.files()?;
    let first = files.iter().map(|file| &file.day).min().cloned();
    let last = files.iter().map(|file| &file.day).max().cloned();
    Ok(TableInfo {
        table: stored.table.name(),
        files: files.len() as u64,
        rows: files.iter().map(|file| file.rows).sum(),
        bytes: files.iter().map(|file| file.bytes).sum(),
        days: first.zip(last),
    })
}

/// Reads a file to its end.
fn check_file(stored: &Stored, file: &DataFile) -> Result<(), String> {
    let path = stored.directory.join(&file.path);
    let opened = File::open(&path).map_err(|error| error.to_string())?;
    let length = opened.metadata().map_err(|error| error.to_string())?.len();
    if length != file.bytes {
        return Err(format!("it has {length} bytes instead of {}", file.bytes));
    }
    let reader = ParquetRecordBatchReaderBuilder::try_new(opened)
        .and_then(ParquetRecordBatchReaderBuilder::build);
    let mut rows = 0;
    for batch in reader.map_err(|error| error.to_string())? {
        let batch = batch.map_err(|error| error.to_string())?;
        rows += batch.num_rows() as u64;
        if stored.table == Table::Events {
            let lines = Lines::of(&batch).map_err(|error| error.to_string())?;
            let layouts = batch.column_by_name(LAYOUT.name);
            let missing = layouts.map_or(batch.num_rows(), Array::null_count);
            if missing > 0 || (0..batch.num_rows()).any(|row| lines.line(row).is_none()) {
                return Err("lines cannot be rebuilt".to_owned());
            }
        }
    }
    if rows == file.rows {
        Ok(())
    } else {
        Err(format!("it has {rows} rows instead of {}", file.rows))
    }
}

impl Store {
    /// Takes away files that no table has any more, once they are so many hours old: also
    /// those of a batch that was cut off. Returns how many.
    ///
    /// # Errors
    /// When a table cannot be read or a file not be removed.
    pub fn vacuum(&mut self, hours: u32) -> Result<usize, StoreError> {
        let mut removed = 0;
        for stored in &mut self.tables {
            let vacuum = stored
                .delta
                .clone()
                .vacuum()
                .with_retention_period(TimeDelta::hours(i64::from(hours)))
                .with_enforce_retention_duration(false)
                .with_mode(VacuumMode::Full);
            let done = self.runtime.block_on(async { vacuum.await });
            let (delta, metrics) = done.map_err(stored.failed("vacuum"))?;
            stored.delta = delta;
            removed += metrics.files_deleted.len();
        }
        Ok(removed)
    }

    /// Forgets days before `today` less `days`, in microseconds since 1970. Returns how
    /// many files the tables let go; [`vacuum`](Self::vacuum) takes them away.
    ///
    /// # Errors
    /// When a table cannot be read or written.
    pub fn keep_days(&mut self, days: u32, now: i64) -> Result<usize, StoreError> {
        let micros = now - i64::from(days) * DAY_SECONDS * MICROS;
        let civil = Time { micros, offset: 0 }.civil();
        let first = format!("{:04}-{:02}-{:02}", civil.year, civil.month, civil.day);
        self.forget_before(&first)
    }

    /// Forgets the oldest days until the tables together hold at most so many bytes; the
    /// newest day stays. Returns how many files the tables let go.
    ///
    /// # Errors
    /// When a table cannot be read or written.
    pub fn keep_bytes(&mut self, most: u64) -> Result<usize, StoreError> {
        let mut days: BTreeMap<String, u64> = BTreeMap::new();
        for stored in &self.tables {
            for file in stored.files()? {
                *days.entry(file.day).or_default() += file.bytes;
            }
        }
        let mut held: u64 = days.values().sum();
        let newest = days.pop_last();
        let mut first = None;
        let later = days.keys().skip(1).chain(newest.as_ref().map(|(day, _)| day));
        for (bytes, next) in days.values().zip(later) {
            if held <= most {
                break;
            }
            held -= bytes;
            first = Some(next.clone());
        }
        first.map_or(Ok(0), |first| self.forget_before(&first))
    }

    fn forget_before(&mut self, first: &str) -> Result<usize, StoreError> {
        let mut removed = 0;
        for stored in &mut self.tables {
            if stored.files()?.iter().all(|file| file.day.as_str() >= first) {
                continue;
            }
            let predicate = format!("{DAY} < '{first}'");
            let delete = stored.delta.clone().delete().with_predicate(predicate);
            let done = self.runtime.block_on(async { delete.await });
            let (delta, metrics) = done.map_err(stored.failed("delete from"))?;
            stored.delta = delta;
            removed += metrics.num_removed_files;
        }
        Ok(removed)
    }
}
