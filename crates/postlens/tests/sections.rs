//! What sections of the report tell, on the examples.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests fail by panicking"
)]

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples")
}

fn text(args: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_postlens"));
    command.env("TZ", "UTC").env("LC_ALL", "C").arg("report").args(args).arg(examples());
    let output = command.output().unwrap();
    assert!(output.status.success(), "{args:?}");
    String::from_utf8(output.stdout).unwrap()
}

fn json(args: &[&str]) -> Value {
    serde_json::from_str(&text(&[&["--json"], args].concat())).unwrap()
}

#[test]
fn spans_of_time_add_up() {
    let days = json(&[]);
    let total = |flows: &mut dyn Iterator<Item = &Value>| {
        flows.fold([0; 5], |mut sums, flow| {
            let keys = ["received", "delivered", "deferred", "bounced", "refused"];
            for (sum, key) in sums.iter_mut().zip(keys) {
                *sum += flow[key].as_u64().unwrap();
            }
            sums
        })
    };
    let expected = total(&mut days["days"].as_object().unwrap().values());
    assert!(expected.iter().all(|sum| *sum > 0));
    assert_eq!(days["spans"], Value::Null);
    for by in ["minute", "hour", "day", "weekday", "week", "month"] {
        let spans = json(&["--by", by])["spans"].clone();
        assert_eq!(spans["by"], by);
        let spans = spans["entries"].as_array().unwrap().clone();
        assert_eq!(total(&mut spans.iter()), expected, "{by}");
    }
    assert!(text(&["--by", "weekday"]).contains("  Monday\n"));
}

#[test]
fn only_the_sections_asked_for_are_shown() {
    let all = text(&[]);
    let some = text(&["--section", "delays", "--section", "senders"]);
    for (heading, shown) in
        [("\nSenders\n", true), ("\nHow long deliveries took\n", true), ("\nMail\n", false)]
    {
        assert!(all.contains(heading), "{heading}");
        assert_eq!(some.contains(heading), shown, "{heading}");
    }
    let some = json(&["--section", "delays"]);
    assert!(some["delays"].is_object());
    assert!(some["source"].is_object());
    assert_eq!(some.get("mails"), None);
}

