//! `postlens search` as a user runs it.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests fail by panicking"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

const LOG: &str = "\
Nov 23 10:00:01 mx postfix/smtpd[7]: connect from a.example.net[192.0.2.7]
Nov 23 10:00:02 mx postfix/smtpd[7]: 4dFxYz0BcdzQ1k: client=a.example.net[192.0.2.7]
Nov 23 10:00:03 mx postfix/qmgr[9]: 4dFxYz0BcdzQ1k: from=<x@example.net>, size=20971520, nrcpt=2 (queue active)
Nov 23 10:00:04 mx postfix/smtp[8]: 4dFxYz0BcdzQ1k: to=<bob@example.org>, relay=none, delay=400, delays=0/0/400/0, dsn=4.4.1, status=deferred (connect to mx.example.org[192.0.2.80]:25: Connection timed out)
Nov 23 10:00:05 mx postfix/smtpd[7]: NOQUEUE: reject: RCPT from unknown[198.51.100.9]: 550 5.1.1 <nobody@example.com>: Recipient address rejected: User unknown in local recipient table; from=<> to=<nobody@example.com> proto=ESMTP helo=<=cmd|x>
Nov 23 11:00:06 mx postfix/smtpd[7]: warning: unknown[198.51.100.9]: SASL LOGIN authentication failed: UGFzc3dvcmQ6, sasl_username=bob@example.com
Nov 23 13:00:07 mx dovecot: imap-login: Disconnected: Connection closed (auth failed, 3 attempts in 12 secs): user=<alice@example.com>, method=PLAIN, rip=198.51.100.10, lip=192.0.2.1, TLS, session=<abc>
Nov 23 13:00:08 mx postfix/smtpd[7]: disconnect from a.example.net[192.0.2.7] ehlo=1 commands=1
";

struct Logs(tempfile::TempDir);

impl Logs {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("mail.log"), LOG).unwrap();
        Self(dir)
    }

    fn path(&self) -> PathBuf {
        self.0.path().join("mail.log")
    }

    fn search(&self, args: &[&str]) -> Output {
        search(&[args, &[self.path().to_str().unwrap()]].concat())
    }

    /// The lines of the log that are found, by their numbers.
    #[track_caller]
    fn check(&self, args: &[&str], expected: &[usize]) {
        let output = self.search(args);
        let out = String::from_utf8(output.stdout).unwrap();
        let wanted: String = expected
            .iter()
            .map(|number| LOG.lines().nth(*number).unwrap().to_owned() + "\n")
            .collect();
        assert_eq!(out, wanted, "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(output.status.code(), Some(i32::from(expected.is_empty())), "{args:?}");
    }

    #[track_caller]
    fn writes(&self, args: &[&str], expected: &str) {
        let output = self.search(args);
        assert_eq!(String::from_utf8(output.stdout).unwrap(), expected, "{args:?}");
    }
}

