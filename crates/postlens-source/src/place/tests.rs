use std::fs;
use std::io::Write as _;
use std::path::Path;

use super::Place;
use crate::discover::{Arguments, discover};
use crate::stream::{Options, Stream};
use crate::zone::Zone;

/// 2026-11-24T00:00:00Z.
const NOW: i64 = 1_795_478_400_000_000;

fn streams(directory: &Path) -> Vec<Stream> {
    let paths = vec![directory.to_owned()];
    discover(&Arguments { paths, ..Arguments::default() }).streams
}

/// A directory with one log in it, read in instalments.
struct Log {
    directory: tempfile::TempDir,
    place: Option<Place>,
    written: u32,
}

impl Log {
    fn new() -> Self {
        Self { directory: tempfile::tempdir().unwrap(), place: None, written: 0 }
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.directory.path().join(name)
    }

    /// Adds numbered lines.
    fn write(&mut self, name: &str, count: u32) {
        let mut file =
            fs::OpenOptions::new().create(true).append(true).open(self.path(name)).unwrap();
        for _ in 0..count {
            self.written += 1;
            writeln!(file, "Nov 23 06:25:01 mx postfix/qmgr[1]: no. {}", self.written).unwrap();
        }
    }

    fn compress(&self, name: &str, to: &str) {
        let text = fs::read(self.path(name)).unwrap();
        let file = fs::File::create(self.path(to)).unwrap();
        let mut encoder = flate2::write::GzEncoder::new(file, flate2::Compression::fast());
        encoder.write_all(&text).unwrap();
        encoder.finish().unwrap();
        fs::remove_file(self.path(name)).unwrap();
    }

    /// Reads on and expects the numbers of the lines.
    #[track_caller]
    fn expect(&mut self, numbers: std::ops::RangeInclusive<u32>) {
        let mut stream = streams(self.directory.path()).pop().unwrap();
        if let Some(place) = &self.place {
            assert!(stream.resume(place), "{place:?}");
        }
        self.place = stream.stop().unwrap();
        let expected: Vec<String> = numbers.map(|number| format!("no. {number}")).collect();
        assert_eq!(texts(stream), expected);
    }
}

fn texts(stream: Stream) -> Vec<String> {
    let mut reader = stream.open(&Options::new(Zone::UTC, NOW));
    let mut texts = Vec::new();
    while let Some(chunk) = reader.next_chunk(Vec::new()) {
        for line in chunk.lines() {
            let line = String::from_utf8_lossy(line.bytes).into_owned();
            texts.push(line.split(": ").nth(1).unwrap_or_default().to_owned());
            let stamp = postlens_syntax::Entry::parse(line.as_bytes()).stamp;
            assert!(chunk.clock().resolve(&stamp, chunk.offset()).is_some());
        }
    }
    assert!(reader.take_problems().is_empty());
    texts
}

#[test]
#[allow(clippy::reversed_empty_ranges, reason = "no line is expected")]
fn reading_goes_on_through_rotation() {
    let mut log = Log::new();
    log.write("mail.log", 3);
    log.expect(1..=3);
    log.expect(4..=3);
    log.write("mail.log", 2);
    log.expect(4..=5);
    log.write("mail.log", 2);
    fs::rename(log.path("mail.log"), log.path("mail.log.1")).unwrap();
    log.write("mail.log", 2);
    log.expect(6..=9);
    // Twice at once, the older ones compressed.
    log.write("mail.log", 1);
    log.compress("mail.log.1", "mail.log.2.gz");
    fs::rename(log.path("mail.log"), log.path("mail.log.1")).unwrap();
    log.write("mail.log", 1);
    log.compress("mail.log.1", "mail.log.2.gz.new");
    fs::rename(log.path("mail.log.2.gz"), log.path("mail.log.3.gz")).unwrap();
    fs::rename(log.path("mail.log.2.gz.new"), log.path("mail.log.2.gz")).unwrap();
    fs::rename(log.path("mail.log"), log.path("mail.log.1")).unwrap();
    log.write("mail.log", 1);
    log.expect(10..=12);
    // An empty log follows: the place is in the one before.
    fs::rename(log.path("mail.log"), log.path("mail.log.0")).unwrap();
    fs::write(log.path("mail.log"), "").unwrap();
    log.expect(13..=12);
    log.write("mail.log.0", 1);
    log.write("mail.log", 1);
    log.expect(13..=14);
}

