//! `postlensd import`: logs of the past into the store.

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use postlens_engine::Progress;
use postlens_source::{Arguments as Logs, discover};
use postlens_store::Store;

use super::{StoreArgs, options};
use crate::config::zone;
use crate::exit::{self, tell_problem};
use crate::intake::{Outcome, Shared, read};

/// Reads logs into the store, rotated and compressed ones too
///
/// What the store has already is left out, whatever the files are called now: importing twice,
/// or importing what was followed, changes nothing. A log that has grown is read on from where
/// it ended. An import that was cut off is done again; nothing is lost, and nothing is there
/// twice.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postlensd import /var/log/mail.log*
  postlensd import --store /srv/mail-history --tz Europe/Berlin /backup/2025/

Exit codes: 0 all was read, 1 something could not be read, 2 nothing could be done.")]
pub(crate) struct Arguments {
    /// Logs: files, directories, patterns.
    #[arg(value_name = "LOG", required = true)]
    logs: Vec<PathBuf>,
    #[command(flatten)]
    store: StoreArgs,
    /// The zone of stamps without one: an IANA name such as Asia/Tokyo, or an offset such as
    /// +09:00. Default: this machine's.
    #[arg(long, value_name = "ZONE")]
    tz: Option<String>,
    /// How much log makes a batch, in MiB.
    #[arg(long, value_name = "MIB", default_value_t = 64, value_parser = clap::value_parser!(u64).range(1..))]
    batch: u64,
    /// How much of the store's disk stays free, in MiB.
    #[arg(long, value_name = "MIB", default_value_t = 1024)]
    free: u64,
    /// Worker threads; 0 means one per processor.
    #[arg(long, value_name = "N", default_value_t = 0, hide_short_help = true)]
    threads: usize,
}

/// Imports.
pub(crate) fn run(arguments: &Arguments) -> Result<u8> {
    let zone = zone(arguments.tz.as_deref())?;
    let store = Store::open(&arguments.store.store, arguments.free << 20)?;
    let shared = Shared::new(store, arguments.batch << 20);
    let found = discover(&Logs { paths: arguments.logs.clone(), ..Logs::default() });
    let mut sum = Outcome { problems: found.problems, ..Outcome::default() };
    let bar = progress_bar();
    for stream in found.streams {
        let name = stream.name().to_owned();
        let mut show = |progress: Progress| bar.set_position(progress.bytes);
        let how = (false, arguments.threads);
        let outcome = read(&shared, stream, options(zone.clone()), how, &mut show)
            .with_context(|| format!("cannot import {name}"))?;
        sum.add(outcome);
    }
    shared.store().commit()?;
    bar.finish_and_clear();
    sum.problems.iter().for_each(tell_problem);
    let Outcome { new, known, files, .. } = sum;
    writeln!(io::stdout(), "{new} lines taken in, {known} known, {files} files known")?;
    let loss = sum.strangers > 0 || sum.problems.iter().any(postlens_source::Problem::is_loss);
    Ok(if loss { exit::INCOMPLETE } else { exit::OK })
}

impl Outcome {
    fn add(&mut self, other: Self) {
        self.new += other.new;
        self.known += other.known;
        self.files += other.files;
        self.strangers += other.strangers;
        self.problems.extend(other.problems);
    }
}

/// How far it is, on a terminal only.
fn progress_bar() -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{spinner} {elapsed}  {bytes} ({bytes_per_sec})");
    let bar = ProgressBar::new_spinner();
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}
