//! A stream: the files of one rotation set, read one after the other.

use std::sync::Arc;

use crate::chunk::Chunk;
use crate::halt::Halt;
use crate::input::{InputKind, LogFile};
use crate::period::Period;
use crate::plan::{Evidence, YearPlan, plan};
use crate::problem::Problem;
use crate::survey::Survey;
use crate::time::{DAY, MICROS};
use crate::zone::Zone;

mod reading;
mod selection;

use reading::{Limits, Reading, Setting};
use selection::{Bounds, Part};

/// One rotation set in time order, or one pipe.
#[derive(Debug, Clone)]
pub struct Stream {
    pub(crate) name: String,
    pub(crate) files: Vec<LogFile>,
    halt: Halt,
}

/// How to read.
#[derive(Debug, Clone)]
pub struct Options {
    /// The zone of stamps without an offset.
    pub zone: Zone,
    /// The present, in microseconds since 1970-01-01T00:00:00Z.
    pub now: i64,
    /// What lies outside need not be read; some of it may be.
    pub period: Option<Period>,
    /// How far lines may stand from their place in time, in seconds: relayed late, or
    /// written by a host whose clock is wrong. What lies further outside the period is
    /// left unread.
    pub slack: i64,
    /// How many bytes of whole lines a chunk aims at.
    pub chunk: usize,
    /// Longer lines are cut, in bytes.
    pub longest_line: usize,
}

impl Options {
    /// The usual: chunks that stay in a processor's own cache together with what their
    /// lines mean, lines of up to 16 MiB, all times.
    pub fn new(zone: Zone, now: i64) -> Self {
        Self {
            zone,
            now,
            period: None,
            slack: DAY,
            chunk: 128 * 1024,
            longest_line: 16 * 1024 * 1024,
        }
    }
}

/// Reads a stream, chunk by chunk.
#[derive(Debug)]
pub struct StreamReader {
    name: String,
    files: Vec<Planned>,
    halt: Halt,
    next: usize,
    reading: Option<Reading>,
    setting: Setting,
    problems: Vec<Problem>,
    skipped: Skipped,
}

/// A file, and what was found out about it.
#[derive(Debug)]
struct Planned {
    file: LogFile,
    survey: Survey,
    plan: YearPlan,
}

/// What was left unread because it lies outside the period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Skipped {
    /// Whole files.
    pub files: usize,
    /// Bytes of plain files of which another part was read.
    pub bytes: u64,
}

impl Stream {
    /// Makes a stream of logs that follow each other, oldest first.
    pub fn new(files: Vec<LogFile>) -> Self {
        let newest = files.last().map(|file| file.path.display().to_string());
        Self { name: newest.unwrap_or_default(), files, halt: Halt::default() }
    }

    /// What people call it: the path of its newest file, or the name of the other
    /// source.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its files, oldest first, as their names tell.
    pub fn files(&self) -> &[LogFile] {
        &self.files
    }

    /// Leaves out the files that are not wanted.
    pub fn retain(&mut self, wanted: impl FnMut(&LogFile) -> bool) {
        self.files.retain(wanted);
    }

    /// Makes reading wait for more at the end of the newest file, and go on with the file
    /// that takes its place when the log is rotated or cut: it then has no end, unless a
    /// period has one. Returns whether that can be: nothing is added to an archive.
    pub fn follow(&mut self) -> bool {
        self.files.last_mut().is_some_and(|newest| newest.follow(&self.halt))
    }

    /// Lets `halt` end the reading, also while it waits for more. To be said before
    /// [`follow`](Self::follow).
    pub fn halt_with(&mut self, halt: &Halt) {
        self.halt = halt.clone();
    }

    /// Looks at the files, puts them in order and in their years, and starts to read.
    pub fn open(self, options: &Options) -> StreamReader {
        let mut files = self.files;
        let surveys = files.iter_mut().map(survey).collect::<Vec<_>>();
        let (files, surveys) = in_order(files, surveys);
        let plans = plan(&surveys, &options.zone, options.now);
        let files = files
            .into_iter()
            .zip(surveys)
            .zip(plans)
            .map(|((file, survey), plan)| Planned { file, survey, plan })
            .collect();
        StreamReader {
            name: self.name,
            files,
            halt: self.halt,
            next: 0,
            reading: None,
            setting: Setting {
                zone: Arc::new(options.zone.clone()),
                now: options.now,
                period: options.period,
                bounds: options.period.map(|period| Bounds::of(&period, options.slack)),
                limits: Limits {
                    chunk: options.chunk.max(1),
                    line: options.longest_line.max(options.chunk.max(1)),
                },
            },
            problems: Vec::new(),
            skipped: Skipped::default(),
        }
    }
}

