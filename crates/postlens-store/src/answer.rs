//! Results of queries, to be shown.

use arrow_array::{Array, RecordBatch};
use arrow_schema::DataType;
use deltalake::arrow::json::LineDelimitedWriter;
use deltalake::arrow::util::display::{ArrayFormatter, FormatOptions};

use crate::error::StoreError;

/// Some rows of a query's result.
#[derive(Debug)]
pub struct Answer<'a>(&'a RecordBatch);

impl<'a> Answer<'a> {
    pub(crate) fn new(batch: &'a RecordBatch) -> Self {
        Self(batch)
    }

    /// The columns' names.
    pub fn names(&self) -> Vec<String> {
        self.0.schema().fields().iter().map(|field| field.name().clone()).collect()
    }

    /// How many rows these are.
    pub fn rows(&self) -> usize {
        self.0.num_rows()
    }

    /// The rows as texts; times are RFC 3339 in UTC, what is absent is `None`.
    ///
    /// # Errors
    /// When a value cannot be shown.
    pub fn texts(&self) -> Result<Vec<Vec<Option<String>>>, StoreError> {
        let options = FormatOptions::default().with_display_error(false);
        let columns = self.0.columns().iter().map(|array| {
            let formatter = ArrayFormatter::try_new(array, &options);
            formatter.map(|formatter| (array, formatter))
        });
        let columns = columns.collect::<Result<Vec<_>, _>>().map_err(StoreError::Result)?;
        let text = |row: usize| {
            let cells = columns.iter().map(|(array, formatter)| {
                let shown = || formatter.value(row).try_to_string().map_err(StoreError::Result);
                (*array.data_type() != DataType::Null && array.is_valid(row))
                    .then(shown)
                    .transpose()
            });
            cells.collect::<Result<Vec<_>, _>>()
        };
        (0..self.rows()).map(text).collect()
    }

    /// Writes an object of JSON per row, each on a line.
    ///
    /// # Errors
    /// When a value cannot be written.
    pub fn write_json(&self, out: &mut dyn std::io::Write) -> Result<(), StoreError> {
        let mut lines = Vec::new();
        let mut writer = LineDelimitedWriter::new(&mut lines);
        writer.write(self.0).and_then(|()| writer.finish()).map_err(StoreError::Result)?;
        out.write_all(&lines).map_err(StoreError::Write)
    }
}
