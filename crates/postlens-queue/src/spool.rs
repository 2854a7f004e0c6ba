//! A queue directory, of a Postfix that runs or a copy of one.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use hashbrown::HashSet;

use crate::defer_log::{self, Deferral};
use crate::file::{self, FileError};
use crate::message::{Message, Recipient};
use crate::name::{QueueName, directories, is_queue_id};

/// How many problems are kept in words; all are counted.
const KEPT: usize = 20;
/// Postfix files no deeper than this (`hash_queue_depth` is at most 3).
const DEEPEST: usize = 4;

/// A queue directory.
#[derive(Debug, Clone)]
pub struct Spool {
    root: PathBuf,
}

/// Why a directory is not read.
#[derive(Debug, thiserror::Error)]
pub enum SpoolError {
    /// It has none of the directories that a queue directory has.
    #[error("{} is no Postfix queue directory: it has no directory named deferred", path.display())]
    Foreign {
        /// Which.
        path: PathBuf,
    },
    /// It cannot be looked at.
    #[error("cannot read {}", path.display())]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

/// Which directories below a queue are entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// Those with names of one letter, as Postfix makes them.
    Hashed,
    /// All of them, as qshape(1) does.
    All,
}

/// What happened while a queue was read.
#[derive(Debug, Default)]
pub struct Scan {
    /// Messages given.
    pub messages: u64,
    /// Files that Postfix was still writing.
    pub unfinished: u64,
    /// Files that went, or came under another name, while the queue was read.
    pub vanished: u64,
    /// Names that are no queue IDs.
    pub foreign: u64,
    /// Files that are damaged or that could not be read.
    pub failed: u64,
    /// Files of the queues `corrupt` and `saved`.
    pub aside: u64,
    /// Some of the files that failed, in detail.
    pub failures: Vec<FileError>,
    /// Directories that could not be read: what is in them is missing.
    pub directories: Vec<SpoolError>,
}

impl Scan {
    /// Whether messages are missing for other reasons than Postfix at work.
    pub fn is_incomplete(&self) -> bool {
        self.failed > 0 || !self.directories.is_empty()
    }

    fn fail(&mut self, error: FileError) {
        match error {
            FileError::Vanished { .. } => self.vanished += 1,
            FileError::Unfinished { .. } => self.unfinished += 1,
            error => {
                self.failed += 1;
                if self.failures.len() < KEPT {
                    self.failures.push(error);
                }
            }
        }
    }
}

/// One pass over the queues.
struct Pass<'a> {
    spool: &'a Spool,
    scan: Scan,
    depth: Depth,
    reasons: bool,
    seen: HashSet<String, foldhash::fast::RandomState>,
    each: &'a mut dyn FnMut(Message),
}

impl Spool {
    /// Looks whether a directory is a queue directory.
    ///
    /// # Errors
    ///
    /// [`SpoolError`], where it is none or cannot be looked at.
    pub fn open(root: impl Into<PathBuf>) -> Result<Self, SpoolError> {
        let root = root.into();
        match fs::metadata(root.join("deferred")) {
            Ok(found) if found.is_dir() => Ok(Self { root }),
            Ok(_) => Err(SpoolError::Foreign { path: root }),
            Err(error) if error.kind() == io::ErrorKind::NotFound && root.is_dir() => {
                Err(SpoolError::Foreign { path: root })
            }
            Err(source) => Err(SpoolError::Unreadable { path: root, source }),
        }
    }

    /// The directory.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Reads queues one after the other and gives each message once, also one that moves
    /// on meanwhile. `reasons` reads the defer logs too. Messages come in the order of
    /// the directories; memory holds one message and the IDs.
    pub fn scan(&self, queues: &[QueueName], reasons: bool, each: &mut dyn FnMut(Message)) -> Scan {
        let mut pass = self.pass(Depth::Hashed, reasons, each);
        for queue in queues {
            pass.directory(*queue, &self.root.join(queue.name()), 0);
        }
        // A file that went was moved on, as a rule, perhaps to a queue that had been read.
        let mut left = 2;
        while pass.scan.vanished > 0 && left > 0 {
            left -= 1;
            pass.scan.vanished = 0;
            for queue in queues {
                pass.directory(*queue, &self.root.join(queue.name()), 0);
            }
        }
        pass.scan
    }

    /// Reads the files below one directory, whatever its name.
    pub fn scan_directory(
        path: &Path,
        queue: QueueName,
        depth: Depth,
        each: &mut dyn FnMut(Message),
    ) -> Scan {
        let spool = Self { root: path.to_owned() };
        let mut pass = spool.pass(depth, false, each);
        pass.directory(queue, path, 0);
        pass.scan
    }

