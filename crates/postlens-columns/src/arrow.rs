//! Rows in Arrow's columns.

use std::sync::Arc;

use arrow_array::builder::{
    BooleanBuilder, Float64Builder, Int64Builder, StringBuilder, TimestampMicrosecondBuilder,
};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef, TimeUnit};

use crate::cell::Cell;
use crate::table::{Column, Kind};

/// The Arrow schema of some columns. Times are microseconds in UTC; `id` is never null.
pub fn schema(columns: &[Column]) -> SchemaRef {
    let fields = columns.iter().map(|column| {
        let kind = match column.kind {
            Kind::Text | Kind::Json => DataType::Utf8,
            Kind::Int => DataType::Int64,
            Kind::Seconds => DataType::Float64,
            Kind::Time => DataType::Timestamp(TimeUnit::Microsecond, Some(UTC.into())),
            Kind::Bool => DataType::Boolean,
        };
        Field::new(column.name, kind, column.name != "id")
    });
    Arc::new(Schema::new(fields.collect::<Vec<_>>()))
}

const UTC: &str = "UTC";

/// Gathers cells column by column.
#[derive(Debug)]
enum Builder {
    Text(StringBuilder),
    Int(Int64Builder),
    Seconds(Float64Builder),
    Time(TimestampMicrosecondBuilder),
    Bool(BooleanBuilder),
}

impl Builder {
    fn new(kind: Kind) -> Self {
        match kind {
            Kind::Text | Kind::Json => Self::Text(StringBuilder::new()),
            Kind::Int => Self::Int(Int64Builder::new()),
            Kind::Seconds => Self::Seconds(Float64Builder::new()),
            Kind::Time => Self::Time(TimestampMicrosecondBuilder::new().with_timezone(UTC)),
            Kind::Bool => Self::Bool(BooleanBuilder::new()),
        }
    }

    fn push(&mut self, cell: &Cell<'_>) {
        match self {
            Self::Text(builder) => builder.append_option(cell.as_text()),
            Self::Int(builder) => builder.append_option(match cell {
                Cell::Int(number) => Some(*number),
                _ => None,
            }),
            Self::Seconds(builder) => builder.append_option(match cell {
                Cell::Seconds(delay) => Some(delay.seconds()),
                _ => None,
            }),
            Self::Time(builder) => builder.append_option(match cell {
                Cell::Time(time) => Some(time.micros),
                _ => None,
            }),
            Self::Bool(builder) => builder.append_option(match cell {
                Cell::Bool(value) => Some(*value),
                _ => None,
            }),
        }
    }

    fn finish(&mut self) -> ArrayRef {
        match self {
            Self::Text(builder) => Arc::new(builder.finish()),
            Self::Int(builder) => Arc::new(builder.finish()),
            Self::Seconds(builder) => Arc::new(builder.finish()),
            Self::Time(builder) => Arc::new(builder.finish()),
            Self::Bool(builder) => Arc::new(builder.finish()),
        }
    }
}

/// Gathers rows into a batch of columns.
#[derive(Debug)]
pub struct BatchBuilder {
    schema: SchemaRef,
    builders: Vec<Builder>,
    rows: usize,
}

impl BatchBuilder {
    /// An empty batch with these columns.
    pub fn new(columns: &[Column]) -> Self {
        let builders = columns.iter().map(|column| Builder::new(column.kind)).collect();
        Self { schema: schema(columns), builders, rows: 0 }
    }

    /// What the batch will look like.
    pub fn schema(&self) -> SchemaRef {
        SchemaRef::clone(&self.schema)
    }

    /// How many rows it has.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Takes in a row: a cell for each column, of the column's kind or absent.
    pub fn row(&mut self, cells: &[Cell<'_>]) {
        for (builder, cell) in self.builders.iter_mut().zip(cells) {
            builder.push(cell);
        }
        self.rows += 1;
    }

    /// Gives the batch out and begins the next one.
    ///
    /// # Errors
    /// When a column that is never null got a null.
    pub fn finish(&mut self) -> Result<RecordBatch, ArrowError> {
        self.rows = 0;
        let arrays = self.builders.iter_mut().map(Builder::finish).collect();
        RecordBatch::try_new(self.schema(), arrays)
    }
}
