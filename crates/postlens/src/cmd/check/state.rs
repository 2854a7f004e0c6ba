//! What a check remembers from one call to the next: a small JSON file.
//!
//! A lock beside it keeps two calls apart; the file is replaced as a whole, and only by a
//! call that came to its end.

use std::fs::{File, TryLockError};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow};
use clap::Args;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::exit::hint;
use crate::whole::WholeFile;

/// Where it is kept.
#[derive(Debug, Args, Clone)]
pub(super) struct StateArgs {
    /// Where the check remembers the last call. One file per check and monitoring system.
    /// Default: below $MP_STATE_PATH, else /var/lib/postlens (root) or
    /// ~/.local/state/postlens, named after what is checked.
    #[arg(long, value_name = "FILE", help_heading = "Since the last call")]
    state: Option<PathBuf>,
}

/// A state file that nobody else uses meanwhile.
#[derive(Debug)]
pub(super) struct StateFile {
    path: PathBuf,
    _lock: File,
}

/// How long another call is waited for.
const PATIENCE: Duration = Duration::from_secs(5);

impl StateArgs {
    /// Opens the file of a check; `what` tells apart calls that check different things.
    pub(super) fn open(&self, check: &str, what: &str) -> Result<StateFile> {
        let path = match &self.state {
            Some(path) => path.clone(),
            None => directory()?.join(format!("{check}-{:08x}.json", fingerprint(what))),
        };
        StateFile::open(path)
    }
}

/// FNV-1a, 32 bits: the same for all time.
fn fingerprint(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

fn directory() -> Result<PathBuf> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    if let Some(path) = set("MP_STATE_PATH").or_else(|| set("NAGIOS_PLUGIN_STATE_DIRECTORY")) {
        return Ok(PathBuf::from(path));
    }
    if rustix::process::geteuid().is_root() {
        return Ok(PathBuf::from("/var/lib/postlens"));
    }
    let of_user = set("XDG_STATE_HOME")
        .map(PathBuf::from)
        .or_else(|| Some(Path::new(&set("HOME")?).join(".local/state")));
    let of_user = of_user.context("there is no home directory to remember the last call in");
    of_user.map(|path| path.join("postlens")).map_err(|error| hint(error, "name a file: --state"))
}

impl StateFile {
    fn open(path: PathBuf) -> Result<Self> {
        let failed = |error: std::io::Error| {
            let error = anyhow::Error::new(error)
                .context(format!("cannot keep the state of this check in {}", path.display()));
            hint(error, "name a file that this user may write: --state FILE")
        };
        if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            let mut builder = std::fs::DirBuilder::new();
            builder.recursive(true).mode(0o700).create(parent).map_err(failed)?;
        }
        let mut name = path.clone().into_os_string();
        name.push(".lock");
        let lock =
            File::options().create(true).append(true).open(PathBuf::from(name)).map_err(failed)?;
        let until = Instant::now() + PATIENCE;
        loop {
            match lock.try_lock() {
                Ok(()) => return Ok(Self { path, _lock: lock }),
                Err(TryLockError::Error(error)) => return Err(failed(error)),
                Err(TryLockError::WouldBlock) if Instant::now() < until => {
                    std::thread::sleep(Duration::from_millis(20));
                }
                Err(TryLockError::WouldBlock) => {
                    let error = anyhow!("another call of this check is still at work");
                    return Err(hint(
                        error,
                        "call it less often, or give each monitoring system its own --state",
                    ));
                }
            }
        }
    }

    /// What the last call has left; `None` before the first.
    pub(super) fn read<T: DeserializeOwned>(&self) -> Result<Option<T>> {
        let bytes = match std::fs::read(&self.path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => {
                return Err(anyhow::Error::new(error)
                    .context(format!("cannot read {}", self.path.display())));
            }
        };
        serde_json::from_slice(&bytes).map(Some).map_err(|error| {
            let error = anyhow::Error::new(error)
                .context(format!("{} is not the state of this check", self.path.display()));
            hint(error, "name another file, or remove this one: the check then begins anew")
        })
    }

    /// Leaves something for the next call.
    pub(super) fn write<T: Serialize>(self, state: &T) -> Result<()> {
        let failed = || format!("cannot write {}", self.path.display());
        let mut bytes = serde_json::to_vec(state).with_context(failed)?;
        bytes.push(b'\n');
        let mut file = WholeFile::create(&self.path).with_context(failed)?;
        file.write_all(&bytes).with_context(failed)?;
        file.commit().with_context(failed)
    }
}

#[cfg(test)]
mod tests {
    use super::{StateArgs, StateFile};

    fn at(path: std::path::PathBuf) -> StateFile {
        StateArgs { state: Some(path) }.open("x", "").unwrap()
    }

    #[test]
    fn a_state_is_there_for_the_next_call_alone() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("deep/er/state.json");
        let file = at(path.clone());
        assert_eq!(file.read::<Vec<u32>>().unwrap(), None);
        file.write(&vec![1, 2]).unwrap();
        assert_eq!(at(path.clone()).read::<Vec<u32>>().unwrap(), Some(vec![1, 2]));
        std::fs::write(&path, "root:x:0:0").unwrap();
        assert!(at(path.clone()).read::<Vec<u32>>().is_err());
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "root:x:0:0");
    }

    #[test]
    fn two_calls_take_turns() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("state.json");
        at(path.clone()).write(&0u32).unwrap();
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    let file = at(path.clone());
                    let count = file.read::<u32>().unwrap().unwrap();
                    file.write(&(count + 1)).unwrap();
                });
            }
        });
        assert_eq!(at(path).read::<u32>().unwrap(), Some(8));
    }
}
