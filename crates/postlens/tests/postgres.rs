//! `postlens export --to`, into a real PostgreSQL server that the test starts.

#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A server of its own, with its data and its socket in a temporary directory.
struct Server {
    directory: tempfile::TempDir,
    bin: PathBuf,
}

impl Server {
    fn start() -> Self {
        let versions = std::fs::read_dir("/usr/lib/postgresql").unwrap();
        let bin = versions.map(|version| version.unwrap().path().join("bin")).max().unwrap();
        let directory = tempfile::tempdir().unwrap();
        let server = Self { directory, bin };
        let data = server.path().join("data");
        succeed(Command::new("chown").arg("postgres").arg(server.path()));
        let initdb = ["-A", "trust", "-U", "postgres", "-E", "UTF8", "--no-sync", "-D"];
        succeed(server.as_postgres("initdb").args(initdb).arg(&data));
        let options = format!("-c listen_addresses= -k {}", server.path().display());
        let log = server.path().join("log");
        let mut start = server.as_postgres("pg_ctl");
        start.args(["-w", "-o", &options, "-D"]).arg(&data).arg("-l").arg(log).arg("start");
        // The server keeps what it inherits open; a pipe would never end.
        assert!(start.stdout(std::process::Stdio::null()).status().unwrap().success());
        server
    }

    fn path(&self) -> &Path {
        self.directory.path()
    }

    /// The server refuses to run as root.
    fn as_postgres(&self, program: &str) -> Command {
        let mut command = Command::new("runuser");
        command.args(["-u", "postgres", "--"]).arg(self.bin.join(program));
        command.current_dir("/");
        command
    }

    fn url(&self) -> String {
        format!("postgres://postgres@/postgres?host={}", self.path().display())
    }

    #[track_caller]
    fn ask(&self, query: &str) -> String {
        let mut psql = Command::new("psql");
        let output = succeed(psql.args(["-X", "-A", "-t", "-d", &self.url(), "-c", query]));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    fn export(&self, table: &str, log: &str, more: &[&str]) -> Output {
        let path = self.path().join("mail.log");
        std::fs::write(&path, log).unwrap();
        let mut postlens = Command::new(env!("CARGO_BIN_EXE_postlens"));
        let arguments = ["export", table, "--to", &self.url()];
        postlens.args(arguments).args(more).arg(path).output().unwrap()
    }

    #[track_caller]
    fn load(&self, table: &str, log: &str) {
        let output = self.export(table, log, &[]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let data = self.path().join("data");
        let _ = self
            .as_postgres("pg_ctl")
            .args(["-m", "immediate", "-D"])
            .arg(data)
            .arg("stop")
            .output();
    }
}

#[track_caller]
fn succeed(command: &mut Command) -> Output {
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {said}");
    output
}

const BEFORE: &str = "\
2026-11-03T10:00:01+01:00 mx postfix/smtpd[7]: 4jWpv44LHMz1SZqm: client=mail.example.net[192.0.2.7]
2026-11-03T10:00:01+01:00 mx postfix/qmgr[9]: 4jWpv44LHMz1SZqm: from=<a\\b\"'c@example.net>, size=1234, nrcpt=1 (queue active)
2026-11-03T10:00:02+01:00 mx postfix/smtp[11]: 4jWpv44LHMz1SZqm: to=<bob@example.org>, relay=none, delay=1.4, delays=0.2/0/1.2/0, dsn=4.4.1, status=deferred (connect to example.org[198.51.100.1]:25: Connection timed out)
";

const AFTER: &str = "\
2026-11-03T11:00:02+01:00 mx postfix/smtp[12]: 4jWpv44LHMz1SZqm: to=<bob@example.org>, relay=mx.example.org[198.51.100.1]:25, delay=3601, delays=3600/0/0.5/0.5, dsn=2.0.0, status=sent (250 ok \\. 'x')
2026-11-03T11:00:02+01:00 mx postfix/qmgr[9]: 4jWpv44LHMz1SZqm: removed
";

#[test]
fn rows_are_loaded_once_and_brought_up_to_date() {
    let server = Server::start();
    server.load("messages", BEFORE);
    assert_eq!(server.ask("select status, sender from messages"), "deferred|a\\b\"'c@example.net");
    let both = format!("{BEFORE}{AFTER}");
    for table in ["messages", "deliveries", "refusals", "sessions", "events", "suppressions"] {
        server.load(table, &both);
        let rows = server.ask(&format!("select count(*), min(id) from {table}"));
        server.load(table, &both);
        assert_eq!(server.ask(&format!("select count(*), min(id) from {table}")), rows);
    }
    assert_eq!(
        server.ask("select id, status, recipients->0->>'recipient' from messages"),
        "mx/postfix/4jWpv44LHMz1SZqm/2026-11-03T09:00:01Z|sent|bob@example.org"
            .replace("sent", "relayed")
    );
    let joined = "select count(*), sum(d.delay) from deliveries d join messages m on m.id = d.message \
                  where m.time = '2026-11-03T09:00:01Z' and d.reply like '250 ok \\\\. %'";
    assert_eq!(server.ask(joined), "1|3601");
    assert_eq!(server.ask("select count(*) from events"), "5");
    tables_of_fewer_columns_grow(&server);
    a_failure_changes_nothing(&server);
}

fn tables_of_fewer_columns_grow(server: &Server) {
    server.ask("drop table deliveries");
    let few = server.export("deliveries", BEFORE, &["--columns", "id,recipient"]);
    assert!(few.status.success());
    server.load("deliveries", &format!("{BEFORE}{AFTER}"));
    let rows = server.ask("select recipient, status from deliveries order by time");
    assert_eq!(rows, "bob@example.org|deferred\nbob@example.org|sent");
}

fn a_failure_changes_nothing(server: &Server) {
    server.ask("drop table messages");
    server.ask("create table messages (id text primary key, size bigint check (size < 10))");
    let output = server.export("messages", BEFORE, &[]);
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("messages_size_check") && said.contains("hint: "), "{said}");
    assert_eq!(server.ask("select count(*) from messages"), "0");
    let columns = "select count(*) from information_schema.columns where table_name = 'messages'";
    assert_eq!(server.ask(columns), "2");
}

#[test]
fn servers_that_are_not_there_are_named() {
    let directory = tempfile::tempdir().unwrap();
    let log = directory.path().join("mail.log");
    std::fs::write(&log, BEFORE.repeat(2_000)).unwrap();
    let url = format!("postgres://mail:secret@/logs?host={}", directory.path().display());
    let mut postlens = Command::new(env!("CARGO_BIN_EXE_postlens"));
    let output = postlens.args(["export", "events", "--to", &url]).arg(&log).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("did not take the rows") && said.contains("hint: "), "{said}");
    assert!(!said.contains("secret"), "{said}");
}
