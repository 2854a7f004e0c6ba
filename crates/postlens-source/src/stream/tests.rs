use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use postlens_syntax::Entry;
use proptest::prelude::*;

use super::{Options, StreamReader};
use crate::discover::{Arguments, discover};
use crate::period::Period;
use crate::plan::Evidence;
use crate::problem::ProblemKind;
use crate::time::days_from_civil;
use crate::zone::Zone;

/// 2026-11-24T00:00:00Z.
fn now() -> i64 {
    days_from_civil(2026, 11, 24).unwrap() * 86_400_000_000
}

fn options() -> Options {
    Options::new(Zone::UTC, now())
}

/// A line read, with all that is known about it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Read {
    text: Vec<u8>,
    number: Option<u64>,
    offset: u64,
    time: String,
    file: String,
}

fn read(reader: &mut StreamReader) -> Vec<Read> {
    let (mut found, mut buffer, mut scratch) = (Vec::new(), Vec::new(), Vec::new());
    while let Some(mut chunk) = reader.next_chunk(buffer) {
        chunk.canonicalize(&mut scratch);
        let mut resolver = chunk.clock().resolver();
        for line in chunk.lines() {
            let stamp = Entry::parse(line.bytes).stamp;
            let time = resolver.resolve(&stamp, line.offset);
            found.push(Read {
                text: line.bytes.to_vec(),
                number: line.number,
                offset: line.offset,
                time: time.map(|time| time.to_string()).unwrap_or_default(),
                file: chunk.path().file_name().unwrap().to_string_lossy().into_owned(),
            });
        }
        buffer = chunk.into_buffer();
    }
    found
}

/// Opens what is in a directory as one stream.
fn open(paths: &[PathBuf], options: &Options) -> StreamReader {
    let found = discover(&Arguments { paths: paths.to_vec(), ..Arguments::default() });
    assert!(found.problems.is_empty(), "{:?}", found.problems);
    let [stream] = <[_; 1]>::try_from(found.streams).unwrap();
    stream.open(options)
}

fn lines(found: &[Read]) -> Vec<&[u8]> {
    found.iter().map(|line| line.text.as_slice()).collect()
}

fn gzip(path: &Path, text: &[u8], mtime: u32) {
    let mut encoder = flate2::GzBuilder::new()
        .mtime(mtime)
        .write(fs::File::create(path).unwrap(), flate2::Compression::fast());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap();
}

/// A log of one line a minute from a date on.
fn log(year: i32, month: u8, day: u8, minutes: i64) -> String {
    let start = days_from_civil(year, month, day).unwrap() * 86_400;
    let mut log = String::new();
    for minute in 0..minutes {
        let time = crate::Time { micros: (start + minute * 60) * 1_000_000, offset: 0 }.civil();
        let month =
            ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
                [usize::from(time.month) - 1];
        let (day, hour, minute) = (time.day, time.hour, time.minute);
        writeln!(
            log,
            "{month} {day:2} {hour:02}:{minute:02}:00 mx postfix/qmgr[1]: 1234567890A: removed"
        )
        .unwrap();
    }
    log
}

#[test]
fn every_line_once_with_its_place() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("mail.log");
    fs::write(&path, b"one\r\n\ntwo\0\nthree").unwrap();
    for chunk in [1, 4, 100] {
        let mut reader = open(std::slice::from_ref(&path), &Options { chunk, ..options() });
        let found = read(&mut reader);
        assert_eq!(lines(&found), [&b"one"[..], b"", b"two\0", b"three"]);
        let places = found.iter().map(|line| (line.number.unwrap(), line.offset));
        assert_eq!(places.collect::<Vec<_>>(), [(1, 0), (2, 5), (3, 6), (4, 11)]);
        assert!(reader.problems().is_empty());
    }
}

#[test]
fn json_lines_become_lines() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("mail.log");
    let json = r#"{"MESSAGE":"a\nb","SYSLOG_IDENTIFIER":"postfix/qmgr","_PID":"7","_HOSTNAME":"mx","__REALTIME_TIMESTAMP":"1762205101000000"}"#;
    let plain = "Nov  4 00:00:00 mx postfix/qmgr[1]: 1234567890A: removed";
    fs::write(&path, format!("{json}\n{plain}\n{{no json\n{json}")).unwrap();
    let found = read(&mut open(&[path], &options()));
    let canonical = &b"1 2025-11-03T21:25:01Z mx postfix/qmgr 7 - - a b"[..];
    assert_eq!(lines(&found), [canonical, plain.as_bytes(), b"{no json", canonical]);
    let offsets = found.iter().map(|line| line.offset).collect::<Vec<_>>();
    let second = json.len() as u64 + 1;
    let third = second + plain.len() as u64 + 1;
    assert_eq!(offsets, [0, second, third, third + 9]);
}

