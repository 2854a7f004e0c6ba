//! The Delta tables of a store, and what is done with one of them.

use std::path::{Path, PathBuf};

use arrow_array::RecordBatch;
use arrow_schema::ArrowError;
use deltalake::kernel::engine::arrow_conversion::TryIntoKernel;
use deltalake::kernel::transaction::{CommitBuilder, CommitProperties};
use deltalake::kernel::{Action, Add, StructType, Transaction};
use deltalake::protocol::{DeltaOperation, SaveMode};
use deltalake::writer::{DeltaWriter, RecordBatchWriter};
use deltalake::{DeltaResult, DeltaTable, DeltaTableError};
use postlens_columns::Table;
use url::Url;

use crate::error::StoreError;
use crate::state::sync_directory;
use crate::table::{DAY, TABLES, stored_schema, writing};

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
            delta = create(&delta, table).await.map_err(failed)?;
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

async fn create(delta: &DeltaTable, table: Table) -> DeltaResult<DeltaTable> {
    let schema: StructType =
        stored_schema(table).as_ref().try_into_kernel().map_err(DeltaTableError::from)?;
    delta
        .create()
        .with_table_name(table.name())
        .with_columns(schema.fields().cloned())
        .with_partition_columns([DAY])
        .await
}

impl Stored {
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

    /// Writes rows into files that the table does not know of yet; gives the actions that
    /// add them.
    pub(crate) async fn write(&self, batches: Vec<RecordBatch>) -> Result<Vec<Add>, StoreError> {
        let write = async {
            let properties = writing(self.table).map_err(ArrowError::from)?;
            let mut writer =
                RecordBatchWriter::for_table(&self.delta)?.with_writer_properties(properties);
            for batch in batches {
                writer.write(batch).await?;
            }
            writer.flush().await
        };
        let adds = write.await.map_err(self.failed("write"))?;
        for add in &adds {
            self.sync(&add.path)?;
        }
        Ok(adds)
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
        let commit = async {
            CommitBuilder::from(properties)
                .with_actions(adds.into_iter().map(Action::Add).collect())
                .build(Some(self.delta.snapshot()?), self.delta.log_store(), operation)
                .await
        };
        let done = commit.await.map_err(self.failed("add to"))?;
        self.sync(&format!("_delta_log/{:020}.json", done.version()))?;
        self.delta.update_state().await.map_err(self.failed("read"))
    }
}
