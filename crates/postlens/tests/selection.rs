//! Reports about some of the mail: `--domain`, `--sender`, `--recipient`, `--client`,
//! `--instance`.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests fail by panicking"
)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value, json};

fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples")
}

fn run(args: &[&str], log: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_postlens"));
    command.env("TZ", "UTC").env("LC_ALL", "C").arg("report").args(args).arg(log);
    command.output().unwrap()
}

fn json_of(args: &[&str], log: &Path) -> Value {
    let output = run(&[&["--json", "--top", "10000"], args].concat(), log);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The report of a log in memory.
fn of(log: &str, args: &[&str]) -> Value {
    let file = tempfile::Builder::new().suffix(".log").tempfile().unwrap();
    std::fs::write(file.path(), log).unwrap();
    json_of(args, file.path())
}

/// All numbers of an object or a list's counts, by name.
fn numbers(value: &Value, path: &str) -> Vec<(String, u64)> {
    let own = |(name, value): (&String, &Value)| Some((format!("{path}.{name}"), value.as_u64()?));
    value.as_object().unwrap().iter().filter_map(own).collect()
}

/// What must add up to the whole where some mail is in one report and the rest in another.
fn sums(told: &Value) -> std::collections::BTreeMap<String, u64> {
    let mut all = Vec::new();
    for key in ["recipients", "notification_recipients", "refused", "lines", "decisions"] {
        all.extend(numbers(&told[key], key));
    }
    for list in ["deferrals", "bounces", "refusals"] {
        let causes = told[list]["causes"].as_array().unwrap();
        let count = causes.iter().map(|cause| cause["count"].as_u64().unwrap()).sum();
        all.push((list.to_owned(), count));
    }
    all.push(("connections".to_owned(), told["connections"]["total"].as_u64().unwrap()));
    all.push(("failures".to_owned(), told["authentication"]["failures"].as_u64().unwrap()));
    all.push(("delays".to_owned(), told["delays"]["total"]["count"].as_u64().unwrap()));
    all.into_iter().filter(|(_, count)| *count > 0).collect()
}

#[test]
fn some_mail_and_all_other_are_the_whole() {
    let whole = json_of(&[], &examples());
    let filters = [
        ("--domain", "customer.example"),
        ("--domain", "example.com"),
        ("--sender", "alice@example.com"),
        ("--sender", "*@freemail.example"),
        ("--recipient", "*@bigmail.example"),
        ("--client", "198.51.100.20"),
        ("--client", "203.0.113.0/24"),
        ("--client", "*.bigmail.example"),
    ];
    for (option, value) in filters {
        let some = json_of(&[option, value], &examples());
        let other = json_of(&[option, &format!("!{value}")], &examples());
        let mut both = sums(&some);
        assert!(!both.is_empty(), "{option} {value}");
        for (name, count) in sums(&other) {
            *both.entry(name).or_default() += count;
        }
        assert_eq!(both, sums(&whole), "{option} {value}");
        let lines = |told: &Value| numbers(&told["lines"], "").iter().map(|it| it.1).sum::<u64>();
        for part in [&some, &other] {
            let left_out = part["filter"]["left_out"].as_u64().unwrap();
            assert_eq!(lines(part) + left_out, lines(&whole), "{option} {value}");
            assert_eq!((&part["from"], &part["to"]), (&whole["from"], &whole["to"]));
        }
    }
}

/// A mail through a content filter, whose second half comes from this host; a mail of
/// another client to two recipients, one of whom is forwarded.
const LOG: &str = "\
2026-11-23T10:00:00+00:00 mail postfix/smtpd[1]: connect from mx.example.net[192.0.2.7]
2026-11-23T10:00:00+00:00 mail postfix/smtpd[1]: 4jWpv44LHMz1SZ01: client=mx.example.net[192.0.2.7]
2026-11-23T10:00:00+00:00 mail postfix/cleanup[2]: 4jWpv44LHMz1SZ01: message-id=<1@example.net>
2026-11-23T10:00:00+00:00 mail postfix/qmgr[3]: 4jWpv44LHMz1SZ01: from=<ann@example.net>, size=900, nrcpt=1 (queue active)
2026-11-23T10:00:01+00:00 mail postfix/smtpd[1]: disconnect from mx.example.net[192.0.2.7]
2026-11-23T10:00:01+00:00 mail postfix/smtpd[4]: connect from localhost[127.0.0.1]
2026-11-23T10:00:01+00:00 mail postfix/smtpd[4]: 4jWpv44LHMz1SZ02: client=localhost[127.0.0.1]
2026-11-23T10:00:01+00:00 mail postfix/cleanup[2]: 4jWpv44LHMz1SZ02: message-id=<1@example.net>
2026-11-23T10:00:01+00:00 mail postfix/smtpd[4]: disconnect from localhost[127.0.0.1]
2026-11-23T10:00:01+00:00 mail postfix/qmgr[3]: 4jWpv44LHMz1SZ02: from=<ann@example.net>, size=1000, nrcpt=1 (queue active)
2026-11-23T10:00:02+00:00 mail postfix/smtp[5]: 4jWpv44LHMz1SZ01: to=<bob@example.com>, relay=127.0.0.1[127.0.0.1]:10024, delay=2, delays=0/0/0/2, dsn=2.0.0, status=sent (250 2.0.0 from MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok: queued as 4jWpv44LHMz1SZ02)
2026-11-23T10:00:02+00:00 mail postfix/qmgr[3]: 4jWpv44LHMz1SZ01: removed
2026-11-23T10:00:03+00:00 mail postfix/lmtp[6]: 4jWpv44LHMz1SZ02: to=<bob@example.com>, relay=mail.example.com[private/dovecot-lmtp], delay=2, delays=0/0/0/2, dsn=4.2.2, status=deferred (host mail.example.com[private/dovecot-lmtp] said: 452 4.2.2 <bob@example.com> Quota exceeded (in reply to end of DATA command))
2026-11-23T10:10:03+00:00 mail postfix/lmtp[6]: 4jWpv44LHMz1SZ02: to=<bob@example.com>, relay=mail.example.com[private/dovecot-lmtp], delay=602, delays=600/0/0/2, dsn=2.0.0, status=sent (250 2.0.0 <bob@example.com> Saved)
2026-11-23T10:10:03+00:00 mail postfix/qmgr[3]: 4jWpv44LHMz1SZ02: removed
2026-11-23T10:20:00+00:00 mail postfix/smtpd[1]: 4jWpv44LHMz1SZ03: client=mx.example.org[198.51.100.9]
2026-11-23T10:20:00+00:00 mail postfix/cleanup[2]: 4jWpv44LHMz1SZ03: message-id=<3@example.org>
2026-11-23T10:20:00+00:00 mail postfix/qmgr[3]: 4jWpv44LHMz1SZ03: from=<joe@example.org>, size=500, nrcpt=2 (queue active)
2026-11-23T10:20:01+00:00 mail postfix/cleanup[2]: 4jWpv44LHMz1SZ04: message-id=<3@example.org>
2026-11-23T10:20:01+00:00 mail postfix/local[7]: 4jWpv44LHMz1SZ03: to=<carol@example.com>, relay=local, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (forwarded as 4jWpv44LHMz1SZ04)
2026-11-23T10:20:01+00:00 mail postfix/local[7]: 4jWpv44LHMz1SZ03: to=<dave@lists.example.com>, relay=local, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (delivered to mailbox)
2026-11-23T10:20:01+00:00 mail postfix/qmgr[3]: 4jWpv44LHMz1SZ03: removed
2026-11-23T10:20:01+00:00 mail postfix/qmgr[3]: 4jWpv44LHMz1SZ04: from=<joe@example.org>, size=600, nrcpt=1 (queue active)
2026-11-23T10:20:02+00:00 mail postfix-out/smtp[8]: 4jWpv44LHMz1SZ04: to=<carol@private.test>, relay=mx.private.test[203.0.113.5]:25, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 Ok)
2026-11-23T10:20:02+00:00 mail postfix/qmgr[3]: 4jWpv44LHMz1SZ04: removed
";

