//! Following one log through its rotation.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};
use postlens_receive::is_heading;
use postlens_source::identity::HEAD;
use postlens_source::{Halt, Problem, Zone, discover_set};
use postlens_store::Store;

use crate::cmd::options;
use crate::config::{Log, zone};
use crate::exit::{causes, tell_error, tell_problem};
use crate::health::{Board, Trouble};
use crate::intake::{Shared, read};
use crate::spools::identity;

/// How long to wait before trying again what failed.
const RETRY: Duration = Duration::from_secs(5);
/// How long to wait for a log that is not there.
const ABSENT: Duration = Duration::from_secs(1);

/// Follows one log.
struct Follower {
    shared: Arc<Shared>,
    name: String,
    zone: Zone,
    halt: Halt,
}

/// Starts to follow a log; what comes back ends that.
pub(crate) fn start(shared: Arc<Shared>, log: &Log) -> Result<Halt> {
    let follower = Follower {
        shared,
        name: log.path.display().to_string(),
        zone: zone(log.tz.as_deref())?,
        halt: Halt::default(),
    };
    let halt = follower.halt.clone();
    let path = log.path.clone();
    thread::Builder::new()
        .name("follow".to_owned())
        .spawn(move || follower.follow(&path))
        .context("cannot start a thread")?;
    Ok(halt)
}

/// How many bytes of a log the store has not taken in.
pub(crate) fn behind(path: &Path, store: &Store) -> io::Result<u64> {
    let (log, size) = identity(path)?;
    let Some((last, end)) = store.reached(log) else {
        return Ok(size.saturating_sub(heading(path)?));
    };
    if end >= size {
        return Ok(0);
    }
    // A line of JSON is longer than what it was read as.
    let mut rest = Vec::new();
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(last))?;
    file.take(LOOK).read_to_end(&mut rest)?;
    let line = rest.iter().position(|byte| *byte == b'\n').map_or(0, |end| end as u64 + 1);
    Ok(size.saturating_sub(end.max(last + line)))
}

/// How long the heading of a spool's file is; other logs have none.
fn heading(path: &Path) -> io::Result<u64> {
    let mut head = Vec::new();
    File::open(path)?.take(HEAD as u64).read_to_end(&mut head)?;
    let line = head.split(|byte| *byte == b'\n').next().unwrap_or_default();
    Ok(if is_heading(line) { line.len() as u64 + 1 } else { 0 })
}

/// A longer last line is not looked through.
const LOOK: u64 = 1 << 20;

impl Follower {
    /// Follows until it is told to end.
    fn follow(&self, path: &Path) {
        let (mut absent, mut said) = (false, Vec::new());
        while !self.shared.is_stopped() && !self.halt.is_stopped() {
            let mut stream = match discover_set(path) {
                Ok(Some(stream)) => stream,
                Ok(None) => {
                    self.wait_for(&mut absent);
                    continue;
                }
                Err(problem) if problem.is_missing() => {
                    self.wait_for(&mut absent);
                    continue;
                }
                Err(problem) => {
                    self.tell(&[problem], &mut said);
                    thread::sleep(RETRY);
                    continue;
                }
            };
            absent = false;
            self.board().source(&self.name, |source| source.absent = false);
            stream.halt_with(&self.halt);
            match read(&self.shared, stream, options(self.zone.clone()), (true, 1), &mut |_| {}) {
                Ok(outcome) => {
                    self.tell(&outcome.problems, &mut said);
                    // A log that ends cannot be followed just now.
                    if outcome.new == 0 {
                        thread::sleep(ABSENT);
                    }
                }
                Err(error) => {
                    self.trouble(causes(&error));
                    tell_error(&error.into());
                    thread::sleep(RETRY);
                }
            }
        }
    }

    /// Waits for a log that is not there; says so once.
    fn wait_for(&self, absent: &mut bool) {
        if !std::mem::replace(absent, true) {
            tracing::warn!("{} is not there; waiting for it", self.name);
            self.board().source(&self.name, |source| source.absent = true);
        }
        thread::sleep(ABSENT);
    }

    /// Tells problems, the same ones once.
    fn tell(&self, problems: &[Problem], said: &mut Vec<String>) {
        let texts: Vec<String> = problems.iter().map(|problem| causes(problem)).collect();
        if let Some(last) = texts.last() {
            self.trouble(last.clone());
        }
        let new = problems.iter().zip(&texts).filter(|(_, text)| !said.contains(text));
        new.for_each(|(problem, _)| tell_problem(problem));
        *said = texts;
    }

    fn trouble(&self, text: String) {
        self.board().source(&self.name, |source| source.trouble = Some(Trouble::now(text)));
    }

    fn board(&self) -> &Board {
        self.shared.board()
    }
}