fn search(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_postlens"))
        .arg("search")
        .args(args)
        .env("TZ", "UTC")
        .env("LC_ALL", "C.UTF-8")
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

#[track_caller]
fn fails(output: &Output, parts: &[&str]) {
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{text}");
    for part in parts {
        assert!(text.contains(part), "{part:?} is not in {text}");
    }
}

#[test]
fn terms_and_options() {
    let logs = Logs::new();
    logs.check(&["status=deferred"], &[3]);
    logs.check(&["--status", "deferred"], &[3]);
    logs.check(&["auth failed"], &[5, 6]);
    logs.check(&["auth failed", "domain=example.com", "--client", "!198.51.100.10"], &[5]);
    logs.check(&["imap-login failed"], &[6]);
    logs.check(&["rejected", "status=deferred"], &[]);
    logs.check(&["delay>5m"], &[3]);
    logs.check(&["--where", "recipient_count=2"], &[2]);
    logs.check(&["client=192.0.2.0/24"], &[0, 1, 7]);
    logs.check(&["recipient=nobody@nowhere.example"], &[]);
    logs.check(&["queue_id=4dFxYz0BcdzQ1k", "-m", "2"], &[1, 2]);
    logs.check(&["--since", "2026-11-23 11:00", "--until", "2026-11-23 13:00"], &[5]);
    logs.check(&[], &[0, 1, 2, 3, 4, 5, 6, 7]);
}

#[test]
fn lines_around() {
    let logs = Logs::new();
    logs.check(&["status=deferred", "-A", "1"], &[3, 4]);
    logs.check(&["status=deferred", "-B", "2"], &[1, 2, 3]);
    let output =
        logs.search(&["kind=connect", "imap-login failed", "kind=queue_active", "-C", "1"]);
    let out = String::from_utf8(output.stdout).unwrap();
    let starts: Vec<_> = out.lines().map(|line| line.get(7..15).unwrap_or(line)).collect();
    let first = ["10:00:01", "10:00:02", "10:00:03", "10:00:04"];
    assert_eq!(starts, [&first[..], &["--", "11:00:06", "13:00:07", "13:00:08"]].concat());
}

/// Two messages and their sessions, mixed, and a queue ID that is used again.
const MIXED: &str = "\
Nov 23 10:00:01 mx postfix/smtpd[7]: connect from a.example.net[192.0.2.7]
Nov 23 10:00:01 mx postfix/smtpd[8]: connect from b.example.net[192.0.2.8]
Nov 23 10:00:02 mx postfix/smtpd[7]: 1234567890A: client=a.example.net[192.0.2.7]
Nov 23 10:00:02 mx postfix/smtpd[8]: 1234567890B: client=b.example.net[192.0.2.8]
Nov 23 10:00:03 mx postfix/qmgr[9]: 1234567890A: from=<x@example.net>, size=100, nrcpt=1 (queue active)
Nov 23 10:00:03 mx postfix/qmgr[9]: 1234567890B: from=<y@example.net>, size=100, nrcpt=1 (queue active)
Nov 23 10:00:04 mx postfix/smtpd[8]: NOQUEUE: reject: RCPT from b.example.net[192.0.2.8]: 550 5.1.1 <nobody@example.com>: Recipient address rejected: User unknown; from=<y@example.net> to=<nobody@example.com> proto=ESMTP helo=<b>
Nov 23 10:00:04 mx postfix/smtpd[7]: disconnect from a.example.net[192.0.2.7] ehlo=1 commands=1
Nov 23 10:00:05 mx postfix/smtp[5]: 1234567890A: to=<bob@example.org>, relay=none, delay=3, delays=0/0/3/0, dsn=5.4.4, status=bounced (unable to look up host)
Nov 23 10:00:05 mx postfix/qmgr[9]: 1234567890A: removed
Nov 23 10:00:05 mx postfix/smtp[5]: 1234567890B: to=<eve@example.org>, relay=none, delay=3, delays=0/0/3/0, dsn=2.0.0, status=sent (ok)
Nov 23 10:00:06 mx postfix/smtpd[8]: disconnect from b.example.net[192.0.2.8] ehlo=1 commands=1
Nov 23 10:00:09 mx postfix/pickup[4]: 1234567890A: uid=0 from=<root>
Nov 23 10:00:09 mx postfix/qmgr[9]: 1234567890A: from=<root@example.com>, size=5, nrcpt=1 (queue active)
";

#[track_caller]
fn mixed(args: &[&str], expected: &[&[usize]]) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("mail.log");
    fs::write(&path, MIXED).unwrap();
    let output = search(&[args, &[path.to_str().unwrap()]].concat());
    let line = |number: &usize| MIXED.lines().nth(*number).unwrap().to_owned() + "\n";
    let group = |numbers: &&[usize]| numbers.iter().map(line).collect::<String>();
    let wanted = expected.iter().map(group).collect::<Vec<_>>().join("--\n");
    assert_eq!(String::from_utf8(output.stdout).unwrap(), wanted, "{args:?}");
}

#[test]
fn whole_messages() {
    mixed(&["status=bounced", "--context", "message"], &[&[2, 4, 8, 9]]);
    mixed(&["sender=root@example.com", "--context", "message"], &[&[12, 13]]);
    mixed(&["kind=client", "--context", "message"], &[&[2, 4, 8, 9], &[3, 5, 10]]);
    mixed(&["kind=client", "-m", "1", "--context", "message"], &[&[2, 4, 8, 9]]);
    mixed(&["rejected", "--context", "message"], &[&[6]]);
    mixed(&["status=expired", "--context", "message"], &[]);
}

#[test]
fn whole_sessions() {
    mixed(&["rejected", "--context", "session"], &[&[1, 3, 6, 11]]);
    mixed(&["kind=disconnect", "--context", "session"], &[&[0, 2, 7], &[1, 3, 6, 11]]);
    mixed(&["status=bounced", "--context", "session"], &[&[8]]);
}

