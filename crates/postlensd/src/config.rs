//! The configuration file.

mod origin;
mod source;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use postlens_source::Zone;
use serde::{Deserialize, Serialize};

pub(crate) use origin::{Origins, Setting};
pub(crate) use source::{JournalTable, ListenTable, Log};

/// Where the configuration is looked for.
pub(crate) const DEFAULT: &str = "/etc/postlens/postlensd.toml";
/// A configuration with all settings and words about them.
pub(crate) const EXAMPLE: &str = include_str!("../../../packaging/postlensd.toml");

/// What the file says. `packaging/postlensd.toml` has all of it with comments.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// The store's directory.
    #[serde(default = "store")]
    pub(crate) store: PathBuf,
    /// The zone of stamps without one.
    pub(crate) tz: Option<String>,
    /// Rows are put into the tables at least so often, in seconds.
    #[serde(default = "minute")]
    pub(crate) commit_seconds: u64,
    /// And whenever so much log has come, in MiB.
    #[serde(default = "megabytes")]
    pub(crate) commit_mib: u64,
    /// Small files are merged so often, in hours.
    #[serde(default = "hours")]
    pub(crate) compact_hours: u64,
    /// Days to keep, by the time of what happened.
    pub(crate) keep_days: Option<u32>,
    /// Bytes to keep, in MiB.
    pub(crate) keep_mib: Option<u64>,
    /// Users who may ask, beside root and who runs the daemon.
    #[serde(default)]
    pub(crate) ask_users: Vec<String>,
    /// Groups whose members may ask; the group `postlens` where none are named.
    pub(crate) ask_groups: Option<Vec<String>>,
    /// The most that a query may take, in seconds.
    #[serde(default = "patience")]
    pub(crate) query_seconds: u64,
    /// How much of the disk stays free, in MiB.
    #[serde(default = "floor")]
    pub(crate) free_mib: u64,
    /// A file of what was received is ended at this size, in MiB.
    #[serde(default = "megabytes")]
    pub(crate) spool_mib: u64,
    /// The logs to follow.
    #[serde(default)]
    pub(crate) log: Vec<Log>,
    /// Where to receive from the network.
    #[serde(default)]
    pub(crate) listen: Vec<ListenTable>,
    /// Journals of systemd to follow.
    #[serde(default)]
    pub(crate) journal: Vec<JournalTable>,
}

fn store() -> PathBuf {
    PathBuf::from(crate::cmd::STORE)
}

fn minute() -> u64 {
    60
}

fn megabytes() -> u64 {
    64
}

fn hours() -> u64 {
    6
}

fn patience() -> u64 {
    300
}

/// Postfix refuses mail when less than one and a half times `message_size_limit` is free.
fn floor() -> u64 {
    1024
}

/// A configuration, and where it comes from.
#[derive(Debug)]
pub(crate) struct Loaded {
    pub(crate) config: Config,
    pub(crate) origins: Origins,
}

/// Reads the file; settings of the command line (`NAME=VALUE`) stand above it.
///
/// # Errors
/// The first mistake, with its place.
pub(crate) fn load(path: &Path, set: &[String]) -> Result<Loaded> {
    let loaded = parse(path, set)?;
    match loaded.mistakes().into_iter().next() {
        Some(mistake) => Err(mistake),
        None => Ok(loaded),
    }
}

/// Reads the file as far as it can be understood; its values may be wrong still.
pub(crate) fn parse(path: &Path, set: &[String]) -> Result<Loaded> {
    let text =
        std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let within = || format!("in {}", path.display());
    let origins = Origins::new(path, &text, set).with_context(within)?;
    if set.is_empty() {
        // Told with the line that is wrong.
        return Ok(Loaded { config: toml::from_str(&text).with_context(within)?, origins });
    }
    let mut table: toml::Table = text.parse().with_context(within)?;
    for setting in set {
        let (name, value) = assignment(setting)?;
        table.insert(name.to_owned(), value);
    }
    let config = Config::deserialize(toml::Value::Table(table))
        .with_context(|| format!("in {} with the settings of --set", path.display()))?;
    Ok(Loaded { config, origins })
}

/// `NAME=VALUE` as TOML has it; what is no value of TOML is a text.
fn assignment(setting: &str) -> Result<(&str, toml::Value)> {
    let Some((name, value)) = setting.split_once('=') else {
        bail!("--set {setting}: give NAME=VALUE, such as commit_seconds=10");
    };
    let parsed = format!("it = {value}").parse::<toml::Table>().ok();
    let parsed = parsed.and_then(|mut table| table.remove("it"));
    Ok((name, parsed.unwrap_or_else(|| toml::Value::String(value.to_owned()))))
}

impl Loaded {
    /// What is wrong with the values, each with its place.
    pub(crate) fn mistakes(&self) -> Vec<anyhow::Error> {
        let config = &self.config;
        let mut found: Vec<(Vec<Setting>, anyhow::Error)> = Vec::new();
        if config.log.is_empty() && config.listen.is_empty() && config.journal.is_empty() {
            let error = anyhow!("nothing to follow: name a log in a table [[log]] with its path");
            found.push((Vec::new(), error));
        }
        for (name, value) in
            [("commit_seconds", config.commit_seconds), ("compact_hours", config.compact_hours)]
        {
            if value == 0 {
                found.push((vec![name.into()], anyhow!("{name} must not be 0")));
            }
        }
        let of_sources = source::mistakes(config);
        found.extend(zone(config.tz.as_deref()).err().map(|error| (vec!["tz".into()], error)));
        found.extend(of_sources);
        let at = |at: &[Setting]| self.origins.of(at).to_string();
        found.into_iter().map(|(setting, error)| error.context(at(&setting))).collect()
    }
}

/// A zone by its name; this machine's without one.
pub(crate) fn zone(name: Option<&str>) -> Result<Zone> {
    match name {
        Some(name) => Zone::named(name)
            .context("give an IANA name such as Asia/Tokyo, or an offset such as +09:00"),
        None => Ok(Zone::system()),
    }
}

#[cfg(test)]
#[path = "config/tests.rs"]
mod tests;
