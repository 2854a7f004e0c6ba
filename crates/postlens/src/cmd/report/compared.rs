//! `--compare`: which other period, and its figures.

use anyhow::{Result, anyhow};
use postlens_engine::InPeriod;
use postlens_report::Comparison;
use postlens_source::{Options, Period};
use postlens_stats::Stats;
use postlens_stats::stats::Section;
use postlens_stats::stats::traffic::Traffic;
use postlens_syntax::Time;
use postlens_track::{Consumer, Observation, Record, RecordSink};

use crate::exit::hint;

/// The periods of a comparison.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Periods {
    pub(crate) now: Period,
    pub(crate) then: Period,
    /// What came before the report's period, to tell what is usual.
    usual: Period,
}

/// How long before the report's period is looked at for what is usual: enough for four
/// equal hours of the week.
const USUAL_DAYS: i64 = 28;

impl Periods {
    /// Reads what the report's period is to be compared with.
    pub(crate) fn read(text: &str, options: &Options) -> Result<Self> {
        let zone = &options.zone;
        let period = options.period.unwrap_or_default();
        // What lies ahead of us cannot be compared.
        let now =
            Period { to: Some(period.to.map_or(options.now, |to| to.min(options.now))), ..period };
        if now.from.is_none() || now.from >= now.to {
            return Err(hint(
                anyhow!("--compare needs a period with a beginning in the past"),
                "add --period yesterday, or --since and --until",
            ));
        }
        let then = match text {
            // Of a period that still goes on the same part is looked at.
            "previous" if now.to == period.to => now.previous(zone),
            "previous" => period.previous(zone).map(|whole| {
                let length = now.to.zip(now.from).map_or(0, |(to, from)| to - from);
                Period { to: whole.from.map(|from| from + length).min(whole.to), ..whole }
            }),
            "last-week" => now.days_before(7, zone),
            other => {
                let period = Period::parse(other, options.now, zone).map_err(|error| {
                    let remedy = error.hint();
                    hint(error, format!("give previous, last-week or a period: {remedy}"))
                })?;
                let to = Some(period.to.map_or(options.now, |to| to.min(options.now)));
                Some(Period { to, ..period }).filter(|period| period.from.is_some())
            }
        };
        let then = then.ok_or_else(|| {
            hint(anyhow!("the period to compare with has no beginning"), "give --compare A..B")
        })?;
        let usual =
            Period { from: now.days_before(USUAL_DAYS, zone).and_then(|it| it.from), to: now.from };
        Ok(Self { now, then, usual })
    }

    /// The ends of the period compared with, as times of the zone.
    pub(crate) fn ends(&self, options: &Options) -> Option<(Time, Time)> {
        let time = |micros| Time { micros, offset: options.zone.offset_at(micros) };
        self.then.from.zip(self.then.to).map(|(from, to)| (time(from), time(to)))
    }
}

/// The figures of the other periods.
#[derive(Debug)]
pub(super) struct Earlier {
    periods: Periods,
    ends: Option<(Time, Time)>,
    stats: Stats,
    usual: Usual,
}

impl Earlier {
    /// The figures of the period compared with.
    pub(super) fn stats(&mut self) -> &mut Stats {
        &mut self.stats
    }

    /// Nothing yet.
    pub(super) fn new(periods: Periods, options: &Options) -> Self {
        let ends = periods.ends(options);
        Self { periods, ends, stats: Stats::default(), usual: Usual::default() }
    }

    /// What is to be filled.
    pub(super) fn parts(&mut self) -> [InPeriod<'_>; 2] {
        [
            InPeriod::new(Some(self.periods.then), &mut self.stats),
            InPeriod::new(Some(self.periods.usual), &mut self.usual),
        ]
    }

    /// Looks at what waits for lines that will not come.
    pub(super) fn settle(&mut self) {
        self.stats.settle();
    }

    /// For the report.
    pub(super) fn comparison(&self) -> Comparison<'_> {
        let (now, then) = (length(self.periods.now), length(self.periods.then).max(1.0));
        Comparison { then: &self.stats, ends: self.ends, scale: now / then, usual: &self.usual.0 }
    }
}

/// The length of a period with two ends, in microseconds.
#[expect(clippy::cast_precision_loss, reason = "lengths of periods in microseconds")]
pub(crate) fn length(period: Period) -> f64 {
    period.to.zip(period.from).map_or(0, |(to, from)| to - from) as f64
}

/// Mail by the hour before the report's period.
#[derive(Debug, Default)]
struct Usual(Traffic);

impl Consumer for Usual {
    fn line(&mut self, _: &Observation<'_>) {}
}

impl RecordSink for Usual {
    fn record(&mut self, record: &Record<'_>) {
        self.0.record(record);
    }
}