/// Lines to come are found as they are logged, also in the file that takes a rotated one's
/// place.
#[test]
fn following_through_rotation() {
    use std::io::{BufRead, BufReader, Write};
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("mail.log");
    let now = jiff::Timestamp::now();
    let line = |number: usize, status: &str| {
        format!(
            "{now} mx postfix/smtp[8]: 4dFxYz{number}BcdzQ1k: to=<b@example.org>, relay=none, \
             delay=4, delays=0/0/4/0, dsn=4.4.1, status={status} (no)\n"
        )
    };
    let old = "2020-11-23T10:00:04Z mx postfix/smtp[8]: 4dFxYz9BcdzQ1k: to=<b@example.org>, \
        relay=none, delay=4, delays=0/0/4/0, dsn=4.4.1, status=deferred (old)\n";
    fs::write(&path, old).unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_postlens"))
        .args(["search", "status=deferred", "--follow", "-m", "3"])
        .arg(&path)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut found = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut log = fs::OpenOptions::new().append(true).open(&path).unwrap();
    log.write_all((line(1, "sent") + &line(2, "deferred")).as_bytes()).unwrap();
    assert!(found.next().unwrap().unwrap().contains("4dFxYz2B"));
    fs::rename(&path, dir.path().join("mail.log.1")).unwrap();
    // The logger has the old file open still.
    log.write_all(line(3, "deferred").as_bytes()).unwrap();
    fs::write(&path, line(4, "deferred")).unwrap();
    assert!(found.next().unwrap().unwrap().contains("4dFxYz3B"));
    assert!(found.next().unwrap().unwrap().contains("4dFxYz4B"));
    assert!(found.next().is_none());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn counts() {
    let logs = Logs::new();
    logs.writes(&["auth failed", "-c"], "2\n");
    logs.writes(&["sender=nobody@nowhere.example", "--format", "count"], "0\n");
    logs.writes(&["--count-by", "daemon", "--top", "2"], "5  smtpd\n1  dovecot\n");
    logs.writes(&["auth failed", "--count-by", "network"], "2  198.51.100.0/24\n");
    logs.writes(
        &["auth failed", "--count-by", "hour,user", "--format", "csv"],
        "hour,user,count\r\n2026-11-23 11:00,bob@example.com,1\r\n2026-11-23 \
         13:00,alice@example.com,1\r\n",
    );
    logs.writes(
        &["rejected", "--count-by", "cause,sender", "--format", "json"],
        "{\"cause\":\"user_unknown\",\"sender\":\"\",\"count\":1}\n",
    );
    logs.writes(
        &["auth failed", "--format", "histogram"],
        &format!(
            "2026-11-23 11:00  1  {bar}\n2026-11-23 12:00  0\n2026-11-23 13:00  1  {bar}\n",
            bar = "█".repeat(59)
        ),
    );
}

#[test]
fn tables_csv_and_json() {
    let logs = Logs::new();
    logs.writes(
        &["status=deferred", "--format", "table", "--columns", "recipient,cause,delay"],
        "recipient        cause               delay\n\
         bob@example.org  connection_timeout  400\n",
    );
    // What a spreadsheet would run is text.
    logs.writes(
        &["rejected", "--format", "csv", "--columns", "sender,helo,code"],
        "sender,helo,code\r\n,\"'=cmd|x\",550\r\n",
    );
    logs.writes(&["status=expired", "--format", "csv", "--columns", "dsn"], "dsn\r\n");
    let output = logs.search(&["status=deferred", "--format", "json"]);
    let object: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(object["recipient"], "bob@example.org");
    assert_eq!(object["time"], "2026-11-23T10:00:04Z");
}

#[test]
fn samples_are_of_the_size_asked_for_and_the_same_each_time() {
    let logs = Logs::new();
    let once = logs.search(&["--sample", "3"]).stdout;
    assert_eq!(once.split(|byte| *byte == b'\n').count(), 4);
    assert_eq!(once, logs.search(&["--sample", "3"]).stdout);
    assert_eq!(logs.search(&["--sample", "100"]).stdout, LOG.as_bytes());
}

#[test]
fn quiet_tells_by_its_status_alone() {
    let logs = Logs::new();
    let found = logs.search(&["-q", "auth failed"]);
    assert_eq!((found.status.code(), found.stdout.len()), (Some(0), 0));
    assert_eq!(logs.search(&["-q", "status=bounced"]).status.code(), Some(1));
}

#[test]
fn what_is_wrong_is_said_with_a_remedy() {
    let logs = Logs::new();
    fails(&logs.search(&["status=defered"]), &["\"defered\" is no status", "hint:", "deferred"]);
    fails(&logs.search(&["rejcted"]), &["neither a log nor a filter", "--text \"rejcted\""]);
    fails(&search(&["absent.log"]), &["\"absent.log\" is neither", "no such file"]);
    fails(&logs.search(&["--count-by", "recipent"]), &["no column recipent", "recipient"]);
    fails(&logs.search(&["-C", "1", "--format", "json"]), &["as lines only", "leave --format out"]);
    fails(&logs.search(&["--follow", "--format", "histogram"]), &["no end", "hint:"]);
    fails(&logs.search(&["--text", "("]), &["regular expression", "hint:"]);
    fails(&logs.search(&["client=192.0.2.0/99"]), &["192.0.2.0/24"]);
    fails(&search(&["--sample", "x"]), &["--sample"]);
}

/// As with grep, what cannot be read makes 2, whatever was found in the rest.
#[test]
fn unreadable_logs() {
    let logs = Logs::new();
    let damaged = logs.0.path().join("old.log.gz");
    fs::write(&damaged, b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03this is no deflate").unwrap();
    let output = search(&["auth failed", logs.path().to_str().unwrap(), damaged.to_str().unwrap()]);
    fails(&output, &["old.log.gz"]);
    assert_eq!(output.stdout.split(|byte| *byte == b'\n').count(), 3);
}

/// No pattern, value or line takes more than linear time, and none is ever acted on.
#[test]
fn hostile_queries_and_lines_do_no_harm() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("mail.log");
    let mut log = Vec::new();
    log.extend_from_slice(b"Nov 23 10:00:01 mx postfix/smtpd[7]: warning: ");
    log.extend_from_slice(&b"a".repeat(4 << 20));
    log.extend_from_slice(
        b"\nNov 23 10:00:02 mx postfix/smtpd[7]: NOQUEUE: reject: RCPT from \
        x[192.0.2.1]: 550 5.1.1 no; from=<\x1b[2J@example.com> to=<<script>@example.com> \
        proto=ESMTP helo=<$(reboot)>\n",
    );
    log.extend_from_slice(b"\x00\xff\xfe broken \x1b]0;title\x07\n");
    fs::write(&path, &log).unwrap();
    let log = path.to_str().unwrap();
    let found = |args: &[&str]| search(&[args, &[log]].concat());
    let lines = |output: Output| output.stdout.split(|byte| *byte == b'\n').count() - 1;
    assert_eq!(lines(found(&["--text", "(a+)+$"])), 1);
    assert_eq!(lines(found(&["--text", "(a|aa)+b"])), 0);
    assert_eq!(lines(found(&["--helo", &"*a".repeat(40)])), 0);
    assert_eq!(lines(found(&["helo=$(reboot)"])), 1);
    assert_eq!(lines(found(&["text=broken"])), 1);
    fails(&found(&["--text", "((((a{100}){100}){100}){100})"]), &["regular expression"]);
    // Into a pipe bytes go as they are; a table is for eyes.
    let table = found(&["rejected", "--format", "table"]).stdout;
    assert!(!table.contains(&0x1b), "{}", String::from_utf8_lossy(&table));
    let raw = found(&["rejected"]).stdout;
    assert!(raw.contains(&0x1b));
}

#[test]
fn standard_input_and_archives() {
    use std::io::Write;
    let mut child = Command::new(env!("CARGO_BIN_EXE_postlens"))
        .args(["search", "auth failed", "-c", "-"])
        .env("TZ", "UTC")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(LOG.as_bytes()).unwrap();
    child.stdin.take().unwrap().write_all(&packed.finish().unwrap()).unwrap();
    assert_eq!(child.wait_with_output().unwrap().stdout, b"2\n");
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    let output = search(&["kind=queue_active", "--count-by", "day", examples.to_str().unwrap()]);
    assert_eq!(output.stdout.split(|byte| *byte == b'\n').count(), 6);
}
