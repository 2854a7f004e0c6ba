//! What went wrong while reading, and what to do about it. A problem never stops
//! the rest from being read.

use std::fmt;
use std::io;
use std::path::PathBuf;

use thiserror::Error;

/// Something that kept a part of the input from being read, or that the reader of a
/// report should know about its input.
#[derive(Debug)]
pub struct Problem {
    /// The file, or the name of the other source (`standard input`, `journal`).
    pub path: PathBuf,
    /// What happened.
    pub error: ProblemKind,
}

/// What happened to a source.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ProblemKind {
    /// A name that was given does not exist.
    #[error("no such file or directory")]
    Missing,
    /// A pattern that was given matches no file.
    #[error("no file matches this pattern")]
    NoMatch,
    /// A pattern that cannot be read.
    #[error("malformed pattern")]
    Pattern(#[source] glob::PatternError),
    /// A file that was there when the search began is gone.
    #[error("the file vanished before it could be read")]
    Vanished,
    /// We may not read it.
    #[error("permission denied")]
    Permission(#[source] io::Error),
    /// Opening failed otherwise.
    #[error("cannot open")]
    Open(#[source] io::Error),
    /// Listing a directory failed.
    #[error("cannot list the directory")]
    List(#[source] io::Error),
    /// Reading failed midway.
    #[error("reading failed after {read} bytes of log")]
    Read {
        /// Bytes of (decompressed) log before the failure.
        read: u64,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// An archive ends early.
    #[error("the {format} archive is cut off; {read} bytes of log could be read")]
    Truncated {
        /// The compression's name.
        format: &'static str,
        /// Bytes of decompressed log before the end.
        read: u64,
    },
    /// An archive is damaged.
    #[error("the {format} archive is damaged; {read} bytes of log could be read")]
    Damaged {
        /// The compression's name.
        format: &'static str,
        /// Bytes of decompressed log before the damage.
        read: u64,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Something follows an archive's end that is no archive.
    #[error("garbage after the end of the {format} archive was not read")]
    TrailingGarbage {
        /// The compression's name.
        format: &'static str,
    },
    /// A compression or container that we do not read.
    #[error("{format} is not read by postlens")]
    Unsupported {
        /// What it is.
        format: &'static str,
    },
    /// Neither a file, a directory, nor a pipe.
    #[error("not a file that holds a log ({kind})")]
    NotAFile {
        /// What it is.
        kind: &'static str,
    },
    /// Found in a directory; the content is not text.
    #[error("skipped: binary data, not a log")]
    Binary,
    /// Found in a directory; text, but no line of it is a mail program's.
    #[error("skipped: no mail log")]
    NotMail,
    /// A line longer than the limit.
    #[error("line {line} is longer than {limit} bytes and was cut")]
    LongLine {
        /// Its number, where known.
        line: u64,
        /// The limit in bytes.
        limit: usize,
    },
    /// The journal could not be read.
    #[error("cannot run journalctl")]
    Journal(#[source] io::Error),
    /// journalctl ended with an error.
    #[error("journalctl failed: {message}")]
    JournalFailed {
        /// What it said.
        message: String,
    },
    /// The journal holds nothing of the facility `mail`.
    #[error("the journal holds no mail log")]
    EmptyJournal,
    /// Nothing was given, and this machine has no mail log where it should be.
    #[error("no mail log was found on this machine")]
    NoSystemLog,
}

impl Problem {
    pub(crate) fn new(path: impl Into<PathBuf>, error: ProblemKind) -> Self {
        Self { path: path.into(), error }
    }

    /// Sorts a failure to open.
    pub(crate) fn opening(path: impl Into<PathBuf>, source: io::Error) -> Self {
        let error = match source.kind() {
            io::ErrorKind::NotFound => ProblemKind::Vanished,
            io::ErrorKind::PermissionDenied => ProblemKind::Permission(source),
            _ => ProblemKind::Open(source),
        };
        Self::new(path, error)
    }

    /// Whether log that was asked for has not been read, so that figures are
    /// incomplete and the exit status should say so. The other problems are notes.
    pub fn is_loss(&self) -> bool {
        !matches!(self.error, ProblemKind::NotMail | ProblemKind::Binary)
    }

    /// Whether there is nothing of that name, now or any more.
    pub fn is_missing(&self) -> bool {
        matches!(self.error, ProblemKind::Missing | ProblemKind::Vanished)
    }

    /// What to do about it, where there is something to do.
    pub fn hint(&self) -> Option<&'static str> {
        Some(match &self.error {
            ProblemKind::Missing => "check the name; a rotated log may have been renamed",
            ProblemKind::NoMatch => "check the pattern; it may need quotes to reach postlens",
            ProblemKind::Pattern(_) => "patterns know *, ?, [abc] and **",
            ProblemKind::Vanished => "the log was probably rotated; run the command again",
            ProblemKind::Permission(_) => {
                "run as root, or as a member of the group that may read logs (adm, systemd-journal)"
            }
            ProblemKind::List(_) => "check the directory's permissions",
            ProblemKind::Truncated { .. } | ProblemKind::Damaged { .. } => {
                "restore the archive from a backup, if its end matters"
            }
            ProblemKind::Read { .. } => "check the disk (dmesg) and the file system",
            ProblemKind::Unsupported { .. } => "unpack it and give postlens the text",
            ProblemKind::NotAFile { .. } => "give a log file, a directory, a pattern or -",
            ProblemKind::TrailingGarbage { .. } => "check how the archive was made",
            ProblemKind::LongLine { .. } => "check what wrote that line; it is no mail log's",
            ProblemKind::Journal(_) | ProblemKind::EmptyJournal | ProblemKind::NoSystemLog => {
                "give the log's path, or pipe it in: … | postlens report -"
            }
            ProblemKind::JournalFailed { .. } => {
                "run as root, or as a member of the group systemd-journal"
            }
            ProblemKind::Open(_) | ProblemKind::Binary | ProblemKind::NotMail => return None,
        })
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path.display(), self.error)
    }
}

impl std::error::Error for Problem {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        std::error::Error::source(&self.error)
    }
}
