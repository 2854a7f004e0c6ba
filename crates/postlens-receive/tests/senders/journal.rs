//! Journal files that systemd-journal-remote writes, read by journalctl.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use postlens_receive::{Journal, JournalNotice, JournalReader, Spool, SpoolLimits, is_heading};

/// Where Debian has it.
const REMOTE: &str = "/lib/systemd/systemd-journal-remote";

/// Adds records to a journal file.
fn write(file: &Path, numbers: std::ops::Range<u32>) {
    let mut records = Vec::new();
    for number in numbers {
        let time = 1_795_500_000_000_000_u64 + u64::from(number) * 1_000_000;
        let facility = if number % 10 == 9 { 3 } else { 2 };
        write!(
            records,
            "__REALTIME_TIMESTAMP={time}\n__MONOTONIC_TIMESTAMP={number}000000\n\
             _BOOT_ID=4e7d6a0c1f0b4c1a9f6a3e0d5b2c8f71\n_HOSTNAME=mx\nPRIORITY=6\n\
             SYSLOG_FACILITY={facility}\nSYSLOG_IDENTIFIER=postfix/qmgr\nSYSLOG_PID=7\n\
             MESSAGE=Q{number}: removed\n\n"
        )
        .unwrap();
    }
    let mut remote = Command::new(REMOTE);
    remote.arg("--output").arg(file).arg("-");
    let mut child =
        remote.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(&records).unwrap();
    assert!(child.wait().unwrap().success());
}

struct Home {
    directory: tempfile::TempDir,
    notices: Arc<Mutex<Vec<String>>>,
}

impl Home {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        std::fs::create_dir(directory.path().join("journal")).unwrap();
        Self { directory, notices: Arc::default() }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.directory.path().join("journal").join(name)
    }

    fn follow(&self) -> JournalReader {
        let mut journal = Journal::system();
        journal.directory = Some(self.directory.path().join("journal"));
        let limits = SpoolLimits { size: 4000, floor: 0, ..SpoolLimits::default() };
        let spool = Spool::open(&self.directory.path().join("spool"), "j", limits).unwrap();
        let notices = Arc::clone(&self.notices);
        let note = move |notice: JournalNotice| notices.lock().unwrap().push(format!("{notice:?}"));
        JournalReader::start(journal, Arc::new(spool), note).unwrap()
    }

    fn lines(&self) -> Vec<String> {
        let live = self.directory.path().join("spool/j.log");
        let mut files = Spool::ended(&live).unwrap();
        files.push(live);
        let texts = files.iter().map(|file| std::fs::read_to_string(file).unwrap());
        let lines = texts.flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>());
        lines.filter(|line| !is_heading(line.as_bytes())).collect()
    }

    /// Waits until every record of the facility is there once, in order.
    #[track_caller]
    fn expect(&self, numbers: &[u32]) {
        let end = Instant::now() + Duration::from_mins(1);
        while self.lines().len() < numbers.len() {
            assert!(Instant::now() < end, "{:?} {:?}", self.lines(), self.notices);
            std::thread::sleep(Duration::from_millis(50));
        }
        std::thread::sleep(Duration::from_millis(300));
        let lines = self.lines();
        let texts: Vec<_> =
            lines.iter().map(|line| line.rsplit_once("- - ").unwrap().1.to_owned()).collect();
        let expected: Vec<_> = numbers.iter().map(|number| format!("Q{number}: removed")).collect();
        assert_eq!(texts, expected);
    }
}

fn mail(numbers: std::ops::Range<u32>) -> Vec<u32> {
    numbers.filter(|number| number % 10 != 9).collect()
}

#[test]
fn a_journal_is_followed_and_read_on() {
    let home = Home::new();
    write(&home.file("a.journal"), 0..40);
    let reader = home.follow();
    home.expect(&mail(0..40));
    assert!(home.lines()[0].starts_with("<22>1 2026-11-24T"), "{:?}", home.lines()[0]);
    write(&home.file("a.journal"), 40..60);
    home.expect(&mail(0..60));
    drop(reader);
    write(&home.file("a.journal"), 60..80);
    let reader = home.follow();
    home.expect(&mail(0..80));
    assert_eq!(*home.notices.lock().unwrap(), Vec::<String>::new());
    drop(reader);
}

#[test]
fn what_was_written_and_not_noted_is_not_written_again() {
    let home = Home::new();
    write(&home.file("a.journal"), 0..8);
    let reader = home.follow();
    home.expect(&mail(0..8));
    let mark = home.directory.path().join("spool/j.cursor");
    let before = std::fs::read(&mark).unwrap();
    write(&home.file("a.journal"), 8..30);
    home.expect(&mail(0..30));
    drop(reader);
    // As if it had been killed between the lines and the mark, in the middle of a line.
    let spool = home.directory.path().join("spool/j.log");
    for cut in [0, 5, 100] {
        std::fs::write(&mark, &before).unwrap();
        let file = std::fs::OpenOptions::new().write(true).open(&spool).unwrap();
        file.set_len(file.metadata().unwrap().len() - cut).unwrap();
        let reader = home.follow();
        home.expect(&mail(0..30));
        drop(reader);
    }
    assert_eq!(*home.notices.lock().unwrap(), Vec::<String>::new());
}

#[test]
fn a_journal_that_was_vacuumed_is_told() {
    let home = Home::new();
    write(&home.file("a.journal"), 0..5);
    let reader = home.follow();
    home.expect(&mail(0..5));
    drop(reader);
    std::fs::remove_file(home.file("a.journal")).unwrap();
    write(&home.file("b.journal"), 20..25);
    let reader = home.follow();
    home.expect(&[mail(0..5), mail(20..25)].concat());
    assert_eq!(*home.notices.lock().unwrap(), ["Gap"]);
    drop(reader);
    // And from then on there is no gap.
    write(&home.file("b.journal"), 25..28);
    let _reader = home.follow();
    home.expect(&[mail(0..5), mail(20..28)].concat());
    assert_eq!(*home.notices.lock().unwrap(), ["Gap"]);
}

#[test]
fn a_program_that_fails_is_told() {
    let home = Home::new();
    std::fs::remove_dir(home.directory.path().join("journal")).unwrap();
    let _reader = home.follow();
    let end = Instant::now() + Duration::from_secs(30);
    while home.notices.lock().unwrap().is_empty() {
        assert!(Instant::now() < end);
        std::thread::sleep(Duration::from_millis(50));
    }
    let notices = home.notices.lock().unwrap();
    assert!(notices[0].starts_with("Failed"), "{notices:?}");
}
