//! The kinds of event that the pattern tables give, with their fields. The messages
//! themselves are in the tables, which are made to be read.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use anyhow::Result;
use postlens_syntax::postfix::notice;

/// What the rows of one kind have together.
#[derive(Default)]
struct Kind {
    messages: usize,
    tables: BTreeSet<&'static str>,
    fields: BTreeSet<&'static str>,
}

/// The page, from the rows as the parser has them.
pub(super) fn render(_: &Path) -> Result<String> {
    let mut kinds: BTreeMap<(&str, &str), Kind> = BTreeMap::new();
    let mut count = 0;
    for row in notice::rows() {
        let class = row.class().map_or("", |class| class.name());
        let kind = kinds.entry((row.kind(), class)).or_default();
        kind.messages += 1;
        kind.tables.insert(row.place().0.trim_end_matches(".txt"));
        for name in row.names() {
            match name {
                "client" => kind.fields.extend(["client_name", "client_address", "client_port"]),
                "relay" => kind.fields.extend(["relay_name", "relay_address", "relay_port"]),
                name => drop(kind.fields.insert(name)),
            }
        }
        count += 1;
    }
    let mut page = format!(
        "# Notices\n\n<!-- Made by `cargo xtask book` from the pattern tables. -->\n\n\
         Warnings, errors, statistics and other lines that are read by pattern: {count} \
         messages.\n`class` is what part of the system an admin has to look at; plain \
         information has none.\nTrouble without a kind of its own has its severity as kind. A \
         message has those of the fields\nthat its words hold.\n\n\
         | kind | class | messages | logged by | fields |\n|---|---|---:|---|---|\n"
    );
    for ((name, class), kind) in kinds {
        let fields: Vec<String> = kind.fields.iter().map(|field| format!("`{field}`")).collect();
        let tables = match kind.tables.len() {
            0..=6 => kind.tables.into_iter().collect::<Vec<_>>().join(", "),
            many => format!("{many} tables"),
        };
        let fields = fields.join(" ");
        writeln!(page, "| `{name}` | {class} | {} | {tables} | {fields} |", kind.messages)?;
    }
    Ok(page)
}
