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
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Format {
    /// Columns side by side, for people.
    Table,
    /// Comma-separated (RFC 4180), a line of headers first.
    Csv,
    /// A JSON object per line.
    Json,
}

/// Runs a query and writes its result.
pub(crate) fn write_answer(
    view: &View,
    sql: &str,
    format: Format,
    out: &mut dyn Write,
) -> Result<(), StoreError> {
    let mut widths = None;
    let mut first = true;
    view.query(sql, &mut |answer| match format {
        Format::Json => answer.write_json(out),
        Format::Csv => csv(answer, std::mem::take(&mut first), out),
        Format::Table => table(answer, &mut widths, out),
    })?;
    if format == Format::Table && widths.is_none() {
        out.write_all(b"(no rows)\n").map_err(StoreError::Write)?;
    }
    Ok(())
}

/// Rows of CSV. Texts that a spreadsheet would take for a formula are made texts.
fn csv(answer: &Answer<'_>, headers: bool, out: &mut dyn Write) -> Result<(), StoreError> {
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
    out.write_all(lines.as_bytes()).map_err(StoreError::Write)
}

/// Rows in columns as wide as the first rows need.
fn table(
    answer: &Answer<'_>,
    widths: &mut Option<Vec<usize>>,
    out: &mut dyn Write,
) -> Result<(), StoreError> {
    if answer.rows() == 0 {
        return Ok(());
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
    for row in &rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(widths.iter()) {
            line.push_str(cell);
            line.extend(std::iter::repeat_n(' ', width.saturating_sub(cell.width()) + 2));
        }
        writeln!(out, "{}", line.trim_end()).map_err(StoreError::Write)?;
    }
    Ok(())
}
