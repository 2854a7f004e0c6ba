//! The program as a user runs it.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::format_push_string,
    reason = "tests fail by panicking"
)]

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use serde_json::Value;

fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples")
}

fn postlens(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_postlens"));
    command.args(args).env("TZ", "UTC").env("LC_ALL", "C.UTF-8").stdin(Stdio::null());
    command
}

fn out(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).unwrap()
}

fn err(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).unwrap()
}

fn fed(args: &[&str], input: &[u8]) -> Output {
    let mut command = postlens(args);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    child.wait_with_output().unwrap()
}

fn report(args: &[&str]) -> Value {
    let output = postlens(&[&["report", "--json"], args].concat()).output().unwrap();
    assert!(output.status.success(), "{}", err(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn sum(counts: &Value) -> u64 {
    counts.as_object().unwrap().values().map(|count| count.as_u64().unwrap()).sum()
}

#[test]
fn the_report_of_the_examples_adds_up() {
    let examples = examples();
    let report = report(&[examples.to_str().unwrap()]);
    assert_eq!(report["source"]["lines"], 16_229);
    assert_eq!(sum(&report["lines"]), 16_229);
    assert_eq!(report["lines"]["unrecognized"], Value::Null);
    let handed_over = report["recipients"]["handed_over"].as_u64().unwrap();
    assert_eq!(
        sum(&report["recipients"]),
        report["final_recipients"].as_u64().unwrap() + handed_over
    );
    let days = report["days"].as_object().unwrap();
    assert_eq!(days.len(), 5);
    assert_eq!(days.keys().next().unwrap(), "2026-11-19");
    let received: u64 = days.values().map(|day| day["received"].as_u64().unwrap()).sum();
    assert_eq!(received, sum(&report["mails"]));
    let refused: u64 = days.values().map(|day| day["refused"].as_u64().unwrap()).sum();
    assert_eq!(refused, sum(&report["refused"]));
}

#[test]
fn days_of_the_examples_are_the_whole() {
    let examples = examples();
    let path = examples.to_str().unwrap();
    let whole = report(&[path]);
    let mut refused = 0;
    let mut mails = 0;
    for day in 19..24 {
        let report = report(&["--period", &format!("2026-11-{day}"), path]);
        refused += sum(&report["refused"]);
        mails += sum(&report["mails"]);
        assert_eq!(report["days"].as_object().unwrap().len(), 1, "{day}");
    }
    assert_eq!(refused, sum(&whole["refused"]));
    assert_eq!(mails, sum(&whole["mails"]));
}

#[test]
fn a_file_and_its_copy_count_once() {
    let directory = tempfile::tempdir().unwrap();
    let log = std::fs::read(examples().join("mail.log")).unwrap();
    let first = directory.path().join("mail.log");
    let second = directory.path().join("copy-of-mail.log");
    std::fs::write(&first, &log).unwrap();
    std::fs::write(&second, &log).unwrap();
    let once = report(&[first.to_str().unwrap()]);
    let twice = report(&[first.to_str().unwrap(), second.to_str().unwrap()]);
    assert_eq!(once["recipients"], twice["recipients"]);
    assert_eq!(once["lines"], twice["lines"]);
    assert_eq!(sum(&twice["source"]["copies"]), sum(&once["lines"]));
}

#[test]
fn parse_writes_every_line_once_and_in_order() {
    let log = std::fs::read(examples().join("mail.log")).unwrap();
    let lines = log.split(|byte| *byte == b'\n').count() - 1;
    let junk =
        b"\n\xff\xfe junk\0\r\n<34>Nov 24 01:00:00 mail cron[1]: (root) CMD (x)\nno final newline";
    let output = fed(&["parse", "-"], &[log.as_slice(), junk].concat());
    assert!(output.status.success(), "{}", err(&output));
    let objects: Vec<Value> =
        out(&output).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(objects.len(), lines + 4);
    assert!(objects.iter().all(|object| object["schema"] == 1));
    assert!(objects[0]["time"].as_str().unwrap().starts_with("2026-11-23T"));
    assert_eq!(objects[lines + 2]["kind"], "foreign");
}

#[test]
fn the_fields_of_every_line_are_always_there() {
    let output = fed(
        &["parse", "-"],
        b"no log at all\nNov 24 01:00:00 mail postfix/qmgr[7]: 1A2B3C4D5E: removed\n",
    );
    let lines: Vec<&str> = out(&output).lines().collect();
    assert_eq!(
        lines[0],
        r#"{"schema":1,"time":null,"host":null,"program":null,"instance":null,"service":null,"daemon":null,"pid":null,"severity":"info","queue_id":null,"kind":"foreign","text":"no log at all"}"#
    );
    let removed: Value = serde_json::from_str(lines[1]).unwrap();
    assert_eq!(removed["queue_id"], "1A2B3C4D5E");
    assert_eq!(removed["pid"], 7);
    assert_eq!(removed["service"], Value::Null);
}

#[test]
fn a_line_comes_out_before_the_pipe_is_closed() {
    let mut child =
        postlens(&["parse", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut log = child.stdin.take().unwrap();
    let objects = BufReader::new(child.stdout.take().unwrap());
    let (sender, receiver) = mpsc::channel();
    let reader = std::thread::spawn(move || {
        for line in objects.lines() {
            sender.send(serde_json::from_str::<Value>(&line.unwrap()).unwrap()).unwrap();
        }
    });
    let line = "Nov 24 01:00:00 mail postfix/smtpd[1]: connect from a.example[192.0.2.1]\n";
    for pid in [1, 2, 3] {
        // A line is written in two parts; the first alone is no line.
        let (start, end) = line.split_at(50);
        log.write_all(start.as_bytes()).unwrap();
        log.write_all(end.replace("192.0.2.1", &format!("192.0.2.{pid}")).as_bytes()).unwrap();
        let object = receiver.recv_timeout(Duration::from_secs(30)).unwrap();
        assert_eq!(object["client_address"], format!("192.0.2.{pid}"));
    }
    log.write_all(b"the pipe ends within a line").unwrap();
    drop(log);
    let object = receiver.recv_timeout(Duration::from_secs(30)).unwrap();
    assert_eq!(object["text"], "the pipe ends within a line");
    reader.join().unwrap();
    assert!(child.wait().unwrap().success());
}

#[test]
fn what_journalctl_shows_people_is_read() {
    let pretty = b"{\n\t\"MESSAGE\" : \"1A2B3C4D5E: removed\",\n\t\"_PID\" : \"7\",\n\t\
        \"SYSLOG_IDENTIFIER\" : \"postfix/qmgr\",\n\t\"_HOSTNAME\" : \"mail\",\n\t\
        \"__REALTIME_TIMESTAMP\" : \"1795501560906411\"\n}\n";
    let verbose =
        b"Tue 2026-11-24 06:26:00.906411 UTC [s=acbbe5f7;i=6;b=d2aa;m=22;t=66;x=71]\n    \
        MESSAGE=1A2B3C4D5E: removed\n    _PID=7\n    SYSLOG_IDENTIFIER=postfix/qmgr\n    \
        _HOSTNAME=mail\n";
    for text in [&pretty[..], verbose] {
        let output = fed(&["parse", "-"], &text.repeat(2));
        let objects: Vec<Value> =
            out(&output).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(objects.len(), 2);
        for object in objects {
            assert_eq!(object["kind"], "removed");
            assert_eq!(object["time"], "2026-11-24T06:26:00.906411Z");
            assert_eq!(object["pid"], 7);
        }
    }
}

#[test]
fn archives_are_read_like_their_text() {
    let directory = tempfile::tempdir().unwrap();
    let log = std::fs::read(examples().join("mail.log")).unwrap();
    let path = directory.path().join("mail.log");
    std::fs::write(&path, &log).unwrap();
    let text = report(&[path.to_str().unwrap()]);
    for (tool, ending) in [("gzip", "gz"), ("bzip2", "bz2"), ("xz", "xz"), ("zstd", "zst")] {
        let status = Command::new(tool).arg("-k").arg("-q").arg(&path).status();
        let status = status.unwrap_or_else(|error| panic!("{tool} is needed: {error}"));
        assert!(status.success(), "{tool}");
        let archive = directory.path().join(format!("mail.log.{ending}"));
        let packed = report(&[archive.to_str().unwrap()]);
        assert_eq!(text["recipients"], packed["recipients"], "{tool}");
        assert_eq!(text["lines"], packed["lines"], "{tool}");
    }
}

#[test]
fn what_cannot_be_read_is_said_and_the_rest_is_read() {
    let directory = tempfile::tempdir().unwrap();
    let archive = directory.path().join("mail.log.2.gz");
    let whole = std::fs::read(examples().join("mail.log.2.gz")).unwrap();
    std::fs::write(&archive, &whole[..whole.len() / 2]).unwrap();
    let missing = directory.path().join("mail.log");
    let output =
        postlens(&["report", archive.to_str().unwrap(), missing.to_str().unwrap()]).output();
    let output = output.unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(err(&output).contains("no such file or directory"), "{}", err(&output));
    assert!(err(&output).contains("archive is cut off"), "{}", err(&output));
    assert!(err(&output).contains("hint: "), "{}", err(&output));
    assert!(out(&output).contains("mails received"));
}

#[test]
fn wrong_usage_is_explained() {
    let output = postlens(&["report", "--period", "someday", "-"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(err(&output).contains("not a period or a time: someday"));
    assert!(err(&output).contains("hint: a period is today"));
    let output = postlens(&["report", "--tz", "Mars/Olympus", "-"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let mut command = postlens(&["parse"]);
    let mut child =
        command.arg(examples()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
}

#[test]
fn terminals_are_safe_from_the_log() {
    let log = b"Nov 24 01:00:00 mail postfix/smtpd[1]: NOQUEUE: reject: RCPT from unknown[192.0.2.1]: \
        550 5.1.1 \x1b]0;owned\x07\x1b[2J\xe2\x80\xae: no; from=<a@example.com> to=<b@example.com> proto=SMTP helo=<x>\n";
    let output = fed(&["report", "-"], log);
    assert!(!out(&output).contains(['\x1b', '\x07', '\u{202e}']), "{}", out(&output));
    assert!(out(&output).contains("\\x1B"));
}

#[test]
fn japanese_is_spoken() {
    let mut command = postlens(&["report", "--lang", "ja"]);
    let output = command.arg(examples().join("mail.log")).output().unwrap();
    assert!(out(&output).contains("受け付けたメール"));
    let mut command = postlens(&["report"]);
    command.env("LC_ALL", "ja_JP.UTF-8").arg(examples().join("mail.log"));
    assert!(out(&command.output().unwrap()).contains("受け付けたメール"));
}

#[test]
fn the_report_goes_to_a_file_whole() {
    let directory = tempfile::tempdir().unwrap();
    let to = directory.path().join("report.txt");
    let mut command = postlens(&["report", "--output", to.to_str().unwrap()]);
    let output = command.arg(examples().join("mail.log")).output().unwrap();
    assert!(output.status.success() && output.stdout.is_empty());
    assert!(std::fs::read_to_string(&to).unwrap().contains("mails received"));
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1);
}

#[test]
fn completions_and_man_pages_are_made() {
    for shell in ["bash", "zsh", "fish"] {
        let output = postlens(&["completions", shell]).output().unwrap();
        assert!(out(&output).contains("postlens"), "{shell}");
    }
    let directory = tempfile::tempdir().unwrap();
    let status = postlens(&["man", "--to", directory.path().to_str().unwrap()]).status().unwrap();
    assert!(status.success());
    assert!(directory.path().join("postlens-report.1").exists());
}

#[test]
fn the_readmes_show_what_is_printed() {
    shown_in("README.md", &["report"]);
    shown_in("README.ja.md", &["report", "--lang", "ja"]);
}

/// What a README shows after a command line about the examples is what that prints.
#[track_caller]
fn shown_in(readme: &str, arguments: &[&str]) {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(readme);
    let readme = std::fs::read_to_string(readme).unwrap();
    let line = format!("$ postlens {} examples/\n", arguments.join(" "));
    let (_, shown) = readme.split_once(&line).unwrap();
    let (shown, _) = shown.split_once("```").unwrap();
    let output = postlens(arguments).arg(examples()).output().unwrap();
    let mut printed = out(&output).lines();
    for line in shown.lines().filter(|line| *line != "…") {
        // What is left out stands between the lines that are shown, or at a line's end.
        let start = line.trim_end_matches('…');
        assert!(printed.any(|printed| printed.starts_with(start)), "{line}");
    }
}

#[test]
fn the_readmes_name_the_same_commands() {
    let commands = |readme: &str| {
        let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(readme);
        let text = std::fs::read_to_string(readme).unwrap();
        let rows = text.lines().filter_map(|line| line.strip_prefix("| `postlens "));
        let rows = rows.map(|row| row.split('`').next().unwrap_or_default().to_owned());
        rows.collect::<Vec<_>>()
    };
    let english = commands("README.md");
    assert!(english.len() > 8, "{english:?}");
    let output = postlens(&["--help"]).output().unwrap();
    let help = out(&output);
    for command in &english {
        assert!(commands("README.ja.md").contains(command), "{command}");
        let name = command.split(' ').next().unwrap();
        // That one has the original's command line, not ours.
        let known = help.contains(&format!("\n  {name} ")) || name == "qshape";
        assert!(known, "{name}: {help}");
    }
}
