//! Tables in Arrow's columns, and in Parquet files.

use std::io::Write;
use std::sync::Arc;

use arrow_array::builder::{
    BooleanBuilder, Float64Builder, Int64Builder, StringBuilder, TimestampMicrosecondBuilder,
};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{DataType, Field, Schema, SchemaRef, TimeUnit};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;

use crate::SCHEMA;
use crate::cell::Cell;
use crate::table::{Column, Kind};

/// Rows that become one batch of columns.
const BATCH: usize = 8_192;
/// Rows of a row group: what is held until it is written.
const GROUP: usize = 65_536;

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

/// Writes rows into a Parquet file, compressed with Zstandard.
#[derive(Debug)]
pub struct ParquetWriter<W: Write + Send> {
    writer: ArrowWriter<W>,
    schema: SchemaRef,
    builders: Vec<Builder>,
    rows: usize,
}

impl<W: Write + Send> ParquetWriter<W> {
    /// Begins a file with these columns.
    pub fn new(out: W, columns: &[Column]) -> Result<Self, ParquetError> {
        let schema = schema(columns);
        let version = KeyValue::new("postlens.schema".to_owned(), SCHEMA.to_string());
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::try_new(1)?))
            .set_max_row_group_row_count(Some(GROUP))
            .set_created_by("postlens".to_owned())
            .set_key_value_metadata(Some(vec![version]))
            .build();
        let writer = ArrowWriter::try_new(out, SchemaRef::clone(&schema), Some(properties))?;
        let builders = columns.iter().map(|column| Builder::new(column.kind)).collect();
        Ok(Self { writer, schema, builders, rows: 0 })
    }

    /// Takes in a row: a cell for each column, of the column's kind or absent.
    pub fn row(&mut self, cells: &[Cell<'_>]) -> Result<(), ParquetError> {
        for (builder, cell) in self.builders.iter_mut().zip(cells) {
            builder.push(cell);
        }
        self.rows += 1;
        if self.rows >= BATCH { self.batch() } else { Ok(()) }
    }

    fn batch(&mut self) -> Result<(), ParquetError> {
        self.rows = 0;
        let arrays = self.builders.iter_mut().map(Builder::finish).collect();
        let batch = RecordBatch::try_new(SchemaRef::clone(&self.schema), arrays)?;
        self.writer.write(&batch)
    }

    /// Writes the rest and the file's end; gives back what was written to.
    pub fn finish(mut self) -> Result<W, ParquetError> {
        self.batch()?;
        self.writer.into_inner()
    }
}