#[test]
fn a_mail_stays_its_clients_behind_a_content_filter() {
    let told = of(LOG, &["--client", "192.0.2.7"]);
    assert_eq!(told["mails"], json!({ "smtp": 1 }));
    assert_eq!(told["recipients"], json!({ "delivered": 1, "handed_over": 1 }));
    assert_eq!(told["final_recipients"], 1);
    assert_eq!(told["deferrals"]["causes"][0]["count"], 1);
    assert_eq!(told["connections"]["total"], 1);
    let told = of(LOG, &["--client", "!192.0.2.7"]);
    assert_eq!(told["recipients"]["relayed"], 1);
    assert_eq!(told["deferrals"]["causes"], json!([]));
    // The filter's own connection is no mail of anybody.
    assert_eq!(told["connections"]["total"], 1);
}

#[test]
fn a_forwarded_copy_belongs_to_whom_it_was_for() {
    let told = of(LOG, &["--recipient", "carol@example.com"]);
    assert_eq!(told["recipients"], json!({ "relayed": 1, "handed_over": 1 }));
    assert_eq!(told["mails"], json!({ "smtp": 1 }));
    let told = of(LOG, &["--recipient", "dave@lists.example.com"]);
    assert_eq!(told["recipients"], json!({ "delivered": 1 }));
}

