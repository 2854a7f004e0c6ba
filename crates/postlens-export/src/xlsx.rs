//! Excel workbooks (Office Open XML).
//!
//! Texts are cells of texts, never formulas, and those that begin like a formula are marked so
//! that they stay texts when somebody edits them. Rows go to a temporary file as they come. A
//! sheet holds 1,048,576 rows; what comes after them goes to another one.

use std::io::Write;

use postlens_columns::{Cell, Column, Kind, Selection};
use postlens_syntax::Time;
use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};

use crate::Sheet;
use crate::csv::is_formula;
use crate::error::ExportError;

/// Rows of a sheet, the headers' among them.
const ROWS: u32 = 1_048_576;
/// Characters of a cell.
const LONGEST: usize = 32_767;

/// Writes rows into a workbook.
pub(crate) struct Xlsx<W> {
    out: W,
    workbook: Workbook,
    columns: Vec<Column>,
    name: &'static str,
    sheets: usize,
    /// The next row of the last sheet.
    next: u32,
    formats: Formats,
}

struct Formats {
    header: Format,
    time: Format,
    /// Of texts that begin like a formula.
    quoted: Format,
}

impl<W: Write + Send> Xlsx<W> {
    pub(crate) fn new(out: W, selection: &Selection) -> Result<Self, ExportError> {
        let mut workbook = Workbook::new();
        // The same rows give the same bytes.
        workbook.set_properties(&rust_xlsxwriter::DocProperties::new());
        let mut book = Self {
            out,
            workbook,
            columns: selection.columns().to_vec(),
            name: selection.table().name(),
            sheets: 0,
            next: 0,
            formats: Formats {
                header: Format::new().set_bold(),
                time: Format::new().set_num_format("yyyy-mm-dd hh:mm:ss"),
                quoted: Format::new().set_quote_prefix(),
            },
        };
        book.begin_sheet().map_err(ExportError::Workbook)?;
        Ok(book)
    }

    fn begin_sheet(&mut self) -> Result<(), XlsxError> {
        self.sheets += 1;
        let sheet = self.workbook.add_worksheet_with_constant_memory()?;
        match self.sheets {
            1 => sheet.set_name(self.name)?,
            number => sheet.set_name(format!("{} {number}", self.name))?,
        };
        sheet.set_freeze_panes(1, 0)?;
        for (place, column) in (0u16..).zip(&self.columns) {
            sheet.set_column_width(place, width(*column))?;
        }
        for (place, column) in (0u16..).zip(&self.columns) {
            sheet.write_string_with_format(0, place, column.name, &self.formats.header)?;
        }
        self.next = 1;
        Ok(())
    }

    fn write(&mut self, cells: &[Cell<'_>]) -> Result<(), XlsxError> {
        if self.next >= ROWS {
            self.begin_sheet()?;
        }
        let sheet = self.workbook.worksheet_from_index(self.sheets.saturating_sub(1))?;
        for (place, cell) in (0u16..).zip(cells) {
            write_cell(sheet, (self.next, place), cell, &self.formats)?;
        }
        self.next += 1;
        Ok(())
    }
}

impl<W: Write + Send> Sheet for Xlsx<W> {
    fn row(&mut self, cells: &[Cell<'_>]) -> Result<(), ExportError> {
        self.write(cells).map_err(ExportError::Workbook)
    }

    fn finish(mut self: Box<Self>) -> Result<(), ExportError> {
        self.workbook.save_to_writer(&mut self.out).map_err(ExportError::Workbook)?;
        self.out.flush().map_err(ExportError::Write)
    }
}

fn write_cell(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    cell: &Cell<'_>,
    formats: &Formats,
) -> Result<(), XlsxError> {
    match cell {
        Cell::Null => {}
        #[expect(clippy::cast_precision_loss, reason = "Excel has no other numbers")]
        Cell::Int(number) => drop(sheet.write_number(row, column, *number as f64)?),
        Cell::Seconds(delay) => drop(sheet.write_number(row, column, delay.seconds())?),
        Cell::Bool(value) => drop(sheet.write_boolean(row, column, *value)?),
        Cell::Time(time) => {
            sheet.write_number_with_format(row, column, serial(*time), &formats.time)?;
        }
        Cell::Text(_) | Cell::Made(_) => {
            let text = shortened(cell.as_text().unwrap_or_default().into_owned());
            if is_formula(&text) {
                sheet.write_string_with_format(row, column, text, &formats.quoted)?;
            } else {
                sheet.write_string(row, column, text)?;
            }
        }
    }
    Ok(())
}

/// A time as Excel counts: days since 30 December 1899, as the log's clock showed it.
#[expect(clippy::cast_precision_loss, reason = "microseconds of the next centuries fit")]
fn serial(time: Time) -> f64 {
    let local = time.micros.saturating_add(i64::from(time.offset) * 1_000_000);
    local as f64 / 86_400e6 + 25_569.0
}

/// Excel's cells hold so much and no more; what is cut off is marked.
fn shortened(mut text: String) -> String {
    if text.len() <= LONGEST || text.encode_utf16().count() <= LONGEST {
        return text;
    }
    let mut units = 0;
    let fits = |(_, char): &(usize, char)| {
        units += char.len_utf16();
        units < LONGEST
    };
    let end = text.char_indices().take_while(fits).last();
    text.truncate(end.map_or(0, |(at, char)| at + char.len_utf8()));
    text.push('…');
    text
}

fn width(column: Column) -> f64 {
    match (column.kind, column.name) {
        (Kind::Time, _) => 19.0,
        (Kind::Json, _) | (Kind::Text, "id" | "message" | "reply" | "text") => 40.0,
        (Kind::Text, "sender" | "recipient" | "client_name" | "relay_name") => 28.0,
        _ => 14.0,
    }
}

#[cfg(test)]
mod tests {
    use postlens_syntax::Time;

    use super::{LONGEST, serial, shortened};

    #[test]
    fn times_are_those_of_the_wall() {
        // Noon of 1 January 1970 in UTC is 21:00 in Tokyo.
        let time = Time { micros: 43_200_000_000, offset: 32_400 };
        assert!((serial(time) - 25_569.875).abs() < 1e-9);
    }

    #[test]
    fn long_texts_are_cut_visibly() {
        let text = "é".repeat(LONGEST);
        assert_eq!(shortened(text.clone()), text);
        let cut = shortened("😀".repeat(LONGEST));
        assert!(cut.encode_utf16().count() <= LONGEST && cut.ends_with("😀…"));
    }
}
