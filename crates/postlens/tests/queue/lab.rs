//! The lab's queue, for tests from outside.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A Postfix with waiting messages, in private namespaces.
pub(crate) struct Lab {
    pub(crate) dir: tempfile::TempDir,
}

/// The script that starts it.
fn script() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../lab/queue.sh")
}

impl Lab {
    /// Starts it and lets messages wait.
    pub(crate) fn up(count: usize) -> Self {
        let dir = tempfile::Builder::new().prefix("postlens-queue-").tempdir().unwrap();
        let mut command = Command::new(script());
        let output = command.arg("up").arg(dir.path()).arg(count.to_string()).output().unwrap();
        assert!(output.status.success(), "the lab failed: {}", text(&output.stderr));
        Self { dir }
    }

    /// Runs a command beside it.
    pub(crate) fn run(&self, command: &[&str]) -> Output {
        let mut shell = Command::new(script());
        shell.arg("shell").arg(self.dir.path()).args(command).output().unwrap()
    }

    /// The same as a line for a shell.
    #[allow(dead_code, reason = "not every test has a shell")]
    pub(crate) fn line(&self, command: &[&str]) -> String {
        format!("{} shell {} {}", script().display(), self.dir.path().display(), command.join(" "))
    }

    #[allow(dead_code, reason = "not every test runs it at once")]
    pub(crate) fn postlens(&self, args: &[&str]) -> Output {
        self.run(&[&[env!("CARGO_BIN_EXE_postlens")], args].concat())
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        let _ = Command::new(script()).arg("down").arg(self.dir.path()).status();
    }
}

/// Bytes as text.
pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
