//! Runs the program.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

/// A directory with a store and logs.
pub(crate) struct Home {
    directory: TempDir,
}

/// What the program said.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Home {
    pub(crate) fn new() -> Self {
        Self { directory: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    /// The program, to be asked about the store; times without zone are UTC.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_postlensd"));
        command.args(arguments).arg("--store").arg(self.path("store"));
        command
    }

    pub(crate) fn say(&self, arguments: &[&str]) -> Said {
        self.command(arguments).output().unwrap().into()
    }

    /// Imports logs in small batches.
    pub(crate) fn import(&self, logs: &[&Path]) -> Said {
        let mut command = self.command(&["import", "--tz", "UTC", "--batch", "1", "--free", "0"]);
        command.args(logs).output().unwrap().into()
    }

    /// The program importing, to be killed.
    pub(crate) fn start_import(&self, log: &Path) -> Child {
        let mut command = self.command(&["import", "--tz", "UTC", "--batch", "1", "--free", "0"]);
        command.arg(log).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    }

    /// The program doing something, to be killed.
    pub(crate) fn start(&self, arguments: &[&str]) -> Child {
        let mut command = self.command(arguments);
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    }

    /// The rows of a query's result.
    #[track_caller]
    pub(crate) fn sql(&self, query: &str) -> Vec<Value> {
        let said = self.say(&["sql", "--format", "ndjson", query]);
        assert_eq!(said.code, 0, "{query}: {}", said.err);
        said.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// The number that a query results in.
    #[track_caller]
    pub(crate) fn number(&self, query: &str) -> i64 {
        let rows = self.sql(query);
        let row = rows.first().unwrap().as_object().unwrap();
        row.values().next().unwrap().as_i64().unwrap()
    }

    /// Starts to follow `mail.log`.
    pub(crate) fn follow(&self, commit_seconds: u32) -> Daemon {
        self.configure(commit_seconds, &self.log_table("mail.log"));
        self.run(|_| ())
    }

    /// A table of the configuration that follows a file here.
    pub(crate) fn log_table(&self, name: &str) -> String {
        format!("[[log]]\npath = '{}'\n", self.path(name).display())
    }

    /// Writes a configuration with these tables.
    pub(crate) fn configure(&self, commit_seconds: u32, tables: &str) -> PathBuf {
        let store = self.path("store");
        let config = format!(
            "store = '{}'\ntz = 'UTC'\ncommit_seconds = {commit_seconds}\ncommit_mib = 1\n\
             free_mib = 0\n{tables}",
            store.display(),
        );
        self.write("postlensd.toml", config)
    }

    /// Starts the daemon as configured.
    pub(crate) fn run(&self, change: impl FnOnce(&mut Command)) -> Daemon {
        let mut command = Command::new(env!("CARGO_BIN_EXE_postlensd"));
        command.arg("run").arg("--config").arg(self.path("postlensd.toml"));
        command.stderr(Stdio::piped());
        change(&mut command);
        Daemon(command.spawn().unwrap())
    }

    /// Waits until a query gives a number.
    #[track_caller]
    pub(crate) fn wait_for(&self, query: &str, expected: i64) {
        let end = Instant::now() + Duration::from_mins(2);
        loop {
            let said = self.say(&["sql", "--format", "ndjson", query]);
            let number = || -> Option<i64> {
                let row: Value = serde_json::from_str(said.out.lines().next()?).ok()?;
                row.as_object()?.values().next()?.as_i64()
            };
            let number = number();
            if number == Some(expected) {
                return;
            }
            assert!(Instant::now() < end, "{query}: {number:?} instead of {expected} {}", said.err);
            std::thread::sleep(Duration::from_millis(200));
        }
    }
}

/// A daemon that runs. It ends with the test.
pub(crate) struct Daemon(Child);

impl Daemon {
    /// Kills it as nothing else can be.
    pub(crate) fn kill(mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }

    /// Sends it a signal, as kill(1) names it.
    #[track_caller]
    pub(crate) fn signal(&self, name: &str) {
        let pid = self.0.id().to_string();
        assert!(Command::new("kill").args(["-s", name]).arg(pid).status().unwrap().success());
    }

    /// Tells it to stop; gives its exit code and what it said.
    pub(crate) fn stop(mut self) -> (Option<i32>, Vec<String>) {
        self.signal("TERM");
        let said = self.0.stderr.take().map(|said| BufReader::new(said).lines());
        let said = said.into_iter().flatten().collect::<Result<_, _>>().unwrap();
        (self.0.wait().unwrap().code(), said)
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // It has ended already, or ends now.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
