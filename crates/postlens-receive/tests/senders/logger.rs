//! logger(1) of util-linux.

use std::process::Command;

use postlens_receive::Protocol;
use postlens_syntax::{Entry, Stamp};

use super::inbox::Inbox;

const TEXT: &str = "4jYXrC3hT6z1SZfq: removed";

fn log(inbox: &Inbox, arguments: &[&str]) {
    let mut logger = Command::new("logger");
    logger.args(["-n", "127.0.0.1", "-P", &inbox.port(), "-p", "mail.info", "-t", "postfix/qmgr"]);
    logger.args(["--id=77"]).args(arguments);
    assert!(logger.arg(TEXT).status().unwrap().success());
}

#[track_caller]
fn check(line: &str, is_dated: bool) {
    let entry = Entry::parse(line.as_bytes());
    assert_eq!(
        (entry.tag.program.to_string().as_str(), entry.pid),
        ("postfix/qmgr", Some(77)),
        "{line}"
    );
    assert_eq!(entry.text, TEXT, "{line}");
    assert!(entry.host.is_some(), "{line}");
    assert_eq!(matches!(entry.stamp, Stamp::Yearless { .. }), !is_dated, "{line}");
}

#[test]
fn datagrams() {
    let inbox = Inbox::new(Protocol::SyslogUdp, None);
    log(&inbox, &["-d", "--rfc3164"]);
    log(&inbox, &["-d", "--rfc5424"]);
    let lines = inbox.lines(2);
    assert!(lines[0].starts_with("<22>"), "{lines:?}");
    check(&lines[0], false);
    check(&lines[1], true);
}

#[test]
fn streams_in_both_framings() {
    let inbox = Inbox::new(Protocol::SyslogTcp, None);
    for arguments in [
        ["-T", "--rfc3164"].as_slice(),
        &["-T", "--rfc5424"],
        &["-T", "--rfc3164", "--octet-count"],
        &["-T", "--rfc5424", "--octet-count"],
    ] {
        log(&inbox, arguments);
    }
    let mut lines = inbox.lines(4);
    lines.sort();
    // `<22>1 2026-…` is before `<22>Nov …`.
    for (line, is_dated) in lines.iter().zip([true, true, false, false]) {
        check(line, is_dated);
    }
}
