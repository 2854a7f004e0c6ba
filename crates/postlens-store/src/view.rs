//! A store as it is at one moment, to be asked in SQL.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::{Field, Schema, SchemaRef};
use deltalake::datafusion::datasource::MemTable;
use deltalake::datafusion::error::Result;
use deltalake::datafusion::execution::context::SQLOptions;
use deltalake::datafusion::execution::runtime_env::RuntimeEnvBuilder;
use deltalake::datafusion::logical_expr::{Expr, ScalarUDF, cast, lit};
use deltalake::datafusion::prelude::{DataFrame, SessionConfig, SessionContext, ident};
use deltalake::datafusion::scalar::ScalarValue;
use futures::StreamExt as _;
use postlens_columns::Table;
use tokio::runtime::Runtime;

use crate::answer::Answer;
use crate::error::StoreError;
use crate::function::{FromLayout, arguments};
use crate::ids;
use crate::table::{columns, stored_schema};
use crate::tables::Stored;

/// What a query may hold in memory before it uses the disk, in bytes.
const MEMORY: usize = 256 << 20;

/// A store at one moment. It stays as it is while the store goes on.
#[derive(Debug)]
pub struct View {
    runtime: Arc<Runtime>,
    tables: Vec<Stored>,
    /// Rows that are not in the tables, by table.
    hot: BTreeMap<&'static str, Vec<RecordBatch>>,
}

impl View {
    pub(crate) fn new(
        runtime: Arc<Runtime>,
        tables: Vec<Stored>,
        hot: BTreeMap<&'static str, Vec<RecordBatch>>,
    ) -> Self {
        Self { runtime, tables, hot }
    }

    pub(crate) fn tables(&self) -> &[Stored] {
        &self.tables
    }

    /// Runs a query (`SELECT`, `EXPLAIN`, `SHOW`) over the tables `messages`, `deliveries`,
    /// `refusals`, `sessions` and `events`, and hands the result out batch by batch; first
    /// one without rows. `events` has the lines too, in `line`.
    ///
    /// # Errors
    /// When the query is none, changes anything, or fails; and what `each` says.
    pub fn query(
        &self,
        sql: &str,
        each: &mut dyn FnMut(&Answer<'_>) -> std::result::Result<(), StoreError>,
    ) -> std::result::Result<(), StoreError> {
        let failed = |error| StoreError::Query(Box::new(error));
        self.runtime.block_on(async {
            let context = self.context().await.map_err(failed)?;
            let options = SQLOptions::new().with_allow_ddl(false).with_allow_dml(false);
            let options = options.with_allow_statements(false);
            let frame = context.sql_with_options(sql, options).await.map_err(failed)?;
            let schema = SchemaRef::new(Schema::clone(frame.schema().as_arrow()));
            each(&Answer::new(&RecordBatch::new_empty(schema)))?;
            let mut stream = frame.execute_stream().await.map_err(failed)?;
            while let Some(batch) = stream.next().await {
                each(&Answer::new(&batch.map_err(failed)?))?;
            }
            Ok(())
        })
    }

    async fn context(&self) -> Result<SessionContext> {
        let runtime = RuntimeEnvBuilder::new().with_memory_limit(MEMORY, 1.0).build_arc()?;
        let config = SessionConfig::new()
            .with_information_schema(true)
            .set_bool("datafusion.execution.parquet.schema_force_view_types", false);
        let context = SessionContext::new_with_config_rt(config, runtime);
        context.register_udf(ScalarUDF::from(FromLayout::line()));
        context.register_udf(ScalarUDF::from(FromLayout::text()));
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
fn quoted(names: &[&str]) -> String {
    names.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ")
}

fn table_columns(table: Table) -> Vec<String> {
    stored_schema(table).fields().iter().map(|field| field.name().clone()).collect()
}
