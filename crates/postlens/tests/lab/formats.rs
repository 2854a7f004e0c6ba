//! The formats that one run is logged in, against each other.

use std::collections::BTreeMap;
use std::process::Command;

use serde_json::Value;

use crate::compare::compare;
use crate::original::{self, Original};
use crate::records::logs;
use crate::run::lab;

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

pub(crate) fn each_line_becomes_one_object() {
    let lines = std::fs::read(lab().join("syslog/mail-rfc3339.log")).unwrap();
    let expected = lines.split(|byte| *byte == b'\n').count();
    for name in SAME {
        let objects = postlens(&["parse"], &[&format!("syslog/{name}")]);
        assert_eq!(objects.split(|byte| *byte == b'\n').count(), expected, "{name}");
    }
}

pub(crate) fn every_format_tells_the_same() {
    let first = report(&["syslog/mail-rfc3339.log"]);
    for name in SAME {
        check_same(&first, &report(&[&format!("syslog/{name}")]), name);
    }
}

pub(crate) fn sums_add_up() {
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

pub(crate) fn copies_count_once() {
    let first = report(&["syslog/mail-rfc3339.log"]);
    for copy in ["syslog/journal-export.log", "syslog/mail-warn.log"] {
        check_same(&first, &report(&["syslog/mail-rfc3339.log", copy]), copy);
    }
}

/// Every line of every log of both variants: none that nobody understands, and none taken
/// for another program's, since only mail daemons log there. Each format of the `syslog`
/// variant has the same kinds as often.
pub(crate) fn every_line_is_recognized() {
    let mut first: Option<BTreeMap<String, usize>> = None;
    let same = SAME.map(|name| format!("syslog/{name}"));
    for name in &same {
        let kinds = kinds(name);
        assert!(kinds.values().sum::<usize>() > 5000, "{name} has too few lines");
        assert_eq!(*first.get_or_insert_with(|| kinds.clone()), kinds, "{name}");
    }
    kinds("syslog/mail-warn.log");
    let whole = kinds("postlogd/all.log");
    let mut parts = BTreeMap::<String, usize>::new();
    for log in logs(&lab().join("postlogd")) {
        let name = log.file_name().unwrap().to_str().unwrap();
        for (kind, count) in kinds(&format!("postlogd/{name}")) {
            *parts.entry(kind).or_default() += if name == "dovecot.log" { 0 } else { count };
        }
    }
    parts.retain(|_, count| *count > 0);
    assert_eq!(whole, parts);
}

/// How many lines of each kind a log has.
#[track_caller]
fn kinds(name: &str) -> BTreeMap<String, usize> {
    let mut kinds = BTreeMap::new();
    for line in String::from_utf8(postlens(&["parse"], &[name])).unwrap().lines() {
        let object: Value = serde_json::from_str(line).unwrap();
        let kind = object["kind"].as_str().unwrap();
        assert!(!["unrecognized", "foreign"].contains(&kind), "{name}: {line}");
        // A tag cut at its slash does not say whether tlsproxy or postscreen speaks.
        let kind = kind.replace("tls_proxy_disconnect", "postscreen_disconnect");
        *kinds.entry(kind).or_default() += 1;
    }
    kinds
}

/// With pflogsumm's faults applied, our figures are its figures, also over the lab's logs.
pub(crate) fn figures_are_those_of_pflogsumm() {
    let mut compared = 0;
    for name in ["syslog/mail-traditional.log", "syslog/mail-rfc3339.log", "postlogd/all.log"] {
        compared += compare(name, &lab().join(name)).delivered;
    }
    for log in logs(&lab().join("postlogd")) {
        if !log.ends_with("dovecot.log") {
            compare(log.to_str().unwrap(), &log);
        }
    }
    assert!(compared > 1000, "only {compared} deliveries");
}

/// `postlens pflogsumm --strict-compat` writes pflogsumm's bytes over the lab's logs.
pub(crate) fn strict_reports_are_those_of_pflogsumm() {
    let original = Original::new();
    let mut paths = logs(&lab().join("postlogd"));
    paths.extend(
        ["mail-traditional.log", "mail-rfc3339.log"].map(|name| lab().join("syslog").join(name)),
    );
    let options = "--smtpd-stats -e --rej-add-from --syslog-name=[a-z-]+";
    for path in paths {
        let arguments: Vec<&str> = options.split(' ').chain(path.to_str()).collect();
        let theirs = original.run(&arguments);
        let ours = original::at_a_fixed_time(env!("CARGO_BIN_EXE_postlens"))
            .args(["pflogsumm", "--strict-compat"])
            .args(&arguments)
            .output()
            .unwrap();
        assert_eq!(original::difference(&theirs, &ours.stdout), "", "{}", path.display());
    }
}
