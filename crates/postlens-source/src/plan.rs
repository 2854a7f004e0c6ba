//! In which year each file of a rotation set begins.

use crate::survey::Survey;
use crate::time::DAY;
use crate::year::{Sighting, YearSummary};
use crate::zone::Zone;

/// Where the years of a file's stamps come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Evidence {
    /// No stamp was seen.
    #[default]
    None,
    /// Stamps in the file, or long queue IDs, tell the year.
    Lines,
    /// A neighbour in the rotation set does.
    Neighbour,
    /// The file's own modification time, or that in its archive's header.
    Written,
    /// Only today's date: the latest year that is not in the future.
    Today,
}

/// When a file begins and ends, in wall-clock seconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct YearPlan {
    /// Its first stamp; where there is none, a time near.
    pub(crate) first: Option<i64>,
    /// Its last stamp, where that has been seen.
    pub(crate) last: Option<i64>,
    pub(crate) evidence: Evidence,
}

/// Lines may be this late, and clocks this wrong, around a rotation.
const SLACK: i64 = 2 * DAY;

/// Plans all files of one rotation set, oldest first. `now` is the present in
/// microseconds since 1970.
pub(crate) fn plan(surveys: &[Survey], zone: &Zone, now: i64) -> Vec<YearPlan> {
    let mut plans = surveys.iter().map(by_lines).collect::<Vec<_>>();
    forward(surveys, &mut plans);
    backward(
        surveys,
        &mut plans,
        &|seconds| seconds + i64::from(zone.offset_at(seconds.saturating_mul(1_000_000))),
        now,
    );
    plans
}

/// What the lines themselves tell.
fn by_lines(survey: &Survey) -> YearPlan {
    let summary = &survey.summary;
    let (Some(year), Some(first)) = (summary.first_year(), summary.first()) else {
        return YearPlan::default();
    };
    from_first(survey, first.in_year(year), Evidence::Lines)
}

/// Files whose lines tell nothing follow older neighbours that do.
fn forward(surveys: &[Survey], plans: &mut [YearPlan]) {
    let mut before = None;
    for (plan, survey) in plans.iter_mut().zip(surveys) {
        if let (None, Some(before), Some(first)) = (plan.first, before, survey.summary.first()) {
            *plan = from_first(survey, first.earliest_since(before - SLACK), Evidence::Neighbour);
        }
        before = plan.last.or(plan.first).or(before);
    }
}

/// The others end before newer neighbours begin, and not after they were written.
fn backward(surveys: &[Survey], plans: &mut [YearPlan], wall: &dyn Fn(i64) -> i64, now: i64) {
    let mut after: Option<i64> = None;
    let present = wall(now.div_euclid(1_000_000)) + DAY;
    for (plan, survey) in plans.iter_mut().zip(surveys).rev() {
        if plan.first.is_none() {
            let written = survey.written.map(|written| wall(written) + DAY);
            let own = written.filter(|written| *written < present);
            let limit = own.unwrap_or(present);
            let (limit, evidence) = match after.map(|after| after + SLACK) {
                Some(after) if after < limit => (after, Evidence::Neighbour),
                _ if written.is_some() => (limit, Evidence::Written),
                _ => (limit, Evidence::Today),
            };
            *plan = before(survey, limit, evidence);
        }
        after = plan.first.or(after);
    }
}

/// A file that ends before `limit`.
fn before(survey: &Survey, limit: i64, evidence: Evidence) -> YearPlan {
    let summary = &survey.summary;
    let (Some(first), Some(last)) = (summary.first(), summary.last()) else {
        return YearPlan { first: Some(limit), last: None, evidence: Evidence::None };
    };
    let reach = if survey.to_end { last } else { first };
    let crossed = if survey.to_end { summary.crossed() } else { 0 };
    let year = year_until(reach, limit);
    from_first(survey, year.and_then(|year| first.in_year(year - crossed)), evidence)
}

fn year_until(sighting: &Sighting, limit: i64) -> Option<i32> {
    let local = sighting.latest_until(limit)?;
    Some(crate::time::civil_from_days(local.div_euclid(DAY)).0)
}

/// A plan, given the first line's time.
fn from_first(survey: &Survey, first: Option<i64>, evidence: Evidence) -> YearPlan {
    let last = first.filter(|_| survey.to_end).and_then(|at| last_of(&survey.summary, at));
    YearPlan { first, last, evidence }
}

fn last_of(summary: &YearSummary, first: i64) -> Option<i64> {
    let year = crate::time::civil_from_days(first.div_euclid(DAY)).0;
    summary.last()?.in_year(year + summary.crossed())
}

#[cfg(test)]
#[path = "plan/tests.rs"]
mod tests;
