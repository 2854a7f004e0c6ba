//! `postlensd run`: follows logs into the store.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use clap::Args;
use postlens_source::{Zone, discover_set};
use postlens_store::{DELAY, Store, StoreError};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use super::options;
use super::store::forget;
use crate::config::Config;
use crate::exit::{self, tell_error, tell_problem};
use crate::intake::{Shared, read};
use crate::output::message;
use crate::socket;

/// Follows logs into the store, until it is told to stop (SIGTERM)
///
/// It begins where it ended, with the rotated files beside the log if need be, also where it
/// was killed: nothing is lost, and nothing is there twice. Rows are queryable within a second
/// or so, and in the tables within a minute.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postlensd run --config /etc/postlens/postlensd.toml

The least of a configuration:
  store = \"/var/lib/postlens\"
  [[log]]
  path = \"/var/log/mail.log\"

Exit codes: 0 it was told to stop, 2 it could not begin or go on.")]
pub(crate) struct Arguments {
    /// The configuration file (TOML).
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
}

/// How long to wait before trying again what failed.
const RETRY: Duration = Duration::from_secs(5);
/// How long to wait for a log that is not there.
const ABSENT: Duration = Duration::from_secs(1);

/// Follows.
pub(crate) fn run(arguments: &Arguments) -> Result<u8> {
    let config = Config::read(&arguments.config)?;
    let zone = config.zone()?;
    let store = Store::open(&config.store, config.free_mib << 20)?;
    let mut signals = Signals::new([SIGTERM, SIGINT]).context("cannot wait for signals")?;
    let shared = Arc::new(Shared::new(store, config.commit_mib << 20));
    socket::serve(&config.store, &shared)?;
    for log in &config.log {
        let (shared, path, zone) = (Arc::clone(&shared), log.path.clone(), zone.clone());
        start("follow", move || follow(&shared, &path, &zone))?;
    }
    let keeper = Arc::clone(&shared);
    start("keep", move || keep(&keeper, &config))?;
    signals.forever().next();
    shared.stop();
    shared.store().commit()?;
    Ok(exit::OK)
}

fn start(name: &str, work: impl FnOnce() + Send + 'static) -> Result<()> {
    thread::Builder::new().name(name.to_owned()).spawn(work).context("cannot start a thread")?;
    Ok(())
}

/// Follows a log through its rotation.
fn follow(shared: &Shared, path: &Path, zone: &Zone) {
    let mut absent = false;
    while !shared.is_stopped() {
        let Some(stream) = discover_set(path).ok().flatten() else {
            if !std::mem::replace(&mut absent, true) {
                message(&format!("{} is not there; waiting for it", path.display()));
            }
            thread::sleep(ABSENT);
            continue;
        };
        absent = false;
        match read(shared, stream, options(zone.clone()), (true, 1), &mut |_| {}) {
            Ok(outcome) => {
                outcome.problems.iter().for_each(tell_problem);
                // A log that ends cannot be followed just now.
                if outcome.new == 0 {
                    thread::sleep(ABSENT);
                }
            }
            Err(error) => {
                tell_error(&error.into());
                thread::sleep(RETRY);
            }
        }
    }
}

/// Puts rows into the tables in time, and keeps the store small.
fn keep(shared: &Shared, config: &Config) {
    let every = Duration::from_secs(config.commit_seconds);
    let upkeep = Duration::from_secs(config.compact_hours.saturating_mul(3600));
    let mut last = Instant::now();
    while !shared.is_stopped() {
        thread::sleep(every);
        let done = shared.store().commit();
        if let Err(error) = done {
            tell_error(&error.into());
        }
        if last.elapsed() >= upkeep {
            last = Instant::now();
            if let Err(error) = tidy(&mut shared.store(), config) {
                tell_error(&error.into());
            }
        }
    }
}

fn tidy(store: &mut Store, config: &Config) -> Result<(), StoreError> {
    forget(store, config.keep_days, config.keep_mib)?;
    store.compact()?;
    store.vacuum(DELAY)?;
    Ok(())
}
