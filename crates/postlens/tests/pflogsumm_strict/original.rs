//! The original, at a fixed time and with the order of its rows settled.

use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;

/// Years are guessed from the present, so both programs get the same.
const NOW: &str = "2026-11-24 10:30:00";

/// A program at that time.
pub(crate) fn at_a_fixed_time(program: &str) -> Command {
    let mut command = Command::new("faketime");
    command.args(["-f", NOW, program]).env("TZ", "UTC").env("LC_ALL", "C");
    command
}

/// The original with one change: where it goes through a hash in Perl's own order, it goes
/// by the keys' order, so that rows of equal count have one.
pub(crate) struct Original {
    script: PathBuf,
    _directory: TempDir,
}

const CHANGES: [(&str, &str, usize); 2] = [
    (
        "(reverse sort by_count_then_size keys(%$hashRef))",
        "(reverse sort by_count_then_size reverse sort keys(%$hashRef))",
        3,
    ),
    ("     (keys(%$hashRef)))", "     (sort keys(%$hashRef)))", 2),
];

impl Original {
    pub(crate) fn new() -> Self {
        let path = "/usr/sbin/pflogsumm";
        let mut text = std::fs::read_to_string(path)
            .unwrap_or_else(|error| panic!("{path} is needed (apt-get install it): {error}"));
        for (before, after, count) in CHANGES {
            assert_eq!(text.matches(before).count(), count, "another version: {before}");
            text = text.replace(before, after);
        }
        let directory = tempfile::tempdir().unwrap();
        let script = directory.path().join("pflogsumm");
        std::fs::write(&script, text).unwrap();
        Self { script, _directory: directory }
    }

    /// The program with arguments.
    pub(crate) fn perl(&self, arguments: &[&str]) -> Command {
        let mut command = at_a_fixed_time("perl");
        command.arg(&self.script).args(arguments);
        command
    }

    /// Its report.
    pub(crate) fn run(&self, arguments: &[&str]) -> Vec<u8> {
        let output = self
            .perl(arguments)
            .output()
            .unwrap_or_else(|error| panic!("faketime is needed (apt-get install it): {error}"));
        assert!(output.status.success(), "{output:?}");
        output.stdout
    }
}

/// The first lines that differ; nothing if none do.
pub(crate) fn difference(theirs: &[u8], ours: &[u8]) -> String {
    let (theirs, ours) = (String::from_utf8_lossy(theirs), String::from_utf8_lossy(ours));
    let mut text = String::new();
    let lines = theirs.lines().count().max(ours.lines().count());
    let different = (0..lines)
        .map(|number| (number, theirs.lines().nth(number), ours.lines().nth(number)))
        .filter(|(_, theirs, ours)| theirs != ours);
    for (number, theirs, ours) in different.take(12) {
        text.push_str(&format!("\n{}: {theirs:?}\n   {ours:?}", number + 1));
    }
    if text.is_empty() && theirs != ours {
        text.push_str("only line ends differ");
    }
    text
}
