//! How the tables in `tables/` are read: columns between tabs, `#` for comments.

use std::fmt;

/// A row that breaks the notation.
#[derive(Debug)]
pub(crate) struct RowError {
    file: &'static str,
    line: u32,
    message: String,
}

impl fmt::Display for RowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "tables/{}:{}: {}", self.file, self.line, self.message)
    }
}

/// The rows of a table that can be read, and what is wrong with the others. A broken row
/// never stops the program: the tests see that there is none.
#[derive(Debug)]
pub(crate) struct Table<R> {
    pub(crate) rows: Vec<R>,
    pub(crate) errors: Vec<RowError>,
}

impl<R> Table<R> {
    /// Reads a file's text, row by row.
    pub(crate) fn read(
        file: &'static str,
        text: &'static str,
        row: impl Fn(&[&'static str]) -> Result<R, String>,
    ) -> Self {
        let mut table = Self { rows: Vec::new(), errors: Vec::new() };
        for (line, columns) in (1..).zip(text.lines()) {
            if columns.is_empty() || columns.starts_with('#') {
                continue;
            }
            let columns: Vec<_> = columns.split('\t').collect();
            match row(&columns) {
                Ok(row) => table.rows.push(row),
                Err(message) => table.errors.push(RowError { file, line, message }),
            }
        }
        table
    }
}

/// The error for a wrong number of columns.
pub(crate) fn columns(wanted: usize, found: &[&str]) -> String {
    format!("{} columns instead of {wanted}", found.len())
}

/// Reads a cause's name.
pub(crate) fn cause(name: &str) -> Result<crate::Cause, String> {
    crate::Cause::from_name(name).ok_or_else(|| format!("unknown cause {name}"))
}
