//! Every crate inherits the workspace's lints, licence and edition, says what it is for,
//! lies where its name says, and has a name of the domain.

use std::path::Path;

use anyhow::{Context, Result};
use toml::{Table, Value};

use super::{Tidy, has_extension};

/// Names that say nothing about what is inside.
const EMPTY_NAMES: &[&str] = &["common", "utils", "util", "helpers", "core", "types", "misc"];

const INHERITED: &[&str] = &["version", "edition", "rust-version", "license", "publish"];

pub(super) fn check(tidy: &mut Tidy) -> Result<()> {
    let mut found = Vec::new();
    for member in &tidy.members {
        let manifest = member.directory.join("Cargo.toml");
        let text = tidy.read(&manifest).context("a crate's manifest has gone")?;
        let table: Table = text.parse().with_context(|| format!("{}", manifest.display()))?;
        let mut problem = |text: String| found.push(format!("{}: {text}", manifest.display()));
        if !inherits(table.get("lints")) {
            problem("must inherit the workspace's lints".to_owned());
        }
        let package = table.get("package");
        for key in INHERITED {
            if !inherits(package.and_then(|package| package.get(key))) {
                problem(format!("must inherit `{key}` from the workspace"));
            }
        }
        if package.and_then(|package| package.get("description")).is_none() {
            problem("has no description".to_owned());
        }
        if !member.directory.ends_with(&member.name) {
            problem(format!("the crate {} lies in another directory", member.name));
        }
        for name in local_dependencies(&table) {
            problem(format!("`{name}` must be declared in the workspace and inherited"));
        }
    }
    for file in tidy.files.iter().filter(|file| has_extension(file, &["rs"])) {
        if file.ends_with("mod.rs") {
            found.push(format!("{}: a module lies in a file of its own name", file.display()));
        }
        if let Some(name) = empty_name(file) {
            found.push(format!("{}: `{name}` says nothing", file.display()));
        }
    }
    tidy.problems.extend(found);
    Ok(())
}

fn inherits(value: Option<&Value>) -> bool {
    value.and_then(|value| value.get("workspace")).and_then(Value::as_bool) == Some(true)
}

fn local_dependencies(manifest: &Table) -> Vec<&str> {
    let targets = manifest.get("target").and_then(Value::as_table);
    let tables = targets.into_iter().flat_map(Table::values).filter_map(Value::as_table);
    let mut local = Vec::new();
    for table in tables.chain([manifest]) {
        for kind in ["dependencies", "dev-dependencies", "build-dependencies"] {
            let dependencies = table.get(kind).and_then(Value::as_table).into_iter().flatten();
            local.extend(
                dependencies.filter(|(_, it)| !inherits(Some(it))).map(|(name, _)| name.as_str()),
            );
        }
    }
    local
}

fn empty_name(file: &Path) -> Option<&str> {
    let parts = file.iter().filter_map(|part| part.to_str());
    let mut names = parts.map(|part| part.trim_end_matches(".rs").trim_start_matches("postlens-"));
    names.find(|name| EMPTY_NAMES.contains(name))
}
