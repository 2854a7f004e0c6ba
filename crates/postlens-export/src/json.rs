//! JSON: an object per row, with all columns, absent ones null.

use std::fmt::Write as _;
use std::io::Write;

use postlens_columns::{Cell, Kind, SCHEMA, Selection, escape};

use crate::Sheet;
use crate::error::ExportError;

/// Makes the objects.
struct Objects {
    /// `,"name":` of each column, and whether its texts are JSON already.
    columns: Vec<(String, bool)>,
    text: String,
}

impl Objects {
    fn new(selection: &Selection) -> Self {
        let named = |name| format!(",\"{name}\":");
        let columns = selection.columns().iter();
        let columns =
            columns.map(|column| (named(column.name), column.kind == Kind::Json)).collect();
        Self { columns, text: String::new() }
    }

    fn row(&mut self, cells: &[Cell<'_>]) -> &mut String {
        self.text.clear();
        // Writing to memory does not fail.
        let _ = write!(self.text, "{{\"schema\":{SCHEMA}");
        for ((name, json), cell) in self.columns.iter().zip(cells) {
            self.text.push_str(name);
            match cell {
                Cell::Null => self.text.push_str("null"),
                Cell::Int(number) => drop(write!(self.text, "{number}")),
                Cell::Seconds(delay) => drop(write!(self.text, "{delay}")),
                Cell::Time(time) => drop(write!(self.text, "\"{time}\"")),
                Cell::Bool(value) => drop(write!(self.text, "{value}")),
                Cell::Text(_) | Cell::Made(_) => {
                    let text = cell.as_text().unwrap_or_default();
                    if *json {
                        self.text.push_str(&text);
                    } else {
                        escape(&text, &mut self.text);
                    }
                }
            }
        }
        self.text.push('}');
        &mut self.text
    }
}

/// An object per line.
pub(crate) struct Lines<W> {
    out: W,
    objects: Objects,
}

impl<W: Write> Lines<W> {
    pub(crate) fn new(out: W, selection: &Selection) -> Self {
        Self { out, objects: Objects::new(selection) }
    }
}

impl<W: Write + Send> Sheet for Lines<W> {
    fn row(&mut self, cells: &[Cell<'_>]) -> Result<(), ExportError> {
        let text = self.objects.row(cells);
        text.push('\n');
        self.out.write_all(text.as_bytes()).map_err(ExportError::Write)
    }

    fn flush(&mut self) -> Result<(), ExportError> {
        self.out.flush().map_err(ExportError::Write)
    }

    fn finish(mut self: Box<Self>) -> Result<(), ExportError> {
        self.flush()
    }
}

/// One array, an object per line.
pub(crate) struct Array<W> {
    out: W,
    objects: Objects,
    empty: bool,
}

impl<W: Write> Array<W> {
    pub(crate) fn new(mut out: W, selection: &Selection) -> Result<Self, ExportError> {
        out.write_all(b"[").map_err(ExportError::Write)?;
        Ok(Self { out, objects: Objects::new(selection), empty: true })
    }
}

impl<W: Write + Send> Sheet for Array<W> {
    fn row(&mut self, cells: &[Cell<'_>]) -> Result<(), ExportError> {
        let before: &[u8] = if self.empty { b"\n" } else { b",\n" };
        self.empty = false;
        let text = self.objects.row(cells);
        self.out
            .write_all(before)
            .and_then(|()| self.out.write_all(text.as_bytes()))
            .map_err(ExportError::Write)
    }

    fn flush(&mut self) -> Result<(), ExportError> {
        self.out.flush().map_err(ExportError::Write)
    }

    fn finish(mut self: Box<Self>) -> Result<(), ExportError> {
        let end: &[u8] = if self.empty { b"]\n" } else { b"\n]\n" };
        self.out.write_all(end).map_err(ExportError::Write)?;
        self.flush()
    }
}
