//! The tables of `postlens export` and their columns.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::Result;
use postlens_columns::Table;

/// The page.
pub(super) fn render(_: &Path) -> Result<String> {
    let mut page = String::from(
        "# Tables\n\n<!-- Made by `cargo xtask book` from the code. -->\n\n\
         What [`postlens export`](../export.md) writes. Columns have the same names in every \
         format; columns may be added within a version of the schema, which is 1.\n\n\
         Absent values are null: nothing in CSV, `null` in JSON, NULL in databases. The null \
         sender is an empty text, which is a value. Times are RFC 3339 with the log's offset in \
         texts and UTC in databases; seconds may have a fraction; sizes are bytes. Bytes that \
         are no UTF-8, and the zero byte, are `\\xNN`.\n",
    );
    for table in Table::ALL {
        write!(page, "\n## `{}`\n\n{}\n\n", table.name(), table.about())?;
        page.push_str("| column | kind | what it is |\n|---|---|---|\n");
        for column in table.columns() {
            let about = column.about.replace('|', "\\|");
            writeln!(page, "| `{}` | {} | {about} |", column.name, column.kind.name())?;
        }
    }
    Ok(page)
}
