//! Reads what real Postfix and Dovecot wrote in the lab, in every format.
//!
//! One run of `lab/lab.sh all` (about 90 s, root only) is shared by all tests of this file;
//! `POSTLENS_LAB_OUT` names the output of an earlier run instead.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests fail by panicking")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use serde_json::Value;

/// Logs of the `syslog` variant that hold the same lines.
const SAME: [&str; 13] = [
    "mail-traditional.log",
    "mail-rfc3339.log",
    "mail-rfc5424.log",
    "mail-rsyslog-json.log",
    "journal-json.log",
    "journal-json-pretty.log",
    "journal-verbose.log",
    "journal-export.log",
    "journal-short.log",
    "journal-short-iso.log",
    "journal-short-precise.log",
    "journal-short-iso-precise.log",
    "journal-short-unix.log",
];

/// Figures that do not depend on how exactly a format tells the time.
const FIGURES: [&str; 7] = [
    "mails",
    "bytes_received",
    "final_recipients",
    "recipients",
    "notification_recipients",
    "refused",
    "decisions",
];

/// The directory with the output of one run.
fn lab() -> &'static Path {
    static OUT: OnceLock<PathBuf> = OnceLock::new();
    OUT.get_or_init(|| {
        if let Some(out) = std::env::var_os("POSTLENS_LAB_OUT") {
            return PathBuf::from(out);
        }
        let root = tempfile::tempdir().unwrap().keep();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../lab/lab.sh");
        let run = Command::new(script)
            .arg("all")
            .env("LAB_OUT", root.join("out"))
            .env("LAB_RUN", root.join("run"))
            .output()
            .unwrap();
        assert!(run.status.success(), "the lab failed: {}", String::from_utf8_lossy(&run.stderr));
        root.join("out")
    })
}

fn postlens(arguments: &[&str], logs: &[&str]) -> Vec<u8> {
    let run = Command::new(env!("CARGO_BIN_EXE_postlens"))
        .args(arguments)
        .args(["--tz", "UTC"])
        .args(logs.iter().map(|log| lab().join(log)))
        .output()
        .unwrap();
    assert!(run.status.success(), "{logs:?}: {}", String::from_utf8_lossy(&run.stderr));
    run.stdout
}

fn report(logs: &[&str]) -> Value {
    serde_json::from_slice(&postlens(&["report", "--json"], logs)).unwrap()
}

#[track_caller]
fn check_same(first: &Value, second: &Value, name: &str) {
    for figure in FIGURES {
        assert!(!first[figure].is_null(), "{figure} is no figure of the report");
        assert_eq!(first[figure], second[figure], "{figure} of {name}");
    }
}

#[test]
fn each_line_becomes_one_object() {
    let lines = std::fs::read(lab().join("syslog/mail-rfc3339.log")).unwrap();
    let expected = lines.split(|byte| *byte == b'\n').count();
    for name in SAME {
        let objects = postlens(&["parse"], &[&format!("syslog/{name}")]);
        assert_eq!(objects.split(|byte| *byte == b'\n').count(), expected, "{name}");
    }
}

#[test]
fn every_format_tells_the_same() {
    let first = report(&["syslog/mail-rfc3339.log"]);
    for name in SAME {
        check_same(&first, &report(&[&format!("syslog/{name}")]), name);
    }
}

#[test]
fn sums_add_up() {
    for name in ["postlogd/all.log", "syslog/mail-rfc3339.log"] {
        let report = report(&[name]);
        // A recipient handed over ends in the message behind it.
        let outcomes = report["recipients"].as_object().unwrap().iter();
        let ends = outcomes.filter(|(name, _)| *name != "handed_over");
        let sum: u64 = ends.map(|(_, count)| count.as_u64().unwrap()).sum();
        assert!(sum > 1000, "{name} has only {sum} recipients");
        assert_eq!(report["final_recipients"].as_u64(), Some(sum), "{name}");
    }
}

#[test]
fn copies_count_once() {
    let first = report(&["syslog/mail-rfc3339.log"]);
    for copy in ["syslog/journal-export.log", "syslog/mail-warn.log"] {
        check_same(&first, &report(&["syslog/mail-rfc3339.log", copy]), copy);
    }
}

#[test]
fn every_line_is_recognized() {
    for name in SAME {
        let objects = postlens(&["parse"], &[&format!("syslog/{name}")]);
        let text = String::from_utf8(objects).unwrap();
        assert!(!text.contains(r#""kind":"unrecognized""#), "{name}");
    }
}

/// The number in `SINK000123` of an accepting reply.
fn receipt(reply: &str) -> Option<String> {
    reply.split_once("SINK").map(|(_, number)| number.chars().take(6).collect())
}

#[test]
fn remote_servers_got_what_was_sent() {
    for (variant, log) in [("postlogd", "all.log"), ("syslog", "mail-rfc3339.log")] {
        let objects = postlens(&["parse"], &[&format!("{variant}/{log}")]);
        let mut sent = BTreeMap::<String, usize>::new();
        for line in String::from_utf8(objects).unwrap().lines() {
            let line: Value = serde_json::from_str(line).unwrap();
            if line["kind"] == "delivery"
                && line["status"] == "sent"
                && let Some(receipt) = line["reply"].as_str().and_then(receipt)
            {
                *sent.entry(receipt).or_default() += 1;
            }
        }
        let truth = lab().join(variant).join("truth-sinks.jsonl");
        let mut got = BTreeMap::<String, usize>::new();
        for line in std::fs::read_to_string(truth).unwrap().lines() {
            let line: Value = serde_json::from_str(line).unwrap();
            let Some(replies) = line["final_replies"].as_array() else { continue };
            let recipients = line["recipients"].as_array().unwrap().iter();
            let accepted =
                recipients.filter(|to| to["reply"].as_str().unwrap().starts_with('2')).count();
            // LMTP answers once per recipient.
            let each = if replies.len() == 1 { accepted } else { 1 };
            for receipt in replies.iter().filter_map(|reply| receipt(reply.as_str()?)) {
                *got.entry(receipt).or_default() += each;
            }
        }
        assert!(got.len() > 100, "{variant}: the servers got only {} messages", got.len());
        assert_eq!(sent, got, "{variant}");
    }
}
