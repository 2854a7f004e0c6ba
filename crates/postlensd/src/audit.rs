//! Who asked what, when, and what came of it: a line of JSON per question in `audit.log` of
//! the store's directory.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use jiff::Timestamp;
use serde_json::json;

use crate::output::message;
use crate::peer::Peer;

/// The log of questions.
#[derive(Debug)]
pub(crate) struct Audit {
    path: PathBuf,
    /// One writes at a time.
    writing: Mutex<()>,
    /// A larger file is put aside, in bytes.
    most: u64,
}

/// The file's name.
const FILE: &str = "audit.log";
/// Its size, in bytes, and how many older ones stay.
const MOST: u64 = 8 << 20;
const OLDER: u32 = 9;

impl Audit {
    /// That of a store.
    pub(crate) fn of(store: &Path) -> Arc<Self> {
        Self::new(store.join(FILE), MOST)
    }

    fn new(path: PathBuf, most: u64) -> Arc<Self> {
        Arc::new(Self { path, writing: Mutex::new(()), most })
    }

    /// Notes that a question was asked; it is written down when the ticket is dropped.
    pub(crate) fn begin(self: &Arc<Self>, peer: Peer, request: &str, question: &str) -> Ticket {
        Ticket {
            audit: Arc::clone(self),
            peer,
            request: request.to_owned(),
            question: question.to_owned(),
            time: Timestamp::now(),
            start: Instant::now(),
            rows: 0,
            bytes: 0,
            end: None,
        }
    }

    fn write(&self, line: &str) {
        let _one = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = self.append(line) {
            message(&format!("cannot write {}: {error}: {line}", self.path.display()));
        }
    }

    fn append(&self, line: &str) -> io::Result<()> {
        if self.path.metadata().is_ok_and(|file| file.len() >= self.most) {
            let older = |number: u32| self.path.with_extension(format!("log.{number}"));
            for number in (1..OLDER).rev().filter(|number| older(*number).exists()) {
                std::fs::rename(older(number), older(number + 1))?;
            }
            std::fs::rename(&self.path, older(1))?;
        }
        let mut file: File =
            OpenOptions::new().append(true).create(true).mode(0o640).open(&self.path)?;
        file.write_all(format!("{line}\n").as_bytes())
    }
}

/// A question that is being answered.
#[derive(Debug)]
pub(crate) struct Ticket {
    audit: Arc<Audit>,
    peer: Peer,
    request: String,
    question: String,
    time: Timestamp,
    start: Instant,
    rows: u64,
    bytes: u64,
    /// What came of it; `None` while it is answered, and where the asker went away.
    end: Option<Result<(), String>>,
}

impl Ticket {
    /// Notes what was sent.
    pub(crate) fn sent(&mut self, rows: usize, bytes: usize) {
        self.rows += rows as u64;
        self.bytes += bytes as u64;
    }

    /// Notes that all was sent.
    pub(crate) fn done(&mut self) {
        self.end = Some(Ok(()));
    }

    /// Notes why it failed.
    pub(crate) fn failed(&mut self, why: &str) {
        self.end = Some(Err(why.to_owned()));
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let (status, error) = match &self.end {
            Some(Ok(())) => ("done", None),
            Some(Err(why)) => ("failed", Some(why)),
            None => ("cancelled", None),
        };
        let Peer { uid, pid, user, .. } = &self.peer;
        let line = json!({
            "time": self.time.to_string(), "uid": uid, "user": user, "pid": pid,
            "request": self.request, "question": self.question, "status": status,
            "seconds": self.start.elapsed().as_secs_f64(),
            "rows": self.rows, "bytes": self.bytes, "error": error,
        });
        self.audit.write(&line.to_string());
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::{Audit, OLDER, Peer};

    #[test]
    fn every_question_is_a_line_and_old_files_go() {
        let home = tempfile::tempdir().unwrap();
        let audit = Audit::new(home.path().join("audit.log"), 1);
        let mut ticket = audit.begin(Peer::own(), "sql", "SELECT 1\n");
        ticket.sent(1, 2);
        ticket.done();
        drop(ticket);
        let line = std::fs::read_to_string(home.path().join("audit.log")).unwrap();
        let line: Value = serde_json::from_str(&line).unwrap();
        assert_eq!((&line["question"], &line["status"]), (&"SELECT 1\n".into(), &"done".into()));
        assert_eq!((&line["rows"], &line["bytes"]), (&1.into(), &2.into()));
        for number in 0..20 {
            drop(audit.begin(Peer::own(), "sql", &number.to_string()));
        }
        let last = std::fs::read_to_string(home.path().join("audit.log")).unwrap();
        assert!(last.contains("\"question\":\"19\",\"status\":\"cancelled\""), "{last}");
        let files = std::fs::read_dir(home.path()).unwrap().count();
        assert_eq!(files, OLDER as usize + 1);
    }
}
