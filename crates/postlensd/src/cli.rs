//! The command line.

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::cmd;
use crate::log::{self, LogFormat};

/// Follows the logs of a Postfix mail system and keeps what they tell in an open store:
/// Delta Lake tables of messages, deliveries, refusals, sessions and lines, to be asked in
/// SQL.
#[derive(Debug, Parser)]
#[command(name = "postlensd", version, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Config(cmd::config::Arguments),
    Health(cmd::health::Arguments),
    Import(cmd::import::Arguments),
    Run(cmd::run::Arguments),
    Sql(cmd::sql::Arguments),
    Store(cmd::store::Arguments),
}

/// Runs the command; gives the exit code.
pub(crate) fn run() -> Result<u8> {
    let command = Cli::parse().command;
    if !matches!(command, Command::Run(_)) {
        log::start(LogFormat::Text, None);
    }
    match command {
        Command::Config(arguments) => cmd::config::run(&arguments),
        Command::Health(arguments) => cmd::health::run(&arguments),
        Command::Import(arguments) => cmd::import::run(&arguments),
        Command::Run(arguments) => cmd::run::run(&arguments),
        Command::Sql(arguments) => cmd::sql::run(&arguments),
        Command::Store(arguments) => cmd::store::run(&arguments),
    }
}
