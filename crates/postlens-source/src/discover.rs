//! Which logs to read: what was named, or what this machine has.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::input::LogFile;
use crate::journal::JournalQuery;
use crate::problem::{Problem, ProblemKind};
use crate::rotation::{self, Rank};
use crate::stream::Stream;

mod content;
mod system;

use content::{Content, content};
pub use system::System;

/// What the user named.
#[derive(Debug, Clone, Default)]
pub struct Arguments {
    /// Files, directories, patterns, and `-` for standard input. None: this machine's
    /// mail log.
    pub paths: Vec<PathBuf>,
    /// Where this machine's mail log may be.
    pub system: System,
}

/// The logs that were found.
#[derive(Debug, Default)]
pub struct Discovery {
    /// Rotation sets and pipes, in the order in which they were named.
    pub streams: Vec<Stream>,
    /// What could not be found, and what was passed over in directories.
    pub problems: Vec<Problem>,
}

/// Directories are searched down to this depth.
const DEPTH: usize = 16;

/// Finds the logs to read.
///
/// A file that several arguments name is read once. In directories only mail logs
/// are taken, told by their content.
pub fn discover(arguments: &Arguments) -> Discovery {
    let mut search = Search::default();
    if arguments.paths.is_empty() {
        system::search(&arguments.system, &mut search);
    }
    for path in &arguments.paths {
        search.argument(path);
    }
    search.add_journals(&arguments.system);
    Discovery { streams: streams(search.found), problems: search.problems }
}

/// Finds the rotation set of one file: among the files beside it whose names begin like its
/// own, up to the suffix. `None` where the file is in none.
///
/// # Errors
/// The problem with the file itself, such as that it cannot be read; those of files beside it
/// do not matter here.
pub fn discover_set(path: &Path) -> Result<Option<Stream>, Problem> {
    let paths = vec![path.to_owned(), beside(path)];
    let Discovery { streams, problems } = discover(&Arguments { paths, ..Arguments::default() });
    if let Some(problem) = problems.into_iter().find(|problem| problem.path == path) {
        return Err(problem);
    }
    let is_in = |stream: &Stream| stream.files().iter().any(|file| file.path() == path);
    Ok(streams.into_iter().find(is_in))
}

/// The pattern of a file and those whose names begin like its own, up to the suffix.
fn beside(path: &Path) -> PathBuf {
    let escaped = |name: &OsStr| glob::Pattern::escape(&name.to_string_lossy());
    let pattern = format!("{}*", escaped(path.file_stem().unwrap_or_default()));
    match path.parent().filter(|directory| *directory != Path::new("")) {
        Some(directory) => Path::new(&escaped(directory.as_os_str())).join(pattern),
        None => pattern.into(),
    }
}

/// A search in progress.
#[derive(Debug, Default)]
struct Search {
    found: Vec<LogFile>,
    problems: Vec<Problem>,
    /// Files of the systemd journal.
    journals: Vec<PathBuf>,
    /// Device and inode of what was found.
    seen: HashSet<(u64, u64)>,
    stdin: bool,
}

