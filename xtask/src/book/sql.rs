//! What a store can be asked in SQL.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::Result;
use postlens_columns::{FUNCTIONS, Kind, Table};

/// The page.
pub(super) fn render(_: &Path) -> Result<String> {
    let mut page = String::from(
        "# SQL\n\n<!-- Made by `cargo xtask book` from the code. -->\n\n\
         What [`postlens sql`](../history.md) and [`postlensd sql`](../postlensd.md) can be asked. \
         The dialect and all other functions are those of \
         [Apache DataFusion](https://datafusion.apache.org/user-guide/sql/). \
         `postlens sql --schema` prints this page, `SHOW TABLES` and `DESCRIBE events` ask the \
         store itself.\n\n## Functions\n\n\
         | function | what it gives | example |\n|---|---|---|\n",
    );
    for function in FUNCTIONS {
        let (call, gives) = function.example();
        let (name, arguments, about) = (function.name(), function.arguments(), function.about());
        writeln!(page, "| `{name}({arguments})` | {about} | `{call}` → `{gives}` |")?;
    }
    page.push_str(
        "\n## Tables\n\nEach table also has `day`, a date: the UTC day of `time`, by which it is \
         partitioned. A condition on it saves reading. `events` has `line` too, the line byte for \
         byte (bytes that are no UTF-8 as `\\xNN`). What columns mean is in \
         [Tables](tables.md).\n",
    );
    for table in Table::ALL.into_iter().filter(|table| *table != Table::Suppressions) {
        let columns = table.columns().iter();
        let columns: Vec<_> =
            columns.map(|column| format!("`{}` {}", column.name, kind(column.kind))).collect();
        write!(page, "\n### `{}`\n\n{}\n", table.name(), columns.join(", "))?;
    }
    Ok(page)
}

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "text",
        Kind::Json => "text (JSON)",
        Kind::Int => "bigint",
        Kind::Seconds => "double",
        Kind::Time => "timestamp",
        Kind::Bool => "boolean",
    }
}
