//! What others start the program with, and what they look for in its report.

use std::collections::BTreeMap;
use std::process::Command;

use super::{pflogsumm, report};
use crate::original::at_a_fixed_time;

/// The log of the examples' last day, with what it lacks: fatal errors, panics, held mail.
fn log() -> Vec<u8> {
    let day = std::fs::read(super::examples().join("mail.log")).unwrap();
    let more = [
        "smtpd[9]: fatal: no SASL authentication mechanisms",
        "smtpd[9]: panic: vstream_fdopen: bad flags",
        "smtp[9]: connect to mx.example.org[192.0.2.9]:25: Connection refused",
        "smtpd[9]: NOQUEUE: hold: RCPT from c.example.com[192.0.2.1]: <a@example.org>: Sender address wanted; from=<a@example.org> to=<b@example.com> proto=ESMTP helo=<c.example.com>",
        "smtp[9]: 4F1A2B3C0D: to=<a@example.org>, relay=mx.example.org[192.0.2.9]:25, delay=1.5, delays=1/0.5/0/0, dsn=2.0.0, status=sent (250 ok)",
    ];
    let more = more.map(|line| format!("2026-11-23T23:50:00.000000+00:00 mail postfix/{line}\n"));
    [day, more.concat().into_bytes()].concat()
}

/// Headings and what stands below them.
fn sections(report: &str) -> BTreeMap<&str, Vec<&str>> {
    let lines: Vec<&str> = report.lines().collect();
    let is_heading = |at: usize| {
        let rule = lines
            .get(at + 1)
            .is_some_and(|next| !next.is_empty() && next.bytes().all(|byte| byte == b'-'));
        rule && !lines[at].starts_with(' ')
    };
    let mut sections = BTreeMap::new();
    let mut heading = "";
    for (at, line) in lines.iter().enumerate() {
        // What is empty has a heading with a colon and no rule below it.
        if is_heading(at) || (!line.starts_with(' ') && line.ends_with(": none")) {
            heading = line;
        }
        sections.entry(heading.trim_end()).or_insert_with(Vec::new).push(*line);
    }
    sections
}

/// An option leaves these sections out, and nothing else changes.
#[track_caller]
fn leaves_out(options: &str, gone: &[&str]) {
    let log = log();
    let every = report(&log, "--smtpd-stats");
    let some = report(&log, &format!("--smtpd-stats {options}"));
    let mut expected = sections(&every);
    for heading in gone {
        assert!(expected.remove(heading).is_some(), "{heading:?} is not in {:?}", expected.keys());
    }
    assert_eq!(sections(&some), expected, "{options}");
}

const HOSTS: [&str; 3] = [
    "Host/Domain Summary: Message Delivery",
    "Host/Domain Summary: Messages Received",
    "Host/Domain Summary: SMTPD Connections",
];
const USERS: [&str; 4] = [
    "Senders by message count",
    "Recipients by message count",
    "Senders by message size",
    "Recipients by message size",
];
const REFUSALS: [&str; 4] = [
    "message reject detail",
    "message reject warning detail",
    "message hold detail",
    "message discard detail: none",
];

#[test]
fn sections_that_are_not_wanted_are_left_out() {
    leaves_out("--bounce-detail 0", &["message bounce detail (by relay)"]);
    leaves_out("--deferral_detail=0", &["message deferral detail"]);
    leaves_out("--reject-detail 0", &REFUSALS);
    leaves_out("--smtp-detail 0", &["smtp delivery failures"]);
    leaves_out("--smtpd_warning_detail 0", &["Warnings"]);
    leaves_out("-h 0", &HOSTS);
    leaves_out("-u 0", &USERS);
    leaves_out("--no-no-msg-size", &["Messages with no size data"]);
    leaves_out("-h 0 -u 0", &[&HOSTS[..], &USERS].concat());
}

