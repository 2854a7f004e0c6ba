//! `postlens man`.

use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::{Args, Command};

use crate::exit::OK;

/// Write the man pages
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  postlens man | man -l -
  postlens man --to /usr/local/share/man/man1")]
pub(crate) struct ManArgs {
    /// Write one page per command into this directory, instead of the main page to
    /// standard output.
    #[arg(long, value_name = "DIR")]
    to: Option<PathBuf>,
}

impl ManArgs {
    /// Writes the pages.
    pub(crate) fn run(self, command: Command) -> Result<u8> {
        let Some(directory) = self.to else {
            let mut page = Vec::new();
            clap_mangen::Man::new(command).render(&mut page).context("cannot make the page")?;
            std::io::stdout().write_all(&page).context("cannot write to standard output")?;
            return Ok(OK);
        };
        clap_mangen::generate_to(command, &directory)
            .with_context(|| format!("cannot write man pages to {}", directory.display()))?;
        Ok(OK)
    }
}
