//! The Delta tables of a store, and what is done with one of them.

use std::path::{Path, PathBuf};

use arrow_schema::Schema;
use deltalake::kernel::engine::arrow_conversion::TryIntoKernel;
use deltalake::kernel::transaction::{CommitBuilder, CommitProperties};
use deltalake::kernel::{Action, Add, LogicalFileView, Remove, StructType, Transaction};
use deltalake::protocol::{DeltaOperation, SaveMode};
use deltalake::{DeltaResult, DeltaTable, DeltaTableError};
use postlens_columns::Table;
use url::Url;

use crate::error::StoreError;
use crate::state::sync_directory;
use crate::table::{DAY, TABLES, stored_schema};

/// The name under which batches are numbered in each table.
const APPLICATION: &str = "postlens";

/// One table.
#[derive(Debug, Clone)]
pub(crate) struct Stored {
    pub(crate) table: Table,
    pub(crate) directory: PathBuf,
    pub(crate) delta: DeltaTable,
}

/// Opens all tables; `make` makes those that are not there.
pub(crate) async fn open(store: &Path, make: bool) -> Result<Vec<Stored>, StoreError> {
    let mut all = Vec::with_capacity(TABLES.len());
    for table in TABLES {
        let directory = store.join(table.name());
        let failed = |error| StoreError::table("open", table.name(), error);
        if make {
            std::fs::create_dir_all(&directory)
                .map_err(|error| StoreError::file("make", &directory, error))?;
        }
        let mut delta = load(&directory).await.map_err(failed)?;
        if delta.version().is_none() {
            if !make {
                return Err(StoreError::Missing { path: store.to_owned() });
            }
            delta = create(&delta, table, &stored_schema(table)).await.map_err(failed)?;
        }
        if make {
            delta = complete(delta, table).await.map_err(failed)?;
        }
        all.push(Stored { table, directory, delta });
    }
    Ok(all)
}

async fn load(directory: &Path) -> DeltaResult<DeltaTable> {
    let invalid = || DeltaTableError::InvalidTableLocation(directory.display().to_string());
    let directory = std::path::absolute(directory).map_err(|_| invalid())?;
    let url = Url::from_directory_path(&directory).map_err(|()| invalid())?;
    DeltaTable::try_from_url(url).await
}

async fn create(delta: &DeltaTable, table: Table, schema: &Schema) -> DeltaResult<DeltaTable> {
    let schema: StructType = schema.try_into_kernel().map_err(DeltaTableError::from)?;
    delta
        .create()
        .with_table_name(table.name())
        .with_columns(schema.fields().cloned())
        .with_partition_columns([DAY])
        .await
}

/// Adds the columns that a table does not have which an earlier version made; in its rows
/// they are null.
async fn complete(delta: DeltaTable, table: Table) -> DeltaResult<DeltaTable> {
    let schema: StructType =
        stored_schema(table).as_ref().try_into_kernel().map_err(DeltaTableError::from)?;
    let known = delta.snapshot()?.schema();
    let missing = schema.fields().filter(|field| known.field(field.name()).is_none());
    let missing: Vec<_> = missing.cloned().collect();
    if missing.is_empty() {
        return Ok(delta);
    }
    delta.add_columns().with_fields(missing).await
}

/// A file of a table.
#[derive(Debug, Clone)]
pub(crate) struct DataFile {
    pub(crate) day: String,
    /// From the table's directory.
    pub(crate) path: String,
    pub(crate) bytes: u64,
    pub(crate) rows: u64,
    /// The first and the last time in it (RFC 3339, in UTC).
    pub(crate) span: Option<(String, String)>,
    remove: Remove,
}

impl DataFile {
    fn of(file: &LogicalFileView) -> Self {
        let statistics = file.stats().and_then(|text| serde_json::from_str(&text).ok());
        let time = |statistics: &serde_json::Value, place| {
            Some(statistics.pointer(place)?.as_str()?.to_owned())
        };
        let span = statistics.as_ref().and_then(|statistics| {
            Some((time(statistics, "/minValues/time")?, time(statistics, "/maxValues/time")?))
        });
        Self {
            day: file.partition_values_map().remove(DAY).flatten().unwrap_or_default(),
            path: file.path().into_owned(),
            bytes: u64::try_from(file.size()).unwrap_or_default(),
            rows: file.num_records().map_or(0, |rows| rows as u64),
            span,
            remove: file.remove_action(false),
        }
    }

    /// Whether its name begins so.
    pub(crate) fn is(&self, prefix: &str) -> bool {
        let name = self.path.rsplit_once('/').map_or(&*self.path, |(_, name)| name);
        name.starts_with(prefix)
    }
}

impl Stored {
    /// The files that the table has.
    pub(crate) fn files(&self) -> Result<Vec<DataFile>, StoreError> {
        let snapshot = self.delta.snapshot().map_err(self.failed("read"))?;
        Ok(snapshot.log_data().iter().map(|file| DataFile::of(&file)).collect())
    }

    pub(crate) fn failed(
        &self,
        action: &'static str,
    ) -> impl Fn(DeltaTableError) -> StoreError + use<> {
        let table = self.table.name();
        move |error| StoreError::table(action, table, error)
    }

    /// The number of the last batch that the table has.
    pub(crate) async fn batch(&self) -> Result<i64, StoreError> {
        let log_store = self.delta.log_store();
        let version = async {
            self.delta.snapshot()?.transaction_version(log_store.as_ref(), APPLICATION).await
        };
        Ok(version.await.map_err(self.failed("read"))?.unwrap_or_default())
    }

