//! Tables of records to files and databases: one file per format.
//!
//! A [`Sheet`] takes the cells of row after row and holds no more of them than its format
//! needs.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "tests fail by panicking"))]

mod csv;
mod error;
mod json;
mod postgres;
pub mod suppressions;

use std::fmt;
use std::io::Write;

use postlens_columns::{Cell, Selection};

pub use csv::Separator;
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
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 4] = [Self::Csv, Self::Tsv, Self::Ndjson, Self::Json];

    /// Its name, which is also the ending of its files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Tsv => "tsv",
            Self::Ndjson => "ndjson",
            Self::Json => "json",
        }
    }

    /// A sheet in this format. `guard` keeps texts from being taken for formulas.
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
        })
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
