//! `postlensd run`: follows logs into the store.

use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use clap::Args;
use postlens_store::{DELAY, Store, StoreError};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use super::ConfigArgs;
use super::store::forget;
use crate::api::Api;
use crate::audit::Audit;
use crate::config::{Config, load};
use crate::exit::{self, causes, tell_error};
use crate::health::Trouble;
use crate::intake::Shared;
use crate::log::{self, LogFormat};
use crate::notify::{Environment, Notify};
use crate::peer::Allowed;
use crate::socket;
use crate::sources::Sources;
use crate::spools;

/// Follows logs into the store, until it is told to stop (SIGTERM)
///
/// It begins where it ended, with the rotated files beside the log if need be, also where it
/// was killed: nothing is lost, and nothing is there twice. Rows are queryable within a second
/// or so, and in the tables within a minute. SIGHUP makes it read its configuration anew; a
/// wrong one is told, and the old one stays.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postlensd run
  postlensd run --config postlensd.toml --set commit_seconds=10

The least of a configuration (`postlensd config default` prints all):
  [[log]]
  path = \"/var/log/mail.log\"

Exit codes: 0 it was told to stop, 2 it could not begin or go on.")]
pub(crate) struct Arguments {
    #[command(flatten)]
    config: ConfigArgs,
    /// How messages are written to standard error: text has the priorities of journald
    /// where systemd started it.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    log_format: LogFormat,
}

/// How often it is looked at how all goes.
const LOOK: Duration = Duration::from_secs(1);
/// Merging files may keep the store for so long.
const PATIENCE: Duration = Duration::from_hours(1);

/// Follows.
pub(crate) fn run(arguments: &Arguments) -> Result<u8> {
    log::start(arguments.log_format, std::env::var("JOURNAL_STREAM").ok().as_deref());
    let notify = Notify::new(&Environment {
        socket: std::env::var_os("NOTIFY_SOCKET"),
        watchdog: std::env::var("WATCHDOG_USEC").ok(),
        pid: std::env::var("WATCHDOG_PID").ok(),
    });
    let signals = signals()?;
    let config = load(&arguments.config.config, &arguments.config.set)?.config;
    let store = Store::open(&config.store, config.free_mib << 20)?;
    let shared = Arc::new(Shared::new(store, config.commit_mib << 20));
    listen(&config, &shared)?;
    let mut daemon = Daemon {
        sources: Sources::new(Arc::clone(&shared)),
        config: Arc::new(Mutex::new(config)),
        shared,
        notify,
    };
    if let Some(error) = daemon.sources.apply(&lock(&daemon.config)).into_iter().next() {
        return Err(error);
    }
    let (keeper, config) = (Arc::clone(&daemon.shared), Arc::clone(&daemon.config));
    thread::Builder::new()
        .name("keep".to_owned())
        .spawn(move || keep(&keeper, &config))
        .context("cannot start a thread")?;
    daemon.run(&signals, &arguments.config)
}

/// Begins to answer questions. Who may ask does not change with a reload.
fn listen(config: &Config, shared: &Arc<Shared>) -> Result<()> {
    let (allowed, unknown) = Allowed::new(&config.ask_users, config.ask_groups.as_deref());
    for name in unknown {
        tracing::warn!("there is no {name}, who is to be allowed to ask");
    }
    let (audit, seconds) = (Audit::of(&config.store), config.query_seconds);
    let api = Api { shared: Arc::clone(shared), audit, allowed, seconds };
    let threads = shared.store().threads();
    socket::serve(&config.store, &threads, api)
}

/// Signals as they come.
fn signals() -> Result<Receiver<i32>> {
    let (tell, told) = channel();
    let mut signals = Signals::new([SIGTERM, SIGINT, SIGHUP]).context("cannot wait for signals")?;
    let wait = move || {
        for signal in signals.forever() {
            if tell.send(signal).is_err() {
                return;
            }
        }
    };
    thread::Builder::new()
        .name("signals".to_owned())
        .spawn(wait)
        .context("cannot start a thread")?;
    Ok(told)
}

