//! The kinds of event, each by an example line and the fields that come of it.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context, Result, bail};
use bstr::BStr;
use postlens_syntax::{Delay, Entry, Event, FieldSink};

use super::cell;

/// The examples: a heading (`# …`), words about it, and lines of logs (`> …`).
const EXAMPLES: &str = "docs/book/events.txt";

/// The page, from the examples.
pub(super) fn render(root: &Path) -> Result<String> {
    let examples = std::fs::read_to_string(root.join(EXAMPLES))
        .with_context(|| format!("cannot read {EXAMPLES}"))?;
    let mut page = String::from(
        "# Events\n\n<!-- Made by `cargo xtask book` from docs/book/events.txt. -->\n",
    );
    // Whether a blank line has to come before the next words.
    let mut apart = true;
    for line in examples.lines() {
        if let Some(heading) = line.strip_prefix("# ") {
            write!(page, "\n## {heading}\n")?;
            apart = true;
        } else if let Some(example) = line.strip_prefix("> ") {
            page.push_str(&section(example)?);
            apart = true;
        } else if line.is_empty() {
            apart = true;
        } else {
            let blank = if apart { "\n" } else { "" };
            writeln!(page, "{blank}{line}")?;
            apart = false;
        }
    }
    Ok(page)
}

/// One example: its kind, the line, its fields.
fn section(line: &str) -> Result<String> {
    let entry = Entry::parse(line.as_bytes());
    let event = Event::parse(&entry);
    if matches!(event, Event::Unrecognized(_)) && !line.contains("nobody") {
        bail!("the example is not understood: {line}");
    }
    let mut rows = Rows(String::new());
    event.fields(&mut rows);
    let mut text = format!("\n**`{}`**\n\n```text\n{line}\n```\n", event.kind());
    if !rows.0.is_empty() {
        write!(text, "\n| field | value |\n|---|---|\n{}", rows.0)?;
    }
    Ok(text)
}

/// Fields as rows of a table.
struct Rows(String);

impl Rows {
    fn row(&mut self, name: &str, value: &str) {
        self.0.extend(["| `", name, "` | ", &cell(value), " |\n"]);
    }
}

impl FieldSink for Rows {
    fn text(&mut self, name: &'static str, value: &BStr) {
        self.row(name, &value.to_string());
    }

    fn int(&mut self, name: &'static str, value: i64) {
        self.row(name, &value.to_string());
    }

    fn delay(&mut self, name: &'static str, value: Delay) {
        self.row(name, &value.to_string());
    }
}
