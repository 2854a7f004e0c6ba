//! Parquet files of rows: a file for each day of a table.

use std::fs::{File, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use arrow_array::RecordBatch;
use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, TimestampMicrosecondType};
use arrow_schema::SchemaRef;
use deltalake::kernel::Add;
use parquet::arrow::ArrowWriter;
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use postlens_columns::Table;
use postlens_syntax::Time;
use postlens_syntax::time::{DAY as DAY_SECONDS, MICROS};

use crate::error::StoreError;
use crate::state::sync_directory;
use crate::table::{DAY, file_schema};

/// Files that are open at a time: an archive may hold a few lines of each of many days.
const OPEN: usize = 8;

/// A file is closed when it has so many bytes.
const LARGEST: usize = 128 << 20;

/// Writes rows of a table into files that the table does not know of yet.
#[derive(Debug)]
pub(crate) struct DayFiles {
    table: Table,
    directory: PathBuf,
    schema: SchemaRef,
    properties: WriterProperties,
    /// How the files' names begin.
    prefix: &'static str,
    /// The one that was written to last comes last.
    open: Vec<DayFile>,
    done: Vec<Add>,
}

#[derive(Debug)]
struct DayFile {
    day: String,
    /// From the table's directory.
    path: String,
    writer: ArrowWriter<File>,
    rows: usize,
    times: Option<(i64, i64)>,
}

impl DayFiles {
    pub(crate) fn new(
        table: Table,
        directory: PathBuf,
        properties: WriterProperties,
        prefix: &'static str,
    ) -> Self {
        let schema = file_schema(table);
        Self { table, directory, schema, properties, prefix, open: Vec::new(), done: Vec::new() }
    }

    /// Writes rows, as [`stored_schema`](crate::table::stored_schema) has them.
    pub(crate) fn write(&mut self, batch: &RecordBatch) -> Result<(), StoreError> {
        let columns = batch.num_columns().saturating_sub(1);
        let Some(days) =
            batch.columns().get(columns).and_then(|days| days.as_primitive_opt::<Date32Type>())
        else {
            return Ok(());
        };
        let without_day = batch.project(&(0..columns).collect::<Vec<_>>());
        let rows = without_day.map_err(|error| self.failed(error.into()))?;
        let mut start = 0;
        for same in days.values().chunk_by(|day, next| day == next) {
            if let Some(day) = same.first() {
                self.write_day(&day_name(*day), &rows.slice(start, same.len()))?;
            }
            start += same.len();
        }
        Ok(())
    }

    /// Writes rows of a day (`2026-11-24`), without that column.
    pub(crate) fn write_day(&mut self, day: &str, rows: &RecordBatch) -> Result<(), StoreError> {
        let mut file = match self.open.iter().position(|file| file.day == day) {
            Some(place) => self.open.remove(place),
            None => self.begin(day)?,
        };
        let written = file.write(rows);
        let full = file.writer.bytes_written() >= LARGEST;
        self.open.push(file);
        written.map_err(|error| self.failed(error))?;
        if full && let Some(file) = self.open.pop() {
            self.close(file)?;
        }
        if self.open.len() > OPEN {
            let oldest = self.open.remove(0);
            self.close(oldest)?;
        }
        Ok(())
    }

    fn begin(&self, day: &str) -> Result<DayFile, StoreError> {
        let name = format!("{DAY}={day}");
        let directory = self.directory.join(&name);
        let make = || {
            std::fs::create_dir_all(&directory)?;
            let mut builder = tempfile::Builder::new();
            builder.prefix(self.prefix).suffix(".parquet").rand_bytes(12);
            // Who may read is the umask's business.
            builder.permissions(Permissions::from_mode(0o666));
            let (file, path) =
                builder.tempfile_in(&directory)?.keep().map_err(|error| error.error)?;
            Ok((file, path))
        };
        let (file, path) =
            make().map_err(|error| StoreError::file("write in", &directory, error))?;
        let file_name = path.file_name().unwrap_or_default().to_string_lossy();
        let path = format!("{name}/{file_name}");
        let (schema, properties) = (SchemaRef::clone(&self.schema), self.properties.clone());
        let writer = ArrowWriter::try_new(file, schema, Some(properties));
        let writer = writer.map_err(|error| self.failed(error))?;
        Ok(DayFile { day: day.to_owned(), path, writer, rows: 0, times: None })
    }

    fn close(&mut self, file: DayFile) -> Result<(), StoreError> {
        let DayFile { day, path, writer, rows, times } = file;
        let whole = self.directory.join(&path);
        let failed = |error| StoreError::file("write", &whole, error);
        let file = writer.into_inner().map_err(|error| self.failed(error))?;
        file.sync_all().map_err(failed)?;
        let metadata = file.metadata().map_err(failed)?;
        sync_directory(whole.parent().unwrap_or(&self.directory))?;
        let modified = metadata.modified().ok();
        let since = modified.and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
        let millis = since.and_then(|since| i64::try_from(since.as_millis()).ok());
        self.done.push(Add {
            path,
            partition_values: [(DAY.to_owned(), Some(day))].into(),
            size: i64::try_from(metadata.len()).unwrap_or(i64::MAX),
            modification_time: millis.unwrap_or_default(),
            data_change: true,
            stats: Some(statistics(rows, times)),
            ..Add::default()
        });
        Ok(())
    }

    /// Writes the files' ends and makes them last; gives the actions that add them.
    pub(crate) fn finish(mut self) -> Result<Vec<Add>, StoreError> {
        for file in std::mem::take(&mut self.open) {
            self.close(file)?;
        }
        Ok(self.done)
    }

    fn failed(&self, error: ParquetError) -> StoreError {
        StoreError::table("write", self.table.name(), error.into())
    }
}

impl DayFile {
    fn write(&mut self, rows: &RecordBatch) -> Result<(), ParquetError> {
        self.writer.write(rows)?;
        self.rows += rows.num_rows();
        let times = rows.column_by_name("time");
        let times = times.and_then(|times| times.as_primitive_opt::<TimestampMicrosecondType>());
        for time in times.iter().flat_map(|times| times.iter().flatten()) {
            let (first, last) = self.times.unwrap_or((time, time));
            self.times = Some((first.min(time), last.max(time)));
        }
        Ok(())
    }
}

/// A day, counted from 1970-01-01, as people write it.
fn day_name(day: i32) -> String {
    let micros = i64::from(day) * DAY_SECONDS * MICROS;
    let civil = Time { micros, offset: 0 }.civil();
    format!("{:04}-{:02}-{:02}", civil.year, civil.month, civil.day)
}

/// What Delta's log says about a file: its rows, and the span of their times.
fn statistics(rows: usize, times: Option<(i64, i64)>) -> String {
    // Milliseconds, as the protocol has it: the last one is rounded up.
    let text = |micros: i64| {
        let civil = Time { micros, offset: 0 }.civil();
        let millis = civil.micros / 1000;
        format!(
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{millis:03}Z",
            civil.year, civil.month, civil.day, civil.hour, civil.minute, civil.second
        )
    };
    match times {
        Some((first, last)) => serde_json::json!({
            "numRecords": rows,
            "minValues": { "time": text(first) },
            "maxValues": { "time": text(last.saturating_add(999)) },
        }),
        None => serde_json::json!({ "numRecords": rows }),
    }
    .to_string()
}
