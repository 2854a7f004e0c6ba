//! `postlens export`, from logs to files.

#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::path::Path;
use std::process::{Command, Output};

const LOG: &str = "\
2026-11-03T10:00:00.000000+01:00 mx postfix/smtpd[7]: connect from mail.example.net[192.0.2.7]
2026-11-03T10:00:01.000000+01:00 mx postfix/smtpd[7]: 4jWpv44LHMz1SZqm: client=mail.example.net[192.0.2.7]
2026-11-03T10:00:01.100000+01:00 mx postfix/cleanup[8]: 4jWpv44LHMz1SZqm: message-id=<1@example.net>
2026-11-03T10:00:01.200000+01:00 mx postfix/qmgr[9]: 4jWpv44LHMz1SZqm: from=<=cmd@example.net>, size=1234, nrcpt=2 (queue active)
2026-11-03T10:00:02.000000+01:00 mx postfix/local[10]: 4jWpv44LHMz1SZqm: to=<bob@example.com>, relay=local, delay=0.4, delays=0.2/0/0/0.2, dsn=2.0.0, status=sent (delivered to maildir)
2026-11-03T10:00:03.000000+01:00 mx postfix/smtp[11]: 4jWpv44LHMz1SZqm: to=<Gone@example.org>, relay=mx.example.org[198.51.100.1]:25, delay=1.4, delays=0.2/0/1/0.2, dsn=5.1.1, status=bounced (host mx.example.org[198.51.100.1] said: 550 5.1.1 User unknown (in reply to RCPT TO command))
2026-11-03T10:00:03.100000+01:00 mx postfix/qmgr[9]: 4jWpv44LHMz1SZqm: removed
2026-11-03T10:00:04.000000+01:00 mx postfix/smtpd[7]: NOQUEUE: reject: RCPT from mail.example.net[192.0.2.7]: 554 5.7.1 <eve@example.net>: Relay access denied; from=<eve@example.net> to=<x@example.org> proto=ESMTP helo=<mail.example.net>
2026-11-03T10:00:05.000000+01:00 mx postfix/smtpd[7]: disconnect from mail.example.net[192.0.2.7] ehlo=1 mail=2 rcpt=2/3 data=1 quit=1 commands=7/8
";

fn export(directory: &Path, arguments: &[&str]) -> Output {
    let log = directory.join("mail.log");
    std::fs::write(&log, LOG).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_postlens"));
    command.arg("export").args(arguments).arg(&log).output().unwrap()
}

