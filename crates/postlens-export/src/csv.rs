//! Comma- or tabulator-separated values.
//!
//! As RFC 4180 has them, but that lines end with a line feed alone. A cell that is absent
//! is nothing; an empty text is `""`. Texts are quoted where they hold a separator, a quote
//! or a line break.
//!
//! A spreadsheet takes a text for a formula that begins with `=`, `+`, `-` or `@`, and those
//! who send mail choose such texts. So they get an apostrophe before them, also after blanks
//! and control characters that spreadsheets skip.

use std::borrow::Cow;
use std::io::Write;

use postlens_columns::{Cell, Selection};

use crate::Sheet;
use crate::error::ExportError;

/// What stands between cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Separator {
    /// A comma.
    Comma,
    /// A tabulator.
    Tab,
}

impl Separator {
    fn byte(self) -> u8 {
        match self {
            Self::Comma => b',',
            Self::Tab => b'\t',
        }
    }

    fn char(self) -> char {
        char::from(self.byte())
    }
}

/// Writes rows.
pub(crate) struct Csv<W> {
    out: W,
    separator: Separator,
    guard: bool,
    line: String,
}

impl<W: Write> Csv<W> {
    pub(crate) fn new(
        mut out: W,
        selection: &Selection,
        separator: Separator,
        guard: bool,
    ) -> Result<Self, ExportError> {
        let names: Vec<_> = selection.columns().iter().map(|column| column.name).collect();
        let mut line = names.join(separator.char().encode_utf8(&mut [0; 4]));
        line.push('\n');
        out.write_all(line.as_bytes()).map_err(ExportError::Write)?;
        Ok(Self { out, separator, guard, line })
    }

    fn text(&mut self, text: &str) {
        csv_field(text, self.separator, self.guard, &mut self.line);
    }

    fn cell(&mut self, cell: &Cell<'_>) {
        use std::fmt::Write as _;
        // Writing to memory does not fail.
        match cell {
            Cell::Null => {}
            Cell::Text(_) | Cell::Made(_) => {
                if let Some(text) = cell.as_text() {
                    self.text(&text);
                }
            }
            Cell::Int(number) => drop(write!(self.line, "{number}")),
            Cell::Seconds(delay) => drop(write!(self.line, "{delay}")),
            Cell::Time(time) => drop(write!(self.line, "{time}")),
            Cell::Bool(value) => drop(write!(self.line, "{value}")),
        }
    }
}

impl<W: Write + Send> Sheet for Csv<W> {
    fn row(&mut self, cells: &[Cell<'_>]) -> Result<(), ExportError> {
        self.line.clear();
        for (place, cell) in cells.iter().enumerate() {
            if place > 0 {
                self.line.push(self.separator.char());
            }
            self.cell(cell);
        }
        self.line.push('\n');
        self.out.write_all(self.line.as_bytes()).map_err(ExportError::Write)
    }

    fn flush(&mut self) -> Result<(), ExportError> {
        self.out.flush().map_err(ExportError::Write)
    }

    fn finish(mut self: Box<Self>) -> Result<(), ExportError> {
        self.flush()
    }
}

/// Appends a text as a field, quoted where it must be. `guard` keeps it from being taken for a
/// formula.
pub fn csv_field(text: &str, separator: Separator, guard: bool, line: &mut String) {
    let text = if guard { guarded(text) } else { Cow::Borrowed(text) };
    // All of these are ASCII, so that bytes tell.
    let special = |byte: u8| matches!(byte, b'"' | b'\n' | b'\r') || byte == separator.byte();
    if !text.is_empty() && !text.bytes().any(special) {
        line.push_str(&text);
        return;
    }
    line.push('"');
    for char in text.chars() {
        if char == '"' {
            line.push('"');
        }
        line.push(char);
    }
    line.push('"');
}

/// A text that no spreadsheet takes for a formula.
fn guarded(text: &str) -> Cow<'_, str> {
    if is_formula(text) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

/// Whether a spreadsheet may take a text for a formula.
pub(crate) fn is_formula(text: &str) -> bool {
    let begins = |char: &char| !char.is_whitespace() && !char.is_control();
    // Wide forms are taken for the narrow ones.
    matches!(text.chars().find(begins), Some('=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠'))
}

#[cfg(test)]
mod tests {
    use bstr::BStr;
    use postlens_columns::{Cell, Selection, Table};

    use super::{Csv, Separator, guarded};
    use crate::Sheet;

    fn written(cells: &[Cell<'_>], separator: Separator) -> String {
        let selection = Selection::of(Table::Deliveries, ["sender", "recipient", "size"]).unwrap();
        let mut out = Vec::new();
        let mut sheet = Box::new(Csv::new(&mut out, &selection, separator, true).unwrap());
        sheet.row(cells).unwrap();
        sheet.finish().unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn absent_and_empty_are_told_apart() {
        let cells = [Cell::Text(BStr::new("")), Cell::Null, Cell::Int(-1)];
        assert_eq!(written(&cells, Separator::Comma), "sender,recipient,size\n\"\",,-1\n");
    }

    #[test]
    fn quotes_where_needed() {
        let cells = [Cell::Text(BStr::new("a,b")), Cell::Text(BStr::new("\"x\ty\"@example.com"))];
        assert_eq!(
            written(&cells, Separator::Comma),
            "sender,recipient,size\n\"a,b\",\"\"\"x\ty\"\"@example.com\"\n"
        );
        assert_eq!(
            written(&cells, Separator::Tab),
            "sender\trecipient\tsize\na,b\t\"\"\"x\ty\"\"@example.com\"\n"
        );
    }

    #[test]
    fn formulas_are_defused() {
        for text in ["=1+1", "+1", "-1", "@SUM(A1)", " =1", "\t=1", "\r\n=1", "＝1"] {
            assert_eq!(guarded(text), format!("'{text}"));
        }
        for text in ["a=b", "", "1-2", "<a@example.com>"] {
            assert_eq!(guarded(text), text);
        }
    }
}