#[test]
fn domains_have_subdomains_and_are_of_senders_too() {
    let told = of(LOG, &["--domain", "example.com"]);
    assert_eq!(told["recipients"], json!({ "delivered": 2, "relayed": 1, "handed_over": 2 }));
    let told = of(LOG, &["--domain", "lists.example.com"]);
    assert_eq!(told["recipients"], json!({ "delivered": 1 }));
    let told = of(LOG, &["--domain", "example.org"]);
    assert_eq!(told["recipients"], json!({ "delivered": 1, "relayed": 1, "handed_over": 1 }));
    // Any of one option, all of several.
    let told = of(LOG, &["--domain", "example.org", "--domain", "example.net"]);
    assert_eq!(told["mails"], json!({ "smtp": 2 }));
    let told = of(LOG, &["--domain", "example.com", "--sender", "ann@example.net"]);
    assert_eq!(told["recipients"], json!({ "delivered": 1, "handed_over": 1 }));
}

#[test]
fn an_instance_is_as_if_it_were_alone() {
    let told = of(LOG, &["--instance", "postfix-out"]);
    assert_eq!(told["lines"], json!({ "delivery": 1 }));
    assert_eq!(told["recipients"], json!({ "relayed": 1 }));
    assert_eq!(told["filter"], json!({ "instance": ["postfix-out"], "left_out": 24 }));
}

#[test]
fn what_is_asked_for_is_said() {
    let file = tempfile::Builder::new().suffix(".log").tempfile().unwrap();
    std::fs::write(file.path(), LOG).unwrap();
    let text = |args: &[&str]| String::from_utf8(run(args, file.path()).stdout).unwrap();
    let told = text(&["--domain", "example.net", "--client", "192.0.2.0/24", "--client", "x.test"]);
    let line = "\nonly domain example.net; client 192.0.2.0/24 or x.test: 25 lines do not name it and \
                are left out\n";
    assert!(told.contains(line), "{told}");
    let told = text(&["--sender", "nobody@example.net"]);
    assert!(told.contains("\n\nNothing in the log fits what was asked for\n"), "{told}");
    let output = run(&["--client", "192.0.2.0/99"], file.path());
    assert_eq!(output.status.code(), Some(2));
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(error.contains("--client \"192.0.2.0/99\" is no network"), "{error}");
    assert!(error.contains("hint: for example: --client 192.0.2.0/24"), "{error}");
}

#[test]
fn problems_of_others_are_not_told() {
    let subjects = |args: &[&str]| {
        let told = json_of(args, &examples());
        let findings = told["findings"].as_array().unwrap().iter();
        findings.map(|it| it["subject"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let hijacked = "carol@example.com".to_owned();
    assert!(subjects(&[]).contains(&hijacked));
    assert!(subjects(&["--domain", "example.com"]).contains(&hijacked));
    assert!(!subjects(&["--domain", "example.org"]).contains(&hijacked));
    assert!(subjects(&["--client", "198.51.100.77"]).contains(&"198.51.100.77".to_owned()));
    assert!(!subjects(&["--client", "198.51.100.20"]).contains(&"198.51.100.77".to_owned()));
}