#[track_caller]
fn text(arguments: &[&str]) -> String {
    let directory = tempfile::tempdir().unwrap();
    let output = export(directory.path(), arguments);
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

#[track_caller]
fn objects(arguments: &[&str]) -> Vec<serde_json::Value> {
    let text = text(&[arguments, &["--format", "ndjson"]].concat());
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn messages() {
    let rows = objects(&["messages"]);
    let [row] = rows.as_slice() else { unreachable!("{rows:?}") };
    assert_eq!(row["schema"], 1);
    assert_eq!(row["id"], "mx/postfix/4jWpv44LHMz1SZqm/2026-11-03T09:00:01Z");
    assert_eq!(row["time"], "2026-11-03T10:00:01+01:00");
    assert_eq!(row["status"], "mixed");
    assert_eq!(row["size"], 1234);
    assert_eq!(row["recipients"][0]["recipient"], "bob@example.com");
    assert_eq!(row["recipients"][1]["status"], "bounced");
    assert!(row["sasl_username"].is_null());
}

#[test]
fn deliveries_belong_to_messages() {
    let rows = objects(&["deliveries"]);
    assert_eq!(rows.len(), 2);
    for row in &rows {
        assert_eq!(row["message"], "mx/postfix/4jWpv44LHMz1SZqm/2026-11-03T09:00:01Z");
        assert_eq!(row["sender"], "=cmd@example.net");
    }
    assert_eq!(rows[1]["cause"], "user_unknown");
    assert_eq!(rows[1]["actor"], "sender");
    assert_eq!(rows[1]["delay_connection"], 1);
    assert_eq!(rows[1]["reply_code"], 550);
    assert!(rows[0]["cause"].is_null());
    assert_ne!(rows[0]["id"], rows[1]["id"]);
}

#[test]
fn refusals_and_sessions() {
    let rows = objects(&["refusals"]);
    let [row] = rows.as_slice() else { unreachable!("{rows:?}") };
    assert_eq!(row["cause"], "relay_denied");
    assert_eq!(row["helo"], "mail.example.net");
    assert_eq!(row["instance"], "postfix");
    let rows = objects(&["sessions"]);
    let [row] = rows.as_slice() else { unreachable!("{rows:?}") };
    assert_eq!(row["host"], "mx");
    assert_eq!(row["duration"], 5);
    assert_eq!((&row["messages"], &row["refusals"]), (&1.into(), &1.into()));
}

#[test]
fn events_are_all_lines() {
    let rows = objects(&["events"]);
    assert_eq!(rows.len(), LOG.lines().count());
    assert_eq!(rows[3]["kind"], "queue_active");
    assert_eq!(rows[3]["sender"], "=cmd@example.net");
    // A disconnect's counters have no column of their own.
    assert!(rows[8]["fields"].is_object(), "{}", rows[8]);
}

#[test]
fn columns_and_filters() {
    let arguments = ["deliveries", "--columns", "recipient,dsn", "--status", "bounced"];
    assert_eq!(text(&arguments), "recipient,dsn\nGone@example.org,5.1.1\n");
    let tsv = ["messages", "--columns", "sender,uid", "--format", "tsv"];
    assert_eq!(text(&tsv), "sender\tuid\n'=cmd@example.net\t\n");
    let bare = ["messages", "--columns", "sender", "--no-guard"];
    assert_eq!(text(&bare), "sender\n=cmd@example.net\n");
}

#[test]
fn json_is_one_array() {
    let read = |arguments: &[&str]| -> serde_json::Value {
        serde_json::from_str(&text(arguments)).unwrap()
    };
    let rows = read(&["deliveries", "--format", "json"]);
    assert_eq!(rows.as_array().unwrap().len(), 2);
    let none = read(&["deliveries", "--format", "json", "--status", "deferred"]);
    assert_eq!(none, serde_json::json!([]));
}

#[test]
fn recipients_to_drop() {
    let columns = ["--columns", "id,recipient,advice,cause,count"];
    let rows = text(&[&["suppressions"][..], &columns].concat());
    assert_eq!(
        rows,
        "id,recipient,advice,cause,count\ngone@example.org,Gone@example.org,drop,user_unknown,1\n"
    );
    let other = text(&["suppressions", "--columns", "id", "--sender", "news@example.com"]);
    assert_eq!(other, "id\n");
}

#[test]
fn files_are_whole_or_not_there() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("out.json");
    let path = path.to_str().unwrap();
    let output = export(directory.path(), &["messages", "-o", path]);
    assert!(output.status.success() && output.stdout.is_empty());
    let rows: serde_json::Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    assert_eq!(rows.as_array().unwrap().len(), 1);
    let output = export(directory.path(), &["messages", "-o", "/nonexistent/out.csv"]);
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("cannot write /nonexistent/out.csv"), "{said}");
    let left: Vec<_> = std::fs::read_dir(directory.path()).unwrap().collect();
    assert_eq!(left.len(), 2, "{left:?}");
}

#[test]
fn mistakes_are_explained() {
    let directory = tempfile::tempdir().unwrap();
    let said = |arguments: &[&str]| {
        let output = export(directory.path(), arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        String::from_utf8(output.stderr).unwrap()
    };
    let unknown = said(&["sessions", "--columns", "sender"]);
    assert!(unknown.contains("no column \"sender\"") && unknown.contains("hint: its columns: id"));
    assert!(said(&["sessions", "--all"]).contains("--all is for suppressions"));
    assert!(said(&["sessions", "--to", "mysql://x"]).contains("hint: write postgres://"));
    let stream = said(&["sessions", "--format", "sqlite"]);
    assert!(stream.contains("hint: name one with --output"), "{stream}");
    let path = directory.path().join("mail.log");
    let database = said(&["sessions", "-o", path.to_str().unwrap(), "--format", "sqlite"]);
    assert!(database.contains("hint: nothing was changed there"), "{database}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), LOG);
    let id = said(&["sessions", "--to", "postgres:///x", "--columns", "time"]);
    assert!(id.contains("hint: add id to --columns"), "{id}");
}
