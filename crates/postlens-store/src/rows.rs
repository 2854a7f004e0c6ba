//! Rows on their way into the tables.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::{ArrayRef, Date32Array, RecordBatch};
use arrow_schema::SchemaRef;
use bstr::BStr;
use postlens_columns::{BatchBuilder, Cell, Row, Selection, Table, text};
use postlens_syntax::Time;
use postlens_syntax::time::{DAY, MICROS};
use postlens_track::{Observation, Record, RecordSink};

use crate::error::StoreError;
use crate::layout::{Values, layout, start_of};
use crate::table::{self, TABLES};
use crate::template::{self, Templates};

/// Rows that become one batch of columns.
const BATCH: usize = 8_192;

/// Rows of all tables.
#[derive(Debug)]
pub(crate) struct Rows {
    gathered: Vec<Gathered>,
    lines: Lines,
    /// Whether there are batches that nobody took.
    ready: bool,
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
    /// The log of the last row, and how it is written.
    log: (u64, String),
    batches: Vec<RecordBatch>,
    /// How many of them were taken.
    taken: usize,
}

/// How lines become layouts.
#[derive(Debug)]
struct Lines {
    /// The columns of events, and whether their values stand in the line.
    names: Vec<&'static str>,
    inside: Vec<bool>,
    /// Where the column `text` is.
    text: Option<usize>,
    templates: Templates,
    values: Values,
    number: String,
}

impl Default for Rows {
    fn default() -> Self {
        let gathered = TABLES.map(Gathered::new).into();
        Self { gathered, lines: Lines::new(), ready: false, failure: None }
    }
}

impl Rows {
    /// Takes in a line.
    pub(crate) fn line(&mut self, line: &Observation<'_>) {
        let Some(gathered) = self.gathered.iter_mut().find(|own| own.table == Table::Events) else {
            return;
        };
        let row = Row::of_line(line);
        let mut cells = gathered.selection.cells(&row);
        let layout = self.lines.layout(line, &cells);
        if let Some(place) = self.lines.text {
            cells.remove(place);
        }
        cells.push(Cell::Made(layout));
        names(&row, &mut gathered.log, &mut cells);
        let taken = gathered.row(&cells, line.time);
        self.note(taken);
    }

    /// Notes what became of a row.
    fn note(&mut self, taken: Result<bool, StoreError>) {
        match taken {
            Ok(settled) => self.ready |= settled,
            Err(error) => self.failure = self.failure.take().or(Some(error)),
        }
    }

    /// Whether there are batches to be [taken](Self::take).
    pub(crate) fn ready(&self) -> bool {
        self.ready
    }

    /// The batches that became full since this was asked; they stay.
    pub(crate) fn take(&mut self) -> Vec<(&'static str, RecordBatch)> {
        self.ready = false;
        let mut new = Vec::new();
        for gathered in &mut self.gathered {
            let table = gathered.table.name();
            let batches = gathered.batches.iter().skip(gathered.taken);
            new.extend(batches.map(|batch| (table, batch.clone())));
            gathered.taken = gathered.batches.len();
        }
        new
    }

    /// Leaves those that are there for later.
    pub(crate) fn leave(&mut self) {
        self.ready = false;
    }

    /// Lets all batches be taken again.
    pub(crate) fn untake(&mut self) {
        for gathered in &mut self.gathered {
            gathered.taken = 0;
        }
    }

    /// The batches of a table so far; they stay.
    pub(crate) fn batches(
        &mut self,
    ) -> Result<BTreeMap<&'static str, Vec<RecordBatch>>, StoreError> {
        self.settle()?;
        let all = self.gathered.iter();
        Ok(all.map(|gathered| (gathered.table.name(), gathered.batches.clone())).collect())
    }

    /// Makes batches of all rows.
    pub(crate) fn settle(&mut self) -> Result<(), StoreError> {
        if let Some(failure) = self.failure.take() {
            return Err(failure);
        }
        for gathered in &mut self.gathered {
            self.ready |= gathered.settle()?;
        }
        Ok(())
    }
}

