//! Figures that a reader can count in a log of a few lines, in JSON and in the text.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests fail by panicking"
)]

use std::fmt::Write;
use std::process::Command;

use serde_json::{Value, json};

fn run(log: &str, args: &[&str]) -> String {
    let file = tempfile::Builder::new().suffix(".log").tempfile().unwrap();
    std::fs::write(file.path(), log).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_postlens"));
    let output = command.args(["report", "--tz", "UTC", "--lang", "en"]).args(args);
    let output = output.arg(file.path()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn json_of(log: &str) -> Value {
    serde_json::from_str(&run(log, &["--json"])).unwrap()
}

/// The sections that were asked for, without the head and the verdict.
#[track_caller]
fn text_of(log: &str, args: &[&str], expected: &str) {
    let text = run(log, args);
    assert!(text.ends_with(expected), "{text}");
}

/// A mail with its lines from beginning to end.
struct Mail<'a> {
    id: &'a str,
    second: u32,
    from: &'a str,
    size: u32,
    to: &'a str,
    /// What stands before `: 4xyz: to=<…`: the daemon.
    daemon: &'a str,
    relay: &'a str,
    /// Before the queue manager, in the queue, connecting, transmitting.
    delays: [f64; 4],
    status: &'a str,
}

impl Mail<'_> {
    fn lines(&self) -> String {
        let Self { id, from, size, to, daemon, relay, delays, status, .. } = self;
        let time =
            format!("2026-11-23T10:{:02}:{:02}+00:00 mail", self.second / 60, self.second % 60);
        let total: f64 = delays.iter().sum();
        let [a, b, c, d] = delays;
        let mut lines = String::new();
        let _ = writeln!(lines, "{time} postfix/pickup[4]: {id}: uid=1000 from=<{from}>");
        let _ =
            writeln!(lines, "{time} postfix/cleanup[5]: {id}: message-id=<{id}@mail.example.com>");
        let _ = writeln!(
            lines,
            "{time} postfix/qmgr[6]: {id}: from=<{from}>, size={size}, nrcpt=1 (queue active)"
        );
        let _ = writeln!(
            lines,
            "{time} {daemon}[7]: {id}: to=<{to}>, relay={relay}, delay={total:.2}, \
             delays={a}/{b}/{c}/{d}, dsn=2.0.0, status={status}"
        );
        if !status.starts_with("deferred") {
            let _ = writeln!(lines, "{time} postfix/qmgr[6]: {id}: removed");
        }
        lines
    }
}

const USUAL: Mail<'_> = Mail {
    id: "4jWpv44LHMz1SZq0",
    second: 0,
    from: "alice@example.com",
    size: 1_000,
    to: "x@example.net",
    daemon: "postfix/smtp",
    relay: "mx1.mail.example.net[192.0.2.10]:25",
    delays: [0.0, 0.0, 0.0, 0.0],
    status: "sent (250 2.0.0 Ok)",
};

/// A queue ID of its own for each number.
fn id(number: u32) -> String {
    format!("4jWpv44LHMz1SZ{number:02}")
}

/// Twenty mails to one domain, each a second slower to transmit than the one before, and one
/// to another, which took long to connect to.
#[test]
fn delays_by_stage_and_domain() {
    let mut log = String::new();
    for number in 1..=20 {
        let mail = Mail {
            id: &id(number),
            second: number,
            delays: [0.1, 0.2, 0.5, f64::from(number)],
            ..USUAL
        };
        log += &mail.lines();
    }
    let slow = Mail {
        id: &id(30),
        second: 30,
        to: "y@example.org",
        relay: "mx.example.org[192.0.2.20]:25",
        delays: [0.1, 0.0, 60.0, 1.0],
        ..USUAL
    };
    log += &slow.lines();
    let told = json_of(&log);
    // A quantile is the upper end of its bucket: too high by nine percent at most.
    let near = |value: &Value, seconds: f64| {
        let value = value.as_f64().unwrap();
        assert!((seconds * 0.999..=seconds * 1.091).contains(&value), "{value} {seconds}");
    };
    let domain = &told["destinations"]["entries"][0];
    assert_eq!((&domain["name"], &domain["sent"]), (&json!("example.net"), &json!(20)));
    let transmission = &domain["stages"]["delay_transmission"];
    near(&transmission["p50"], 10.0);
    near(&transmission["p95"], 19.0);
    near(&transmission["max"], 20.0);
    near(&domain["stages"]["delay_connection"]["p95"], 0.5);
    near(&domain["stages"]["delay_in_qmgr"]["p50"], 0.2);
    let other = &told["destinations"]["entries"][1]["stages"];
    near(&other["delay_connection"]["max"], 60.0);
    assert_eq!(told["delays"]["connection"]["count"], 21);
    near(&told["delays"]["connection"]["max"], 60.0);
    near(&told["delays"]["total"]["p50"], 11.8);
    let text = "
Delays by stage (median/95 %)
       before         queue       connect      transmit
0.10 s/0.10 s 0.20 s/0.20 s 0.50 s/0.50 s     10 s/20 s  example.net
0.10 s/0.10 s 0.00 s/0.00 s     60 s/60 s 1.00 s/1.00 s  example.org

Providers that mail went to
     sent  deferred   bounced  accepted
       20         0         0   100.0 %  example.net
        1         0         0   100.0 %  example.org

How long deliveries took
    count    median      95 %   longest
       21      12 s      23 s      61 s  in all
       21    0.10 s    0.10 s    0.10 s  before the queue manager
       21    0.20 s    0.20 s    0.20 s  in the active queue
       21    0.51 s    0.51 s      60 s  connecting
       21      10 s      20 s      20 s  transmitting
";
    text_of(&log, &["--section", "destinations", "--section", "delays", "--detail"], text);
}

