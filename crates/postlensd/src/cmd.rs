//! The commands, one file each.

pub(crate) mod config;
pub(crate) mod health;
pub(crate) mod import;
pub(crate) mod run;
pub(crate) mod sql;
pub(crate) mod store;

use std::path::PathBuf;

use clap::Args;
use postlens_source::{Options, Zone};

/// Where the store is, unless another directory is named.
pub(crate) const STORE: &str = "/var/lib/postlensd";

/// Which store.
#[derive(Debug, Args)]
pub(crate) struct StoreArgs {
    /// The store's directory.
    #[arg(long, value_name = "DIR", default_value = STORE)]
    pub(crate) store: PathBuf,
}

/// Which configuration.
#[derive(Debug, Args)]
pub(crate) struct ConfigArgs {
    /// The configuration file (TOML).
    #[arg(long, value_name = "FILE", default_value = crate::config::DEFAULT)]
    pub(crate) config: PathBuf,
    /// A setting that stands above the file's, such as commit_seconds=10. Can be given
    /// several times.
    #[arg(long, value_name = "NAME=VALUE")]
    pub(crate) set: Vec<String>,
}

/// How logs are read now.
pub(crate) fn options(zone: Zone) -> Options {
    Options::new(zone, jiff::Timestamp::now().as_microsecond())
}