    /// Finds one message, wherever it is by now.
    pub fn find(&self, id: &str) -> Option<Message> {
        if !is_queue_id(id.as_bytes()) {
            return None;
        }
        // Twice: it may go from a queue not yet looked at to one that was.
        QueueName::WAITING.iter().chain(&QueueName::WAITING).find_map(|queue| {
            (0..=3).find_map(|depth| {
                let mut path = self.root.join(queue.name());
                path.extend(directories(id, depth));
                path.push(id);
                let mut message = file::read(*queue, id, &path).ok()?;
                self.add_reasons(&mut message);
                Some(message)
            })
        })
    }

    fn pass<'a>(
        &'a self,
        depth: Depth,
        reasons: bool,
        each: &'a mut dyn FnMut(Message),
    ) -> Pass<'a> {
        Pass { spool: self, scan: Scan::default(), depth, reasons, seen: HashSet::default(), each }
    }

    fn deferrals(&self, id: &str) -> Vec<Deferral> {
        for depth in [1, 2, 0, 3] {
            let mut path = self.root.join("defer");
            path.extend(directories(id, depth));
            path.push(id);
            if let Ok(text) = fs::read(&path) {
                return defer_log::parse(&text);
            }
        }
        Vec::new()
    }

    /// Joins the reasons, in the order of the defer log, as showq(8) does.
    fn add_reasons(&self, message: &mut Message) {
        let deferrals = self.deferrals(&message.id);
        if deferrals.is_empty() {
            return;
        }
        let mut waiting = std::mem::take(&mut message.recipients);
        for deferral in deferrals {
            let place = waiting.iter().position(|waiting| waiting.address == deferral.recipient);
            // One that is in the log alone has been delivered or given back since.
            let Some(place) = place else { continue };
            let recipient = waiting.remove(place);
            message.recipients.push(Recipient {
                reason: Some(deferral.reason),
                dsn: deferral.dsn,
                ..recipient
            });
        }
        message.recipients.append(&mut waiting);
    }
}

impl Pass<'_> {
    fn directory(&mut self, queue: QueueName, path: &Path, level: usize) {
        let entries = match fs::read_dir(path) {
            Ok(entries) => entries,
            // A directory of one letter goes when its last file does.
            Err(error) if level > 0 && error.kind() == io::ErrorKind::NotFound => return,
            // Only a real Postfix has all of them; a copy may lack some.
            Err(error)
                if error.kind() == io::ErrorKind::NotFound && self.depth == Depth::Hashed =>
            {
                return;
            }
            Err(source) => {
                self.scan
                    .directories
                    .push(SpoolError::Unreadable { path: path.to_owned(), source });
                return;
            }
        };
        for entry in entries.flatten() {
            let name = entry.file_name();
            let Some(id) = name.to_str() else {
                self.scan.foreign += 1;
                continue;
            };
            if self.enters(id, &entry, level) {
                self.directory(queue, &entry.path(), level + 1);
            } else if is_queue_id(id.as_bytes()) {
                self.file(queue, id, &entry.path());
            } else {
                self.scan.foreign += 1;
            }
        }
    }

    fn enters(&self, name: &str, entry: &fs::DirEntry, level: usize) -> bool {
        if level >= DEEPEST || (self.depth == Depth::Hashed && name.len() != 1) {
            return false;
        }
        entry.file_type().is_ok_and(|kind| kind.is_dir())
    }

    fn file(&mut self, queue: QueueName, id: &str, path: &Path) {
        if matches!(queue, QueueName::Corrupt | QueueName::Saved) {
            self.scan.aside += 1;
            return;
        }
        if self.seen.contains(id) {
            return;
        }
        match file::read(queue, id, path) {
            // qshape overlooks what is to expire by force.
            Ok(message) if message.expires && self.depth == Depth::All => {}
            Ok(mut message) => {
                self.seen.insert(id.to_owned());
                if self.reasons {
                    self.spool.add_reasons(&mut message);
                }
                self.scan.messages += 1;
                (self.each)(message);
            }
            // Once is enough, also when the queue is read again.
            Err(error @ (FileError::Damaged { .. } | FileError::Read { .. })) => {
                self.seen.insert(id.to_owned());
                self.scan.fail(error);
            }
            Err(error) => self.scan.fail(error),
        }
    }
}

#[cfg(test)]
mod tests;