/// The report of a log, as JSON.
fn of(log: &str, args: &[&str]) -> Value {
    let file = tempfile::Builder::new().suffix(".log").tempfile().unwrap();
    std::fs::write(file.path(), log).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_postlens"));
    let output = command.args(["report", "--json", "--tz", "UTC"]).args(args).arg(file.path());
    let output = output.output().unwrap();
    assert!(output.status.success(), "{args:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// A list of the report as `name count` lines.
fn entries(list: &Value, count: &str) -> Vec<String> {
    let entries = list["entries"].as_array().unwrap();
    entries
        .iter()
        .map(|entry| format!("{} {}", entry["name"].as_str().unwrap(), entry[count]))
        .collect()
}

#[test]
fn a_failed_login_counts_once_whoever_tells_of_it() {
    let log = "\
2026-11-23T10:00:00+00:00 mail dovecot: auth-worker(24): pam(bob,192.0.2.7,<s1>): unknown user
2026-11-23T10:00:00+00:00 mail dovecot: auth-worker(24): sql(bob,192.0.2.7,<s1>): unknown user
2026-11-23T10:00:09+00:00 mail dovecot: imap-login: Disconnected: Connection closed (auth failed, 1 attempts in 2 secs): user=<bob>, method=PLAIN, rip=192.0.2.7, lip=198.51.100.1, session=<s1>
2026-11-23T10:01:00+00:00 mail dovecot: auth-worker(24): pam(eve,192.0.2.8,<s2>): Password mismatch
2026-11-23T10:01:03+00:00 mail dovecot: imap-login: Login: user=<eve>, method=PLAIN, rip=192.0.2.8, lip=198.51.100.1, mpid=77, TLS, session=<s2>
2026-11-23T10:02:00+00:00 mail dovecot: auth: passwd-file(office@example.com,192.0.2.9): Password mismatch
2026-11-23T10:02:02+00:00 mail postfix/submission/smtpd[9]: warning: unknown[192.0.2.9]: SASL PLAIN authentication failed: 
2026-11-23T10:03:00+00:00 mail saslauthd[5]: do_auth         : auth failure: [user=kim] [service=smtp] [realm=] [mech=pam] [reason=PAM auth error]
2026-11-23T10:03:01+00:00 mail postfix/smtpd[9]: warning: unknown[192.0.2.9]: SASL LOGIN authentication failed: authentication failure
2026-11-23T10:04:00+00:00 mail dovecot: auth: ldap(zoe,192.0.2.10,<s3>): unknown user
2026-11-23T10:04:00+00:00 mail dovecot: auth: passwd-file(zoe,192.0.2.10,<s3>): unknown user
2026-11-23T10:05:00+00:00 mail dovecot: auth: passwd-file(nobody,127.0.0.1): unknown user
";
    let told = of(log, &["--section", "logins"])["authentication"].clone();
    assert_eq!(told["failures"], 5);
    assert_eq!(told["store_logins"], 1);
    assert_eq!(
        entries(&told["failed_users"], "count"),
        ["bob 1", "eve 1", "kim 1", "office@example.com 1", "zoe 1"]
    );
    assert_eq!(
        entries(&told["failed_clients"], "count"),
        ["192.0.2.9 2", "192.0.2.10 1", "192.0.2.7 1", "192.0.2.8 1"]
    );
    assert_eq!(
        entries(&told["failed_services"], "count"),
        ["imap 2", "auth 1", "smtp 1", "submission 1"]
    );
    assert_eq!(entries(&told["users"], "store"), ["eve 1"]);
}

#[test]
fn filters_and_checks_count_each_message_once() {
    let log = "\
Nov 23 10:00:00 mail spamd[7]: spamd: identified spam (9.1/5.0) for bob:1001 in 0.5 seconds, 900 bytes.
Nov 23 10:00:00 mail spamd[7]: spamd: result: Y 9 - BAYES_99,URIBL scantime=0.5,size=900,user=bob,uid=1001,required_score=5.0,rhost=localhost,raddr=127.0.0.1,rport=4,mid=<a@example.net>,autolearn=no
Nov 23 10:00:01 mail spamd[7]: spamd: clean message (0.1/5.0) for bob:1001 in 0.2 seconds, 800 bytes.
Nov 23 10:00:02 mail postgrey[8]: action=greylist, reason=new, client_name=mx.example.net, client_address=192.0.2.7, sender=a@example.net, recipient=b@example.com
Nov 23 10:05:02 mail postgrey[8]: action=pass, reason=triplet found, delay=300, client_name=mx.example.net, client_address=192.0.2.7, sender=a@example.net, recipient=b@example.com
Nov 23 10:05:03 mail opendmarc[9]: 4jWpv44LHMz1SZqm: bank.example fail
";
    let told = of(log, &["--section", "filters"])["filters"].clone();
    assert_eq!(entries(&told["verdicts"], "count"), ["spamd clean 1", "spamd spam 1"]);
    assert_eq!(told["greylisting"], serde_json::json!({ "new": 1, "known": 1 }));
    assert_eq!(told["greylisting_waited"]["max"], 300.0);
    assert_eq!(told["checks"]["dmarc"], serde_json::json!({ "fail": 1 }));
    assert_eq!(entries(&told["failed_domains"], "count"), ["dmarc bank.example 1"]);
}

#[test]
fn clients_are_screened_and_encrypted() {
    let log = "\
Nov 23 10:00:00 mail postfix/postscreen[4]: CONNECT from [192.0.2.7]:4711 to [198.51.100.1]:25
Nov 23 10:00:01 mail postfix/dnsblog[5]: addr 192.0.2.7 listed by domain dnsbl.example as 127.0.0.4
Nov 23 10:00:03 mail postfix/postscreen[4]: PREGREET 14 after 0.1 from [192.0.2.7]:4711: EHLO x.example\\r\\n
Nov 23 10:00:06 mail postfix/postscreen[4]: DNSBL rank 3 for [192.0.2.7]:4711
Nov 23 10:00:07 mail postfix/postscreen[4]: NOQUEUE: reject: RCPT from [192.0.2.7]:4711: 550 5.7.1 Service unavailable; client [192.0.2.7] blocked using dnsbl.example; from=<a@example.net>, to=<b@example.com>, proto=ESMTP, helo=<x.example>
Nov 23 10:00:07 mail postfix/postscreen[4]: DISCONNECT [192.0.2.7]:4711
Nov 23 10:01:00 mail postfix/smtpd[6]: Anonymous TLS connection established from mx.example.net[192.0.2.8]: TLSv1 with cipher AES128-SHA (128/128 bits)
Nov 23 10:01:01 mail postfix/smtp[6]: Verified TLS connection established to mx.example.org[203.0.113.9]:25: TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits) key-exchange X25519
";
    let told = of(log, &["--section", "screening", "--section", "tls"]);
    let screening = &told["screening"];
    assert_eq!(screening["events"]["postscreen_pregreet"], 1);
    assert_eq!(screening["dnsbl_ranks"], serde_json::json!({ "3": 1 }));
    assert_eq!(entries(&screening["clients"], "count"), ["192.0.2.7 2"]);
    assert_eq!(entries(&screening["dnsbl"], "listed"), ["dnsbl.example 1"]);
    assert_eq!(entries(&screening["dnsbl"], "refused"), ["dnsbl.example 1"]);
    assert_eq!(told["tls"]["inbound"]["tls_protocol"], serde_json::json!({ "TLSv1": 1 }));
    assert_eq!(told["tls"]["outbound"]["tls_trust"], serde_json::json!({ "verified": 1 }));
}

#[test]
fn services_and_silences_are_told() {
    use std::fmt::Write;
    let mut log = String::new();
    for day in 10..15 {
        for minute in 0..24 * 30 {
            // On the thirteenth nothing is logged from 9:00 to 12:00.
            if day != 13 || !(270..360).contains(&minute) {
                let (hour, minute) = (minute / 30, minute % 30 * 2);
                let _ = writeln!(
                    log,
                    "Nov {day} {hour:02}:{minute:02}:00 mail postfix/smtpd[6]: connect from \
                     mx.example.net[192.0.2.8]"
                );
            }
        }
    }
    log.push_str(
        "Nov 15 00:00:00 mail postfix/smtpd[6]: table hash:/etc/postfix/access has changed -- restarting
Nov 15 00:00:01 mail rsyslogd: imuxsock lost 214 messages from pid 812 due to rate-limiting
Nov 15 00:00:02 mail postfix/master[1]: reload -- version 3.8.1, configuration /etc/postfix
",
    );
    let told = of(&log, &["--section", "services", "--section", "gaps"]);
    let silences = told["gaps"]["silences"].as_array().unwrap();
    assert_eq!(silences.len(), 1);
    assert!(silences[0]["from"].as_str().unwrap().ends_with("11-13T08:58:00Z"));
    assert!(silences[0]["to"].as_str().unwrap().ends_with("11-13T12:00:00Z"));
    assert_eq!(entries(&told["gaps"]["lost"], "count"), ["rsyslogd 214"]);
    let tables = entries(&told["services"]["tables"], "count");
    assert_eq!(tables, ["hash:/etc/postfix/access 1"]);
    assert_eq!(
        told["services"]["kinds"],
        serde_json::json!({ "daemon_reloaded": 1, "table_changed": 1 })
    );
}

#[test]
fn every_figure_of_the_examples_has_words_and_fits() {
    for lang in ["en", "ja"] {
        let text = text(&["--lang", lang, "--detail", "--top", "1000", "--by", "hour"]);
        for key in ["postscreen_", "service_", "daemon_", "process_", "check-", "greylisting-"] {
            assert!(!text.contains(key), "{lang}: {key}");
        }
    }
    let text = text(&["--detail", "--top", "1000"]);
    for line in text.lines() {
        assert!(line.chars().count() <= 100, "{line}");
    }
}