/// Two hosts of one provider and one of another, by two services, with a deferral and a
/// bounce.
#[test]
fn providers_and_sending_services() {
    let bulk = "postfix-out/bulk/smtp";
    let sent = [
        ("mx1.mail.example.net[192.0.2.10]:25", "postfix/smtp", "sent (250 ok)"),
        ("mx2.mail.example.net[192.0.2.11]:25", "postfix/smtp", "sent (250 ok)"),
        ("mx2.mail.example.net[192.0.2.11]:25", bulk, "deferred (host said: 450 later)"),
        ("mx.example.co.uk[192.0.2.12]:25", bulk, "bounced (host said: 550 no)"),
        ("192.0.2.13[192.0.2.13]:25", bulk, "sent (250 ok)"),
    ];
    let mut log = String::new();
    for (number, (relay, daemon, status)) in (1..).zip(sent) {
        log += &Mail { id: &id(number), second: number, relay, daemon, status, ..USUAL }.lines();
    }
    let told = json_of(&log);
    let of = |list: &str| {
        let entries = told[list]["entries"].as_array().unwrap().iter();
        let entries = entries.map(|it| {
            let name = it["name"].as_str().unwrap();
            format!("{name} {} {} {}", it["sent"], it["deferred"], it["bounced"])
        });
        entries.collect::<Vec<_>>()
    };
    assert_eq!(of("providers"), ["example.net 2 1 0", "192.0.2.13 1 0 0", "example.co.uk 0 0 1"]);
    assert_eq!(of("sending_services"), ["postfix-out/bulk/smtp 1 1 1", "postfix/smtp 2 0 0"]);
    let text = "
Providers that mail went to
     sent  deferred   bounced  accepted
        2         1         0    66.7 %  example.net
        1         0         0   100.0 %  192.0.2.13
        0         0         1     0.0 %  example.co.uk

Mail by sending service
     sent  deferred   bounced  accepted
        1         1         1    33.3 %  postfix-out/bulk/smtp
        2         0         0   100.0 %  postfix/smtp
";
    text_of(&log, &["--section", "destinations"], text);
}

/// One sends often, the other much; both are local users.
#[test]
fn senders_by_count_and_by_size() {
    let mails =
        [("alice@example.com", 100), ("alice@example.com", 200), ("bob@example.com", 5_000)];
    let mut log = String::new();
    for (number, (from, size)) in (1..).zip(mails) {
        log += &Mail { id: &id(number), second: number, from, size, ..USUAL }.lines();
    }
    let told = json_of(&log);
    let first = |list: &str| told[list]["entries"][0].clone();
    assert_eq!(first("senders"), json!({ "name": "alice@example.com", "count": 2, "bytes": 300 }));
    let bob = json!({ "name": "bob@example.com", "count": 1, "bytes": 5_000 });
    assert_eq!(first("senders_by_size"), bob);
    let all = json!({ "name": "x@example.net", "count": 3, "bytes": 5_300 });
    assert_eq!(first("recipients_top"), all);
    assert_eq!(told["bytes_received"], 5_300);
    assert_eq!(told["uids"], json!({ "1000": 3 }));
    assert_eq!(told["mails"], json!({ "local": 3 }));
    let text = "
Senders
           2       300 B  alice@example.com
           1     4.8 KiB  bob@example.com

Senders by size
           1     4.8 KiB  bob@example.com
           2       300 B  alice@example.com

Local senders by user ID
           3  uid 1000
";
    text_of(&log, &["--section", "senders"], text);
}

/// Connections that break after two commands, of two clients.
#[test]
fn broken_connections() {
    let client = |second: u32, address: &str, end: &str| {
        let time = format!("2026-11-23T10:00:{second:02}+00:00 mail postfix/smtpd[9]:");
        format!(
            "{time} connect from unknown[{address}]\n{time} {end} from unknown[{address}]\n\
             {time} disconnect from unknown[{address}]\n"
        )
    };
    let log = client(1, "192.0.2.1", "lost connection after AUTH")
        + &client(2, "192.0.2.1", "lost connection after AUTH")
        + &client(3, "192.0.2.2", "lost connection after AUTH")
        + &client(4, "192.0.2.2", "timeout after DATA (0 bytes)");
    let told = json_of(&log);
    let broken = &told["broken_connections"];
    assert_eq!(broken["distinct"], 2);
    let first = &broken["entries"][0];
    assert_eq!((&first["name"], &first["count"]), (&json!("lost_connection AUTH"), &json!(3)));
    assert_eq!(first["clients"]["entries"][0], json!({ "name": "192.0.2.1", "count": 2 }));
    assert_eq!(told["connections"]["total"], 4);
    assert_eq!(told["connections"]["ends"], json!({ "lost_connection": 3, "timeout": 1 }));
    let text = "
Broken connections
           3  hung up after AUTH
           2    192.0.2.1
           1    192.0.2.2
           1  silent too long after DATA
           1    192.0.2.2
";
    text_of(&log, &["--section", "connections"], text);
}
