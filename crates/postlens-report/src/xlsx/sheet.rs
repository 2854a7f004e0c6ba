//! One sheet: headings that stay in view, rows of typed cells, and a chart beside them.

use std::ops::RangeInclusive;

use postlens_syntax::time::civil_from_days;
use rust_xlsxwriter::{Chart, ChartType, ExcelDateTime, Format, Worksheet, XlsxError};

use crate::number::count;

/// A value.
#[derive(Debug, Clone)]
pub(super) enum Cell {
    /// A text, never a formula.
    Text(String),
    /// A count or a size.
    Number(u64),
    /// A delay in seconds.
    Seconds(f64),
    /// A day, counted from 1970-01-01.
    Day(i64),
    /// Nothing.
    Empty,
}

impl Cell {
    /// Characters that a number or a day takes.
    fn width(&self) -> Option<usize> {
        match self {
            Self::Text(_) | Self::Empty => None,
            Self::Number(number) => Some(count(*number).len()),
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "delays are not negative, and short beside 2^64"
            )]
            Self::Seconds(seconds) => Some(count(*seconds as u64).len() + 3),
            Self::Day(_) => Some(DATE.len()),
        }
    }
}

/// Rows under headings.
pub(super) struct Sheet {
    name: String,
    heads: Vec<String>,
    /// The rows, each with a cell for each heading.
    pub(super) rows: Vec<Vec<Cell>>,
    /// What is drawn of the first rows: the columns of its series.
    pub(super) chart: Option<(ChartType, RangeInclusive<u16>)>,
}

/// Characters of a sheet's name at most (Excel's limit).
const NAME: usize = 31;
/// Rows that a chart of names shows.
const DRAWN: usize = 15;
/// What dates look like.
const DATE: &str = "yyyy-mm-dd";
/// The number of that paper size in workbooks.
const A4: u8 = 9;
/// Characters of a text at most (Excel's limit is 32,767).
const TEXT: usize = 32_000;

impl Sheet {
    pub(super) fn new(name: &str, heads: Vec<String>) -> Self {
        // These characters may not stand in a sheet's name.
        let name = name.replace(['[', ']', ':', '*', '?', '/', '\\'], " ");
        let name = name.chars().take(NAME).collect();
        Self { name, heads, rows: Vec::new(), chart: None }
    }

    pub(super) fn write(&self, sheet: &mut Worksheet) -> Result<(), XlsxError> {
        sheet.set_name(&self.name)?;
        let bold = Format::new().set_bold().set_text_wrap();
        for (column, head) in (0..).zip(&self.heads) {
            sheet.write_string_with_format(0, column, head, &bold)?;
        }
        sheet.set_freeze_panes(1, 1)?;
        for (row, cells) in (1..).zip(&self.rows) {
            for (column, cell) in (0..).zip(cells) {
                write_cell(sheet, row, column, cell)?;
            }
        }
        sheet.autofit();
        self.widen(sheet)?;
        // On paper: as wide as the sheet, however long, its headings on each page.
        sheet.set_landscape().set_paper_size(A4).set_print_fit_to_pages(1, 0);
        sheet.set_repeat_rows(0, 0)?;
        let last = u32::try_from(self.rows.len()).unwrap_or(u32::MAX);
        let columns = u16::try_from(self.heads.len()).unwrap_or(u16::MAX);
        if last > 0 {
            sheet.autofilter(0, 0, last, columns.saturating_sub(1))?;
            self.draw(sheet, columns)?;
        }
        Ok(())
    }

    /// Gives numbers room: what does not fit is shown as ###.
    fn widen(&self, sheet: &mut Worksheet) -> Result<(), XlsxError> {
        for (column, head) in self.heads.iter().enumerate() {
            let cells = self.rows.iter().filter_map(|row| row.get(column)?.width());
            let Some(width) = cells.max() else { continue };
            let width = u32::try_from(width.max(head.chars().count()) + 3).unwrap_or(u32::MAX);
            sheet.set_column_width(u16::try_from(column).unwrap_or(u16::MAX), width)?;
        }
        Ok(())
    }

    fn draw(&self, sheet: &mut Worksheet, columns: u16) -> Result<(), XlsxError> {
        let Some((kind, series)) = self.chart.clone() else { return Ok(()) };
        let is_time = matches!(self.rows.first().and_then(|row| row.first()), Some(Cell::Day(_)));
        let rows = if is_time { self.rows.len() } else { self.rows.len().min(DRAWN) };
        let last = u32::try_from(rows).unwrap_or(u32::MAX);
        let mut chart = Chart::new(kind);
        let name = self.name.as_str();
        for column in series.clone() {
            chart
                .add_series()
                .set_name((name, 0, column))
                .set_categories((name, 1, 0, last, 0))
                .set_values((name, 1, column, last, column));
        }
        chart.title().set_name(name);
        if series.count() == 1 {
            chart.legend().set_hidden();
        }
        if matches!(kind, ChartType::Bar | ChartType::BarStacked) {
            // The highest at the top, as in the rows. Names stand along the y axis here.
            chart.y_axis().set_reverse();
        }
        if is_time {
            chart.x_axis().set_date_axis(true).set_num_format(DATE);
        }
        chart.set_width(720).set_height(400);
        sheet.insert_chart(1, columns + 1, &chart)?;
        Ok(())
    }
}

fn write_cell(sheet: &mut Worksheet, row: u32, column: u16, cell: &Cell) -> Result<(), XlsxError> {
    match cell {
        Cell::Text(text) => {
            let text: String = text.chars().take(TEXT).collect();
            sheet.write_string(row, column, text)?;
        }
        Cell::Number(number) => {
            let format = Format::new().set_num_format("#,##0");
            #[expect(clippy::cast_precision_loss, reason = "workbooks have no other numbers")]
            sheet.write_number_with_format(row, column, *number as f64, &format)?;
        }
        Cell::Seconds(seconds) => {
            let format = Format::new().set_num_format("#,##0.00");
            sheet.write_number_with_format(row, column, *seconds, &format)?;
        }
        Cell::Day(day) => {
            let (year, month, day) = civil_from_days(*day);
            let date = ExcelDateTime::from_ymd(u16::try_from(year).unwrap_or(1900), month, day)?;
            let format = Format::new().set_num_format(DATE);
            sheet.write_datetime_with_format(row, column, &date, &format)?;
        }
        Cell::Empty => {}
    }
    Ok(())
}
