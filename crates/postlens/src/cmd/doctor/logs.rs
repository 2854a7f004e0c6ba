//! The logs themselves: who may read them, what loggers say they lost, how many lines come at
//! once.

use std::collections::{BTreeMap, VecDeque};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use postlens_engine::{Order, Run};
use postlens_source::{Arguments, Options, Zone, discover};
use postlens_stats::stats::Section;
use postlens_stats::stats::gaps::Gaps;
use postlens_track::{Consumer, Observation, Record, RecordSink};

use super::fix::Fix;
use super::{Advice, Kind, Level, System};
use crate::postfix::At;

/// So much of each log is read, the newest, in bytes.
const MOST: u64 = 128 << 20;
/// imjournal's default, for which figures are wanted always.
const IMJOURNAL: i64 = 600;

/// Where mail logs are by default.
pub(super) fn usual(system: &System) -> Vec<PathBuf> {
    let usual = ["/var/log/mail.log", "/var/log/maillog"].map(PathBuf::from);
    usual.into_iter().filter(|path| system.exists(path)).collect()
}

/// What the logs show.
#[derive(Debug, Default)]
pub(super) struct Log {
    gaps: Gaps,
    peaks: BTreeMap<i64, Peak>,
}

/// The most lines within some seconds.
#[derive(Debug, Default)]
struct Peak {
    /// Seconds, and how many lines each has.
    recent: VecDeque<(i64, u64)>,
    sum: u64,
    most: u64,
}

impl Peak {
    fn add(&mut self, second: i64, window: i64) {
        match self.recent.back_mut() {
            // A line that comes late counts where the log is.
            Some((last, count)) if *last >= second => *count += 1,
            _ => self.recent.push_back((second, 1)),
        }
        self.sum += 1;
        while let Some((first, count)) = self.recent.front().copied()
            && first + window <= second
        {
            self.sum -= count;
            self.recent.pop_front();
        }
        self.most = self.most.max(self.sum);
    }
}

impl Log {
    /// Reads the newest part of each log, with its rotated predecessors.
    pub(super) fn read(system: &System, logs: &[PathBuf], window: Option<i64>) -> Self {
        let windows = [Some(IMJOURNAL), window.filter(|window| *window > 0)];
        let peaks = windows.into_iter().flatten().map(|window| (window, Peak::default()));
        let mut log = Self { peaks: peaks.collect(), gaps: Gaps::default() };
        let paths: Vec<PathBuf> = logs.iter().flat_map(|log| set(system, log)).collect();
        if paths.is_empty() {
            return log;
        }
        let paths = paths.iter().map(|path| system.below(path)).collect();
        let mut found = discover(&Arguments { paths, ..Arguments::default() });
        for stream in &mut found.streams {
            stream.shorten(MOST);
        }
        let now = jiff::Timestamp::now().as_microsecond();
        let run = Run {
            streams: found.streams,
            options: Options::new(Zone::system(), now),
            tracking: None,
            order: Order::Time,
            threads: 0,
        };
        let summary = run.run(&mut log, &mut |_| {});
        for problem in found.problems.iter().chain(&summary.problems) {
            if problem.is_loss() {
                system.cannot_see(&problem.path, &problem.error);
            }
        }
        log
    }

    /// The most lines that mail programs logged within a time, in seconds.
    pub(super) fn peak(&self, window: i64) -> u64 {
        self.peaks.get(&window).map_or(0, |peak| peak.most)
    }
}

impl Consumer for Log {
    fn line(&mut self, line: &Observation<'_>) {
        self.gaps.line(line);
        if line.entry.tag.known.is_some() && !line.echo {
            for (window, peak) in &mut self.peaks {
                peak.add(line.time.micros.div_euclid(1_000_000), *window);
            }
        }
    }
}

impl RecordSink for Log {
    fn record(&mut self, _: &Record<'_>) {}
}

/// A log and its rotated predecessors, as the system names them.
fn set(system: &System, log: &Path) -> Vec<PathBuf> {
    system.matching(&format!("{}*", glob::Pattern::escape(&log.to_string_lossy())))
}

pub(super) fn look(system: &System, sets: &[PathBuf], log: &Log, found: &mut Vec<Advice>) {
    for path in sets {
        let all = set(system, path);
        let open = all.iter().filter(|path| is_open(system, path)).count();
        if open > 0 {
            let fix = format!("chmod o-r {}*", path.display());
            let setting = format!("{open} files of {}", all.len());
            let at = At::file(path.clone());
            let advice = Advice::new(Kind::Readable, Level::Warning, at, setting, fix);
            found.push(advice.with("file", path.display()));
        }
    }
    for (program, lost) in log.gaps.lost.iter() {
        let count = lost.lines.max(lost.notes);
        let at = At::file(sets.first().cloned().unwrap_or_default());
        let setting = format!("{program}: {count} lines in {} notes", lost.notes);
        let fix = Fix::Words("raise-limit", Vec::new());
        let advice = Advice::new(Kind::LostLines, Level::Problem, at, setting, fix);
        found.push(advice.with("program", program).with("count", count));
    }
}

/// Whether everybody on the system may read a file: the directories on the way let them.
fn is_open(system: &System, path: &Path) -> bool {
    std::fs::metadata(system.below(path)).is_ok_and(|found| found.mode() & 0o004 != 0)
}

#[cfg(test)]
mod tests {
    use super::Peak;

    #[test]
    fn peaks_are_those_of_any_window() {
        let mut peak = Peak::default();
        for second in [0, 0, 5, 9, 10, 11, 12, 40, 41, 39] {
            peak.add(second, 10);
        }
        // Seconds 5 to 12.
        assert_eq!(peak.most, 5);
    }
}
