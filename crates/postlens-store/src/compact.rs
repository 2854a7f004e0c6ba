//! Small files of a day become large ones: sorted, and compressed as well as can be.

use std::collections::BTreeMap;
use std::fs::File;
use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, new_null_array};
use arrow_schema::{ArrowError, SchemaRef};
use deltalake::arrow::compute::{
    SortColumn, cast, concat_batches, lexsort_to_indices, take_record_batch,
};
use deltalake::parquet::arrow::arrow_reader::{
    ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
};
use postlens_columns::Table;

use crate::error::StoreError;
use crate::files::DayFiles;
use crate::store::Store;
use crate::table::{GROUP, file_schema, order, packing};
use crate::tables::{DataFile, Stored};

/// How the names of such files begin.
const WHOLE: &str = "whole-";

/// Files of so many bytes stay as they are.
const LARGE: u64 = 64 << 20;

impl Store {
    /// Merges the small files of each day. Returns how many files became how many.
    ///
    /// # Errors
    /// When a table cannot be read or written.
    pub fn compact(&mut self) -> Result<(u64, u64), StoreError> {
        let (mut before, mut after) = (0, 0);
        for stored in &mut self.tables {
            for (day, files) in small(stored)? {
                let whole = merge(stored, &day, &files)?;
                before += files.len() as u64;
                after += whole.len() as u64;
                self.runtime.block_on(stored.replace(&files, whole))?;
            }
        }
        Ok((before, after))
    }
}

/// The files that are to be merged, by day, in the order of their times.
fn small(stored: &Stored) -> Result<BTreeMap<String, Vec<DataFile>>, StoreError> {
    let mut days: BTreeMap<String, Vec<DataFile>> = BTreeMap::new();
    for file in stored.files()? {
        if !(file.is(WHOLE) && file.bytes >= LARGE) {
            days.entry(file.day.clone()).or_default().push(file);
        }
    }
    days.retain(|_, files| files.iter().any(|file| !file.is(WHOLE)));
    for files in days.values_mut() {
        files.sort_by(|one, other| one.span.cmp(&other.span).then(one.path.cmp(&other.path)));
    }
    Ok(days)
}

/// Writes the rows of some files of a day into new ones.
fn merge(
    stored: &Stored,
    day: &str,
    files: &[DataFile],
) -> Result<Vec<deltalake::kernel::Add>, StoreError> {
    let table = stored.table;
    let failed = |error: ArrowError| StoreError::Columns { table: table.name(), source: error };
    let properties = packing(table).map_err(|error| failed(error.into()))?;
    let mut whole = DayFiles::new(table, stored.directory.clone(), properties, WHOLE);
    let mut rows = Rows { schema: file_schema(table), batches: Vec::new(), count: 0 };
    for file in files {
        let path = stored.directory.join(&file.path);
        let opened = File::open(&path).map_err(|error| StoreError::file("read", &path, error))?;
        for batch in reader(opened).map_err(failed)? {
            rows.push(&batch.map_err(failed)?).map_err(failed)?;
            while rows.count >= GROUP {
                whole.write_day(day, &rows.sorted(table).map_err(failed)?)?;
            }
        }
    }
    if rows.count > 0 {
        whole.write_day(day, &rows.sorted(table).map_err(failed)?)?;
    }
    let mut adds = whole.finish()?;
    for add in &mut adds {
        add.data_change = false;
    }
    Ok(adds)
}

fn reader(file: File) -> Result<ParquetRecordBatchReader, ArrowError> {
    Ok(ParquetRecordBatchReaderBuilder::try_new(file)?.with_batch_size(8192).build()?)
}

/// Rows of one day that are not written yet.
struct Rows {
    schema: SchemaRef,
    batches: Vec<RecordBatch>,
    count: usize,
}

impl Rows {
    /// Takes in rows, also those of a file that has fewer columns.
    fn push(&mut self, batch: &RecordBatch) -> Result<(), ArrowError> {
        let arrays =
            self.schema.fields().iter().map(|field| match batch.column_by_name(field.name()) {
                Some(array) => cast(array, field.data_type()),
                None => Ok(new_null_array(field.data_type(), batch.num_rows())),
            });
        let arrays = arrays.collect::<Result<Vec<ArrayRef>, _>>()?;
        self.batches.push(RecordBatch::try_new(Arc::clone(&self.schema), arrays)?);
        self.count += batch.num_rows();
        Ok(())
    }

    /// Takes the rows of a row group out, in their order.
    fn sorted(&mut self, table: Table) -> Result<RecordBatch, ArrowError> {
        let all = concat_batches(&self.schema, &self.batches)?;
        let group = all.slice(0, all.num_rows().min(GROUP));
        let rest = all.slice(group.num_rows(), all.num_rows() - group.num_rows());
        self.count = rest.num_rows();
        self.batches = if self.count > 0 { vec![rest] } else { Vec::new() };
        let keys = order(table).iter().filter_map(|name| group.column_by_name(name));
        let keys = keys.map(|key| SortColumn { values: Arc::clone(key), options: None });
        let indices = lexsort_to_indices(&keys.collect::<Vec<_>>(), None)?;
        take_record_batch(&group, &indices)
    }
}
