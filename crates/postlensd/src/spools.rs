//! Files of what was received: in the store's directory, followed like any log, and removed
//! when the store has them.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use postlens_receive::Spool;
use postlens_source::identity::HEAD;
use postlens_source::log_identity;
use postlens_store::Store;

/// Where they are.
pub(crate) fn directory(store: &Path) -> PathBuf {
    store.join("spool")
}

/// The files that are or were written to, also those that nothing is received for any more.
pub(crate) fn logs(store: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(directory(store)).into_iter().flatten().flatten();
    let paths = entries.map(|entry| entry.path());
    let mut logs: Vec<_> =
        paths.filter(|path| path.extension().is_some_and(|it| it == "log")).collect();
    logs.sort();
    logs
}

/// The ended files of which the store has every line, and of the next file a first one: from
/// then on it knows that that one follows.
pub(crate) fn finished(directory: &Path, store: &Store) -> Vec<PathBuf> {
    let mut finished = Vec::new();
    for log in logs(directory) {
        let Ok(mut files) = Spool::ended(&log) else { continue };
        files.push(log);
        for (file, next) in files.iter().zip(files.iter().skip(1)) {
            let whole = identity(file)
                .is_ok_and(|(log, size)| store.reached(log).is_some_and(|(_, end)| end >= size));
            if whole && identity(next).is_ok_and(|(log, _)| store.reached(log).is_some()) {
                finished.push(file.clone());
            }
        }
    }
    finished
}

/// Which log is in a file, and how large it is.
pub(crate) fn identity(path: &Path) -> io::Result<(u64, u64)> {
    let mut head = Vec::new();
    let file = File::open(path)?;
    let size = file.metadata()?.len();
    file.take(HEAD as u64).read_to_end(&mut head)?;
    Ok((log_identity(&head), size))
}
