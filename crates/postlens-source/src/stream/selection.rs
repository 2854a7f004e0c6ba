//! Which part of a file can lie in a period.

use crate::compression::Compression;
use crate::period::Period;
use crate::plan::Evidence;
use crate::time::MICROS;
use crate::zone::Zone;

use super::Planned;

/// The part of a file to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Part {
    /// First byte, at the start of a line.
    pub(super) start: u64,
    /// First byte not to be read, at the start of a line.
    pub(super) end: Option<u64>,
    /// When the line at `start` was written, wall-clock seconds since 1970.
    pub(super) first: Option<i64>,
}

impl Part {
    /// The part of a file that is being written: what comes may lie in the period.
    pub(super) fn growing(now: Option<Self>) -> Self {
        Self { end: None, ..now.unwrap_or(Self { start: 0, end: None, first: None }) }
    }

    /// How many bytes of a file are not read.
    pub(super) fn skipped(&self, size: u64) -> u64 {
        self.start + self.end.map_or(0, |end| size.saturating_sub(end))
    }
}

/// The seconds that may hold lines of a period, UTC, with slack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bounds {
    from: i64,
    to: i64,
}

impl Bounds {
    pub(super) fn of(period: &Period, slack: i64) -> Self {
        Self {
            from: period.from.map_or(i64::MIN, |from| from.div_euclid(MICROS) - slack),
            to: period.to.map_or(i64::MAX, |to| to.div_euclid(MICROS) + 1 + slack),
        }
    }

    /// The seconds as a period.
    pub(super) fn period(self) -> Period {
        let micros = |end: i64| end.checked_mul(MICROS);
        Period { from: micros(self.from), to: micros(self.to) }
    }

    pub(super) fn is_before(&self, local: i64, zone: &Zone) -> bool {
        utc(local, zone) < self.from
    }

    pub(super) fn is_after(&self, local: i64, zone: &Zone) -> bool {
        utc(local, zone) >= self.to
    }
}

fn utc(local: i64, zone: &Zone) -> i64 {
    local - i64::from(zone.offset_at(local.saturating_mul(MICROS)))
}

/// When the next file in order begins.
pub(super) fn next_first(later: &[Planned]) -> Option<i64> {
    later.iter().find(|file| file.plan.evidence != Evidence::None)?.plan.first
}

/// The part of a file that can lie in the period; `None` for none of it.
pub(super) fn part(
    planned: &Planned,
    later: Option<i64>,
    bounds: Option<Bounds>,
    zone: &Zone,
) -> Option<Part> {
    let first = planned.plan.first;
    let whole = Part { start: 0, end: None, first };
    let (Some(bounds), Some(mut reference)) = (bounds, first) else { return Some(whole) };
    if planned.plan.evidence == Evidence::None {
        return Some(whole);
    }
    let survey = &planned.survey;
    let spots = survey.spots.iter().filter_map(|(offset, sighting)| {
        reference = sighting.near(reference)?;
        Some((*offset, reference))
    });
    let spots = spots.collect::<Vec<_>>();
    if spots.iter().all(|(_, at)| bounds.is_after(*at, zone)) {
        return None;
    }
    let before = spots.iter().all(|(_, at)| bounds.is_before(*at, zone));
    let is_plain = planned.file.compression == Compression::None;
    let ended = match planned.plan.last {
        Some(last) => bounds.is_before(last, zone),
        None => later.is_some_and(|later| bounds.is_before(later, zone)),
    };
    if before && ended {
        return None;
    }
    if !is_plain || !survey.to_end {
        return Some(whole);
    }
    let start = spots.iter().position(|(_, at)| !bounds.is_before(*at, zone));
    let start = start.and_then(|start| spots.get(start.checked_sub(1)?));
    let end = spots.iter().rposition(|(_, at)| !bounds.is_after(*at, zone));
    let end = end.and_then(|end| spots.get(end + 1)).map(|(offset, _)| *offset);
    let (start, first) = start.map_or((0, first), |(offset, at)| (*offset, Some(*at)));
    Some(Part { start, end, first })
}

/// What of a part lies in the wanted span of the file; `None` for nothing.
pub(super) fn clipped(part: Part, planned: &Planned) -> Option<Part> {
    let span = planned.file.span;
    let end = [part.end, span.to].into_iter().flatten().min();
    if end.is_some_and(|end| end <= part.start.max(span.from)) {
        return None;
    }
    if span.from <= part.start {
        return Some(Part { end, ..part });
    }
    let mut first = part.first;
    if planned.plan.evidence != Evidence::None {
        for (_, sighting) in
            planned.survey.spots.iter().filter(|(at, _)| (part.start..=span.from).contains(at))
        {
            first = first.and_then(|first| sighting.near(first)).or(first);
        }
    }
    Some(Part { start: span.from, end, first })
}
