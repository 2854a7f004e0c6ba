//! Hits as rows: a table for people, CSV for spreadsheets.

use std::borrow::Cow;
use std::io::{self, Write};

use bstr::BStr;
use postlens_report::escape::{lossless, printable};
use postlens_search::{Column, Found, values};
use unicode_width::UnicodeWidthStr;

/// The columns where none are asked for.
const USUAL: [&str; 9] =
    ["time", "daemon", "queue_id", "kind", "outcome", "client", "sender", "recipient", "cause"];

/// So many rows tell how wide the columns are.
const FIRST: usize = 200;
/// A column is no wider because of one value.
const WIDEST: usize = 44;

/// Rows with their columns aligned.
#[derive(Debug)]
pub(super) struct Table {
    columns: Vec<Column>,
    widths: Vec<usize>,
    /// Rows that wait for the columns' widths to be known.
    waiting: Option<Vec<Vec<String>>>,
}

/// Rows as RFC 4180 has them.
#[derive(Debug)]
pub(super) struct Csv {
    columns: Vec<Column>,
    has_head: bool,
}

fn or_usual(columns: Vec<Column>) -> Vec<Column> {
    if columns.is_empty() {
        return USUAL.iter().filter_map(|name| Column::new(name).ok()).collect();
    }
    columns
}

impl Table {
    pub(super) fn new(columns: Vec<Column>) -> Self {
        let columns = or_usual(columns);
        let widths = columns.iter().map(|column| column.name().len()).collect();
        Self { columns, widths, waiting: Some(Vec::new()) }
    }

    pub(super) fn row(&mut self, found: &Found<'_>, out: &mut dyn Write) -> io::Result<()> {
        let cell = |value: Option<Cow<'_, [u8]>>| {
            value.map_or_else(|| "-".to_owned(), |value| printable(BStr::new(&value)))
        };
        let row: Vec<_> = values(&self.columns, found).into_iter().map(cell).collect();
        match &mut self.waiting {
            None => write_row(&row, &self.widths, out),
            Some(waiting) => {
                waiting.push(row);
                if waiting.len() < FIRST { Ok(()) } else { self.settle(out) }
            }
        }
    }

    /// Writes the rows that wait, below the head.
    pub(super) fn settle(&mut self, out: &mut dyn Write) -> io::Result<()> {
        let Some(rows) = self.waiting.take_if(|rows| !rows.is_empty()) else { return Ok(()) };
        for row in &rows {
            for (width, cell) in self.widths.iter_mut().zip(row) {
                *width = (*width).max(cell.width().min(WIDEST));
            }
        }
        let head: Vec<_> = self.columns.iter().map(|column| column.name().to_owned()).collect();
        write_row(&head, &self.widths, out)?;
        rows.iter().try_for_each(|row| write_row(row, &self.widths, out))
    }
}

fn write_row(cells: &[String], widths: &[usize], out: &mut dyn Write) -> io::Result<()> {
    let mut line = String::new();
    for (cell, width) in cells.iter().zip(widths) {
        line.push_str(cell);
        line.extend(std::iter::repeat_n(' ', width.saturating_sub(cell.width()) + 2));
    }
    writeln!(out, "{}", line.trim_end())
}

impl Csv {
    pub(super) fn new(columns: Vec<Column>) -> Self {
        Self { columns: or_usual(columns), has_head: false }
    }

    /// Writes the head, once.
    pub(super) fn head(&mut self, out: &mut dyn Write) -> io::Result<()> {
        if std::mem::replace(&mut self.has_head, true) {
            return Ok(());
        }
        let names = self.columns.iter().map(|column| Cow::Borrowed(column.name().as_bytes()));
        csv_row(names.map(Some), out)
    }

    pub(super) fn row(&mut self, found: &Found<'_>, out: &mut dyn Write) -> io::Result<()> {
        self.head(out)?;
        csv_row(values(&self.columns, found).into_iter(), out)
    }
}

/// Writes a record of RFC 4180. What a spreadsheet would take for a formula begins with an
/// apostrophe.
pub(super) fn csv_row<'v>(
    cells: impl Iterator<Item = Option<Cow<'v, [u8]>>>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut line = String::new();
    for (index, cell) in cells.enumerate() {
        if index > 0 {
            line.push(',');
        }
        let text = cell.map(|cell| lossless(BStr::new(&cell))).unwrap_or_default();
        let is_formula =
            text.starts_with(['=', '+', '-', '@', '\t', '\r']) && text.parse::<f64>().is_err();
        let text = if is_formula { format!("'{text}") } else { text };
        if text.contains(['"', ',', '\n', '\r']) || is_formula {
            line.push('"');
            line.push_str(&text.replace('"', "\"\""));
            line.push('"');
        } else {
            line.push_str(&text);
        }
    }
    line.push_str("\r\n");
    out.write_all(line.as_bytes())
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    #[test]
    fn spreadsheets_are_safe() {
        let cells = ["a", "=1+1", "-3.5", "@x", "say \"a,b\"", "two\nlines", ""];
        let mut out = Vec::new();
        super::csv_row(cells.iter().map(|c| Some(Cow::Borrowed(c.as_bytes()))), &mut out).unwrap();
        let expected = "a,\"'=1+1\",-3.5,\"'@x\",\"say \"\"a,b\"\"\",\"two\nlines\",\r\n";
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }
}
