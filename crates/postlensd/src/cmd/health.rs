//! `postlensd health`: asks the running daemon how it is.

use std::io::{self, Write};

use anyhow::{Context, Result};
use clap::Args;
use jiff::Timestamp;

use super::StoreArgs;
use crate::health::{Grade, Health};
use crate::output::message;
use crate::socket;

/// Says how the running daemon is: what it follows, how far behind it is, what goes wrong
///
/// A first line for monitoring systems, then what is wrong. With --json all that the daemon
/// knows: `behind_bytes` of each source are in its log and cannot be asked for yet,
/// `committed` is when all that had been read was in the tables.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postlensd health
  postlensd health --warning 30 --critical 120
  postlensd health --json | jq '.sources[].behind_bytes'

Exit codes, as of plugins for Nagios and Icinga: 0 all is well, 1 warning, 2 critical, or no
postlensd runs, 3 it cannot be told.")]
pub(crate) struct Arguments {
    #[command(flatten)]
    store: StoreArgs,
    /// It is a warning when a source has been behind for more than so many seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    warning: i64,
    /// It is critical when a source has been behind for more than so many seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 300)]
    critical: i64,
    /// All that the daemon knows, as a JSON object.
    #[arg(long)]
    json: bool,
}

const WARNING: u8 = 1;
const CRITICAL: u8 = 2;
const UNKNOWN: u8 = 3;

/// Asks.
pub(crate) fn run(arguments: &Arguments) -> Result<u8> {
    let mut out = io::stdout().lock();
    let Some(json) = socket::health(&arguments.store.store)? else {
        let store = arguments.store.store.display();
        writeln!(out, "CRITICAL: no postlensd runs on {store}, or this user may not ask it")?;
        return Ok(CRITICAL);
    };
    let health: Health = match serde_json::from_str(&json).context("not an answer") {
        Ok(health) => health,
        Err(error) => {
            message(&format!("{error:#}"));
            return Ok(UNKNOWN);
        }
    };
    let now = Timestamp::now();
    let said = health.judge((arguments.warning, arguments.critical), now);
    let (word, code) = match said.iter().map(|(grade, _)| *grade).max() {
        None => ("OK", crate::exit::OK),
        Some(Grade::Warning) => ("WARNING", WARNING),
        Some(Grade::Critical) => ("CRITICAL", CRITICAL),
    };
    if arguments.json {
        writeln!(out, "{json}")?;
        return Ok(code);
    }
    let behind = health.behind(now);
    let ago = health.committed.map(|time| time.seconds(now));
    let committed =
        ago.map_or("nothing committed yet".to_owned(), |ago| format!("all committed {ago} s ago"));
    let sources = health.sources.len();
    writeln!(out, "{word}: {sources} sources, behind for {behind} s at most, {committed}")?;
    for (_, text) in said {
        writeln!(out, "{text}")?;
    }
    Ok(code)
}
