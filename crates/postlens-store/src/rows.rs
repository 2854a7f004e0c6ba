//! Rows on their way into the tables.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::{ArrayRef, Date32Array, RecordBatch};
use arrow_schema::SchemaRef;
use postlens_columns::{BatchBuilder, Cell, Row, Selection, Table, text};
use postlens_syntax::Time;
use postlens_syntax::time::{DAY, MICROS};
use postlens_track::{Observation, Record, RecordSink};

use crate::error::StoreError;
use crate::layout::{Values, layout};
use crate::table::{self, TABLES};

/// Rows that become one batch of columns.
const BATCH: usize = 8_192;

/// Rows of all tables.
#[derive(Debug)]
pub(crate) struct Rows {
    gathered: Vec<Gathered>,
    values: Values,
    number: String,
    /// Rows that make no columns are told when they are asked for.
    failure: Option<StoreError>,
}

/// Rows of one table.
#[derive(Debug)]
struct Gathered {
    table: Table,
    selection: Selection,
    schema: SchemaRef,
    builder: BatchBuilder,
    days: Vec<i32>,
    batches: Vec<RecordBatch>,
}

impl Default for Rows {
    fn default() -> Self {
        let gathered = TABLES.map(Gathered::new).into();
        Self { gathered, values: Values::default(), number: String::new(), failure: None }
    }
}

impl Rows {
    /// Takes in a line.
    pub(crate) fn line(&mut self, line: &Observation<'_>) {
        let row = Row::of_line(line);
        let Some(gathered) = self.gathered.iter_mut().find(|own| own.table == Table::Events) else {
            return;
        };
        let mut cells = gathered.selection.cells(&row);
        let names = gathered.selection.columns().iter().map(|column| column.name);
        let mut whole = Cell::Null;
        if let Some(place) = names.clone().position(|name| name == table::TEXT) {
            whole = cells.remove(place);
        }
        self.values.clear();
        for (name, cell) in names.filter(|name| *name != table::TEXT).zip(&cells) {
            if table::is_in_line(name) {
                push(name, cell, &mut self.values, &mut self.number);
            }
        }
        let whole = match whole {
            Cell::Text(text) => text,
            _ => line.entry.text,
        };
        let time = line.stamped.then_some(line.time);
        cells.push(Cell::Made(layout(line.bytes, time, whole, &mut self.values)));
        let taken = gathered.row(&cells, line.time);
        self.failure = self.failure.take().or(taken.err());
    }

    /// The batches of a table so far; they stay.
    pub(crate) fn batches(
        &mut self,
    ) -> Result<BTreeMap<&'static str, Vec<RecordBatch>>, StoreError> {
        if let Some(failure) = self.failure.take() {
            return Err(failure);
        }
        let mut all = BTreeMap::new();
        for gathered in &mut self.gathered {
            gathered.settle()?;
            all.insert(gathered.table.name(), gathered.batches.clone());
        }
        Ok(all)
    }
}

impl RecordSink for Rows {
    fn record(&mut self, record: &Record<'_>) {
        let time = match record {
            Record::Message(message) => message.arrival,
            Record::Delivery(delivery) => delivery.time,
            Record::Session(session) => session.start,
            Record::Refusal(refusal) => refusal.time,
        };
        let row = Row::of_record(record);
        let Some(gathered) = self.gathered.iter_mut().find(|own| own.table == row.table()) else {
            return;
        };
        let cells = gathered.selection.cells(&row);
        let taken = gathered.row(&cells, time);
        self.failure = self.failure.take().or(taken.err());
    }
}

/// The UTC day of a time, counted from 1970-01-01. Lines before the first stamp of a log have a
/// time outside all calendars: they go to that day.
fn day(time: Time) -> i32 {
    // From year 1 to 9999, which all readers of dates know.
    const DAYS: std::ops::RangeInclusive<i32> = -719_162..=2_932_896;
    let day = i32::try_from(time.micros.div_euclid(DAY * MICROS));
    day.ok().filter(|day| DAYS.contains(day)).unwrap_or_default()
}

/// Adds a value as it will be stored, if it can stand in a line.
fn push(name: &'static str, cell: &Cell<'_>, values: &mut Values, number: &mut String) {
    use std::fmt::Write as _;
    number.clear();
    // Writing to memory does not fail.
    let _ = match cell {
        Cell::Text(bytes) => return values.push(name, text(bytes).as_bytes()),
        Cell::Made(made) => return values.push(name, made.as_bytes()),
        Cell::Int(value) => write!(number, "{value}"),
        Cell::Seconds(delay) => write!(number, "{}", delay.seconds()),
        Cell::Null | Cell::Time(_) | Cell::Bool(_) => return,
    };
    values.push(name, number.as_bytes());
}

impl Gathered {
    fn new(table: Table) -> Self {
        Self {
            table,
            selection: Selection::all(table),
            schema: table::stored_schema(table),
            builder: BatchBuilder::new(&table::columns(table)),
            days: Vec::new(),
            batches: Vec::new(),
        }
    }

    fn row(&mut self, cells: &[Cell<'_>], time: Time) -> Result<(), StoreError> {
        self.builder.row(cells);
        self.days.push(day(time));
        if self.builder.rows() >= BATCH { self.settle() } else { Ok(()) }
    }

    /// Makes a batch of the rows that are none yet.
    fn settle(&mut self) -> Result<(), StoreError> {
        if self.builder.rows() == 0 {
            return Ok(());
        }
        let table = self.table.name();
        let failed = |source| StoreError::Columns { table, source };
        let batch = self.builder.finish().map_err(failed)?;
        let mut arrays = batch.columns().to_vec();
        let days: ArrayRef = Arc::new(Date32Array::from(std::mem::take(&mut self.days)));
        arrays.push(days);
        let schema = SchemaRef::clone(&self.schema);
        self.batches.push(RecordBatch::try_new(schema, arrays).map_err(failed)?);
        Ok(())
    }
}
