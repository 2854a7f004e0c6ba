//! `cargo xtask tidy`: what the project decided and no compiler checks.
//!
//! One file per kind of check. A problem fails the run; a note does not.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use crate::workspace::{self, Member};

mod addresses;
mod documents;
mod edges;
mod manifests;
mod sizes;
mod words;

/// What the checks look at, and what they found.
#[derive(Debug)]
struct Tidy {
    root: PathBuf,
    members: Vec<Member>,
    files: Vec<PathBuf>,
    problems: Vec<String>,
    notes: Vec<String>,
}

impl Tidy {
    fn problem(&mut self, text: impl Into<String>) {
        self.problems.push(text.into());
    }

    fn note(&mut self, text: impl Into<String>) {
        self.notes.push(text.into());
    }

    /// The files with their text, but for those that are no UTF-8.
    fn texts(&self) -> Vec<(PathBuf, String)> {
        self.files.iter().filter_map(|file| Some((file.clone(), self.read(file)?))).collect()
    }

    /// A file's text; `None` where there is no such file, or no text in it.
    fn read(&self, file: impl AsRef<Path>) -> Option<String> {
        std::fs::read_to_string(self.root.join(file)).ok()
    }
}

/// Runs all checks.
pub(crate) fn run() -> Result<()> {
    let root = workspace::root()?;
    let mut tidy = Tidy {
        members: workspace::members(&root)?,
        files: workspace::files(&root)?,
        root,
        problems: Vec::new(),
        notes: Vec::new(),
    };
    edges::check(&mut tidy);
    manifests::check(&mut tidy)?;
    sizes::check(&mut tidy);
    words::check(&mut tidy);
    addresses::check(&mut tidy)?;
    documents::check(&mut tidy);
    for note in &tidy.notes {
        println!("tidy: note: {note}");
    }
    for problem in &tidy.problems {
        eprintln!("tidy: {problem}");
    }
    if !tidy.problems.is_empty() {
        bail!("{} things are not tidy", tidy.problems.len());
    }
    println!("tidy: {} files, {} crates: in order", tidy.files.len(), tidy.members.len());
    Ok(())
}

fn has_extension(file: &Path, extensions: &[&str]) -> bool {
    file.extension().is_some_and(|found| extensions.iter().any(|wanted| found == *wanted))
}
