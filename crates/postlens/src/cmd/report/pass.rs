//! One pass over the logs, which fills the figures of every period that a report looks at.

use postlens_detect::Detectors;
use postlens_engine::{InPeriod, Progress, Run, Summary};
use postlens_report::Learned;
use postlens_source::{Options, Period};
use postlens_stats::Stats;
use postlens_syntax::Time;
use postlens_track::{Consumer, Observation, Record, RecordSink};

use super::compared::{Earlier, Periods};

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

/// Fills the figures, and those of another period where there is one to compare with.
/// What is usual is learned from up to so many days before the period.
pub(super) fn run(
    mut run: Run,
    figures: &mut Figures,
    compared: Option<Periods>,
    days: u16,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> (Summary, Option<Earlier>) {
    let now = compared.map_or(run.options.period, |periods| Some(periods.now));
    let Some((now, from)) = now.and_then(|now| Some((now, now.from?))) else {
        let summary = run.run(figures, progress);
        figures.settle();
        return (summary, None);
    };
    let learn = Period { from: Some(days_before(from, days, &run.options)), to: now.to };
    let from = Time { micros: from, offset: run.options.zone.offset_at(from) };
    figures.detectors = Detectors::telling_from(from);
    let mut learning =
        Learning { detectors: &mut figures.detectors, from, learned: Learned::default() };
    let mut earlier = compared.map(|periods| Earlier::new(periods, &run.options));
    let mut parts = vec![
        InPeriod::new(Some(now), &mut figures.stats),
        InPeriod::new(Some(learn), &mut learning),
    ];
    parts.extend(earlier.as_mut().into_iter().flat_map(Earlier::parts));
    run.options.period = Some(Period {
        from: parts.iter().filter_map(|part| part.period()?.from).min(),
        // One open end leaves all open.
        to: parts
            .iter()
            .map(|part| part.period()?.to)
            .try_fold(i64::MIN, |last, to| Some(last.max(to?))),
    });
    let mut summary = run.run(&mut Parts(parts), progress);
    let learned = learning.learned;
    figures.settle();
    if let Some(earlier) = &mut earlier {
        earlier.settle();
    }
    let copies: u64 = summary.copies.iter().map(|(_, copies)| copies).sum();
    let used = copies + figures.stats.lines.total() + learned.lines;
    summary.outside = summary.lines.saturating_sub(used);
    figures.learned = Some(learned);
    (summary, earlier)
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
    from: Time,
    learned: Learned,
}

impl Consumer for Learning<'_> {
    fn line(&mut self, line: &Observation<'_>) {
        if line.time.micros < self.from.micros && !line.echo {
            self.learned.lines += 1;
            self.learned.from = self.learned.from.or(Some(line.time));
            self.learned.to = Some(self.from);
        }
        self.detectors.line(line);
    }
}

impl RecordSink for Learning<'_> {
    fn record(&mut self, record: &Record<'_>) {
        self.detectors.record(record);
    }
}

/// Consumers of several periods.
struct Parts<'a>(Vec<InPeriod<'a>>);

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
