//! Results of queries, to be shown.

use arrow_array::{Array, RecordBatch};
use arrow_schema::{DataType, Schema, SchemaRef};
use deltalake::arrow::json::WriterBuilder;
use deltalake::arrow::json::writer::LineDelimited;
use deltalake::arrow::util::display::{ArrayFormatter, FormatOptions};
use deltalake::datafusion::execution::SendableRecordBatchStream;
use futures::StreamExt as _;

use crate::error::StoreError;

/// The result of a query, as it is found. Who drops it ends the query.
pub struct Answers {
    stream: SendableRecordBatchStream,
}

impl std::fmt::Debug for Answers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Answers").field("schema", &self.stream.schema()).finish()
    }
}

impl Answers {
    pub(crate) fn new(stream: SendableRecordBatchStream) -> Self {
        Self { stream }
    }

    /// An answer without rows, for its columns.
    pub fn headers(&self) -> Answer {
        let schema = SchemaRef::new(Schema::clone(&self.stream.schema()));
        Answer(RecordBatch::new_empty(schema))
    }

    /// The next rows; `None` after the last.
    ///
    /// # Errors
    /// When the query fails.
    pub async fn next(&mut self) -> Option<Result<Answer, StoreError>> {
        Some(self.next_batch().await?.map(Answer))
    }

    pub(crate) async fn next_batch(&mut self) -> Option<Result<RecordBatch, StoreError>> {
        let batch = self.stream.next().await?;
        Some(batch.map_err(|error| StoreError::Query(Box::new(error))))
    }
}

/// Some rows of a query's result.
#[derive(Debug, Clone)]
pub struct Answer(RecordBatch);

impl Answer {
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

    /// An object of JSON per row, each on a line; what is absent is null.
    ///
    /// # Errors
    /// When a value cannot be written.
    pub fn json(&self) -> Result<Vec<u8>, StoreError> {
        let mut lines = Vec::new();
        let builder = WriterBuilder::new().with_explicit_nulls(true);
        let mut writer = builder.build::<_, LineDelimited>(&mut lines);
        writer.write(&self.0).and_then(|()| writer.finish()).map_err(StoreError::Result)?;
        Ok(lines)
    }
}
