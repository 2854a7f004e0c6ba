//! Exports, opened with pandas, DuckDB, Polars, openpyxl and Python's SQLite.

#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::path::{Path, PathBuf};
use std::process::Command;

use postlens_testkit::python::environment;
use postlens_testkit::{Config, Until, generate_in_memory};

/// What pip installs.
const READERS: [&str; 5] = ["pandas", "duckdb", "polars", "openpyxl", "pyarrow"];

/// Lines whose texts are hard on formats.
const HOSTILE: &str = "\
2026-11-03T10:00:01+01:00 mx postfix/smtpd[7]: 4jWpv44LHMz1SZqm: client=mail.example.net[192.0.2.7]
2026-11-03T10:00:01+01:00 mx postfix/cleanup[8]: 4jWpv44LHMz1SZqm: message-id=<\"a,b\"\t'c'@example.net>
2026-11-03T10:00:01+01:00 mx postfix/qmgr[9]: 4jWpv44LHMz1SZqm: from=<>, size=1234, nrcpt=2 (queue active)
2026-11-03T10:00:02+01:00 mx postfix/smtp[11]: 4jWpv44LHMz1SZqm: to=<=HYPERLINK(\"x\")@example.org>, relay=mx.example.org[198.51.100.1]:25, delay=1.4, delays=0.2/0/1/0.2, dsn=5.1.1, status=bounced (host mx.example.org[198.51.100.1] said: 550 5.1.1 User unknown \u{1f600} \u{7} grüße (in reply to RCPT TO command))
2026-11-03T10:00:03+01:00 mx postfix/smtp[11]: 4jWpv44LHMz1SZqm: to=<null@example.org>, relay=none, delay=0.000001, delays=0/0/0/0, dsn=4.4.1, status=deferred (+1, -1, @x \\N \\x41 NULL)
2026-11-03T10:00:04+01:00 mx postfix/smtpd[7]: NOQUEUE: reject: RCPT from unknown[192.0.2.7]: 554 5.7.1 <a@example.net>: Relay access denied; from=<a@example.net> to=<\"x y\"@example.org> proto=ESMTP helo=<true>
";

/// Python with the readers.
fn python() -> PathBuf {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("readers");
    environment(&directory, &READERS).unwrap().join("python")
}

#[test]
fn all_readers_see_the_same_rows() {
    let directory = tempfile::tempdir().unwrap();
    let log = directory.path().join("mail.log");
    // Beside the hostile lines, some thousands of a busy server.
    let until = Until::Messages(600);
    let (mut text, _, _) = generate_in_memory(Config { seed: 7, until, ..Config::default() });
    text.extend_from_slice(HOSTILE.as_bytes());
    std::fs::write(&log, text).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/readers.py");
    let mut check = Command::new(python());
    check.arg(script).arg(env!("CARGO_BIN_EXE_postlens")).arg(&log).arg(directory.path());
    let output = check.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(said.lines().count(), 6, "{said}");
}
