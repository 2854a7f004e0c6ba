//! Runs the detectors over a log in memory.

use std::path::Path;

use bstr::ByteSlice;
use postlens_detect::{Detectors, Finding};
use postlens_syntax::{Entry, Event, Stamp, Time};
use postlens_track::{Consumer, Limits, LineId, Observation, Tracker};

/// The findings of a log whose stamps lie in 2026, in UTC.
pub(crate) fn findings(log: &[u8]) -> Vec<Finding> {
    let mut detectors = Detectors::default();
    let mut tracker = Tracker::new(Limits::default());
    let mut time = Time::default();
    for (number, line) in log.lines().enumerate() {
        let entry = Entry::parse(line);
        let event = Event::parse(&entry);
        time = time_of(entry.stamp).unwrap_or(time);
        let observation = Observation {
            time,
            stamped: true,
            entry: &entry,
            bytes: line,
            event: &event,
            line: LineId { log: 0, offset: number as u64 },
            weight: entry.repeat.max(1),
            echo: false,
        };
        detectors.line(&observation);
        tracker.observe(&observation, &mut detectors);
    }
    tracker.finish(&mut detectors);
    detectors.settle();
    detectors.findings()
}

/// A finding in one line: what, of whom, when, how much.
pub(crate) fn summary(finding: &Finding) -> String {
    let (onset, last) = (finding.onset.to_string(), finding.last.to_string());
    let minute = |time: &str| time.get(5..16).unwrap_or_default().to_owned();
    let follows = finding.follows.map_or(String::new(), |kind| format!(" after {}", kind.name()));
    format!(
        "{} {} {} {}..{}{} {} {:?}{follows}",
        finding.kind.name(),
        finding.subject.name(),
        finding.subject.text(),
        minute(&onset),
        minute(&last),
        if finding.open { "+" } else { "" },
        finding.amount,
        finding.figures
    )
}

fn time_of(stamp: Stamp) -> Option<Time> {
    const DAYS: [i64; 12] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
    match stamp {
        Stamp::Absolute { micros, offset } => Some(Time { micros, offset }),
        Stamp::Yearless { month, day, time } => {
            let days = DAYS[usize::from(month) - 1] + i64::from(day) - 1 + 20_454;
            Some(Time { micros: days * 86_400_000_000 + time.micros_of_day(), offset: 0 })
        }
        _ => None,
    }
}

/// The project's example logs, one after the other.
pub(crate) fn examples() -> Vec<u8> {
    use std::io::Read;
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    let mut log = Vec::new();
    for name in ["mail.log.4.gz", "mail.log.3.gz", "mail.log.2.gz"] {
        let bytes = std::fs::read(directory.join(name)).unwrap();
        flate2::read::GzDecoder::new(bytes.as_slice()).read_to_end(&mut log).unwrap();
    }
    for name in ["mail.log.1", "mail.log"] {
        log.extend_from_slice(&std::fs::read(directory.join(name)).unwrap());
    }
    log
}