#[test]
fn reading_goes_on_after_copytruncate() {
    let mut log = Log::new();
    log.write("mail.log", 3);
    log.expect(1..=3);
    log.write("mail.log", 1);
    fs::copy(log.path("mail.log"), log.path("mail.log.1")).unwrap();
    fs::write(log.path("mail.log"), "").unwrap();
    log.write("mail.log", 2);
    log.expect(4..=6);
}

#[test]
fn a_line_that_is_being_written_is_for_the_next_time() {
    let mut log = Log::new();
    log.write("mail.log", 2);
    let mut file = fs::OpenOptions::new().append(true).open(log.path("mail.log")).unwrap();
    write!(file, "Nov 23 06:25:01 mx postfix/qmgr[1]: no.").unwrap();
    log.expect(1..=2);
    writeln!(file, " 3").unwrap();
    log.expect(3..=3);
}

#[test]
fn what_is_added_or_renamed_while_reading_is_for_the_next_time() {
    let mut log = Log::new();
    log.write("mail.log", 2);
    let mut stream = streams(log.directory.path()).pop().unwrap();
    log.place = stream.stop().unwrap();
    log.write("mail.log", 1);
    fs::rename(log.path("mail.log"), log.path("mail.log.1")).unwrap();
    log.write("mail.log", 5);
    assert_eq!(texts(stream), ["no. 1", "no. 2"]);
    log.expect(3..=8);
}

#[test]
fn a_log_that_was_written_anew_is_another() {
    let mut log = Log::new();
    log.write("mail.log", 3);
    log.expect(1..=3);
    fs::remove_file(log.path("mail.log")).unwrap();
    log.write("mail.log", 5);
    let mut stream = streams(log.directory.path()).pop().unwrap();
    assert!(!stream.resume(&log.place.unwrap()));
    // The same first line, and another history behind it.
    fs::remove_file(log.path("mail.log")).unwrap();
    log.written = 0;
    log.write("mail.log", 1);
    log.written = 3;
    log.write("mail.log", 9);
    let mut stream = streams(log.directory.path()).pop().unwrap();
    assert!(!stream.resume(&log.place.unwrap()));
}

#[test]
fn the_newest_part_of_much_log() {
    let mut log = Log::new();
    log.write("mail.log.2", 10);
    log.compress("mail.log.2", "mail.log.2.gz");
    log.write("mail.log.1", 10);
    log.write("mail.log", 10);
    let line = "Nov 23 06:25:01 mx postfix/qmgr[1]: no. 22\n".len() as u64;
    let mut stream = streams(log.directory.path()).pop().unwrap();
    stream.stop().unwrap();
    let without = stream.shorten(12 * line + 5);
    assert!(without > 7 * line, "{without}");
    let expected: Vec<String> = (19..=30).map(|number| format!("no. {number}")).collect();
    assert_eq!(texts(stream), expected);
    let mut stream = streams(log.directory.path()).pop().unwrap();
    assert_eq!(stream.shorten(1 << 30), 0);
    assert_eq!(texts(stream).len(), 30);
}

#[test]
fn without_lines_there_is_no_place() {
    let log = Log::new();
    fs::write(log.path("mail.log"), "").unwrap();
    let mut stream = streams(log.directory.path()).pop().unwrap();
    assert_eq!(stream.stop().unwrap(), None);
    assert!(texts(stream).is_empty());
}
