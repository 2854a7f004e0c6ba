//! The period beside another one, and beside what is usual.

use postlens_stats::compare::{Change, Measure, Pair, hours};
use serde_json::{Map, Value, json};

use crate::escape::lossless;
use crate::report::Report;
use crate::text::USUAL;

/// `null` where nothing was to be compared.
pub(super) fn comparison(report: &Report<'_>) -> Value {
    let Some(comparison) = &report.comparison else { return Value::Null };
    let pair = Pair { now: report.stats, then: comparison.then, scale: comparison.scale };
    let figures: Map<_, _> = Measure::ALL
        .iter()
        .map(|measure| (measure.name().to_owned(), change(&pair.change(*measure))))
        .collect();
    let outstanding: Vec<_> = pair
        .outstanding()
        .into_iter()
        .take(report.top)
        .map(|mover| {
            json!({
                "subject": mover.subject.name(),
                "name": lossless(mover.name.as_ref()),
                "change": change(&mover.change),
            })
        })
        .collect();
    let usual: Map<_, _> = USUAL
        .iter()
        .map(|(name, figure)| {
            let bands = hours(&report.stats.traffic, comparison.usual, *figure);
            let bands: Vec<_> = bands
                .iter()
                .map(|band| {
                    json!({
                        "from": super::wall_clock(band.second),
                        "count": band.value,
                        "median": band.median,
                        "low": band.low,
                        "high": band.high,
                        "hours": band.hours,
                        "normal": band.is_normal(),
                    })
                })
                .collect();
            ((*name).to_owned(), Value::from(bands))
        })
        .collect();
    json!({
        "from": comparison.ends.map(|(from, _)| from.to_string()),
        "to": comparison.ends.map(|(_, to)| to.to_string()),
        "lines": comparison.then.lines.total(),
        "figures": figures,
        "outstanding": outstanding,
        "usual_per_hour": usual,
    })
}

/// A figure, beside what it was and what was to be expected.
pub(crate) fn change(change: &Change) -> Value {
    json!({
        "now": change.now,
        "then": change.then,
        "expected": change.expected(),
        "stands_out": change.stands_out(),
    })
}
