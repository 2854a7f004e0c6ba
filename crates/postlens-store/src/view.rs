//! A store as it is at one moment, to be asked in SQL.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::Field;
use deltalake::datafusion::datasource::MemTable;
use deltalake::datafusion::error::Result;
use deltalake::datafusion::execution::context::SQLOptions;
use deltalake::datafusion::execution::runtime_env::{RuntimeEnv, RuntimeEnvBuilder};
use deltalake::datafusion::logical_expr::{Expr, ScalarUDF, cast, lit};
use deltalake::datafusion::prelude::{DataFrame, SessionConfig, SessionContext, ident};
use deltalake::datafusion::scalar::ScalarValue;
use postlens_columns::Table;
use tokio::runtime::Runtime;

use crate::answer::{Answer, Answers};
use crate::error::StoreError;
use crate::function::{FromLayout, arguments};
use crate::ids;
use crate::named::Named;
use crate::table::{columns, stored_schema};
use crate::tables::Stored;

/// What all queries together may hold in memory before they use the disk, in bytes.
const MEMORY: usize = 256 << 20;

/// What queries share: the memory that they may use. Nothing that it remembers of files can be
/// out of date: which files a table has is asked of its Delta log each time, files never
/// change, and DataFusion's memory of directories, which would never expire, is turned off.
///
/// # Errors
/// When there is no place for what does not fit in memory.
pub(crate) fn environment() -> std::result::Result<Arc<RuntimeEnv>, StoreError> {
    RuntimeEnvBuilder::new()
        .with_memory_limit(MEMORY, 1.0)
        .with_object_list_cache_limit(0)
        .build_arc()
        .map_err(|error| StoreError::Query(Box::new(error)))
}

/// A store at one moment. It stays as it is while the store goes on.
#[derive(Debug, Clone)]
pub struct View {
    runtime: Arc<Runtime>,
    environment: Arc<RuntimeEnv>,
    tables: Vec<Stored>,
    /// Rows that are not in the tables, by table.
    hot: BTreeMap<&'static str, Vec<RecordBatch>>,
    /// The logs that follow each other, by strand.
    strands: Vec<Vec<u64>>,
}

impl View {
    pub(crate) fn new(
        (runtime, environment): (Arc<Runtime>, Arc<RuntimeEnv>),
        tables: Vec<Stored>,
        hot: BTreeMap<&'static str, Vec<RecordBatch>>,
        strands: Vec<Vec<u64>>,
    ) -> Self {
        Self { runtime, environment, tables, hot, strands }
    }

    pub(crate) fn tables(&self) -> &[Stored] {
        &self.tables
    }

    pub(crate) fn strands(&self) -> &[Vec<u64>] {
        &self.strands
    }

    /// Runs a query (`SELECT`, `EXPLAIN`, `SHOW`) over the tables `messages`, `deliveries`,
    /// `refusals`, `sessions` and `events`. `events` has the lines too, in `line`.
    ///
    /// # Errors
    /// When the query is none, changes anything, or cannot begin.
    pub async fn ask(&self, sql: &str) -> std::result::Result<Answers, StoreError> {
        let frame = self.frame(sql).await.map_err(|error| StoreError::Query(Box::new(error)))?;
        let stream = frame.execute_stream().await;
        Ok(Answers::new(stream.map_err(|error| StoreError::Query(Box::new(error)))?))
    }

    pub(crate) async fn frame(&self, sql: &str) -> Result<DataFrame> {
        let options = SQLOptions::new().with_allow_ddl(false).with_allow_dml(false);
        let options = options.with_allow_statements(false);
        self.context().await?.sql_with_options(sql, options).await
    }

    /// Runs a query, as [`ask`](Self::ask), and hands the result out batch by batch; first one
    /// without rows.
    ///
    /// # Errors
    /// When the query is none, changes anything, or fails; and what `each` says.
    pub fn query(
        &self,
        sql: &str,
        each: &mut dyn FnMut(&Answer) -> std::result::Result<(), StoreError>,
    ) -> std::result::Result<(), StoreError> {
        self.runtime.block_on(async {
            let mut answers = self.ask(sql).await?;
            each(&answers.headers())?;
            while let Some(answer) = answers.next().await {
                each(&answer?)?;
            }
            Ok(())
        })
    }

    async fn context(&self) -> Result<SessionContext> {
        let runtime = Arc::clone(&self.environment);
        let config = SessionConfig::new()
            .with_information_schema(true)
            .set_bool("datafusion.execution.parquet.schema_force_view_types", false);
        let context = SessionContext::new_with_config_rt(config, runtime);
        context.register_udf(ScalarUDF::from(FromLayout::line()));
        context.register_udf(ScalarUDF::from(FromLayout::text()));
        for named in Named::all() {
            context.register_udf(ScalarUDF::from(named));
        }
        for stored in &self.tables {
            self.register(&context, stored).await?;
        }
        Ok(context)
    }

    /// Registers a table under its name: what is stored and what is not yet, as one.
    async fn register(&self, context: &SessionContext, stored: &Stored) -> Result<()> {
        let table = stored.table;
        let frame = context.read_table(stored.delta.table_provider().await?)?;
        let hot = self.hot.get(table.name()).cloned().unwrap_or_default();
        let hot = MemTable::try_new(stored_schema(table), vec![hot])?;
        let names = table_columns(table);
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let hot = context.read_table(Arc::new(hot))?.select_columns(&names)?;
        let shown = known(table, &frame);
        let all = frame.select(shown)?.union(hot)?;
        let made = table.columns().iter().filter_map(|column| ids::expression(table, column.name));
        let shown = names.iter().map(|name| ident(*name));
        let all = all.select(made.chain(shown).collect::<Vec<_>>())?;
        if table != Table::Events {
            let hidden = columns(table).into_iter().map(|column| column.name);
            let hidden = hidden.filter(|name| !table.columns().iter().any(|own| own.name == *name));
            let all = all.drop_columns(&hidden.collect::<Vec<_>>())?;
            context.register_table(table.name(), all.into_view())?;
            return Ok(());
        }
        context.register_table("events_in_columns", all.into_view())?;
        let from = quoted(&arguments());
        let sql = format!(
            "SELECT * EXCEPT (layout, line_log, line_offset, day), postlens_text({from}) AS text, \
             postlens_line({from}) AS line, day FROM events_in_columns"
        );
        let view = context.sql(&sql).await?.into_view();
        context.register_table(table.name(), view)?;
        Ok(())
    }
}

/// The stored columns of a table; those that an earlier version did not have are null.
fn known(table: Table, frame: &DataFrame) -> Vec<Expr> {
    let schema = stored_schema(table);
    let expression = |field: &Arc<Field>| {
        if frame.schema().has_column_with_unqualified_name(field.name()) {
            return ident(field.name());
        }
        cast(lit(ScalarValue::Null), field.data_type().clone()).alias(field.name())
    };
    schema.fields().iter().map(expression).collect()
}

/// Names as SQL takes them, one after the other.
pub(crate) fn quoted(names: &[&str]) -> String {
    names.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ")
}

fn table_columns(table: Table) -> Vec<String> {
    stored_schema(table).fields().iter().map(|field| field.name().clone()).collect()
}
