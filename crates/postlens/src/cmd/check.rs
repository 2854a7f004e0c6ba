//! `postlens check`: plugins for Nagios, Icinga and what runs their plugins.
//!
//! A check is a file below: its arguments, and `plugin::Check`, which fills a `Plugin`. To add
//! one: the file, a variant of the enum and a line in `run`.

use anyhow::Result;
use clap::{Args, Subcommand};

mod log;
mod plugin;
mod queue;
mod range;
mod services;
mod state;

pub(crate) use plugin::UNKNOWN;

/// Check the mail system for Nagios or Icinga
///
/// One line with the figures for graphs behind a bar, then details; exit status 0 OK,
/// 1 WARNING, 2 CRITICAL, 3 UNKNOWN, as the plugin guidelines want it.
///
/// Limits are ranges of the guidelines: `10` alerts above 10 (and below 0), `10:` below 10,
/// `~:10` above 10, `10:20` outside, `@10:20` inside.
#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    #[command(subcommand)]
    command: CheckCommand,
}

#[derive(Debug, Subcommand)]
enum CheckCommand {
    Queue(queue::QueueCheckArgs),
    Log(log::LogCheckArgs),
    Services(services::ServicesCheckArgs),
}

impl CheckArgs {
    /// Runs the check. An error is UNKNOWN, said in the one line.
    pub(crate) fn run(self) -> Result<u8> {
        match self.command {
            CheckCommand::Queue(args) => plugin::run(&args),
            CheckCommand::Log(args) => plugin::run(&args),
            CheckCommand::Services(args) => plugin::run(&args),
        }
    }
}
