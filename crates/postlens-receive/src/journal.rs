//! Records of the systemd journal, by a `journalctl -o export --follow` child, into the
//! spool: each becomes a line.
//!
//! How far the journal was read stands in a file beside the spool: a place in the spool and
//! the cursor of the record that ends there. It is written after the lines; who was killed in
//! between gets the same records again and leaves out what is in the spool already.

use std::ffi::OsString;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use postlens_syntax::canonical::ExportDecoder;
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use crate::error::ReceiveError;
use crate::records::{Record, first};
use crate::spool::{Place, Spool};

/// Which part of which journal to follow.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Journal {
    /// The journalctl program.
    pub program: PathBuf,
    /// A directory with journal files; `None` is the system's journal.
    pub directory: Option<PathBuf>,
    /// Units of systemd, such as `postfix@-.service`.
    pub units: Vec<String>,
    /// Identifiers of syslog, such as `postfix/smtpd`. Without units and identifiers, all
    /// that was logged with the facility `mail`.
    pub identifiers: Vec<String>,
}

/// What a follower of a journal has to say.
#[derive(Debug)]
pub enum JournalNotice {
    /// The record that was read last is no longer there: what came after it and was removed
    /// too is lost. It goes on with the oldest that there is.
    Gap,
    /// journalctl ended, with these words; it is started again.
    Failed(String),
    /// Lines cannot be written; it is tried again.
    Unwritten(ReceiveError),
}

impl Journal {
    /// The system's journal, all mail.
    pub fn system() -> Self {
        let program = PathBuf::from("journalctl");
        Self { program, directory: None, units: Vec::new(), identifiers: Vec::new() }
    }

    /// A name for files, with no digit at its end.
    pub fn file_name(&self) -> String {
        let directory = self.directory.as_deref().unwrap_or(Path::new("system"));
        let name = directory.to_string_lossy();
        let name: String =
            name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
        format!("of-{}-journal", name.trim_matches('-'))
    }

    /// The command line. It begins with the record of the cursor, to see that it is there.
    fn arguments(&self, cursor: Option<&str>) -> Vec<OsString> {
        let mut arguments: Vec<OsString> =
            ["-o", "export", "--no-pager", "-q", "--follow", "--no-tail"].map(Into::into).into();
        if let Some(directory) = &self.directory {
            arguments.extend(["--directory".into(), directory.into()]);
        }
        arguments.extend(cursor.map(|cursor| format!("--cursor={cursor}").into()));
        arguments.extend(self.units.iter().map(|unit| format!("--unit={unit}").into()));
        let identifiers = self.identifiers.iter();
        arguments.extend(identifiers.map(|name| format!("--identifier={name}").into()));
        if self.units.is_empty() && self.identifiers.is_empty() {
            arguments.push("SYSLOG_FACILITY=2".into());
        }
        arguments
    }
}

/// Follows a journal until it is dropped.
#[derive(Debug)]
pub struct JournalReader {
    stopped: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl JournalReader {
    /// Starts to follow a journal into a spool.
    ///
    /// # Errors
    /// When a thread cannot be started. What journalctl has to say comes as a notice.
    pub fn start(
        journal: Journal,
        spool: Arc<Spool>,
        notice: impl Fn(JournalNotice) + Send + 'static,
    ) -> Result<Self, ReceiveError> {
        let stopped = Arc::new(AtomicBool::new(false));
        let follower = Follower {
            mark: spool.path().with_extension("cursor"),
            journal,
            spool,
            notice: Box::new(notice),
            stopped: Arc::clone(&stopped),
        };
        let thread = thread::Builder::new()
            .name("journal".to_owned())
            .spawn(move || follower.follow())
            .map_err(ReceiveError::Thread)?;
        Ok(Self { stopped, thread: Some(thread) })
    }
}

impl Drop for JournalReader {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::SeqCst);
        if let Some(thread) = self.thread.take() {
            // It ends within a moment, and its child with it.
            let _ = thread.join();
        }
    }
}

/// How long to wait before journalctl is started again, or lines are written again.
const AGAIN: Duration = Duration::from_secs(5);
/// How often it is looked whether to end.
const LOOK: Duration = Duration::from_millis(200);
/// What is read at once.
const PIECE: usize = 64 * 1024;

struct Follower {
    journal: Journal,
    spool: Arc<Spool>,
    /// The file that says how far the journal was read.
    mark: PathBuf,
    notice: Box<dyn Fn(JournalNotice) + Send>,
    stopped: Arc<AtomicBool>,
}

/// Reading on from a mark.
struct Progress {
    /// The record to begin behind.
    behind: Option<String>,
    place: Place,
    /// What is in the spool behind the mark.
    written: Vec<u8>,
    decoder: ExportDecoder,
    held: Vec<u8>,
}

