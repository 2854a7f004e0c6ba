//! The commands, one file each.

pub(crate) mod import;
pub(crate) mod run;
pub(crate) mod sql;
pub(crate) mod store;

use std::path::PathBuf;

use clap::Args;
use postlens_source::{Options, Zone};

/// Which store.
#[derive(Debug, Args)]
pub(crate) struct StoreArgs {
    /// The store's directory.
    #[arg(long, value_name = "DIR", default_value = "/var/lib/postlens")]
    pub(crate) store: PathBuf,
}

/// How logs are read now.
pub(crate) fn options(zone: Zone) -> Options {
    Options::new(zone, jiff::Timestamp::now().as_microsecond())
}
