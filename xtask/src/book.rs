//! `cargo xtask book`: the pages of the book that are made from the code, and whether the
//! committed ones still are what the code gives.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::workspace;

mod causes;
mod commands;
mod events;
mod filters;
mod findings;
mod notices;
mod sql;
mod tables;

/// What to do with the pages.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Change nothing; fail if a page differs from what the code gives
    #[arg(long)]
    check: bool,
}

/// The English words of reports, by key.
struct Words(HashMap<String, String>);

impl Words {
    /// Reads some of the files of the report's English words, one line each.
    fn read(root: &Path, names: &[&str]) -> Result<Self> {
        let mut words = HashMap::new();
        for name in names {
            let file = format!("crates/postlens-report/locales/en/{name}.ftl");
            let text = fs::read_to_string(root.join(&file))
                .with_context(|| format!("cannot read {file}"))?;
            let lines = text.lines().filter_map(|line| line.split_once(" = "));
            words.extend(lines.map(|(key, words)| (key.to_owned(), words.to_owned())));
        }
        Ok(Self(words))
    }

    fn get(&self, key: &str) -> Result<&str> {
        self.0.get(key).map(String::as_str).with_context(|| format!("no words: {key}"))
    }
}

/// A page made from the code.
struct Page {
    /// Its file below `docs/book/src`.
    path: &'static str,
    /// Its text.
    render: fn(&Path) -> Result<String>,
}

const PAGES: &[Page] = &[
    Page { path: "causes.md", render: causes::render },
    Page { path: "findings.md", render: findings::render },
    Page { path: "reference/commands.md", render: commands::render },
    Page { path: "reference/events.md", render: events::render },
    Page { path: "reference/filters.md", render: filters::render },
    Page { path: "reference/notices.md", render: notices::render },
    Page { path: "reference/sql.md", render: sql::render },
    Page { path: "reference/tables.md", render: tables::render },
];

/// Fails if a committed page is not what the code gives.
pub(crate) fn check() -> Result<()> {
    run(&Arguments { check: true })
}

/// Writes the pages, or checks them.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let root = workspace::root()?;
    let mut drifted = Vec::new();
    let mut pages = causes::pages(&root).context("causes")?;
    for page in PAGES {
        let text = (page.render)(&root).with_context(|| page.path.to_owned())?;
        pages.push((page.path.to_owned(), text));
    }
    for (path, text) in pages {
        let file = root.join("docs/book/src").join(&path);
        let committed = fs::read_to_string(&file).unwrap_or_default();
        if committed == text {
            continue;
        }
        if arguments.check {
            drifted.push(path);
        } else {
            fs::create_dir_all(file.parent().unwrap_or(&root))?;
            fs::write(&file, text).with_context(|| format!("cannot write {}", file.display()))?;
            println!("book: wrote {path}");
        }
    }
    if !drifted.is_empty() {
        bail!("not what the code gives: {}; run `cargo xtask book`", drifted.join(", "));
    }
    println!("book: the generated pages are what the code gives");
    Ok(())
}

/// Text as code in a cell of a table.
fn cell(text: &str) -> String {
    // The bar ends a cell even inside code; a backtick needs a longer fence around it.
    let fence = if text.contains('`') { "``" } else { "`" };
    let pad = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{pad}{}{pad}{fence}", text.replace('|', "\\|"))
}

#[cfg(test)]
mod tests {
    use super::cell;

    #[test]
    fn cells_keep_their_text() {
        assert_eq!(cell("a|b"), "`a\\|b`");
        assert_eq!(cell("`a`"), "`` `a` ``");
    }
}
