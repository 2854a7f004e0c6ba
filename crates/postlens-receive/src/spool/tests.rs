use std::fs;
use std::path::Path;
use std::time::Duration;

use super::{Spool, SpoolLimits, is_heading};
use crate::error::ReceiveError;

const LIMITS: SpoolLimits = SpoolLimits { size: 1000, age: Duration::from_hours(1), floor: 0 };

fn lines(path: &Path) -> Vec<String> {
    fs::read_to_string(path).unwrap().lines().map(str::to_owned).collect()
}

#[test]
fn files_are_ended_by_size_and_begin_differently() {
    let directory = tempfile::tempdir().unwrap();
    let spool = Spool::open(directory.path(), "a", LIMITS).unwrap();
    let line = format!("{}\n", "x".repeat(199));
    for _ in 0..20 {
        spool.write(line.as_bytes()).unwrap();
    }
    let mut files = Spool::ended(spool.path()).unwrap();
    assert!(files.len() >= 3, "{files:?}");
    let mut sorted = files.clone();
    sorted.sort();
    assert_eq!(files, sorted);
    files.push(spool.path().to_owned());
    let mut headings = Vec::new();
    let mut count = 0;
    for file in &files {
        let lines = lines(file);
        assert!(is_heading(lines[0].as_bytes()), "{}", lines[0]);
        headings.push(lines[0].clone());
        count += lines.len() - 1;
    }
    assert_eq!(count, 20);
    headings.dedup();
    assert_eq!(headings.len(), files.len());
}

#[test]
fn old_files_are_ended_but_not_empty_ones() {
    let directory = tempfile::tempdir().unwrap();
    let limits = SpoolLimits { age: Duration::ZERO, ..LIMITS };
    let spool = Spool::open(directory.path(), "a", limits).unwrap();
    spool.write(b"short\n").unwrap();
    spool.write("long\n".repeat(120).as_bytes()).unwrap();
    assert_eq!(Spool::ended(spool.path()).unwrap().len(), 0);
    spool.write(b"next\n").unwrap();
    assert_eq!(Spool::ended(spool.path()).unwrap().len(), 1);
    assert_eq!(lines(spool.path())[1..], ["next"]);
}

#[test]
fn what_was_cut_off_is_ended() {
    let directory = tempfile::tempdir().unwrap();
    let spool = Spool::open(directory.path(), "a", LIMITS).unwrap();
    spool.write(b"whole\ntor").unwrap();
    drop(spool);
    let spool = Spool::open(directory.path(), "a", LIMITS).unwrap();
    spool.write(b"next\n").unwrap();
    assert_eq!(lines(spool.path())[1..], ["whole", "tor", "next"]);
    // A heading that was cut off.
    let path = directory.path().join("b.log");
    fs::write(&path, "2026-11-").unwrap();
    let spool = Spool::open(directory.path(), "b", LIMITS).unwrap();
    spool.write(b"first\n").unwrap();
    let lines = lines(&path);
    assert!(is_heading(lines[0].as_bytes()));
    assert_eq!(lines[1..], ["first"]);
}

#[test]
fn the_floor_is_kept() {
    let directory = tempfile::tempdir().unwrap();
    let spool = Spool::open(directory.path(), "a", LIMITS).unwrap();
    spool.write(b"first\n").unwrap();
    spool.set_floor(u64::MAX);
    std::thread::sleep(Duration::from_millis(1100));
    let error = spool.write(b"second\n").unwrap_err();
    assert!(matches!(error, ReceiveError::Full { .. }), "{error}");
    spool.set_floor(0);
    spool.write(b"third\n").unwrap();
    assert_eq!(lines(spool.path())[1..], ["first", "third"]);
}
