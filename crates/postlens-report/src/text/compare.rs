//! The period beside another one, and beside what is usual.

use postlens_stats::compare::{Change, HourBand, Measure, Mover, Pair, hours};
use postlens_stats::stats::traffic::Flow;
use postlens_syntax::Time;

use super::page::{Fit, Page};
use crate::escape::printable;
use crate::finding::minute;
use crate::number::{bytes, count};
use crate::report::{Comparison, Report};

/// The figures, those who stand out, and the hours that are not as usual.
pub(super) fn compare(page: &mut Page<'_>, report: &Report<'_>) {
    let Some(comparison) = &report.comparison else { return };
    let (from, to) =
        comparison.ends.map_or_else(Default::default, |(from, to)| (minute(from), minute(to)));
    let heading = page.words_with("compared-with", &[("from", &from), ("to", &to)]);
    page.heading_of(heading);
    if comparison.then.lines.total() == 0 {
        let words = page.words("compare-nothing");
        page.paragraph(2, &words, Fit::Wrap);
    } else {
        let pair = Pair { now: report.stats, then: comparison.then, scale: comparison.scale };
        figures(page, pair);
        movers(page, &pair.outstanding(), report.top);
    }
    usual(page, report, comparison);
}

fn figures(page: &mut Page<'_>, pair: Pair<'_>) {
    let rows: Vec<_> = Measure::ALL
        .iter()
        .map(|measure| (measure, pair.change(*measure)))
        .filter(|(_, change)| change.now > 0 || change.then > 0)
        .map(|(measure, change)| {
            let number =
                |value| if *measure == Measure::Bytes { bytes(value) } else { count(value) };
            // Bytes come in lumps: one large mail is no change.
            let odd = change.stands_out() && *measure != Measure::Bytes;
            let mark = if odd { "!" } else { " " };
            let name = page.words(&format!("measure-{}", measure.name().replace('_', "-")));
            vec![
                number(change.now),
                number(change.then),
                percent(page, &change),
                format!("{mark} {name}"),
            ]
        })
        .collect();
    page.table(&["column-now", "column-then", "column-change", ""], rows);
}

/// By how much a figure has changed.
pub(crate) fn percent(page: &Page<'_>, change: &Change) -> String {
    match change.relative() {
        None if change.now == 0 => String::new(),
        None => page.words("change-new"),
        Some(part) => format!("{:+.0} %", part * 100.0),
    }
}

fn movers(page: &mut Page<'_>, movers: &[Mover], most: usize) {
    if movers.is_empty() {
        let words = page.words("compare-even");
        page.paragraph(2, &words, Fit::Wrap);
        return;
    }
    let words = page.words("compare-outstanding");
    page.line(&words);
    for mover in movers.iter().take(most) {
        let name = printable(mover.name.as_ref());
        let (now, then) = (count(mover.change.now), count(mover.change.then));
        let key = format!("mover-{}", mover.subject.name().replace('_', "-"));
        let words = page.words_with(&key, &[("name", &name), ("now", &now), ("then", &then)]);
        page.paragraph(2, &words, Fit::Lines(2));
    }
    page.more_paragraphs(2, movers.len().saturating_sub(most));
}

type Figure = fn(&Flow) -> u64;

/// What is held against what is usual.
pub(crate) const USUAL: [(&str, Figure); 2] =
    [("received", |flow| flow.received), ("connections", |flow| flow.connections)];

fn usual(page: &mut Page<'_>, report: &Report<'_>, comparison: &Comparison<'_>) {
    for (name, figure) in USUAL {
        let bands = hours(&report.stats.traffic, comparison.usual, figure);
        let heading = page.words(&format!("usual-{name}"));
        page.line(&heading);
        if bands.is_empty() {
            let words = page.words("usual-unknown");
            page.paragraph(2, &words, Fit::Wrap);
            continue;
        }
        let mut odd: Vec<_> = bands.iter().filter(|band| !band.is_normal()).collect();
        let (number, of) = (odd.len().to_string(), bands.len().to_string());
        let key = if odd.is_empty() { "usual-all" } else { "usual-outside" };
        let words = page.words_with(key, &[("count", &number), ("of", &of)]);
        page.paragraph(2, &words, Fit::Wrap);
        odd.sort_by(|a, b| distance(b).total_cmp(&distance(a)));
        for band in odd.into_iter().take(report.top.min(5)) {
            let values = [
                ("hour", minute(Time::on_wall(band.second))),
                ("value", per_minute(value_of(band))),
                ("low", per_minute(band.low)),
                ("high", per_minute(band.high)),
            ];
            let words = page.words_with("usual-hour", &values);
            page.paragraph(2, &words, Fit::Wrap);
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "an hour's count is small")]
fn value_of(band: &HourBand) -> f64 {
    band.value as f64
}

/// How many times the band's half width an hour lies from the median.
fn distance(band: &HourBand) -> f64 {
    (value_of(band) - band.median).abs() / (band.high - band.median).max(1.0)
}

/// An hour's count as a rate with two digits that tell something.
fn per_minute(count: f64) -> String {
    let rate = count / 60.0;
    match rate {
        10.0.. => format!("{rate:.0}"),
        1.0.. => format!("{rate:.1}"),
        _ => format!("{rate:.2}"),
    }
}
