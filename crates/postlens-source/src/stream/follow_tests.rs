use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use super::{Options, Stream};
use crate::discover::{Arguments, discover};
use crate::halt::Halt;
use crate::zone::Zone;

/// 2026-11-24T00:00:00Z.
const NOW: i64 = 1_795_478_400_000_000;

/// Longer than following ever takes; a test that waits so long has failed.
const LONGEST: Duration = Duration::from_secs(20);

fn stream(path: &Path) -> Stream {
    let paths = vec![path.to_owned()];
    discover(&Arguments { paths, ..Arguments::default() }).streams.pop().unwrap()
}

/// Follows a log and sends its lines; ends when nobody takes them any more.
fn follow(path: &Path, period: &str) -> Receiver<String> {
    let mut stream = stream(path);
    assert!(stream.follow());
    let mut options = Options::new(Zone::UTC, NOW);
    if !period.is_empty() {
        options.period = Some(crate::Period::parse(period, NOW, &options.zone).unwrap());
        options.slack = 0;
    }
    let (lines, taken) = channel();
    thread::spawn(move || {
        let mut reader = stream.open(&options);
        let mut buffer = Vec::new();
        while let Some(chunk) = reader.next_chunk(buffer) {
            for line in chunk.lines() {
                if lines.send(String::from_utf8_lossy(line.bytes).into_owned()).is_err() {
                    return;
                }
            }
            buffer = chunk.into_buffer();
        }
    });
    taken
}

#[track_caller]
fn expect(lines: &Receiver<String>, texts: &[&str]) {
    for text in texts {
        assert_eq!(lines.recv_timeout(LONGEST).unwrap(), line(text));
    }
}

fn line(text: &str) -> String {
    format!("Nov 23 06:25:01 mx postfix/qmgr[1]: {text}")
}

fn write(mut file: &File, text: &str) {
    file.write_all((line(text) + "\n").as_bytes()).unwrap();
}

fn log() -> (tempfile::TempDir, PathBuf, File) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("mail.log");
    let file = OpenOptions::new().create(true).append(true).open(&path).unwrap();
    write(&file, "first");
    (directory, path, file)
}

#[test]
fn lines_come_as_they_are_written() {
    let (_directory, path, mut file) = log();
    let lines = follow(&path, "");
    expect(&lines, &["first"]);
    write(&file, "second");
    expect(&lines, &["second"]);
    let third = line("third");
    let (start, rest) = third.split_at(20);
    file.write_all(start.as_bytes()).unwrap();
    assert!(lines.recv_timeout(Duration::from_millis(300)).is_err());
    file.write_all(rest.as_bytes()).unwrap();
    file.write_all(b"\n").unwrap();
    expect(&lines, &["third"]);
}

#[test]
fn rotation_loses_nothing() {
    let (directory, path, old) = log();
    let lines = follow(&path, "");
    expect(&lines, &["first"]);
    fs::rename(&path, directory.path().join("mail.log.1")).unwrap();
    // The daemon writes to the old file until it is told.
    write(&old, "second");
    let new = File::create(&path).unwrap();
    write(&new, "fourth");
    write(&old, "third");
    expect(&lines, &["second", "third", "fourth"]);
    write(&new, "fifth");
    expect(&lines, &["fifth"]);
}

#[test]
fn a_log_that_is_cut_begins_anew() {
    let (directory, path, file) = log();
    write(&file, "a second line, so that what comes is shorter");
    let lines = follow(&path, "");
    expect(&lines, &["first", "a second line, so that what comes is shorter"]);
    fs::copy(&path, directory.path().join("mail.log.1")).unwrap();
    file.set_len(0).unwrap();
    write(&file, "third");
    expect(&lines, &["third"]);
}

#[test]
fn a_log_that_is_cut_may_be_longer_in_a_moment() {
    let (_directory, path, file) = log();
    let lines = follow(&path, "");
    expect(&lines, &["first"]);
    thread::sleep(Duration::from_millis(300));
    file.set_len(0).unwrap();
    write(&file, "another first, and more than was there before");
    write(&file, "another second");
    expect(&lines, &["another first, and more than was there before", "another second"]);
}

#[test]
fn following_ends_when_it_is_told_to() {
    let (_directory, path, file) = log();
    let mut stream = stream(&path);
    let halt = Halt::default();
    stream.halt_with(&halt);
    assert!(stream.follow());
    let mut reader = stream.open(&Options::new(Zone::UTC, NOW));
    assert!(reader.next_chunk(Vec::new()).is_some());
    let told = halt.clone();
    let waiting = thread::spawn(move || reader.next_chunk(Vec::new()).is_none());
    thread::sleep(Duration::from_millis(300));
    assert!(!waiting.is_finished());
    told.stop();
    assert!(waiting.join().unwrap());
    write(&file, "nobody reads this");
}

#[test]
fn rotated_files_come_first() {
    let (directory, path, _file) = log();
    let older = "Nov 22 06:25:01 mx postfix/qmgr[1]: old\n";
    fs::write(directory.path().join("mail.log.1"), older).unwrap();
    let pattern = path.with_file_name("mail.log*");
    let lines = follow(&pattern, "");
    assert_eq!(lines.recv_timeout(LONGEST).unwrap(), older.trim_end());
    expect(&lines, &["first"]);
}

#[test]
fn a_period_may_still_come_or_have_passed() {
    let (_directory, path, file) = log();
    let lines = follow(&path, "2026-11-24..2026-11-25");
    let later = "Nov 24 06:25:01 mx postfix/qmgr[1]: later\n";
    // What is in one chunk with it comes too.
    thread::sleep(Duration::from_millis(500));
    (&file).write_all(later.as_bytes()).unwrap();
    while lines.recv_timeout(LONGEST).unwrap() != later.trim_end() {}
    thread::sleep(Duration::from_millis(500));
    (&file).write_all(b"Nov 27 06:25:01 mx postfix/qmgr[1]: too late\n").unwrap();
    // The sender is gone: following has ended.
    assert!(lines.recv_timeout(LONGEST).is_err());
}

#[test]
fn archives_are_not_followed() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("mail.log.gz");
    fs::write(&path, b"\x1f\x8b\x08\0\0\0\0\0\0\x03\x03\0\0\0\0\0\0\0\0\0").unwrap();
    assert!(!stream(&path).follow());
}
