//! Replies in the manner of real mail systems, each with the cause that a person would give.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

use std::collections::BTreeMap;

use postlens_explain::{Cause, Pasted};

#[test]
fn every_reply_has_its_cause() {
    let mut wrong = Vec::new();
    let mut seen = BTreeMap::new();
    let lines = include_str!("replies.txt").lines();
    let rows: Vec<_> = lines.filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    for row in &rows {
        let (name, reply) = row.split_once('\t').unwrap();
        let cause = Cause::from_name(name).unwrap_or_else(|| panic!("unknown cause {name}"));
        assert!(seen.insert(reply, cause).is_none(), "twice: {reply}");
        let verdict = Pasted::read(reply.into()).failure.verdict();
        if verdict.cause != cause {
            let (found, basis) = (verdict.cause.name(), verdict.basis.name());
            wrong.push(format!("{name}, not {found} ({basis}): {reply}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), rows.len(), wrong.join("\n"));
}
