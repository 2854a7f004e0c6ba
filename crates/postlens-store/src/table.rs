//! What the tables of a store look like.

use std::sync::Arc;

use arrow_schema::{DataType, Field, Schema, SchemaRef};
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::ColumnPath;
use postlens_columns::{Column, Kind, Table, schema};

/// The tables that a store keeps.
pub const TABLES: [Table; 5] =
    [Table::Messages, Table::Deliveries, Table::Refusals, Table::Sessions, Table::Events];

/// The column that a table is partitioned by: the day of `time` in UTC.
pub const DAY: &str = "day";

/// The column of `events` from which a line is rebuilt.
pub(crate) const LAYOUT: Column = Column {
    name: "layout",
    kind: Kind::Text,
    about: "the line with marks where its columns' values stand",
};

/// The log of a row's line, in hexadecimal. With the offset it is the row's `id`.
pub(crate) const LINE_LOG: Column =
    Column { name: "line_log", kind: Kind::Text, about: "a hash of the log's beginning" };

/// Where a row's line begins in its log.
pub(crate) const LINE_OFFSET: Column =
    Column { name: "line_offset", kind: Kind::Int, about: "where in the log its line begins" };

/// What `message` is made of in [`Table::Deliveries`], with the delivery's queue ID; host and
/// instance only where they are not those of the delivery.
pub(crate) const MESSAGE_TIME: Column =
    Column { name: "message_time", kind: Kind::Time, about: "the message's arrival" };
/// See [`MESSAGE_TIME`].
pub(crate) const MESSAGE_HOST: Column =
    Column { name: "message_host", kind: Kind::Text, about: "its host, if that is another" };
/// See [`MESSAGE_TIME`].
pub(crate) const MESSAGE_INSTANCE: Column =
    Column { name: "message_instance", kind: Kind::Text, about: "its instance, likewise" };

/// The column of [`Table::Events`] that the layout makes superfluous.
pub(crate) const TEXT: &str = "text";

/// Whether a column is made of others when it is asked for.
pub(crate) fn is_made(table: Table, name: &str) -> bool {
    match table {
        Table::Events => ["id", TEXT].contains(&name),
        Table::Deliveries => ["id", "message"].contains(&name),
        Table::Messages | Table::Refusals | Table::Sessions | Table::Suppressions => name == "id",
    }
}

/// Columns of [`Table::Events`] whose values stand in the line as they are.
pub(crate) fn is_in_line(name: &str) -> bool {
    const BESIDE: [&str; 14] = [
        "id",
        "time",
        "instance",
        "service",
        "daemon",
        "severity",
        "kind",
        "fields",
        "cause",
        "text",
        "repeat",
        "layout",
        "line_log",
        "line_offset",
    ];
    !BESIDE.contains(&name)
}

/// The columns of a table as they are stored, without its day.
pub(crate) fn columns(table: Table) -> Vec<Column> {
    let more: &[Column] = match table {
        Table::Events => &[LAYOUT, LINE_LOG, LINE_OFFSET],
        Table::Deliveries => &[LINE_LOG, LINE_OFFSET, MESSAGE_TIME, MESSAGE_HOST, MESSAGE_INSTANCE],
        Table::Refusals | Table::Sessions => &[LINE_LOG, LINE_OFFSET],
        Table::Messages | Table::Suppressions => &[],
    };
    let own = table.columns().iter().filter(|column| !is_made(table, column.name));
    own.chain(more).copied().collect()
}

/// The Arrow schema of a table as it is stored.
pub(crate) fn stored_schema(table: Table) -> SchemaRef {
    let mut fields = schema(&columns(table)).fields().to_vec();
    fields.push(Arc::new(Field::new(DAY, DataType::Date32, true)));
    Arc::new(Schema::new(fields))
}

/// The Arrow schema of a table's files: a day is in the name of their directory.
pub(crate) fn file_schema(table: Table) -> SchemaRef {
    schema(&columns(table))
}

/// Rows of a row group: a file of one batch has one or a few.
pub(crate) const GROUP: usize = 131_072;
/// Zstandard's level for what is written while lines come: time matters.
const QUICK: i32 = 3;
/// Zstandard's level for what stays.
const STRONG: i32 = 15;

/// How rows are written while lines come.
pub(crate) fn writing(table: Table) -> Result<WriterProperties, ParquetError> {
    properties(table, QUICK)
}

/// How rows are written that stay.
pub(crate) fn packing(table: Table) -> Result<WriterProperties, ParquetError> {
    properties(table, STRONG)
}

/// The columns by which the rows of a row group are in order: what is alike stands together,
/// and so most columns have long runs.
pub(crate) fn order(table: Table) -> &'static [&'static str] {
    match table {
        Table::Events => &["kind", "layout", "line_log", "line_offset"],
        Table::Deliveries => &["status", "relay_name", "line_log", "line_offset"],
        Table::Refusals | Table::Sessions => &["line_log", "line_offset"],
        Table::Messages | Table::Suppressions => &["time", "queue_id"],
    }
}

/// Columns of which hardly two values are the same: a dictionary would only cost room.
const DISTINCT: [&str; 5] = ["message_id", "recipients", "queued_as", "reply", "fields"];

/// Columns of numbers that mostly grow.
const GROWING: [&str; 4] = ["time", "end", "line_offset", "message_time"];

/// What people look for by its value.
const SOUGHT: [&str; 6] =
    ["queue_id", "message_id", "client_address", "sender", "recipient", "sasl_username"];

/// How Parquet files are written. What people look for by its value has a Bloom filter.
fn properties(table: Table, level: i32) -> Result<WriterProperties, ParquetError> {
    let mut properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(level)?))
        .set_max_row_group_row_count(Some(GROUP))
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_created_by("postlens".to_owned());
    for column in columns(table) {
        let path = ColumnPath::from(column.name);
        if DISTINCT.contains(&column.name) {
            properties = properties.set_column_dictionary_enabled(path.clone(), false);
        }
        if GROWING.contains(&column.name) {
            properties = properties
                .set_column_dictionary_enabled(path.clone(), false)
                .set_column_encoding(path.clone(), Encoding::DELTA_BINARY_PACKED);
        }
        if SOUGHT.contains(&column.name) {
            properties = properties.set_column_bloom_filter_enabled(path, true);
        }
    }
    Ok(properties.build())
}

#[cfg(test)]
mod tests {
    use super::{TABLES, columns, order, writing};

    #[test]
    fn every_table_can_be_written() {
        for table in TABLES {
            writing(table).unwrap();
            let columns = columns(table);
            for name in order(table) {
                assert!(columns.iter().any(|column| column.name == *name), "{name}");
            }
        }
    }
}