#[test]
fn old_options_are_told_and_do_what_new_ones_do() {
    let log = log();
    for (old, new) in [
        ("--no_bounce_detail", "--bounce-detail 0"),
        ("--no-deferral-detail", "--deferral-detail 0"),
        ("--no_reject_detail", "--reject-detail 0"),
        ("--no-smtpd-warnings", "--smtpd-warning-detail 0"),
    ] {
        assert_eq!(report(&log, old), report(&log, new), "{old}");
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("mail.log");
        std::fs::write(&path, &log).unwrap();
        let told = pflogsumm(&[old, path.to_str().unwrap()]).stderr;
        let told = String::from_utf8(told).unwrap();
        assert!(told.contains(new), "{old}: {told}");
    }
}

/// Runs a command line as its caller has it; `LOG` is the log.
fn called(line: &str) -> String {
    let directory = tempfile::tempdir().unwrap();
    let link = directory.path().join("pflogsumm");
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_postlens"), &link).unwrap();
    let path = directory.path().join("mail.log");
    std::fs::write(&path, log()).unwrap();
    let arguments = line.split_ascii_whitespace().skip(1);
    let mut command: Command = at_a_fixed_time(link.to_str().unwrap());
    let path = path.to_str().unwrap();
    let output = command
        .args(arguments.map(|argument| if argument == "LOG" { path } else { argument }))
        .output()
        .unwrap();
    assert!(output.status.success(), "{line}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn monitorix_gets_totals_and_nothing_else() {
    let line = "pflogsumm -d yesterday -h 0 -u 0 --smtpd_stats --no_bounce_detail \
                --no_deferral_detail --no_reject_detail --no_no_msg_size --no_smtpd_warnings LOG";
    let report = called(line);
    let sections = sections(&report);
    let headings: Vec<&str> =
        sections.keys().copied().filter(|heading| !heading.is_empty()).collect();
    assert_eq!(
        headings,
        [
            "Fatal Errors",
            "Grand Totals",
            "Master daemon messages",
            "Panics",
            "Per-Hour SMTPD Connection Summary",
            "Per-Hour Traffic Summary",
            "smtp delivery failures",
        ]
    );
    // It cuts rows at blanks: the number, then the label.
    let totals = &sections["Grand Totals"];
    let number = |label: &str| {
        let row = totals.iter().find(|row| row.split_whitespace().nth(1) == Some(label));
        let row = row.unwrap_or_else(|| panic!("{label} in {totals:?}"));
        row.split_whitespace().next().unwrap().parse::<u64>().unwrap()
    };
    for label in ["received", "delivered", "deferred", "bounced", "rejected", "connections"] {
        assert!(number(label) > 0, "{label}");
    }
    for label in ["forwarded", "held", "discarded", "senders", "recipients"] {
        number(label);
    }
    let today = called(&line.replace("yesterday", "today"));
    assert!(today.contains("      0   received"), "{today}");
}

#[test]
fn docker_mailserver_gets_problems_first() {
    let report = called("pflogsumm -d yesterday --problems-first LOG");
    assert!(report.starts_with("Postfix log summaries for Nov 23\n"), "{report}");
    let place = |heading: &str| report.find(heading).unwrap_or_else(|| panic!("{heading}"));
    assert!(place("message bounce detail") < place("Per-Hour Traffic Summary"));
    assert!(place("\nWarnings\n") < place("Per-Hour Traffic Summary"));
}

#[test]
fn mail_in_a_box_gets_reasons_in_full() {
    let full = called("pflogsumm --problems --verbose_msg_detail LOG");
    let cut = called("pflogsumm --problems LOG");
    assert!(cut.contains("...") && full.len() > cut.len());
    let long = full.lines().filter(|line| line.len() > 100).count();
    assert!(long > 0 && !cut.lines().any(|line| line.len() > 100), "{long}");
    assert!(full.find("Warnings").unwrap() < full.find("Per-Hour").unwrap());
}