impl Search {
    fn argument(&mut self, path: &Path) {
        if path == Path::new("-") {
            if !std::mem::replace(&mut self.stdin, true) {
                self.found.push(LogFile::stdin());
            }
            return;
        }
        match std::fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => self.directory(path, 0),
            Ok(metadata) => self.file(path, &metadata),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                match path.to_str().filter(|text| text.contains(['*', '?', '['])) {
                    Some(pattern) => self.pattern(pattern, path),
                    None => self.problem(path, ProblemKind::Missing),
                }
            }
            Err(error) => self.problems.push(Problem::opening(path, error)),
        }
    }

    fn pattern(&mut self, pattern: &str, path: &Path) {
        let before = self.found.len() + self.problems.len();
        match glob::glob(pattern) {
            Ok(paths) => {
                for found in paths {
                    match found {
                        Ok(found) => self.argument(&found),
                        Err(error) => {
                            let path = error.path().to_owned();
                            self.problem(path, ProblemKind::List(error.into()));
                        }
                    }
                }
            }
            Err(error) => self.problem(path, ProblemKind::Pattern(error)),
        }
        if before == self.found.len() + self.problems.len() {
            self.problem(path, ProblemKind::NoMatch);
        }
    }

    /// A file that was named is read, whatever is in it.
    fn file(&mut self, path: &Path, metadata: &Metadata) {
        if !self.is_new(metadata) {
            return;
        }
        match LogFile::at(path, metadata) {
            Ok(mut file) => {
                if file.is_file() && content::is_journal(&mut file) {
                    self.journals.push(path.to_owned());
                } else {
                    self.found.push(file);
                }
            }
            Err(problem) => self.problems.push(problem),
        }
    }

    /// Journal files are read together, since each journald writes several at a time.
    fn add_journals(&mut self, system: &System) {
        if !self.journals.is_empty() {
            let mut query = JournalQuery::system(system.journalctl.clone());
            query.files.append(&mut self.journals);
            self.found.push(LogFile::journal(query));
        }
    }

    /// In a directory only what looks like a mail log is read.
    fn directory(&mut self, path: &Path, depth: usize) {
        let listing = std::fs::read_dir(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
        let mut entries = match listing {
            Ok(entries) => entries,
            Err(error) => return self.problem(path, ProblemKind::List(error)),
        };
        entries.sort_by_key(std::fs::DirEntry::file_name);
        for entry in entries {
            let path = entry.path();
            if entry.file_name().as_encoded_bytes().first() == Some(&b'.') {
                continue;
            }
            // Links to directories may lead in circles; links to files are followed.
            if entry.file_type().is_ok_and(|file_type| file_type.is_dir()) {
                if depth < DEPTH {
                    self.directory(&path, depth + 1);
                }
            } else if let Ok(metadata) = std::fs::metadata(&path)
                && metadata.is_file()
            {
                self.candidate(&path, &metadata);
            }
        }
    }

    /// Takes a file if it is a mail log by its content.
    fn candidate(&mut self, path: &Path, metadata: &Metadata) {
        if !self.is_new(metadata) {
            return;
        }
        let mut file = match LogFile::at(path, metadata) {
            Ok(file) => file,
            Err(problem) => return self.problems.push(problem),
        };
        match content(&mut file) {
            Ok(Content::Mail) => self.found.push(file),
            Ok(Content::Empty) if is_mail_name(&name(path)) => self.found.push(file),
            Ok(Content::Empty) => {}
            Ok(Content::Journal) => self.journals.push(path.to_owned()),
            Ok(Content::Other) => self.problem(path, ProblemKind::NotMail),
            Ok(Content::Binary) => self.problem(path, ProblemKind::Binary),
            Ok(Content::Unsupported(format)) => {
                self.problem(path, ProblemKind::Unsupported { format });
            }
            Err(error) => self.problems.push(Problem::opening(path, error)),
        }
    }

    /// Whether this file was not found before, under whatever name.
    fn is_new(&mut self, metadata: &Metadata) -> bool {
        self.seen.insert((metadata.dev(), metadata.ino()))
    }

    fn problem(&mut self, path: impl Into<PathBuf>, error: ProblemKind) {
        self.problems.push(Problem::new(path, error));
    }
}

/// A rotation set in the making.
struct Set {
    directory: PathBuf,
    base: String,
    files: Vec<(Rank, LogFile)>,
}

/// Sorts files into rotation sets.
fn streams(found: Vec<LogFile>) -> Vec<Stream> {
    let mut sets: Vec<Set> = Vec::new();
    for file in found {
        let (directory, base, rank) = if file.is_file() {
            let (base, rank) = rotation::parse(&name(&file.path));
            let parent = file.path.parent().unwrap_or(Path::new(""));
            let parent = if parent == Path::new("") { Path::new(".") } else { parent };
            let directory = std::fs::canonicalize(parent).unwrap_or_else(|_| parent.to_owned());
            (directory, base, rank)
        } else {
            // A pipe is a set of its own, whatever its name.
            (file.path.clone(), String::new(), Rank::Current)
        };
        match sets.iter_mut().find(|set| set.directory == directory && set.base == base) {
            Some(set) => set.files.push((rank, file)),
            None => sets.push(Set { directory, base, files: vec![(rank, file)] }),
        }
    }
    sets.into_iter().flat_map(split_copies).collect()
}

/// An interrupted logrotate leaves `mail.log.1` and `mail.log.1.gz`, the same log
/// twice: they become two streams, and what both hold is found to be copies.
fn split_copies(set: Set) -> Vec<Stream> {
    let mut files = set.files;
    files.sort_by_key(|(rank, _)| *rank);
    let mut streams: Vec<Vec<(Rank, LogFile)>> = Vec::new();
    for (rank, file) in files {
        let free =
            streams.iter_mut().find(|stream| stream.last().is_none_or(|(last, _)| *last != rank));
        match free {
            Some(stream) => stream.push((rank, file)),
            None => streams.push(vec![(rank, file)]),
        }
    }
    let files = |stream: Vec<(Rank, LogFile)>| stream.into_iter().map(|(_, file)| file).collect();
    streams.into_iter().map(files).map(Stream::new).collect()
}

/// Whether an empty file would be a mail log, had it lines.
fn is_mail_name(name: &str) -> bool {
    ["mail", "postfix", "dovecot"].iter().any(|word| name.contains(word))
}

fn name(path: &Path) -> String {
    path.file_name().map(OsStr::to_string_lossy).unwrap_or_default().into_owned()
}

#[cfg(test)]
#[path = "discover/tests.rs"]
mod tests;
