//! A large queue: what is told of it takes memory for what is told, not for what waits.

#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::path::Path;
use std::process::Command;

use postlens_testkit::queue;

const FEW: u64 = 1_000;
const MANY: u64 = 20_000;
/// Queue IDs are held, and places of rows. A message with a recipient and a reason would take
/// some 700 bytes.
const BYTES: u64 = 300;

/// A command's output, and the most memory that it held, in bytes.
fn run(root: &Path, args: &[&str]) -> (String, u64) {
    let (first, rest) = args.split_first().unwrap();
    let mut command = Command::new("/usr/bin/time");
    command.args(["-f", "%M", env!("CARGO_BIN_EXE_postlens"), first]).args(rest);
    let output = command.arg("--spool").arg(root).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(0), "{said}");
    let peak: u64 = said.trim().parse().unwrap();
    (String::from_utf8(output.stdout).unwrap(), peak * 1024)
}

#[test]
fn memory_does_not_grow_with_what_waits() {
    let (few, many) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let now = jiff::Timestamp::now().as_second();
    queue::fill(few.path(), FEW, now).unwrap();
    queue::fill(many.path(), MANY, now).unwrap();
    for args in [
        &["queue"][..],
        &["queue", "--limit", "0"],
        &["queue", "--format", "json"],
        &["queue", "--format", "csv", "--sort", "domain"],
        &["queue", "--strict-compat"],
        &["queue", "shape"],
        &["queue", "shape", "--by", "relay", "--format", "html"],
        &["queue", "why"],
        &["check", "queue"],
    ] {
        let ((_, least), (said, most)) = (run(few.path(), args), run(many.path(), args));
        let grown = most.saturating_sub(least);
        assert!(grown < (MANY - FEW) * BYTES, "{args:?}: {grown} bytes more");
        let lines = said.lines().count() as u64;
        let whole = args.iter().any(|arg| ["0", "json", "csv"].contains(arg));
        assert!(!whole || lines >= MANY, "{args:?}: {lines} lines");
    }
}

/// Rows beyond the limit are let go while the queue is read; those that stay are the right ones.
#[test]
fn the_first_rows_are_those_of_the_whole_list() {
    let root = tempfile::tempdir().unwrap();
    queue::fill(root.path(), 5_000, jiff::Timestamp::now().as_second()).unwrap();
    for sort in ["age", "size", "next", "sender", "domain", "cause"] {
        let ids = |limit: &str| -> Vec<String> {
            let args = ["queue", "--sort", sort, "--limit", limit];
            let (table, _) = run(root.path(), &args);
            let rows = table.lines().skip_while(|line| !line.contains(" QUEUE "));
            let rows = rows.skip(1).filter(|line| line.contains(" deferred "));
            rows.map(|row| row.split_whitespace().nth(2).unwrap().to_owned()).collect()
        };
        let (all, first) = (ids("0"), ids("20"));
        assert_eq!((all.len(), first.len()), (5_000, 20), "{sort}");
        assert_eq!(all.get(..20).unwrap(), first, "{sort}");
    }
}