impl Lines {
    fn new() -> Self {
        let selection = selection(Table::Events);
        let names: Vec<_> = selection.columns().iter().map(|column| column.name).collect();
        let inside = names.iter().map(|name| table::is_in_line(name)).collect();
        let text = names.iter().position(|name| *name == table::TEXT);
        Self {
            names,
            inside,
            text,
            templates: Templates::default(),
            values: Values::default(),
            number: String::new(),
        }
    }

    /// The layout of a line with these cells: one that another line had, or a new one.
    fn layout(&mut self, line: &Observation<'_>, cells: &[Cell<'_>]) -> String {
        let text: &[u8] = match self.text.and_then(|text| cells.get(text)) {
            Some(Cell::Text(text)) => text,
            _ => line.entry.text,
        };
        let time = line.stamped.then_some(line.time);
        let set =
            self.inside.iter().zip(cells).fold(0, |set, (inside, cell)| {
                (set << 1) | u64::from(*inside && *cell != Cell::Null)
            });
        let wanted = template::Line { bytes: line.bytes, time, text: start_of(line.bytes, text) };
        if let Some(layout) = self.templates.find(&wanted, cells, set) {
            return layout.to_owned();
        }
        self.values.clear();
        let inside = self.names.iter().zip(&self.inside).zip(cells);
        for ((name, _), cell) in inside.filter(|((_, inside), _)| **inside) {
            push(name, cell, &mut self.values, &mut self.number);
        }
        let layout = layout(line.bytes, time, text, &mut self.values);
        self.templates.keep(&layout, &self.names, set);
        layout
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
        let mut cells = gathered.selection.cells(&row);
        names(&row, &mut gathered.log, &mut cells);
        let taken = gathered.row(&cells, time);
        self.note(taken);
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

/// The columns of a table that come from its rows as they are; `text` is needed for layouts.
fn selection(table: Table) -> Selection {
    let names = table.columns().iter().map(|column| column.name);
    let stored = names.filter(|name| *name == table::TEXT || !table::is_made(table, name));
    // All of them are the table's.
    Selection::of(table, stored).unwrap_or_else(|_| Selection::all(table))
}

/// The cells that name a row, after those of its own columns.
fn names<'a>(row: &Row<'a>, log: &mut (u64, String), cells: &mut Vec<Cell<'a>>) {
    if let Some(line) = row.line() {
        if log.0 != line.log || log.1.is_empty() {
            *log = (line.log, format!("{:016x}", line.log));
        }
        cells.push(Cell::Made(log.1.clone()));
        cells.push(Cell::from(line.offset));
    }
    if let Some((message, host, instance)) = row.message() {
        let other = |whose: Option<&'a BStr>, own: Option<&'a BStr>| {
            if whose == own { Cell::Null } else { Cell::Text(whose.unwrap_or_default()) }
        };
        cells.push(Cell::Time(message.arrival));
        cells.push(other(message.host, host));
        cells.push(other(message.instance, instance));
    }
}

impl Gathered {
    fn new(table: Table) -> Self {
        Self {
            table,
            selection: selection(table),
            schema: table::stored_schema(table),
            builder: BatchBuilder::new(&table::columns(table)),
            days: Vec::new(),
            log: (0, String::new()),
            batches: Vec::new(),
            taken: 0,
        }
    }

    /// Takes in a row; returns whether a batch is full.
    fn row(&mut self, cells: &[Cell<'_>], time: Time) -> Result<bool, StoreError> {
        self.builder.row(cells);
        self.days.push(day(time));
        if self.builder.rows() >= BATCH { self.settle() } else { Ok(false) }
    }

    /// Makes a batch of the rows that are none yet; returns whether there were any.
    fn settle(&mut self) -> Result<bool, StoreError> {
        if self.builder.rows() == 0 {
            return Ok(false);
        }
        let table = self.table.name();
        let failed = |source| StoreError::Columns { table, source };
        let batch = self.builder.finish().map_err(failed)?;
        let mut arrays = batch.columns().to_vec();
        let days: ArrayRef = Arc::new(Date32Array::from(std::mem::take(&mut self.days)));
        arrays.push(days);
        let schema = SchemaRef::clone(&self.schema);
        self.batches.push(RecordBatch::try_new(schema, arrays).map_err(failed)?);
        Ok(true)
    }
}
