//! `postlens completions`.

use std::io;

use anyhow::{Context, Result};
use clap::{Args, Command};

use crate::exit::OK;

/// Write a completion script for a shell
#[derive(Debug, Args)]
#[command(after_long_help = "\
Example:
  postlens completions bash > /etc/bash_completion.d/postlens")]
pub(crate) struct CompletionsArgs {
    /// The shell.
    shell: clap_complete::Shell,
}

impl CompletionsArgs {
    /// Writes the script to standard output.
    pub(crate) fn run(self, mut command: Command) -> Result<u8> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut command, "postlens", &mut script);
        io::Write::write_all(&mut io::stdout(), &script)
            .context("cannot write to standard output")?;
        Ok(OK)
    }
}
