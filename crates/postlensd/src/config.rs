//! The configuration file.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use postlens_source::Zone;
use serde::Deserialize;

/// What the file says. `docs/book/src/postlensd.md` has one with comments.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// The store's directory.
    pub(crate) store: PathBuf,
    /// The logs to follow.
    pub(crate) log: Vec<Log>,
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
    /// How much of the disk stays free, in MiB.
    #[serde(default = "floor")]
    pub(crate) free_mib: u64,
}

/// A log to follow.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Log {
    /// The file that is written to. Its rotated files beside it are read too.
    pub(crate) path: PathBuf,
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

/// Postfix refuses mail when less than one and a half times `message_size_limit` is free.
fn floor() -> u64 {
    1024
}

impl Config {
    /// Reads the file.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("cannot read {}", path.display()))?;
        let config: Self =
            toml::from_str(&text).with_context(|| format!("in {}", path.display()))?;
        anyhow::ensure!(!config.log.is_empty(), "{} names no log to follow", path.display());
        anyhow::ensure!(config.commit_seconds > 0, "commit_seconds must not be 0");
        config.zone()?;
        Ok(config)
    }

    /// The zone of stamps without one.
    pub(crate) fn zone(&self) -> Result<Zone> {
        zone(self.tz.as_deref())
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
mod tests {
    use super::Config;

    fn read(text: &str) -> anyhow::Result<Config> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        Config::read(file.path())
    }

    const LEAST: &str = "store = '/var/lib/postlens'\n[[log]]\npath = '/var/log/mail.log'\n";

    #[test]
    fn defaults() {
        let config = read(LEAST).unwrap();
        assert_eq!((config.commit_seconds, config.commit_mib, config.keep_days), (60, 64, None));
    }

    #[test]
    fn mistakes_are_told() {
        for wrong in
            ["kept_days = 3\n", "tz = 'Nowhere/There'\n", "commit_seconds = 0\n", "store = 1\n"]
        {
            let text = format!("{wrong}{LEAST}");
            assert!(read(&text).is_err(), "{wrong}");
        }
        assert!(read("store = '/var/lib/postlens'\nlog = []\n").is_err());
    }
}