impl Follower {
    fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::SeqCst)
    }

    fn follow(&self) {
        while !self.is_stopped() {
            if let Err(error) = self.read() {
                (self.notice)(JournalNotice::Failed(error.to_string()));
            }
            let start = Instant::now();
            while start.elapsed() < AGAIN && !self.is_stopped() {
                thread::sleep(LOOK);
            }
        }
    }

    /// Reads until journalctl or this ends.
    fn read(&self) -> io::Result<()> {
        let mark = Mark::read(&self.mark)?;
        let (cursor, place) =
            mark.map_or((None, Place::default()), |mark| (Some(mark.cursor), mark.place));
        let mut progress = Progress {
            written: self.spool.written_since(place)?,
            behind: cursor.clone(),
            place,
            decoder: ExportDecoder::default(),
            held: Vec::new(),
        };
        let mut child = Running::start(&self.journal, cursor.as_deref())?;
        let mut buffer = vec![0; PIECE];
        while !self.is_stopped() {
            let timeout = Timespec { tv_sec: 0, tv_nsec: i64::from(LOOK.subsec_nanos()) };
            if poll(&mut [PollFd::new(&child.stdout, PollFlags::IN)], Some(&timeout)) == Ok(0) {
                continue;
            }
            let count = child.stdout.read(&mut buffer)?;
            if count == 0 {
                return Err(child.failure());
            }
            progress.held.extend_from_slice(buffer.get(..count).unwrap_or_default());
            self.take(&mut progress)?;
        }
        Ok(())
    }

    /// Takes the records that are whole.
    fn take(&self, progress: &mut Progress) -> io::Result<()> {
        let (mut done, mut cursor, mut lines) = (0, None, Vec::new());
        while let Some(Record { length, cursor: found }) =
            first(progress.held.get(done..).unwrap_or_default())
        {
            let record = progress.held.get(done..done + length).unwrap_or_default();
            done += length;
            let Some(found) = found else { continue };
            match progress.behind.take() {
                Some(behind) if behind == found => continue,
                Some(_) => (self.notice)(JournalNotice::Gap),
                None => {}
            }
            progress.decoder.push(record, &mut lines);
            cursor = Some(found.to_owned());
        }
        progress.held.drain(..done);
        let Some(cursor) = cursor else { return Ok(()) };
        if !self.write(progress, &lines) {
            return Ok(());
        }
        Mark { place: progress.place, cursor }.write(&self.mark)
    }

    /// Writes lines but for those that are there; whether that was done before the end.
    fn write(&self, progress: &mut Progress, lines: &[u8]) -> bool {
        let same = progress.written.iter().zip(lines).take_while(|(a, b)| a == b).count();
        let rest = lines.get(same..).unwrap_or_default();
        if rest.is_empty() {
            progress.written.drain(..same);
            progress.place.offset += same as u64;
            return true;
        }
        let goes_on = same == progress.written.len();
        progress.written.clear();
        // Where the journal is not what it was, what differs is one line more.
        let line = lines.get(..same).and_then(|same| memchr::memrchr(b'\n', same));
        let from = if goes_on { same } else { line.map_or(0, |end| end + 1) };
        let rest = lines.get(from..).unwrap_or_default();
        loop {
            match self.spool.append(rest, goes_on && same > 0) {
                Ok(place) => {
                    progress.place = place;
                    return true;
                }
                Err(error) => (self.notice)(JournalNotice::Unwritten(error)),
            }
            if self.is_stopped() {
                return false;
            }
            thread::sleep(AGAIN);
        }
    }
}

/// A running journalctl.
struct Running {
    child: Child,
    stdout: ChildStdout,
}

impl Running {
    fn start(journal: &Journal, cursor: Option<&str>) -> io::Result<Self> {
        let mut child = Command::new(&journal.program)
            .args(journal.arguments(cursor))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let stdout = child.stdout.take().ok_or_else(|| io::Error::other("no output"))?;
        Ok(Self { child, stdout })
    }

    /// Why it ended.
    fn failure(&mut self) -> io::Error {
        let mut words = String::new();
        if let Some(stderr) = self.child.stderr.take() {
            // Without words there is its end.
            let _ = stderr.take(1000).read_to_string(&mut words);
        }
        let words = words.trim();
        io::Error::other(if words.is_empty() { "journalctl ended" } else { words })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It has ended already, or ends now.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// How far a journal was read.
#[derive(Debug, PartialEq, Eq)]
struct Mark {
    place: Place,
    cursor: String,
}

impl Mark {
    /// Reads it; `None` where there is none.
    fn read(path: &Path) -> io::Result<Option<Self>> {
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let mut words = text.trim_end().splitn(3, ' ');
        let mut number = || words.next()?.parse().ok();
        let place = number().zip(number()).map(|(log, offset)| Place { log, offset });
        Ok(place.zip(words.next()).map(|(place, cursor)| Self { place, cursor: cursor.to_owned() }))
    }

    /// Writes it, whole or not at all.
    fn write(&self, path: &Path) -> io::Result<()> {
        let Self { place: Place { log, offset }, cursor } = self;
        let new = path.with_extension("cursor.new");
        fs::write(&new, format!("{log} {offset} {cursor}\n"))?;
        fs::rename(new, path)
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::{Journal, Mark, Place};

    #[test]
    fn command_lines() {
        let mut journal = Journal::system();
        assert_eq!(journal.file_name(), "of-system-journal");
        let arguments = |journal: &Journal, cursor| -> Vec<String> {
            let arguments = journal.arguments(cursor).into_iter().skip(6);
            arguments.map(|argument| argument.into_string().unwrap()).collect()
        };
        assert_eq!(arguments(&journal, None), ["SYSLOG_FACILITY=2"]);
        journal.directory = Some(PathBuf::from("/var/log/journal/2026"));
        journal.units = vec!["postfix@-.service".to_owned()];
        assert_eq!(journal.file_name(), "of-var-log-journal-2026-journal");
        assert_eq!(
            arguments(&journal, Some("s=1;i=2")),
            [
                "--directory",
                "/var/log/journal/2026",
                "--cursor=s=1;i=2",
                "--unit=postfix@-.service"
            ]
        );
    }

    #[test]
    fn marks_are_read_as_they_were_written() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.cursor");
        assert_eq!(Mark::read(&path).unwrap(), None);
        let mark = Mark { place: Place { log: 7, offset: 9 }, cursor: "s=1;i=2;b=3".to_owned() };
        mark.write(&path).unwrap();
        assert_eq!(Mark::read(&path).unwrap(), Some(mark));
        std::fs::write(&path, "half").unwrap();
        assert_eq!(Mark::read(&path).unwrap(), None);
    }
}
