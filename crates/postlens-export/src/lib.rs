//! Tables of records to files and databases: one file per format.
//!
//! A [`Sheet`] takes the cells of row after row and holds no more of them than its format
//! needs.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "tests fail by panicking"))]

mod csv;
mod error;
mod json;
mod parquet;
mod postgres;
mod sqlite;
pub mod suppressions;
mod xlsx;

use std::fmt;
use std::io::Write;
use std::path::Path;

use postlens_columns::{Cell, Selection};

pub use csv::{Separator, csv_field};
pub use error::ExportError;
pub use postgres::{Load, Server};
pub use suppressions::Suppressions;

/// Where rows of one table go.
pub trait Sheet: Send {
    /// Takes in a row: a cell for each column of the selection.
    fn row(&mut self, cells: &[Cell<'_>]) -> Result<(), ExportError>;

    /// Writes out what was held back for speed.
    fn flush(&mut self) -> Result<(), ExportError> {
        Ok(())
    }

    /// Writes what stands at the end.
    fn finish(self: Box<Self>) -> Result<(), ExportError>;
}

/// What is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated (RFC 4180), a line of headers first.
    Csv,
    /// The same with tabulators.
    Tsv,
    /// A JSON object per line.
    Ndjson,
    /// One JSON array of objects.
    Json,
    /// An Excel workbook.
    Xlsx,
    /// Parquet, compressed with Zstandard.
    Parquet,
    /// A table of an SQLite database file.
    Sqlite,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 7] =
        [Self::Csv, Self::Tsv, Self::Ndjson, Self::Json, Self::Xlsx, Self::Parquet, Self::Sqlite];

    /// Its name, which is also the ending of its files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Tsv => "tsv",
            Self::Ndjson => "ndjson",
            Self::Json => "json",
            Self::Xlsx => "xlsx",
            Self::Parquet => "parquet",
            Self::Sqlite => "sqlite",
        }
    }

    /// The format of files whose names end so.
    pub fn of_ending(ending: &str) -> Option<Self> {
        let ending = ending.to_ascii_lowercase();
        if ending == "db" || ending == "sqlite3" {
            return Some(Self::Sqlite);
        }
        Self::ALL.into_iter().find(|format| format.name() == ending)
    }

    /// Whether it is for people and programs that read bytes, not text.
    pub fn is_binary(self) -> bool {
        matches!(self, Self::Xlsx | Self::Parquet | Self::Sqlite)
    }

    /// Whether rows go into a file that may be there already, and so to a path.
    pub fn is_database(self) -> bool {
        self == Self::Sqlite
    }

    /// A sheet in a database file, whose selection must have `id`.
    pub fn database(path: &Path, selection: &Selection) -> Result<Box<dyn Sheet>, ExportError> {
        Ok(Box::new(sqlite::Sqlite::open(path, selection)?))
    }

    /// A sheet in this format, which is no database's. `guard` keeps texts in CSV from being
    /// taken for formulas.
    pub fn sheet<'w>(
        self,
        out: Box<dyn Write + Send + 'w>,
        selection: &Selection,
        guard: bool,
    ) -> Result<Box<dyn Sheet + 'w>, ExportError> {
        Ok(match self {
            Self::Csv => Box::new(csv::Csv::new(out, selection, Separator::Comma, guard)?),
            Self::Tsv => Box::new(csv::Csv::new(out, selection, Separator::Tab, guard)?),
            Self::Ndjson => Box::new(json::Lines::new(out, selection)),
            Self::Json => Box::new(json::Array::new(out, selection)?),
            Self::Xlsx => Box::new(xlsx::Xlsx::new(out, selection)?),
            Self::Parquet => Box::new(parquet::Parquet::new(out, selection)?),
            Self::Sqlite => return Err(ExportError::NeedsFile),
        })
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
