//! A refusal has the same name wherever its log lies.

use std::path::Path;
use std::process::Command;

use postlens_track::{Consumer, LineId, Observation, Record, RecordSink};

use crate::collect::{examples, run};

#[derive(Default)]
struct Names(Vec<LineId>);

impl Consumer for Names {
    fn line(&mut self, _: &Observation<'_>) {}
}

impl RecordSink for Names {
    fn record(&mut self, record: &Record<'_>) {
        if let Record::Refusal(refusal) = record {
            self.0.push(refusal.line);
        }
    }
}

fn names(path: &Path) -> Vec<LineId> {
    let mut names = Names::default();
    run(path, 1 << 16, 2, &mut names);
    names.0.sort();
    names.0
}

#[test]
fn refusals_keep_their_names_through_rotation_and_compression() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("mail.log");
    let log = std::fs::read(examples().join("mail.log")).unwrap();
    std::fs::write(&path, &log).unwrap();
    let before = names(&path);
    assert!(before.len() > 20, "only {} refusals", before.len());
    let mut distinct = before.clone();
    distinct.dedup();
    assert_eq!(distinct, before, "two refusals have one name");

    // The log goes on, is rotated, and another takes its place.
    let rotated = directory.path().join("mail.log.1");
    std::fs::rename(&path, &rotated).unwrap();
    let mut longer = log;
    longer.extend_from_slice(b"Nov 23 23:59:59 mail postfix/smtpd[1]: the last line\n");
    std::fs::write(&rotated, &longer).unwrap();
    let next = b"Nov 24 08:00:00 mail postfix/smtpd[9]: NOQUEUE: reject: RCPT from \
        a.example[192.0.2.1]: 550 5.1.1 <x@example.com>: no; from=<> to=<x@example.com> \
        proto=ESMTP helo=<a>\n";
    std::fs::write(&path, next).unwrap();
    let after = names(directory.path());
    assert_eq!(after.len(), before.len() + 1);
    assert!(before.iter().all(|name| after.contains(name)));

    assert!(Command::new("gzip").arg(&rotated).status().unwrap().success());
    assert_eq!(names(directory.path()), after);
    assert_eq!(names(&directory.path().join("mail.log.1.gz")), before);
}
