//! One pass over the logs, which fills the figures of every period that a report looks at.

use postlens_detect::Detectors;
use postlens_engine::{InPeriod, Only, Progress, Run, Summary};
use postlens_report::Learned;
use postlens_source::{Options, Period};
use postlens_stats::Stats;
use postlens_syntax::Time;
use postlens_track::{Consumer, Observation, Record, RecordSink};

use super::compared::{Earlier, Periods};
use super::selected::Selected;
use super::selection::Selection;

/// What a report is made of.
#[derive(Debug, Default)]
pub(super) struct Figures {
    pub(super) stats: Stats,
    pub(super) detectors: Detectors,
    /// What the detectors saw before the report's period; `None` where nothing is before.
    pub(super) learned: Option<Learned>,
}

impl Figures {
    /// Looks at what waits for lines that will not come.
    fn settle(&mut self) {
        self.stats.settle();
        self.detectors.settle();
    }
}

impl Consumer for Figures {
    fn line(&mut self, line: &Observation<'_>) {
        self.stats.line(line);
        self.detectors.line(line);
    }
}

impl RecordSink for Figures {
    fn record(&mut self, record: &Record<'_>) {
        self.stats.record(record);
        self.detectors.record(record);
    }
}

/// What the figures are to be of.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plan<'a> {
    /// What to compare with.
    pub(super) compared: Option<Periods>,
    /// What is usual is learned from up to so many days before the period.
    pub(super) learn: u16,
    /// What the report is about.
    pub(super) selection: &'a Selection,
}

/// Fills the figures, and those of another period where there is one to compare with.
pub(super) fn run(
    mut run: Run,
    figures: &mut Figures,
    plan: Plan<'_>,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> (Summary, Option<Earlier>) {
    let now = plan.compared.map_or(run.options.period, |periods| Some(periods.now));
    let from = now.and_then(|now| now.from);
    let selection = plan.selection;
    if from.is_none() && selection.is_empty() {
        let summary = run.run(figures, progress);
        figures.settle();
        return (summary, None);
    }
    let learn = now.map(|now| Period {
        from: now.from.map(|from| days_before(from, plan.learn, &run.options)),
        ..now
    });
    let from = from.map(|from| Time { micros: from, offset: run.options.zone.offset_at(from) });
    if let Some(from) = from {
        figures.detectors = Detectors::telling_from(from);
    }
    let mut learning =
        Learning { detectors: &mut figures.detectors, from, learned: Learned::default() };
    let mut earlier = plan.compared.map(|periods| Earlier::new(periods, &run.options));
    let mut parts = vec![InPeriod::new(now, &mut figures.stats)];
    parts.extend(earlier.as_mut().into_iter().flat_map(Earlier::parts));
    let mut usual = InPeriod::new(learn, &mut learning);
    let periods = parts.iter().chain([&usual]).map(|part| part.period().unwrap_or_default());
    run.options.period = now.map(|_| around(periods));
    let mut parts = Parts(parts.iter_mut().map(|part| part as _).collect());
    let mut selected = Selected::new(selection, now, &mut parts);
    let only = |line: &Observation<'_>| selection.is_of_instance(line, now);
    let only: Option<&Only<'_>> = if selection.chooses_instances() { Some(&only) } else { None };
    let mut summary = run.run_only(only, &mut Parts(vec![&mut selected, &mut usual]), progress);
    let whole = selected.whole();
    figures.learned = from.map(|_| learning.learned);
    figures.settle();
    if let Some(earlier) = &mut earlier {
        earlier.settle();
    }
    if let Some((gaps, ends)) = whole {
        figures.stats.gaps = gaps;
        figures.stats.lines.period = ends;
    }
    summary.outside = outside(&summary, figures, selection);
    (summary, earlier)
}

/// Lines that were read and are in nothing that the report tells of.
fn outside(summary: &Summary, figures: &Figures, selection: &Selection) -> u64 {
    let copies: u64 = summary.copies.iter().map(|(_, copies)| copies).sum();
    let learned = figures.learned.map_or(0, |learned| learned.lines);
    let counted = figures.stats.lines.total() + selection.left_out();
    summary.lines.saturating_sub(copies + learned + counted)
}

/// The period around some others. One open end leaves all open.
pub(crate) fn around(periods: impl Iterator<Item = Period> + Clone) -> Period {
    let mut from = periods.clone().map(|period| period.from);
    Period {
        from: from.try_fold(i64::MAX, |first, from| Some(first.min(from?))),
        to: periods.map(|period| period.to).try_fold(i64::MIN, |last, to| Some(last.max(to?))),
    }
}

/// So many days earlier on the calendar.
fn days_before(micros: i64, days: u16, options: &Options) -> i64 {
    let moment = Period { from: Some(micros), to: Some(micros) };
    moment
        .days_before(i64::from(days), &options.zone)
        .and_then(|before| before.from)
        .unwrap_or(micros)
}

/// Detectors that look at lines before the period too, and how many those were.
struct Learning<'a> {
    detectors: &'a mut Detectors,
    from: Option<Time>,
    learned: Learned,
}

impl Consumer for Learning<'_> {
    fn line(&mut self, line: &Observation<'_>) {
        if self.from.is_some_and(|from| line.time.micros < from.micros) && !line.echo {
            self.learned.lines += 1;
            self.learned.from = self.learned.from.or(Some(line.time));
            self.learned.to = self.from;
        }
        self.detectors.line(line);
    }
}

impl RecordSink for Learning<'_> {
    fn record(&mut self, record: &Record<'_>) {
        self.detectors.record(record);
    }
}

/// Several consumers, of several periods.
pub(crate) struct Parts<'a>(Vec<&'a mut (dyn Consumer + Send)>);

impl<'a> Parts<'a> {
    pub(crate) fn new(parts: Vec<&'a mut (dyn Consumer + Send)>) -> Self {
        Self(parts)
    }
}

impl Consumer for Parts<'_> {
    fn line(&mut self, line: &Observation<'_>) {
        self.0.iter_mut().for_each(|part| part.line(line));
    }
}

impl RecordSink for Parts<'_> {
    fn record(&mut self, record: &Record<'_>) {
        self.0.iter_mut().for_each(|part| part.record(record));
    }
}
