//! Counts of hits.

use std::borrow::Cow;
use std::io::{self, Write};

use bstr::BStr;
use postlens_report::escape::{lossless, printable};
use postlens_search::{Column, Counter, Row};

use super::table::csv_row;
use super::{Format, chart};
use crate::output::{columns, message};

/// Counts of hits by columns.
#[derive(Debug)]
pub(super) struct Counts {
    pub(super) counter: Counter,
    pub(super) format: Format,
    pub(super) top: Option<usize>,
}

impl Counts {
    /// Writes the counts.
    pub(super) fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut rows = self.counter.rows();
        rows.truncate(self.top.unwrap_or(usize::MAX));
        if self.counter.others() > 0 {
            message(&format!(
                "too many different values: {} lines are in none of the rows",
                self.counter.others()
            ));
        }
        match self.format {
            Format::Json => rows.iter().try_for_each(|row| self.json(row, out)),
            Format::Csv => self.csv(&rows, out),
            Format::Histogram => {
                chart::write(self.counter.columns(), &rows, columns().unwrap_or(80), out)
            }
            Format::Lines | Format::Table | Format::Count => text(&rows, out),
        }
    }

    fn json(&self, row: &Row, out: &mut dyn Write) -> io::Result<()> {
        let mut object = serde_json::Map::new();
        for (column, value) in self.counter.columns().iter().zip(&row.values) {
            let value = value.as_ref().map(|value| lossless(BStr::new(value)));
            object.insert(column.name().to_owned(), value.into());
        }
        object.insert("count".to_owned(), row.count.into());
        writeln!(out, "{}", serde_json::Value::Object(object))
    }

    fn csv(&self, rows: &[Row], out: &mut dyn Write) -> io::Result<()> {
        let names = self.counter.columns().iter().map(Column::name);
        let head = names.chain(["count"]).map(|name| Some(Cow::Borrowed(name.as_bytes())));
        csv_row(head, out)?;
        for row in rows {
            let count = Cow::Owned(row.count.to_string().into_bytes());
            let values = row.values.iter().map(|value| value.as_deref().map(Cow::Borrowed));
            csv_row(values.chain([Some(count)]), out)?;
        }
        Ok(())
    }
}

/// As `sort | uniq -c` writes them.
fn text(rows: &[Row], out: &mut dyn Write) -> io::Result<()> {
    let most = rows.iter().map(|row| row.count).max().unwrap_or_default();
    let width = most.to_string().len();
    for row in rows {
        writeln!(out, "{:>width$}  {}", row.count, label(row))?;
    }
    Ok(())
}

/// The values of a row, for people.
pub(super) fn label(row: &Row) -> String {
    let cell = |value: &Option<Box<[u8]>>| match value {
        Some(value) if value.is_empty() => "<>".to_owned(),
        Some(value) => printable(BStr::new(value)),
        None => "-".to_owned(),
    };
    row.values.iter().map(cell).collect::<Vec<_>>().join("  ")
}
