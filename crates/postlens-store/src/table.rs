//! What the tables of a store look like.

use std::sync::Arc;

use arrow_schema::{DataType, Field, Schema, SchemaRef};
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
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

/// The column of [`Table::Events`] that the layout makes superfluous.
pub(crate) const TEXT: &str = "text";

/// Columns of [`Table::Events`] whose values stand in the line as they are.
pub(crate) fn is_in_line(name: &str) -> bool {
    const BESIDE: [&str; 12] = [
        "id", "time", "instance", "service", "daemon", "severity", "kind", "fields", "cause",
        "text", "repeat", "layout",
    ];
    !BESIDE.contains(&name)
}

/// The columns of a table as they are stored, without its day.
pub(crate) fn columns(table: Table) -> Vec<Column> {
    let all = table.columns().iter().copied();
    if table == Table::Events {
        all.filter(|column| column.name != TEXT).chain([LAYOUT]).collect()
    } else {
        all.collect()
    }
}

/// The Arrow schema of a table as it is stored.
pub(crate) fn stored_schema(table: Table) -> SchemaRef {
    let mut fields = schema(&columns(table)).fields().to_vec();
    fields.push(Arc::new(Field::new(DAY, DataType::Date32, true)));
    Arc::new(Schema::new(fields))
}

/// Rows of a row group: a file of one batch has one or a few.
const GROUP: usize = 131_072;
/// Zstandard's level: 9 costs a little time and saves a tenth.
const LEVEL: i32 = 9;

/// How Parquet files are written. What people look for by its value has a Bloom filter.
pub(crate) fn writing(table: Table) -> Result<WriterProperties, ParquetError> {
    const SOUGHT: [&str; 8] = [
        "id",
        "message",
        "queue_id",
        "message_id",
        "client_address",
        "sender",
        "recipient",
        "sasl_username",
    ];
    let mut properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(LEVEL)?))
        .set_max_row_group_row_count(Some(GROUP))
        .set_created_by("postlens".to_owned())
        // Names of lines and messages share their beginnings with those before them.
        .set_column_dictionary_enabled(ColumnPath::from("id"), false)
        .set_column_encoding(ColumnPath::from("id"), Encoding::DELTA_BYTE_ARRAY)
        .set_column_dictionary_enabled(ColumnPath::from("time"), false)
        .set_column_encoding(ColumnPath::from("time"), Encoding::DELTA_BINARY_PACKED);
    // Lines are found by their places, which are in order: a filter would only cost room.
    let sought = SOUGHT.into_iter().filter(|name| *name != "id" || table == Table::Messages);
    for name in sought.filter(|name| columns(table).iter().any(|column| column.name == *name)) {
        properties = properties.set_column_bloom_filter_enabled(ColumnPath::from(name), true);
    }
    Ok(properties.build())
}

#[cfg(test)]
mod tests {
    use super::{TABLES, columns, writing};

    #[test]
    fn every_table_can_be_written() {
        for table in TABLES {
            writing(table).unwrap();
            assert_eq!(columns(table).first().map(|column| column.name), Some("id"));
        }
    }
}
