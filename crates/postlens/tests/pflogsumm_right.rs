//! `postlens pflogsumm` without `--strict-compat`: on a log that the original reads rightly
//! its report is the original's; on each thing that it does not, ours is right.
//!
//! The differences are those that the book lists.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::format_push_string,
    reason = "tests fail by panicking"
)]

#[path = "pflogsumm_right/callers.rs"]
mod callers;
#[path = "pflogsumm_right/differences.rs"]
mod differences;
#[path = "pflogsumm_strict/original.rs"]
mod original;

use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use postlens_testkit::{Config, Until, generate_in_memory};

use original::{Original, difference};

fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples")
}

fn pflogsumm(arguments: &[&str]) -> Output {
    let mut command = original::at_a_fixed_time(env!("CARGO_BIN_EXE_postlens"));
    command.arg("pflogsumm").args(arguments).stdin(Stdio::null()).output().unwrap()
}

/// The report of a log.
#[track_caller]
fn report(log: &[u8], options: &str) -> String {
    let mut child = original::at_a_fixed_time(env!("CARGO_BIN_EXE_postlens"))
        .arg("pflogsumm")
        .args(options.split_ascii_whitespace())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(log).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// Lines of two days that the original understands.
const ORDINARY: &str = include_str!("pflogsumm_right/ordinary.log");

#[test]
fn an_ordinary_log_gives_the_original_s_report() {
    let original = Original::new();
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("mail.log");
    std::fs::write(&path, ORDINARY).unwrap();
    let path = path.to_str().unwrap();
    for options in [
        "",
        "--smtpd-stats -e",
        "--detail 2 --iso-date-time --problems-first",
        "-q -h 0 -u 1 --rej-add-from",
        "--verp-mung=2 -i -m --zero-fill",
        "-d today",
        "-d yesterday --smtpd-stats",
    ] {
        let arguments: Vec<&str> = options.split_ascii_whitespace().chain([path]).collect();
        let theirs = original.run(&arguments);
        let ours = pflogsumm(&arguments);
        assert!(ours.status.success(), "{ours:?}");
        assert_eq!(difference(&theirs, &ours.stdout), "", "{options}");
    }
}

#[test]
fn totals_are_those_of_our_own_report() {
    for seed in 1..=3 {
        let until = Until::Messages(400);
        let (log, _, _) = generate_in_memory(Config { seed, until, ..Config::default() });
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("mail.log");
        std::fs::write(&path, &log).unwrap();
        let output = original::at_a_fixed_time(env!("CARGO_BIN_EXE_postlens"))
            .args(["report", "--json"])
            .arg(&path)
            .output()
            .unwrap();
        let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let sum = |column: &str| -> u64 {
            let days = json["days"].as_object().unwrap();
            days.values().map(|day| day[column].as_u64().unwrap()).sum()
        };
        let unknown = json["mails"]["unknown"].as_u64().unwrap_or_default();
        let report = report(&log, "");
        let row = |count: u64, label: &str| {
            let row = format!(" {count:>6}   {label}");
            assert!(report.contains(&row), "seed {seed}: {row:?} in {report}");
        };
        row(sum("received") - unknown, "received");
        let deferrals = format!("deferred  ({}  deferrals)", sum("deferred"));
        assert!(report.contains(&deferrals), "{deferrals}: {report}");
    }
}

#[test]
fn runs_under_the_original_s_name() {
    let directory = tempfile::tempdir().unwrap();
    let link = directory.path().join("pflogsumm");
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_postlens"), &link).unwrap();
    let version = Command::new(&link).arg("--version").output().unwrap();
    let version = String::from_utf8(version.stdout).unwrap();
    assert!(version.starts_with("pflogsumm 1.1.5 (Postlens "), "{version}");
    let log = examples().join("mail.log");
    let short = Command::new(&link).args(["-h", "0", "--problems"]).arg(&log).output().unwrap();
    let long = pflogsumm(&["-h", "0", "--problems-first", log.to_str().unwrap()]);
    assert!(short.status.success());
    assert_eq!(short.stdout, long.stdout);
}

#[test]
fn help_lists_the_options() {
    for arguments in [["-help"], ["--help"]] {
        let output = pflogsumm(&arguments);
        assert!(output.status.success());
        let text = String::from_utf8(output.stdout).unwrap();
        for option in ["--bounce-detail <N>", "--smtpd-stats", "--strict-compat", "-h <N>"] {
            assert!(text.contains(option), "{option}: {text}");
        }
    }
}

#[test]
fn compressed_logs_are_read() {
    let examples = examples();
    let packed = examples.join("mail.log.2.gz");
    let bytes = std::fs::read(&packed).unwrap();
    let mut text = Vec::new();
    let mut decoder = flate2::read::MultiGzDecoder::new(bytes.as_slice());
    std::io::Read::read_to_end(&mut decoder, &mut text).unwrap();
    let output = pflogsumm(&[packed.to_str().unwrap()]);
    assert!(output.status.success());
    assert_eq!(String::from_utf8(output.stdout).unwrap(), report(&text, ""));
    let strict = pflogsumm(&["--strict-compat", packed.to_str().unwrap()]);
    assert_eq!(String::from_utf8(strict.stdout).unwrap(), report(&text, "--strict-compat"));
}

#[test]
fn what_cannot_be_read_is_told() {
    let log = examples().join("mail.log");
    let log = log.to_str().unwrap();
    for (options, code) in [(None, 1), (Some("--strict-compat"), 0)] {
        let arguments: Vec<&str> =
            options.into_iter().chain(["/nonexistent/mail.log", log]).collect();
        let output = pflogsumm(&arguments);
        assert_eq!(output.status.code(), Some(code), "{output:?}");
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(told.contains("/nonexistent/mail.log") && told.contains("hint: "), "{told}");
        let received = if options.is_some() { 210 } else { 139 };
        let row = format!(
            "
    {received}   received
"
        );
        assert!(String::from_utf8(output.stdout).unwrap().contains(&row));
    }
    let wrong = pflogsumm(&["--syslog-name", "a(", log]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(String::from_utf8(wrong.stderr).unwrap().contains("regular expression"));
}

#[test]
fn the_mail_queue_is_what_mailq_says() {
    let directory = tempfile::tempdir().unwrap();
    let program = directory.path().join("mailq");
    std::fs::write(&program, "#!/bin/sh\necho Mail queue is empty\n").unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    let run = |path: &Path| {
        Command::new(env!("CARGO_BIN_EXE_postlens"))
            .args(["pflogsumm", "--mailq", "/dev/null"])
            .env("PATH", path)
            .output()
            .unwrap()
    };
    let output = run(directory.path());
    let text = String::from_utf8(output.stdout).unwrap();
    let section = "\nCurrent Mail Queue\n------------------\nMail queue is empty\n";
    assert!(output.status.success() && text.ends_with(section), "{text}");
    let missing = run(Path::new("/nonexistent"));
    assert_eq!(missing.status.code(), Some(1));
    assert!(String::from_utf8(missing.stderr).unwrap().contains("hint: "));
}

#[test]
fn texts_of_strangers_do_not_reach_the_terminal() {
    let log = "Nov 23 06:25:01 mx postfix/local[1]: warning: \x1b[2Jcleared\x07\n";
    let report = report(log.as_bytes(), "");
    assert!(report.contains("\\x1B[2Jcleared\\x07"), "{report}");
}
