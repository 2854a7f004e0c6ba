//! Why mail was deferred, bounced, given up or refused, by cause.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests fail by panicking"
)]

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

fn report(log: &str, input: &[u8]) -> Value {
    let mut command = Command::new(env!("CARGO_BIN_EXE_postlens"));
    command.env("TZ", "UTC").args(["report", "--json", "--top", "1000", log]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn counts(list: &Value) -> u64 {
    list.as_array().unwrap().iter().map(|entry| entry["count"].as_u64().unwrap()).sum()
}

#[test]
fn causes_of_the_examples_add_up() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    let report = report(examples.to_str().unwrap(), b"");
    for list in ["deferrals", "bounces", "expired", "refusals"] {
        let list = &report[list];
        assert!(counts(&list["causes"]) > 0);
        assert_eq!(counts(&list["causes"]), counts(&list["entries"]), "{list:#}");
        for entry in list["entries"].as_array().unwrap() {
            let cause = &entry["cause"];
            let known = list["causes"].as_array().unwrap();
            assert!(known.iter().any(|known| known["cause"] == *cause), "{entry:#}");
            assert!(entry["basis"].is_string(), "{entry:#}");
        }
    }
    // Mail that was given up has the cause of its last attempt, each recipient once.
    let expired = &report["expired"];
    assert_eq!(expired["unseen"], 0);
    assert_eq!(counts(&expired["causes"]), report["recipients"]["expired"].as_u64().unwrap());
    let first = &expired["causes"][0];
    assert_eq!((&first["cause"], &first["actor"]), (&json!("mailbox_full"), &json!("recipient")));
}

#[test]
fn mail_given_up_keeps_the_cause_of_its_last_attempt() {
    let log = "\
Nov 20 10:00:00 mail postfix/smtpd[1]: 4jWpv44LHMz1SZqm: client=a.example[192.0.2.1]
Nov 20 10:00:00 mail postfix/qmgr[2]: 4jWpv44LHMz1SZqm: from=<a@example.com>, size=9, nrcpt=3 (queue active)
Nov 20 10:00:01 mail postfix/smtp[3]: 4jWpv44LHMz1SZqm: to=<b@example.net>, relay=none, delay=1, delays=0/0/1/0, dsn=4.4.1, status=deferred (connect to mx.example.net[192.0.2.9]:25: Connection refused)
Nov 20 10:00:01 mail postfix/smtp[3]: 4jWpv44LHMz1SZqm: to=<c@example.net>, relay=none, delay=1, delays=0/0/1/0, dsn=4.4.1, status=deferred (connect to mx.example.net[192.0.2.9]:25: Connection refused)
Nov 20 10:00:01 mail postfix/smtp[3]: 4jWpv44LHMz1SZqm: to=<d@example.net>, relay=none, delay=1, delays=0/0/1/0, dsn=4.4.1, status=deferred (connect to mx.example.net[192.0.2.9]:25: Connection refused)
Nov 20 20:00:00 mail postfix/qmgr[2]: 4jWpv44LHMz1SZqm: from=<a@example.com>, size=9, nrcpt=3 (queue active)
Nov 20 20:00:01 mail postfix/smtp[3]: 4jWpv44LHMz1SZqm: to=<b@example.net>, relay=mx.example.net[192.0.2.9]:25, delay=36001, delays=36000/0/1/0, dsn=4.2.2, status=deferred (host mx.example.net[192.0.2.9] said: 452 4.2.2 Mailbox full (in reply to RCPT TO command))
Nov 20 20:00:01 mail postfix/smtp[3]: 4jWpv44LHMz1SZqm: to=<c@example.net>, relay=mx.example.net[192.0.2.9]:25, delay=36001, delays=36000/0/1/0, dsn=2.0.0, status=sent (250 2.0.0 Ok)
Nov 23 10:00:00 mail postfix/qmgr[2]: 4jWpv44LHMz1SZqm: from=<a@example.com>, status=expired, returned to sender
Nov 23 10:00:00 mail postfix/qmgr[2]: 4jWpv44LHMz1SZqm: removed
Nov 23 10:00:01 mail postfix/qmgr[2]: 4jWq000LHMz1SZqx: from=<a@example.com>, status=expired, returned to sender
";
    let report = report("-", log.as_bytes());
    let causes = report["expired"]["causes"].as_array().unwrap();
    let causes: Vec<_> = causes.iter().map(|group| (&group["cause"], &group["count"])).collect();
    let (refused, full) = (json!("connection_refused"), json!("mailbox_full"));
    assert_eq!(causes, [(&full, &json!(1)), (&refused, &json!(1))]);
    assert_eq!(report["deferrals"]["causes"][0]["count"], 3);
    // Postfix's own words are sure, a peer's nearly so.
    let bases = report["deferrals"]["entries"].as_array().unwrap().iter();
    let bases: Vec<_> = bases.map(|entry| &entry["basis"]).collect();
    assert_eq!(bases, ["own_text", "wording"]);
}
