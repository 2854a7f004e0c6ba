//! The systemd journal, read through journalctl(1).

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::AsFd;
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};

/// Which part of the journal to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct JournalQuery {
    /// The journalctl program.
    pub(crate) program: PathBuf,
    /// Journal files to read instead of the system's journal.
    pub(crate) files: Vec<PathBuf>,
    /// Seconds since 1970, from and to.
    pub(crate) since: Option<i64>,
    pub(crate) until: Option<i64>,
    /// Whether to wait for more at its end.
    pub(crate) follow: bool,
}

/// How a journal file begins.
pub(crate) const MAGIC: &[u8] = b"LPKSHHRH";

/// The syslog facility `mail`, where Postfix and Dovecot log.
const MAIL: &str = "SYSLOG_FACILITY=2";

impl JournalQuery {
    pub(crate) fn system(program: PathBuf) -> Self {
        Self { program, files: Vec::new(), since: None, until: None, follow: false }
    }

    /// What the source is called in messages.
    pub(crate) fn name(&self) -> PathBuf {
        match self.files.as_slice() {
            [] => PathBuf::from("journal"),
            [file] => file.clone(),
            [first, ..] => first.parent().unwrap_or(first).to_owned(),
        }
    }

    /// The command line, `-o export` so that no byte of a message is lost.
    fn arguments(&self) -> Vec<OsString> {
        let mut arguments = vec!["-o".into(), "export".into(), "--no-pager".into(), "-q".into()];
        for file in &self.files {
            let mut argument = OsString::from("--file=");
            argument.push(file);
            arguments.push(argument);
        }
        if let Some(since) = self.since {
            arguments.push(format!("--since=@{since}").into());
        }
        if let Some(until) = self.until {
            arguments.push(format!("--until=@{until}").into());
        }
        if self.follow {
            arguments.extend(["--follow".into(), "--no-tail".into()]);
        }
        arguments.push(MAIL.into());
        arguments
    }

    pub(crate) fn open(&self) -> io::Result<JournalPipe> {
        let mut child = Command::new(&self.program)
            .args(self.arguments())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let stdout = child.stdout.take().ok_or_else(|| io::Error::other("no output"))?;
        Ok(JournalPipe { child, stdout })
    }
}

/// A running journalctl.
pub(crate) struct JournalPipe {
    child: Child,
    stdout: ChildStdout,
}

impl JournalPipe {
    /// The pipe's end, to see whether more has come.
    pub(crate) fn pipe(&self) -> io::Result<File> {
        Ok(File::from(self.stdout.as_fd().try_clone_to_owned()?))
    }
}

impl Read for JournalPipe {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.stdout.read(into)?;
        if count == 0 && !into.is_empty() && !self.child.wait()?.success() {
            let mut message = String::new();
            if let Some(mut stderr) = self.child.stderr.take() {
                stderr.by_ref().take(1000).read_to_string(&mut message)?;
                return Err(io::Error::other(message.trim().to_owned()));
            }
        }
        Ok(count)
    }
}

impl Drop for JournalPipe {
    fn drop(&mut self) {
        // Reading stopped before the end, or it has ended by itself and is reaped.
        if self.child.kill().is_ok() {
            drop(self.child.wait());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::path::PathBuf;

    use super::JournalQuery;

    #[test]
    fn asks_for_the_mail_facility_and_the_period() {
        let mut query = JournalQuery::system(PathBuf::from("/bin/echo"));
        (query.since, query.until) = (Some(10), Some(20));
        query.files = vec![PathBuf::from("a/1.journal"), PathBuf::from("a/2.journal")];
        assert_eq!(query.name(), PathBuf::from("a"));
        let mut text = String::new();
        query.open().unwrap().read_to_string(&mut text).unwrap();
        assert_eq!(
            text,
            "-o export --no-pager -q --file=a/1.journal --file=a/2.journal \
            --since=@10 --until=@20 SYSLOG_FACILITY=2\n"
        );
    }

    #[test]
    fn a_failure_is_told_with_its_message() {
        // cat knows no option -o.
        let query = JournalQuery::system(PathBuf::from("/bin/cat"));
        let error = query.open().unwrap().read_to_end(&mut Vec::new()).unwrap_err();
        assert!(error.to_string().contains("cat:"), "{error}");
        assert!(JournalQuery::system(PathBuf::from("/nowhere/journalctl")).open().is_err());
    }
}