#[test]
fn a_rotation_set_is_read_in_order_and_gets_its_years() {
    let dir = tempfile::tempdir().unwrap();
    let day = |year, month, day| {
        u32::try_from(days_from_civil(year, month, day).unwrap() * 86_400).unwrap()
    };
    let line = |stamp: &str| format!("{stamp} 06:25:01 mx postfix/qmgr[1]: 1234567890A: removed\n");
    fs::write(dir.path().join("mail.log"), line("Jan  9")).unwrap();
    fs::write(dir.path().join("mail.log.1"), line("Jan  2")).unwrap();
    gzip(
        &dir.path().join("mail.log.2.gz"),
        (line("Dec 28") + &line("Jan  1")).as_bytes(),
        day(2024, 1, 1),
    );
    gzip(&dir.path().join("mail.log.10.gz"), line("Nov  3").as_bytes(), day(2023, 11, 3));
    let mut reader = open(&[dir.path().to_owned()], &options());
    let found = read(&mut reader);
    let times = found
        .iter()
        .map(|line| (line.file.as_str(), line.time.split('T').next().unwrap()))
        .collect::<Vec<_>>();
    assert_eq!(
        times,
        [
            ("mail.log.10.gz", "2023-11-03"),
            ("mail.log.2.gz", "2023-12-28"),
            ("mail.log.2.gz", "2024-01-01"),
            ("mail.log.1", "2026-01-02"),
            ("mail.log", "2026-01-09"),
        ]
    );
    assert_eq!(reader.evidence(0), Evidence::Written);
}

#[test]
fn files_that_tell_their_times_are_put_in_their_order() {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, day| {
        let text = format!("2026-11-{day:02}T00:00:00Z mx postfix/qmgr[1]: 1234567890A: removed\n");
        fs::write(dir.path().join(name), text).unwrap();
    };
    write("mail.log.1", 1);
    write("mail.log.2", 2);
    write("mail.log", 3);
    let found = read(&mut open(&[dir.path().to_owned()], &options()));
    let files = found.iter().map(|line| line.file.as_str()).collect::<Vec<_>>();
    assert_eq!(files, ["mail.log.1", "mail.log.2", "mail.log"]);
}

#[test]
fn a_truncated_archive_is_read_as_far_as_it_goes() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("mail.log.1.gz");
    let text = log(2026, 11, 1, 3000);
    gzip(&path, text.as_bytes(), 0);
    let archive = fs::read(&path).unwrap();
    fs::write(&path, &archive[..archive.len() / 2]).unwrap();
    fs::write(dir.path().join("mail.log"), log(2026, 11, 20, 1)).unwrap();
    let mut reader = open(&[dir.path().to_owned()], &options());
    let found = read(&mut reader);
    let first = found.iter().filter(|line| line.file == "mail.log.1.gz").count();
    assert!((100..3000).contains(&first), "{first}");
    assert_eq!(found.last().unwrap().file, "mail.log");
    let [problem] = reader.problems() else { panic!("{:?}", reader.problems()) };
    assert!(matches!(problem.error, ProblemKind::Truncated { format: "gzip", .. }), "{problem}");
    assert!(problem.is_loss() && problem.hint().is_some() && problem.path == path);
}

#[test]
fn a_vanished_file_does_not_stop_the_rest() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("mail.log.1"), log(2026, 11, 1, 2)).unwrap();
    fs::write(dir.path().join("mail.log"), log(2026, 11, 2, 3)).unwrap();
    let found = discover(&Arguments { paths: vec![dir.path().to_owned()], ..Arguments::default() });
    fs::remove_file(dir.path().join("mail.log.1")).unwrap();
    let mut reader = found.streams.into_iter().next().unwrap().open(&options());
    assert_eq!(read(&mut reader).len(), 3);
    let [problem] = reader.take_problems().try_into().unwrap();
    assert!(matches!(problem.error, ProblemKind::Vanished), "{problem}");
    assert!(problem.to_string().ends_with("mail.log.1: the file vanished before it could be read"));
}

