//! Results on standard output.

use std::io::Write;

use postlens_export::{Separator, csv_field};
use postlens_report::escape::printable;
use postlens_store::{Answer, StoreError, View};
use serde::{Deserialize, Serialize};
use unicode_width::UnicodeWidthStr as _;

/// Tells what may be wrong.
pub(crate) fn message(text: &str) {
    tracing::warn!("{text}");
}

/// How the rows of a result are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Format {
    /// Columns side by side, for people.
    Table,
    /// Comma-separated (RFC 4180), a line of headers first.
    Csv,
    /// An array of JSON objects.
    Json,
    /// A JSON object per line.
    #[default]
    Ndjson,
}

impl Format {
    /// Its media type.
    pub(crate) fn media_type(self) -> &'static str {
        match self {
            Self::Table => "text/plain; charset=utf-8",
            Self::Csv => "text/csv; charset=utf-8",
            Self::Json => "application/json",
            Self::Ndjson => "application/x-ndjson",
        }
    }
}

/// Runs a query and writes its result. Returns how many rows and bytes that were.
pub(crate) fn write_answer(
    view: &View,
    sql: &str,
    format: Format,
    out: &mut dyn Write,
) -> Result<(usize, usize), StoreError> {
    let mut shape = Shape::new(format);
    let (mut rows, mut bytes) = (0, 0);
    let mut write = |part: &[u8]| out.write_all(part).map_err(StoreError::Write);
    view.query(sql, &mut |answer| {
        let part = shape.part(answer)?;
        rows += answer.rows();
        bytes += part.len();
        write(&part)
    })?;
    write(&shape.end())?;
    Ok((rows, bytes))
}

/// Rows on their way into a format.
#[derive(Debug)]
pub(crate) struct Shape {
    format: Format,
    /// Whether headers were written, or the first object.
    begun: bool,
    /// Widths of a table's columns.
    widths: Option<Vec<usize>>,
}

impl Shape {
    pub(crate) fn new(format: Format) -> Self {
        Self { format, begun: false, widths: None }
    }

    /// Some rows; the first may be none, for the headers.
    pub(crate) fn part(&mut self, answer: &Answer) -> Result<Vec<u8>, StoreError> {
        match self.format {
            Format::Ndjson => answer.json(),
            Format::Json => Ok(self.array(&answer.json()?)),
            Format::Csv => csv(answer, !std::mem::replace(&mut self.begun, true)),
            Format::Table => table(answer, &mut self.widths),
        }
    }

    /// What stands behind the last rows.
    pub(crate) fn end(&mut self) -> Vec<u8> {
        let text = match self.format {
            Format::Json if self.begun => "\n]\n",
            Format::Json => "[]\n",
            Format::Table if self.widths.is_none() => "(no rows)\n",
            Format::Table | Format::Csv | Format::Ndjson => "",
        };
        text.as_bytes().to_vec()
    }

    /// Lines of objects as elements of an array.
    fn array(&mut self, lines: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(lines.len());
        for line in lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            let before = if std::mem::replace(&mut self.begun, true) { ",\n" } else { "[\n" };
            out.extend_from_slice(before.as_bytes());
            out.extend_from_slice(line);
        }
        out
    }
}

/// Rows of CSV. Texts that a spreadsheet would take for a formula are made texts.
fn csv(answer: &Answer, headers: bool) -> Result<Vec<u8>, StoreError> {
    let names = answer.names().into_iter().map(Some).collect();
    let rows = headers.then_some(names).into_iter().chain(answer.texts()?);
    let mut lines = String::new();
    for row in rows {
        for (place, cell) in row.iter().enumerate() {
            if place > 0 {
                lines.push(',');
            }
            if let Some(text) = cell {
                let guard = text.parse::<f64>().is_err();
                csv_field(text, Separator::Comma, guard, &mut lines);
            }
        }
        lines.push('\n');
    }
    Ok(lines.into_bytes())
}

/// Rows in columns as wide as the first rows need.
fn table(answer: &Answer, widths: &mut Option<Vec<usize>>) -> Result<Vec<u8>, StoreError> {
    if answer.rows() == 0 {
        return Ok(Vec::new());
    }
    let shown = |cell: Option<String>| {
        cell.map_or_else(|| "-".to_owned(), |text| printable(text.as_str().into()))
    };
    let rows = answer.texts()?.into_iter().map(|row| row.into_iter().map(shown).collect());
    let mut rows: Vec<Vec<String>> = rows.collect();
    if widths.is_none() {
        rows.insert(0, answer.names());
    }
    let widths = widths.get_or_insert_with(|| {
        let width = |column: usize| {
            rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.width()).max()
        };
        (0..answer.names().len()).map(|column| width(column).unwrap_or_default()).collect()
    });
    let mut lines = String::new();
    for row in &rows {
        let start = lines.len();
        for (cell, width) in row.iter().zip(widths.iter()) {
            lines.push_str(cell);
            lines.extend(std::iter::repeat_n(' ', width.saturating_sub(cell.width()) + 2));
        }
        let line = lines.get(start..).unwrap_or_default().trim_end().len();
        lines.truncate(start + line);
        lines.push('\n');
    }
    Ok(lines.into_bytes())
}
