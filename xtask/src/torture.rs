//! `cargo xtask torture`: the tests that kill `postlensd`, with more kills than in a usual run.

use anyhow::Result;

use crate::{run, workspace};

/// How often to kill.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// How often the following daemon is killed; imports an eighth as often, compaction and
    /// vacuum a sixteenth as often each
    #[arg(long, default_value_t = 3000)]
    kills: u32,
    /// Build as for a release first: killed programs start sooner
    #[arg(long)]
    release: bool,
}

/// Runs the tests to their ends.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let root = workspace::root()?;
    let profile = if arguments.release { "--profile daemon" } else { "" };
    let line = format!("test --locked {profile} --package postlensd --test daemon kill");
    let mut tests = run::cargo(&root, &line);
    run::succeed(tests.env("POSTLENS_KILLS", arguments.kills.to_string()))?;
    println!("torture: {} kills and more, and every row is the truth", arguments.kills);
    Ok(())
}
