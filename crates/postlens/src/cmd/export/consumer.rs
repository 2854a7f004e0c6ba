//! From the pipeline to the rows of one table.

use postlens_columns::{Advice, Row, Selection, Table};
use postlens_export::{ExportError, Sheet, Suppressions};
use postlens_filter::{Line, Query};
use postlens_track::{Consumer, Observation, Record, RecordSink};

/// Writes rows until one cannot be written.
pub(super) struct Rows<'s> {
    selection: Selection,
    sheet: &'s mut dyn Sheet,
    result: Result<(), ExportError>,
}

impl<'s> Rows<'s> {
    pub(super) fn new(selection: Selection, sheet: &'s mut dyn Sheet) -> Self {
        Self { selection, sheet, result: Ok(()) }
    }

    fn write<'r>(&mut self, row: &'r Row<'r>) {
        self.result = self.sheet.row(&self.selection.cells(row));
    }
}

/// Takes from the log what the table is about.
pub(super) struct Exporter<'s> {
    table: Table,
    query: Query,
    rows: Rows<'s>,
    suppressions: Suppressions,
}

impl<'s> Exporter<'s> {
    pub(super) fn new(table: Table, query: Query, rows: Rows<'s>) -> Self {
        Self { table, query, rows, suppressions: Suppressions::default() }
    }

    /// Writes what is known only at the end. Returns how many failures of suppressions were
    /// left out.
    pub(super) fn finish(mut self, least: Advice) -> Result<u64, ExportError> {
        self.rows.result?;
        let (selection, sheet) = (&self.rows.selection, &mut self.rows.sheet);
        if self.table == Table::Suppressions {
            self.suppressions.each(least, |suppression| {
                sheet.row(&selection.cells(&Row::of_suppression(suppression)))
            })?;
        }
        Ok(self.suppressions.left_out())
    }
}

impl Consumer for Exporter<'_> {
    fn line(&mut self, line: &Observation<'_>) {
        let wanted = self.table == Table::Events && !line.echo && self.rows.result.is_ok();
        if wanted && (self.query.is_empty() || self.query.matches(&Line::from(line))) {
            self.rows.write(&Row::of_line(line));
        }
    }

    fn pause(&mut self) {
        if self.rows.result.is_ok() {
            self.rows.result = self.rows.sheet.flush();
        }
    }

    fn broken(&self) -> bool {
        self.rows.result.is_err()
    }
}

impl RecordSink for Exporter<'_> {
    fn record(&mut self, record: &Record<'_>) {
        let table = match record {
            Record::Message(_) => Table::Messages,
            Record::Delivery(_) => Table::Deliveries,
            Record::Refusal(_) => Table::Refusals,
            Record::Session(_) => Table::Sessions,
        };
        let counts = self.table == Table::Suppressions;
        if self.rows.result.is_err() || !(counts || table == self.table) {
            return;
        }
        // A delivery clears what was before, whatever the filters ask for.
        if !self.query.is_empty() && !clears(record, counts) && !self.query.matches(record) {
            return;
        }
        if counts {
            self.suppressions.record(record);
        } else {
            self.rows.write(&Row::of_record(record));
        }
    }
}

fn clears(record: &Record<'_>, counts: bool) -> bool {
    use postlens_syntax::postfix::delivery::DeliveryStatus;
    counts
        && matches!(record, Record::Delivery(delivery) if delivery.line.status == DeliveryStatus::Sent)
}