fn survey(file: &mut LogFile) -> Survey {
    if file.is_file() { Survey::of(file) } else { Survey::default() }
}

/// The order by names stands unless every file tells its own time and they disagree.
fn in_order(files: Vec<LogFile>, surveys: Vec<Survey>) -> (Vec<LogFile>, Vec<Survey>) {
    let mut all = files.into_iter().zip(surveys).collect::<Vec<_>>();
    let first = |survey: &Survey| {
        let summary = &survey.summary;
        summary.first()?.in_year(summary.first_year()?)
    };
    if all.iter().all(|(_, survey)| first(survey).is_some()) {
        all.sort_by_key(|(_, survey)| first(survey));
    }
    // One that is followed has no end.
    all.sort_by_key(|(file, _)| file.followed);
    all.into_iter().unzip()
}

impl StreamReader {
    /// What people call the stream.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The stream's files in the order in which they are read; chunks tell their index.
    pub fn files(&self) -> impl Iterator<Item = &LogFile> {
        self.files.iter().map(|planned| &planned.file)
    }

    /// Where the years of a file's stamps come from.
    pub fn evidence(&self, file: usize) -> Evidence {
        self.files.get(file).map_or(Evidence::None, |planned| planned.plan.evidence)
    }

    /// What could not be read so far.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// Takes the problems, so that they are told once.
    pub fn take_problems(&mut self) -> Vec<Problem> {
        std::mem::take(&mut self.problems)
    }

    /// What was left unread so far because it lies outside the period.
    pub fn skipped(&self) -> Skipped {
        self.skipped
    }

    /// The next chunk, in a buffer that is no longer needed (or a new one), or `None`
    /// at the end of the last file.
    ///
    /// Chunks that lie outside the period as a whole, with slack to spare, are left
    /// out; the others hold lines outside it too.
    pub fn next_chunk(&mut self, recycled: Vec<u8>) -> Option<Chunk> {
        let mut buffer = recycled;
        while !self.halt.is_stopped() {
            if self.reading.is_none() {
                self.reading = Some(self.open_next()?);
            }
            let reading = self.reading.as_mut()?;
            match reading.next_chunk(buffer, &mut self.problems) {
                Ok(chunk) => return Some(chunk),
                Err(unused) => {
                    buffer = unused;
                    self.skipped.bytes += reading.skipped;
                    let is_last = reading.is_last;
                    self.reading = None;
                    if !is_last && self.next == self.files.len() {
                        self.succeed();
                    }
                }
            }
        }
        None
    }

    /// Puts the file that has taken a followed one's place behind the others.
    fn succeed(&mut self) {
        let Some(last) = self.files.last().filter(|last| last.file.followed) else { return };
        match last.file.successor() {
            Ok(file) => {
                // Whoever follows a log for long must not take its present for the future.
                let written = file.written.unwrap_or(0).saturating_mul(MICROS);
                self.setting.now = self.setting.now.max(written);
                self.files.push(Planned {
                    file,
                    survey: Survey::default(),
                    plan: YearPlan::default(),
                });
            }
            Err(problem) => self.problems.push(problem),
        }
    }

    /// Opens the next file that can be opened.
    fn open_next(&mut self) -> Option<Reading> {
        loop {
            let index = self.next;
            let (planned, later) = self.files.get_mut(index..)?.split_first_mut()?;
            self.next += 1;
            let later = selection::next_first(later);
            let period = self.setting.period.as_ref();
            let bounds = self.setting.bounds;
            let part = selection::part(planned, later, bounds, &self.setting.zone);
            let part = part.and_then(|part| selection::clipped(part, planned));
            let part = if planned.file.followed { Some(Part::growing(part)) } else { part };
            let Some(part) = part else {
                self.skipped.files += 1;
                continue;
            };
            self.skipped.bytes += part.skipped(planned.survey.size);
            if let (InputKind::Journal(query), Some(period)) = (&mut planned.file.kind, period) {
                query.since = period.from.map(|from| from.div_euclid(MICROS));
                query.until = period.to.map(|to| to.div_euclid(MICROS) + 1);
            }
            if let InputKind::Kept(kept) = &mut planned.file.kind {
                kept.period = bounds.map(Bounds::period);
            }
            match Reading::open(planned, index, part, self.setting.clone()) {
                Ok(reading) => return Some(reading),
                Err(problem) => self.problems.push(problem),
            }
        }
    }
}

#[cfg(test)]
#[path = "stream/tests.rs"]
mod tests;

#[cfg(test)]
#[path = "stream/follow_tests.rs"]
mod follow_tests;
