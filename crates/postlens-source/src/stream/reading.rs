//! One open file, cut into chunks.

use std::io;
use std::path::Path;
use std::sync::Arc;

use crate::chunk::Chunk;
use crate::compression::Compression;
use crate::course::{Course, Range};
use crate::feed::Feed;
use crate::identity::log_identity;
use crate::input::InputKind;
use crate::period::Period;
use crate::plan::plan;
use crate::problem::{Problem, ProblemKind};
use crate::sampling::sample;
use crate::survey::Survey;
use crate::time::MICROS;
use crate::year::YearSummary;
use crate::zone::Zone;

use super::Planned;
use super::selection::{Bounds, Part};

/// How long more is waited for before the lines of a pipe are handed on, in milliseconds.
const PATIENCE: u16 = 20;
/// The same at a pipe's beginning.
const FIRST_PATIENCE: u16 = 200;

/// Sizes in bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    pub(super) chunk: usize,
    pub(super) line: usize,
}

/// What reading needs to know beside the file.
#[derive(Debug, Clone)]
pub(super) struct Setting {
    pub(super) zone: Arc<Zone>,
    pub(super) now: i64,
    pub(super) limits: Limits,
    pub(super) period: Option<Period>,
    /// The period with slack.
    pub(super) bounds: Option<Bounds>,
}

/// One open file.
#[derive(Debug)]
pub(super) struct Reading {
    setting: Setting,
    feed: Feed,
    is_journal: bool,
    path: Arc<Path>,
    index: usize,
    /// Which log it is, once known.
    log: Option<u64>,
    /// Of the next chunk.
    offset: u64,
    line: Option<u64>,
    end: u64,
    /// The beginning of a line whose end has not been read.
    carry: Vec<u8>,
    /// Known from the survey, or made from the first chunk of a pipe.
    course: Option<Course>,
    /// In the rest of a line that was too long.
    cutting: bool,
    ended: bool,
    /// Bytes left out since they lie outside the period.
    pub(super) skipped: u64,
    /// Whether nothing is to be read of what may follow: it lies after the period, or
    /// reading failed.
    pub(super) is_last: bool,
}

impl Reading {
    pub(super) fn open(
        planned: &Planned,
        index: usize,
        part: Part,
        setting: Setting,
    ) -> Result<Self, Problem> {
        let feed = planned.file.open(part.start)?;
        let zone = Arc::clone(&setting.zone);
        let first = part.first.filter(|_| planned.file.is_file());
        let origin = feed.origin();
        let known = origin
            .and_then(|origin| origin.first)
            .map(|micros| micros.div_euclid(MICROS) + i64::from(zone.offset_at(micros)));
        let start = origin.map_or(part.start, |origin| origin.offset);
        let log = planned.file.identity().filter(|_| part.start > 0).map(|file| file.log);
        Ok(Self {
            feed,
            is_journal: matches!(planned.file.kind, InputKind::Journal(_)),
            path: Arc::from(planned.file.path()),
            index,
            log: origin.map(|origin| origin.log).or(log),
            offset: start,
            line: (start == 0).then_some(1),
            end: part.end.unwrap_or(u64::MAX),
            carry: Vec::new(),
            course: known.or(first).map(|first| Course::new(zone, first, start)),
            cutting: false,
            ended: false,
            skipped: 0,
            is_last: false,
            setting,
        })
    }

    /// The next chunk; at the end of the file, or of what is wanted of it, the buffer
    /// comes back.
    pub(super) fn next_chunk(
        &mut self,
        mut buffer: Vec<u8>,
        problems: &mut Vec<Problem>,
    ) -> Result<Chunk, Vec<u8>> {
        loop {
            if self.cutting {
                self.skip_line(&mut buffer, problems);
            }
            if self.ended && self.carry.is_empty() {
                return Err(buffer);
            }
            self.fill(&mut buffer, problems);
            if buffer.is_empty() {
                return Err(buffer);
            }
            let (chunk, range) = self.chunk(buffer);
            let Some((range, bounds)) = range.zip(self.setting.bounds) else { return Ok(chunk) };
            let outside = chunk.data.len() as u64;
            if bounds.is_after(range.earliest, &self.setting.zone) {
                // The rest of a file in order is later still.
                self.skipped += outside;
                self.is_last = true;
                return Err(chunk.into_buffer());
            }
            if !bounds.is_before(range.latest, &self.setting.zone) {
                return Ok(chunk);
            }
            self.skipped += outside;
            buffer = chunk.into_buffer();
        }
    }

