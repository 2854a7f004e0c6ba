//! Parquet files.

use std::io::Write;

use postlens_columns::{Cell, ParquetWriter, Selection};

use crate::Sheet;
use crate::error::ExportError;

/// Writes rows.
pub(crate) struct Parquet<W: Write + Send>(ParquetWriter<W>);

impl<W: Write + Send> Parquet<W> {
    pub(crate) fn new(out: W, selection: &Selection) -> Result<Self, ExportError> {
        let writer = ParquetWriter::new(out, selection.columns()).map_err(ExportError::Parquet)?;
        Ok(Self(writer))
    }
}

impl<W: Write + Send> Sheet for Parquet<W> {
    fn row(&mut self, cells: &[Cell<'_>]) -> Result<(), ExportError> {
        self.0.row(cells).map_err(ExportError::Parquet)
    }

    fn finish(self: Box<Self>) -> Result<(), ExportError> {
        let mut out = self.0.finish().map_err(ExportError::Parquet)?;
        out.flush().map_err(ExportError::Write)
    }
}