/// The running daemon.
struct Daemon {
    shared: Arc<Shared>,
    config: Arc<Mutex<Config>>,
    sources: Sources,
    notify: Notify,
}

impl Daemon {
    /// Runs until a signal ends it.
    fn run(&mut self, signals: &Receiver<i32>, arguments: &ConfigArgs) -> Result<u8> {
        let mut answered = Instant::now();
        self.notify.ready(&self.sources.status());
        loop {
            match signals.recv_timeout(LOOK) {
                Ok(SIGHUP) => self.reload(arguments),
                Ok(_) | Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => {}
            }
            if self.sources.look() {
                answered = Instant::now();
            }
            // Who holds the store for longer than the watchdog waits is taken for dead, but
            // merging files takes its time.
            let patience = self.notify.watchdog().unwrap_or_default() / 2;
            let patience = if self.shared.is_tidying() { PATIENCE } else { patience };
            if answered.elapsed() <= patience.max(2 * LOOK) {
                self.notify.alive();
            }
        }
        self.notify.stopping();
        self.shared.stop();
        self.shared.store().commit()?;
        Ok(exit::OK)
    }

    /// Reads the configuration anew; one that is wrong changes nothing.
    fn reload(&mut self, arguments: &ConfigArgs) {
        self.notify.reloading();
        match self.load(arguments) {
            Ok(()) => {
                tracing::info!("the configuration was read anew, {}", self.sources.status());
            }
            Err(error) => {
                tell_error(&error.context("the configuration stays as it was"));
            }
        }
        self.notify.ready(&self.sources.status());
    }

    fn load(&mut self, arguments: &ConfigArgs) -> Result<()> {
        let new = load(&arguments.config, &arguments.set)?.config;
        let mut config = lock(&self.config);
        ensure!(
            new.store == config.store,
            "a running postlensd keeps its store: to use {}, start it anew",
            new.store.display()
        );
        self.shared.set_batch(new.commit_mib << 20);
        self.shared.store().set_floor(new.free_mib << 20);
        // What cannot be done does not undo the rest.
        self.sources.apply(&new).iter().for_each(tell_error);
        *config = new;
        Ok(())
    }
}

/// The configuration, for this thread alone.
fn lock(config: &Mutex<Config>) -> MutexGuard<'_, Config> {
    config.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Puts rows into the tables in time, and keeps the store small.
fn keep(shared: &Shared, config: &Mutex<Config>) {
    let (mut committed, mut tidied) = (Instant::now(), Instant::now());
    while !shared.is_stopped() {
        thread::sleep(LOOK);
        let config = lock(config).clone();
        if committed.elapsed() >= Duration::from_secs(config.commit_seconds) {
            committed = Instant::now();
            note(shared, commit(shared, &config.store));
        }
        if tidied.elapsed() >= Duration::from_secs(config.compact_hours.saturating_mul(3600)) {
            tidied = Instant::now();
            shared.set_tidying(true);
            let done = tidy(&mut shared.store(), &config);
            shared.set_tidying(false);
            note(shared, done);
        }
    }
}

fn commit(shared: &Shared, directory: &Path) -> Result<(), StoreError> {
    let mut store = shared.store();
    let finished = spools::finished(directory, &store);
    store.commit()?;
    drop(store);
    for file in finished {
        if let Err(error) = std::fs::remove_file(&file) {
            tracing::warn!("cannot remove {}: {error}", file.display());
        }
    }
    shared.board().health().committed = Some(jiff::Timestamp::now().into());
    Ok(())
}

/// Tells a failure, and that it is over.
fn note(shared: &Shared, done: Result<(), StoreError>) {
    match done {
        Ok(()) => shared.board().health().trouble = None,
        Err(error) => {
            shared.board().health().trouble = Some(Trouble::now(causes(&error)));
            tell_error(&error.into());
        }
    }
}

fn tidy(store: &mut Store, config: &Config) -> Result<(), StoreError> {
    forget(store, config.keep_days, config.keep_mib)?;
    store.compact()?;
    store.vacuum(DELAY)?;
    Ok(())
}