    /// Makes a file last.
    fn sync(&self, path: &str) -> Result<(), StoreError> {
        let path = self.directory.join(path);
        let sync = || std::fs::File::open(&path)?.sync_all();
        sync().map_err(|error| StoreError::file("write", &path, error))?;
        sync_directory(path.parent().unwrap_or(&self.directory))
    }

    /// Makes the files of a batch part of the table, unless they are.
    pub(crate) async fn add(&mut self, batch: i64, adds: Vec<Add>) -> Result<(), StoreError> {
        if self.batch().await? >= batch {
            return Ok(());
        }
        let transaction = Transaction::new(APPLICATION, batch);
        let properties = CommitProperties::default().with_application_transaction(transaction);
        let operation = DeltaOperation::Write {
            mode: SaveMode::Append,
            partition_by: Some(vec![DAY.to_owned()]),
            predicate: None,
        };
        let actions = adds.into_iter().map(Action::Add).collect();
        self.commit(properties, operation, actions, "add to").await
    }

    /// Lets go of a file whose rows are lost.
    pub(crate) async fn give_up(&mut self, file: &DataFile) -> Result<(), StoreError> {
        let remove = Remove { data_change: true, ..file.remove.clone() };
        let actions = vec![Action::Remove(remove)];
        let operation = DeltaOperation::FileSystemCheck {};
        self.commit(CommitProperties::default(), operation, actions, "repair").await
    }

    /// Puts files in the place of others with the same rows.
    pub(crate) async fn replace(
        &mut self,
        old: &[DataFile],
        new: Vec<Add>,
    ) -> Result<(), StoreError> {
        let gone = old.iter().map(|file| Action::Remove(file.remove.clone()));
        let actions = gone.chain(new.into_iter().map(Action::Add)).collect();
        let operation = DeltaOperation::Optimize { predicate: None, target_size: 0 };
        self.commit(CommitProperties::default(), operation, actions, "compact").await
    }

    async fn commit(
        &mut self,
        properties: CommitProperties,
        operation: DeltaOperation,
        actions: Vec<Action>,
        action: &'static str,
    ) -> Result<(), StoreError> {
        let commit = async {
            CommitBuilder::from(properties)
                .with_actions(actions)
                .build(Some(self.delta.snapshot()?), self.delta.log_store(), operation)
                .await
        };
        let done = commit.await.map_err(self.failed(action))?;
        self.sync(&format!("_delta_log/{:020}.json", done.version()))?;
        self.delta.update_state().await.map_err(self.failed("read"))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{RecordBatch, new_null_array};
    use arrow_schema::{Field, Schema};
    use deltalake::kernel::Add;
    use parquet::arrow::ArrowWriter;
    use postlens_columns::Table;

    use super::{DAY, Stored, create, load};
    use crate::store::{Store, runtime, view};
    use crate::table::stored_schema;
    use crate::view::View;

    /// A table of sessions without the column `count`, with one row of nulls.
    fn earlier(store: &std::path::Path) {
        let directory = store.join("sessions");
        std::fs::remove_dir_all(&directory).unwrap();
        std::fs::create_dir_all(directory.join("day=2026-11-03")).unwrap();
        let schema = stored_schema(Table::Sessions);
        let fields = schema.fields().iter().filter(|field| field.name() != "count");
        let schema = Schema::new(fields.cloned().collect::<Vec<_>>());
        let runtime = runtime().unwrap();
        let delta = runtime.block_on(async {
            create(&load(&directory).await.unwrap(), Table::Sessions, &schema).await.unwrap()
        });
        let fields = schema.fields().iter().filter(|field| field.name() != DAY).cloned();
        let schema = Arc::new(Schema::new(fields.collect::<Vec<Arc<Field>>>()));
        let nulls = schema.fields().iter().map(|field| new_null_array(field.data_type(), 1));
        let row = RecordBatch::try_new(Arc::clone(&schema), nulls.collect()).unwrap();
        let path = "day=2026-11-03/part-1.parquet";
        let file = std::fs::File::create(directory.join(path)).unwrap();
        let mut writer = ArrowWriter::try_new(file, schema, None).unwrap();
        writer.write(&row).unwrap();
        writer.close().unwrap();
        let add = Add {
            path: path.to_owned(),
            partition_values: [(DAY.to_owned(), Some("2026-11-03".to_owned()))].into(),
            size: i64::try_from(directory.join(path).metadata().unwrap().len()).unwrap(),
            stats: Some("{\"numRecords\":1}".to_owned()),
            ..Add::default()
        };
        let mut stored = Stored { table: Table::Sessions, directory, delta };
        runtime.block_on(stored.replace(&[], vec![add])).unwrap();
    }

    #[track_caller]
    fn check(view: &View) {
        let mut found = Vec::new();
        let query = "SELECT count(*) AS rows, count(\"count\") AS counts FROM sessions";
        let mut each = |answer: &crate::Answer| {
            found.extend(answer.texts().unwrap());
            Ok(())
        };
        view.query(query, &mut each).unwrap();
        assert_eq!(found, [[Some("1".to_owned()), Some("0".to_owned())]]);
    }

    #[test]
    fn a_column_that_came_later_is_null() {
        let directory = tempfile::tempdir().unwrap();
        drop(Store::open(directory.path(), 0).unwrap());
        earlier(directory.path());
        check(&view(directory.path()).unwrap());
        let mut store = Store::open(directory.path(), 0).unwrap();
        check(&store.view().unwrap());
        store.compact().unwrap();
        check(&store.view().unwrap());
        assert_eq!(store.view().unwrap().check().unwrap(), []);
    }
}