    /// Fills the buffer with whole lines.
    fn fill(&mut self, buffer: &mut Vec<u8>, problems: &mut Vec<Problem>) {
        let Limits { chunk, line } = self.setting.limits;
        let mut filled = self.carry.len();
        buffer.resize(chunk.max(filled), 0);
        if let Some(start) = buffer.get_mut(..filled) {
            start.copy_from_slice(&self.carry);
        }
        self.carry.clear();
        while !self.ended {
            if filled == buffer.len() {
                if let Some(last) = memchr::memrchr(b'\n', buffer) {
                    self.carry.extend_from_slice(buffer.get(last + 1..).unwrap_or_default());
                    buffer.truncate(last + 1);
                    return;
                }
                if filled >= line {
                    self.cutting = true;
                    let number = self.line.unwrap_or_default();
                    let error = ProblemKind::LongLine { line: number, limit: line };
                    problems.push(Problem::new(&*self.path, error));
                    return;
                }
                buffer.resize((filled * 2).min(line), 0);
            }
            filled += self.read(buffer.get_mut(filled..).unwrap_or_default(), filled, problems);
            if self.hand_on(buffer, filled) {
                return;
            }
        }
        buffer.truncate(filled);
    }

    /// Leaves the buffer with the whole lines it has, where the writer of a pipe lets us
    /// wait for more; the rest is carried on.
    fn hand_on(&mut self, buffer: &mut Vec<u8>, filled: usize) -> bool {
        if self.ended || filled >= buffer.len() || !self.feed.may_wait() {
            return false;
        }
        let read = buffer.get(..filled).unwrap_or_default();
        let Some(last) = memchr::memrchr(b'\n', read) else { return false };
        // The first chunk tells the year.
        let patience = if self.course.is_none() { FIRST_PATIENCE } else { PATIENCE };
        if !self.feed.is_idle(patience) {
            return false;
        }
        self.carry.extend_from_slice(read.get(last + 1..).unwrap_or_default());
        buffer.truncate(last + 1);
        true
    }

    /// Reads on; `pending` bytes before this belong to the next chunk already.
    fn read(&mut self, into: &mut [u8], pending: usize, problems: &mut Vec<Problem>) -> usize {
        let left = self.end.saturating_sub(self.offset + pending as u64);
        let wanted = usize::try_from(left).unwrap_or(usize::MAX).min(into.len());
        match self.feed.read(into.get_mut(..wanted).unwrap_or_default()) {
            Ok(0) => {
                self.ended = true;
                if self.is_journal
                    && self.setting.period.is_none()
                    && self.offset == 0
                    && pending == 0
                {
                    problems.push(Problem::new(&*self.path, ProblemKind::EmptyJournal));
                }
                if self.feed.has_garbage() {
                    let format = self.feed.compression().name();
                    let error = ProblemKind::TrailingGarbage { format };
                    problems.push(Problem::new(&*self.path, error));
                }
                0
            }
            Ok(count) => count,
            Err(source) => {
                (self.ended, self.is_last) = (true, true);
                let error = self.failure(source, self.offset + pending as u64);
                problems.push(Problem::new(&*self.path, error));
                0
            }
        }
    }

    fn failure(&self, source: io::Error, read: u64) -> ProblemKind {
        let format = self.feed.compression().name();
        match self.feed.compression() {
            Compression::None if self.is_journal => {
                ProblemKind::JournalFailed { message: source.to_string() }
            }
            Compression::None => ProblemKind::Read { read, source },
            _ if self.feed.is_cut_off() => ProblemKind::Truncated { format, read },
            _ => ProblemKind::Damaged { format, read, source },
        }
    }

    /// Leaves out the rest of a line that was too long.
    fn skip_line(&mut self, buffer: &mut Vec<u8>, problems: &mut Vec<Problem>) {
        buffer.resize(self.setting.limits.chunk, 0);
        self.cutting = false;
        while !self.ended {
            let count = self.read(buffer, 0, problems);
            let data = buffer.get(..count).unwrap_or_default();
            if let Some(end) = memchr::memchr(b'\n', data) {
                self.offset += end as u64 + 1;
                self.carry.extend_from_slice(data.get(end + 1..).unwrap_or_default());
                return;
            }
            self.offset += count as u64;
        }
    }

    /// Makes a chunk of whole lines.
    fn chunk(&mut self, data: Vec<u8>) -> (Chunk, Option<Range>) {
        let to_end = self.ended;
        let setting = &self.setting;
        let course = self.course.get_or_insert_with(|| first_course(&data, to_end, setting));
        let (clock, range) = course.follow(&data, self.offset);
        let unended = !data.ends_with(b"\n");
        let lines = memchr::memchr_iter(b'\n', &data).count() as u64 + u64::from(unended);
        let chunk = Chunk {
            path: Arc::clone(&self.path),
            file: self.index,
            log: *self.log.get_or_insert_with(|| log_identity(&data)),
            offset: self.offset,
            first_line: self.line,
            clock,
            rewritten: Vec::new(),
            data,
        };
        self.offset += chunk.data.len() as u64;
        self.line = self.line.map(|line| line + lines);
        (chunk, range)
    }
}

/// Finds the year of a pipe by its first chunk.
fn first_course(data: &[u8], to_end: bool, setting: &Setting) -> Course {
    let (mut summary, mut next) = (YearSummary::default(), 0);
    sample(data, 0, &mut next, |_, sighting| summary.add(sighting));
    let survey = Survey { summary, to_end, ..Survey::default() };
    let plans = plan(&[survey], &setting.zone, setting.now);
    let first = plans.first().and_then(|plan| plan.first).unwrap_or_default();
    Course::new(Arc::clone(&setting.zone), first, 0)
}
