//! Tables in Parquet files.

use std::io::Write;

use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;

use crate::SCHEMA;
use crate::arrow::BatchBuilder;
use crate::cell::Cell;
use crate::table::Column;

/// Rows that become one batch of columns.
const BATCH: usize = 8_192;
/// Rows of a row group: what is held until it is written.
const GROUP: usize = 65_536;

/// Writes rows into a Parquet file, compressed with Zstandard.
#[derive(Debug)]
pub struct ParquetWriter<W: Write + Send> {
    writer: ArrowWriter<W>,
    batch: BatchBuilder,
}

impl<W: Write + Send> ParquetWriter<W> {
    /// Begins a file with these columns.
    pub fn new(out: W, columns: &[Column]) -> Result<Self, ParquetError> {
        let version = KeyValue::new("postlens.schema".to_owned(), SCHEMA.to_string());
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::try_new(1)?))
            .set_max_row_group_row_count(Some(GROUP))
            .set_created_by("postlens".to_owned())
            .set_key_value_metadata(Some(vec![version]))
            .build();
        let batch = BatchBuilder::new(columns);
        let writer = ArrowWriter::try_new(out, batch.schema(), Some(properties))?;
        Ok(Self { writer, batch })
    }

    /// Takes in a row: a cell for each column, of the column's kind or absent.
    pub fn row(&mut self, cells: &[Cell<'_>]) -> Result<(), ParquetError> {
        self.batch.row(cells);
        if self.batch.rows() >= BATCH { self.write() } else { Ok(()) }
    }

    fn write(&mut self) -> Result<(), ParquetError> {
        self.writer.write(&self.batch.finish()?)
    }

    /// Writes the rest and the file's end; gives back what was written to.
    pub fn finish(mut self) -> Result<W, ParquetError> {
        self.write()?;
        self.writer.into_inner()
    }
}
