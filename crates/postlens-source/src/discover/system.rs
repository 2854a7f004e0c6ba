//! Where this machine's mail log is.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::input::LogFile;
use crate::journal::JournalQuery;
use crate::problem::{Problem, ProblemKind};

use super::Search;

/// Where this machine's mail log may be.
#[derive(Debug, Clone)]
pub struct System {
    /// Patterns of log files.
    pub logs: Vec<String>,
    /// The postconf(1) program, asked for `maillog_file` of each Postfix instance.
    pub postconf: PathBuf,
    /// The journalctl(1) program, asked where there are no log files.
    pub journalctl: PathBuf,
}

impl Default for System {
    fn default() -> Self {
        Self {
            logs: vec!["/var/log/mail.log*".to_owned(), "/var/log/maillog*".to_owned()],
            postconf: PathBuf::from("postconf"),
            journalctl: PathBuf::from("journalctl"),
        }
    }
}

/// Finds the machine's logs: the usual files and those that Postfix writes itself,
/// else the journal.
pub(super) fn search(system: &System, search: &mut Search) {
    let own = maillog_files(&system.postconf).into_iter().map(|file| {
        let file = glob::Pattern::escape(&file);
        format!("{file}*")
    });
    for pattern in system.logs.iter().cloned().chain(own) {
        let Ok(paths) = glob::glob(&pattern) else { continue };
        for path in paths.flatten() {
            if let Ok(metadata) = std::fs::metadata(&path)
                && metadata.is_file()
            {
                search.candidate(&path, &metadata);
            }
        }
    }
    // Files without a line, as rsyslog leaves them beside a journal, are no log.
    let is_empty = |file: &LogFile| file.identity.is_some_and(|identity| identity.size == 0);
    if !search.found.iter().all(is_empty) || !search.problems.is_empty() {
        return;
    }
    if runs(&system.journalctl) {
        search.found.push(LogFile::journal(JournalQuery::system(system.journalctl.clone())));
    } else if search.found.is_empty() {
        search.problems.push(Problem::new("/var/log", ProblemKind::NoSystemLog));
    }
}

/// The log files that Postfix instances write themselves (`maillog_file`, Postfix 3.4).
fn maillog_files(postconf: &Path) -> Vec<String> {
    let mut files = Vec::new();
    let Some(text) = ask(postconf, &["-xh", "maillog_file", "multi_instance_directories"]) else {
        return files;
    };
    let mut lines = text.lines();
    files.extend(lines.next().map(str::to_owned));
    for directory in lines.next().unwrap_or_default().split([' ', ',', '\t']) {
        if !directory.is_empty() {
            files.extend(ask(postconf, &["-c", directory, "-xh", "maillog_file"]));
        }
    }
    for file in &mut files {
        file.truncate(file.trim_end().len());
    }
    // postlogd may write to /dev/stdout, which is no log to read.
    files.retain(|file| file.starts_with('/') && !file.starts_with("/dev/"));
    files
}

fn ask(program: &Path, arguments: &[&str]) -> Option<String> {
    let output =
        Command::new(program).args(arguments).stdin(Stdio::null()).stderr(Stdio::null()).output();
    let output = output.ok().filter(|output| output.status.success())?;
    String::from_utf8(output.stdout).ok()
}

fn runs(program: &Path) -> bool {
    ask(program, &["--version"]).is_some()
}
