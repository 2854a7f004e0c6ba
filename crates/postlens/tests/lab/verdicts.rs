//! What the report says first of the lab's logs: one instance has a full disk, and the
//! others, busy with all that may happen to mail, have no problem of their own.

use std::process::Command;

use serde_json::Value;

use crate::run::lab;

fn report(log: &str) -> Value {
    let mut command = Command::new(env!("CARGO_BIN_EXE_postlens"));
    command.env("TZ", "UTC").args(["report", "--json"]).arg(lab().join(log));
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The verdict's first line.
fn text(log: &str) -> String {
    report(log)["verdict"]["text"].as_str().unwrap().to_owned()
}

pub(crate) fn quiet_instances_are_quiet() {
    for instance in ["postfix", "postfix-bulk", "postfix-mx", "postfix-out"] {
        let text = text(&format!("postlogd/{instance}.log"));
        assert!(text.starts_with("No problem found: "), "{instance}: {text}");
    }
}

pub(crate) fn a_full_disk_is_told() {
    let logs = [
        ("full", "postlogd/postfix-full.log"),
        ("full", "postlogd/all.log"),
        ("mailhost", "syslog/mail-traditional.log"),
        ("mailhost", "syslog/mail-rfc5424.log"),
        ("mailhost", "syslog/journal-json.log"),
        ("mailhost", "syslog/journal-export.log"),
    ];
    for (host, log) in logs {
        let text = text(log);
        assert!(text.starts_with(&format!("CRITICAL: No space on {host}: ")), "{log}: {text}");
        assert_eq!(report(log)["verdict"]["findings"], 1, "{log}");
    }
}
