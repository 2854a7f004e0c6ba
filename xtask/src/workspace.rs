//! The workspace as Cargo and git see it.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::run;

/// The root of the workspace: the directory above this crate.
pub(crate) fn root() -> Result<PathBuf> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    own.parent().map(Path::to_path_buf).context("the crate xtask lies in no directory")
}

/// `cargo metadata`, with or without the packages of others.
pub(crate) fn metadata(root: &Path, with_dependencies: bool) -> Result<Value> {
    let line = if with_dependencies {
        "metadata --format-version 1 --locked"
    } else {
        "metadata --format-version 1 --locked --no-deps"
    };
    let text = run::output(&mut run::cargo(root, line))?;
    serde_json::from_str(&text).context("cargo metadata wrote no JSON")
}

/// One crate of ours, and what it depends on among ours.
#[derive(Debug)]
pub(crate) struct Member {
    /// The crate's name.
    pub(crate) name: String,
    /// Its directory, relative to the root.
    pub(crate) directory: PathBuf,
    /// The workspace's crates that it needs to be built.
    pub(crate) needs: Vec<String>,
    /// The workspace's crates that only its tests, examples and benchmarks need.
    pub(crate) tests_need: Vec<String>,
}

/// The workspace's crates, by name.
pub(crate) fn members(root: &Path) -> Result<Vec<Member>> {
    let metadata = metadata(root, false)?;
    let packages = array(&metadata, "packages");
    let mut members = Vec::new();
    for package in packages {
        let manifest = Path::new(text(package, "manifest_path"));
        let directory = manifest.parent().and_then(|directory| directory.strip_prefix(root).ok());
        let (tests_need, needs): (Vec<_>, Vec<_>) = array(package, "dependencies")
            .iter()
            .filter(|dependency| dependency.get("path").is_some_and(Value::is_string))
            .partition(|dependency| text(dependency, "kind") == "dev");
        members.push(Member {
            name: text(package, "name").to_owned(),
            directory: directory.context("a crate lies outside the workspace")?.to_path_buf(),
            needs: names(&needs),
            tests_need: names(&tests_need),
        });
    }
    members.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(members)
}

fn names(dependencies: &[&Value]) -> Vec<String> {
    dependencies.iter().map(|dependency| text(dependency, "name").to_owned()).collect()
}

/// The files that git tracks or would track, relative to the root, sorted.
pub(crate) fn files(root: &Path) -> Result<Vec<PathBuf>> {
    let line = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
    let listing = run::output(&mut run::command(root, "git", line))?;
    let mut files: Vec<PathBuf> = listing.split('\0').map(PathBuf::from).collect();
    // A file deleted but still in the index is listed too.
    files.retain(|file| root.join(file).is_file());
    files.sort();
    files.dedup();
    Ok(files)
}

/// The text under `key`, empty where there is none.
pub(crate) fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// The list under `key`, empty where there is none.
pub(crate) fn array<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}
