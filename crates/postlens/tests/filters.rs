//! Filters on the command line.

#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples")
}

fn parse(filters: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_postlens"));
    command.arg("parse").args(filters).arg(examples());
    command.env("TZ", "UTC").env("LC_ALL", "C.UTF-8").stdin(Stdio::null()).output().unwrap()
}

fn lines(filters: &[&str]) -> Vec<Value> {
    let output = parse(filters);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output
        .stdout
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_slice(line).unwrap())
        .collect()
}

/// A filter chooses the lines whose fields say so, and all of them.
#[track_caller]
fn check(all: &[Value], filters: &[&str], wanted: impl Fn(&Value) -> bool) {
    let expected: Vec<&Value> = all.iter().filter(|line| wanted(line)).collect();
    let found = lines(filters);
    assert!(!expected.is_empty(), "{filters:?}");
    assert!(found.iter().eq(expected.iter().copied()), "{filters:?}: {}", found.len());
}

#[test]
fn filters_choose_lines_by_their_fields() {
    let all = lines(&[]);
    let is = |line: &Value, name: &str, value: &str| line.get(name).is_some_and(|v| v == value);
    check(&all, &["--kind", "auth failed"], |line| is(line, "kind", "auth_failed"));
    check(&all, &["--status", "deferred"], |line| is(line, "status", "deferred"));
    check(&all, &["--kind", "client", "--kind", "removed"], |line| {
        is(line, "kind", "client") || is(line, "kind", "removed")
    });
    check(&all, &["--daemon", "smtpd", "--kind", "!connect"], |line| {
        is(line, "daemon", "smtpd") && !is(line, "kind", "connect")
    });
    check(&all, &["--code", "5xx"], |line| {
        line.get("reply_code").and_then(Value::as_i64).is_some_and(|c| (500..600).contains(&c))
    });
    check(&all, &["--delay", ">1"], |line| {
        line.get("delay").and_then(Value::as_f64).is_some_and(|delay| delay > 1.0)
    });
    check(&all, &["--cause", "user_unknown"], |line| is(line, "cause", "user_unknown"));
    let cause = |line: &Value| line.get("cause").is_some();
    check(&all, &["--cause", "*"], cause);
}

#[test]
fn filters_that_mean_nothing_are_explained() {
    for (filters, message, hint) in [
        (["--kind", "auth"], "\"auth\" is no kind of line", "auth_failed"),
        (["--cause", "full"], "\"full\" is no cause", "mailbox_full"),
        (["--text", "("], "no regular expression", "--text"),
        (["--where", "port"], "no comparison", "relay_port=25"),
        (["--kind", "\u{1b}[31mred"], "\\u{1b}[31mred", "known are"),
    ] {
        let output = parse(&filters);
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{error}");
        assert!(error.contains(message) && error.contains("hint: "), "{error}");
        assert!(error.contains(hint) && !error.contains('\u{1b}'), "{error}");
        assert!(output.stdout.is_empty());
    }
}