#[test]
fn a_line_without_end_is_cut_and_told() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("mail.log");
    let long = "x".repeat(1000);
    fs::write(&path, format!("one\n{long}\ntwo\n{}\nthree\n{long}", "x".repeat(99))).unwrap();
    let limits = Options { chunk: 10, longest_line: 100, ..options() };
    let mut reader = open(&[path], &limits);
    let found = read(&mut reader);
    let cut = "x".repeat(100).into_bytes();
    let whole = &cut[..99];
    assert_eq!(lines(&found), [&b"one"[..], &cut, b"two", whole, b"three", &cut]);
    let places = found.iter().map(|line| (line.number.unwrap(), line.offset)).collect::<Vec<_>>();
    assert_eq!(places, [(1, 0), (2, 4), (3, 1005), (4, 1009), (5, 1109), (6, 1115)]);
    let problems = reader.take_problems();
    assert!(matches!(problems[0].error, ProblemKind::LongLine { line: 2, limit: 100 }));
    assert_eq!(problems.len(), 2);
}

#[test]
fn what_lies_outside_the_period_is_not_read() {
    let dir = tempfile::tempdir().unwrap();
    // Twenty days each; the newest is large enough for a part of it to be passed over.
    gzip(&dir.path().join("mail.log.2.gz"), log(2026, 9, 1, 28_800).as_bytes(), 0);
    fs::write(dir.path().join("mail.log.1"), log(2026, 10, 1, 28_800)).unwrap();
    fs::write(dir.path().join("mail.log"), log(2026, 11, 1, 28_800)).unwrap();
    let period = Period::parse("2026-11-10", now(), &Zone::UTC).unwrap();
    let mut reader = open(&[dir.path().to_owned()], &Options { period: Some(period), ..options() });
    let found = read(&mut reader);
    assert_eq!(reader.skipped().files, 2);
    assert!(reader.skipped().bytes > 1_000_000, "{:?}", reader.skipped());
    let inside = found.iter().filter(|line| line.time.starts_with("2026-11-10")).count();
    assert_eq!(inside, 1440);
    assert!(found.len() < 6 * 1440, "{}", found.len());
    assert!(found[0].number.is_none());
    let all = read(&mut open(&[dir.path().join("mail.log")], &options()));
    let same = all.iter().find(|line| line.offset == found[0].offset).unwrap();
    assert_eq!((&same.text, &same.time), (&found[0].text, &found[0].time));
}

#[test]
fn archives_and_pipes_leave_out_chunks_outside_the_period() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("mail.log.1.gz");
    gzip(&path, log(2026, 10, 1, 28_800).as_bytes(), 0);
    let period = Period::parse("2026-10-10", now(), &Zone::UTC).unwrap();
    let limits = Options { period: Some(period), chunk: 10_000, ..options() };
    let found = read(&mut open(&[path], &limits));
    let inside = found.iter().filter(|line| line.time.starts_with("2026-10-10")).count();
    assert_eq!(inside, 1440);
    assert!(found.len() < 5 * 1440, "{}", found.len());
    // Line numbers go on where chunks were left out.
    assert_eq!(found[0].number.unwrap(), found[0].offset / (found[0].text.len() as u64 + 1) + 1);
}

#[test]
fn a_pipe_is_read_once_to_its_end() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("pipe");
    let made = std::process::Command::new("mkfifo").arg(&path).status().unwrap();
    assert!(made.success());
    let writer = std::thread::spawn({
        let path = path.clone();
        move || fs::write(path, log(2026, 11, 1, 5000)).unwrap()
    });
    let mut reader = open(&[path], &options());
    let found = read(&mut reader);
    writer.join().unwrap();
    assert_eq!(found.len(), 5000);
    assert_eq!(found[4999].time, "2026-11-04T11:19:00Z");
    assert!(reader.problems().is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn cuts_do_not_matter(
        parts in prop::collection::vec("[a-z{}\r\n\0]{0,30}|Nov  4 06:25:01 mx a: b\n|Jan  1 00:00:00 mx a: b\n|\n", 0..40),
        chunk in 1usize..200,
    ) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log");
        let text = parts.concat();
        fs::write(&path, &text).unwrap();
        let whole = read(&mut open(std::slice::from_ref(&path), &options()));
        let cut = read(&mut open(&[path], &Options { chunk, ..options() }));
        prop_assert_eq!(&whole, &cut);
        let mut expected = text.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line)).collect::<Vec<_>>();
        if text.is_empty() || text.ends_with('\n') {
            expected.pop();
        }
        let found = whole.iter().map(|line| std::str::from_utf8(&line.text).unwrap()).collect::<Vec<_>>();
        prop_assert_eq!(found, expected);
    }
}
