//! `postlensd store`: looks after the store.

use std::io::{self, Write};

use anyhow::Result;
use clap::{Args, Subcommand};
use postlens_store::{DELAY, Fault, Store, TableInfo, view};

use super::StoreArgs;
use crate::exit;

/// Looks after the store
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postlensd store info
  postlensd store check --store /srv/mail-history
  postlensd store check --repair
  postlensd store vacuum --keep-days 365

Exit codes: 0 all is well, 1 `check` found something wrong, 2 it could not be done.")]
pub(crate) struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// What the tables hold
    Info {
        #[command(flatten)]
        store: StoreArgs,
        /// A JSON object per table.
        #[arg(long)]
        json: bool,
    },
    /// Reads every file, rebuilds every line, and looks for rows that are there twice
    Check {
        #[command(flatten)]
        store: StoreArgs,
        /// Move files that cannot be read to `quarantine` in the store's directory, so that
        /// queries work again. Their rows are lost; what is said tells from when to when.
        #[arg(long)]
        repair: bool,
    },
    /// Merges the small files of each day
    Compact {
        #[command(flatten)]
        store: StoreArgs,
    },
    /// Forgets what is too old or too much, and removes files that no table has any more
    Vacuum {
        #[command(flatten)]
        store: StoreArgs,
        /// Keep so many days, by the time of what happened.
        #[arg(long, value_name = "DAYS")]
        keep_days: Option<u32>,
        /// Keep so many MiB: the oldest days go first, the newest stays.
        #[arg(long, value_name = "MIB")]
        keep_mib: Option<u64>,
        /// Files that were replaced stay so many hours for those who still read them.
        #[arg(long, value_name = "HOURS", default_value_t = DELAY)]
        delay: u32,
    },
}

/// Does it.
pub(crate) fn run(arguments: &Arguments) -> Result<u8> {
    let mut out = io::stdout().lock();
    match &arguments.action {
        Action::Info { store, json } => {
            for table in view(&store.store)?.info()? {
                if *json {
                    writeln!(out, "{}", object(&table))?;
                } else {
                    writeln!(out, "{}", line(&table))?;
                }
            }
        }
        Action::Check { store, repair } => {
            let faults = if *repair {
                Store::open(&store.store, 0)?.repair()?
            } else {
                view(&store.store)?.check()?
            };
            for fault in &faults {
                writeln!(out, "{}", found(fault, *repair))?;
            }
            if !faults.is_empty() {
                return Ok(exit::INCOMPLETE);
            }
            writeln!(out, "all is well")?;
        }
        Action::Compact { store } => {
            let (before, after) = Store::open(&store.store, 0)?.compact()?;
            writeln!(out, "{before} files became {after}")?;
        }
        Action::Vacuum { store, keep_days, keep_mib, delay } => {
            let mut store = Store::open(&store.store, 0)?;
            let forgotten = forget(&mut store, *keep_days, *keep_mib)?;
            let removed = store.vacuum(*delay)?;
            writeln!(out, "{forgotten} files forgotten, {removed} removed")?;
        }
    }
    Ok(exit::OK)
}

/// Forgets what is too old or too much; returns how many files the tables let go.
pub(crate) fn forget(
    store: &mut Store,
    days: Option<u32>,
    mib: Option<u64>,
) -> Result<usize, postlens_store::StoreError> {
    let now = jiff::Timestamp::now().as_microsecond();
    let mut forgotten = days.map_or(Ok(0), |days| store.keep_days(days, now))?;
    forgotten += mib.map_or(Ok(0), |mib| store.keep_bytes(mib << 20))?;
    Ok(forgotten)
}

/// What is wrong, and what was done about it.
fn found(fault: &Fault, repaired: bool) -> String {
    let Fault { table, file, what, span } = fault;
    let file = file.as_deref().map_or(String::new(), |file| format!("/{file}"));
    let span = span.as_ref().map_or(String::new(), |(from, to)| format!(" ({from} to {to})"));
    let done = if repaired { "; moved to quarantine, its rows are lost" } else { "" };
    format!("{table}{file}: {what}{span}{done}")
}

fn line(info: &TableInfo) -> String {
    let days = info.days.as_ref().map_or(String::new(), |(from, to)| format!("  {from} to {to}"));
    let TableInfo { table, files, rows, bytes, .. } = info;
    format!("{table:10}  {rows:>12} rows  {files:>6} files  {bytes:>14} bytes{days}")
}

fn object(info: &TableInfo) -> serde_json::Value {
    let (from, to) = info.days.clone().unzip();
    serde_json::json!({
        "table": info.table, "rows": info.rows, "files": info.files, "bytes": info.bytes,
        "first_day": from, "last_day": to,
    })
}
