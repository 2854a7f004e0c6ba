//! The charts of a report.

use postlens_stats::causes::Judged;
use postlens_stats::stats::traffic::{Flow, Span, Traffic};
use postlens_stats::{Counted, Top, by_cause};
use postlens_syntax::Time;
use postlens_syntax::time::{DAY, civil_from_days, weekday};

use super::paint::Paint;
use super::{Chart, Plot, Range, Series};
use crate::escape::printable;
use crate::language::Language;
use crate::number::{count, delay};
use crate::report::Report;

/// Bars of a chart at most: the lists below have more.
const BARS: usize = 10;
/// Columns over time at most; with more, longer spans are counted together.
const COLUMNS: usize = 100;

/// The charts of the sections that are shown, as far as there are figures for them.
pub(crate) fn all(report: &Report<'_>, language: &Language) -> Vec<Chart> {
    let draw = Draw { report, language };
    let charts = [
        times(&report.stats.traffic, language),
        draw.heat(),
        draw.deferrals(),
        draw.refusals(),
        draw.failed_clients(),
        draw.failed_users(),
        draw.destinations(),
        draw.delays(),
    ];
    charts.into_iter().flatten().filter(|chart| report.shows(chart.section)).collect()
}

/// A chart with its words.
pub(crate) fn chart(
    (id, section): (&'static str, &'static str),
    key: &str,
    plot: Plot,
    language: &Language,
) -> Chart {
    let description = describe(&plot, language);
    Chart { id, section, title: language.text(key), description, plot }
}

/// What became of mail over time, by the shortest span of which there are not too many.
pub(crate) fn times(traffic: &Traffic, language: &Language) -> Option<Chart> {
    let by = |span| (span, traffic.by(span));
    let few = |(_, spans): &(Span, std::collections::BTreeMap<i64, Flow>)| {
        let (first, last) = (spans.keys().next(), spans.keys().next_back());
        first.zip(last).map_or(0, |(first, last)| last - first)
    };
    let hours = by(Span::Hour);
    let columns = i64::try_from(COLUMNS).unwrap_or(i64::MAX);
    let (span, flows) = match few(&hours) / 3600 {
        length if length < columns => hours,
        length if length < columns * 24 => by(Span::Day),
        length if length < columns * 24 * 7 => by(Span::Week),
        _ => by(Span::Month),
    };
    let filled = filled(span, &flows);
    if filled.is_empty() {
        return None;
    }
    let labels = filled.iter().map(|(second, _)| time_label(span, *second)).collect();
    let series: Vec<Series> = outcomes(&filled, true, language);
    let key = format!("chart-times-{}", span.name());
    let any = series.iter().any(|series| series.values.iter().any(|value| *value > 0));
    any.then(|| chart(("times", "times"), &key, Plot::Columns { labels, series }, language))
}

/// What became of mail, as series.
fn outcomes(flows: &[(i64, Flow)], refused: bool, language: &Language) -> Vec<Series> {
    type Figure = fn(&Flow) -> u64;
    let kinds: [(&str, Paint, Figure); 4] = [
        ("column-delivered", Paint::Good, |flow| flow.delivered),
        ("column-deferred", Paint::Waiting, |flow| flow.deferred),
        ("column-bounced", Paint::Bad, |flow| flow.bounced),
        ("column-refused", Paint::Refused, |flow| flow.refused),
    ];
    let kinds = kinds.into_iter().take(if refused { 4 } else { 3 });
    kinds
        .map(|(key, paint, figure)| Series {
            name: language.text(key),
            paint,
            values: flows.iter().map(|(_, flow)| figure(flow)).collect(),
        })
        .collect()
}

/// What bars stand for, with what is said about each, and how long they are.
type Bars = (Vec<(String, String)>, Vec<u64>);

struct Draw<'r> {
    report: &'r Report<'r>,
    language: &'r Language,
}

impl Draw<'_> {
    fn words(&self, key: &str) -> String {
        self.language.text(key)
    }

    fn chart(&self, id: &'static str, section: &'static str, key: &str, plot: Plot) -> Chart {
        chart((id, section), key, plot, self.language)
    }

    /// When mail comes in.
    fn heat(&self) -> Option<Chart> {
        let hours = self.report.stats.traffic.by(Span::Hour);
        let days = hours.keys().map(|second| second.div_euclid(DAY));
        let days: std::collections::BTreeSet<i64> = days.collect();
        // A day or two are no week.
        if days.len() < 3 {
            return None;
        }
        let mut cells = vec![vec![0_u64; 24]; 7];
        for (second, flow) in &hours {
            let day = usize::try_from(weekday(second.div_euclid(DAY))).unwrap_or_default();
            let hour = usize::try_from(second.rem_euclid(DAY) / 3600).unwrap_or_default();
            if let Some(cell) = cells.get_mut(day).and_then(|row| row.get_mut(hour)) {
                *cell += flow.received;
            }
        }
        let rows = (1..=7).map(|day| self.words(&format!("weekday-{day}"))).collect();
        let any = cells.iter().flatten().any(|cell| *cell > 0);
        any.then(|| self.chart("heat", "times", "chart-heat", Plot::Heat { rows, cells }))
    }

    fn causes<C: Judged>(&self, list: &Top<C>) -> Option<Bars> {
        let groups = by_cause(list);
        let bars = groups.iter().take(BARS).map(|group| {
            let actor = self.words(group.actor.key());
            let about = format!("{} · {actor}", count(group.count));
            ((self.words(group.cause.key()), about), group.count)
        });
        let (labels, values): (Vec<_>, Vec<_>) = bars.unzip();
        (!labels.is_empty()).then_some((labels, values))
    }

    fn deferrals(&self) -> Option<Chart> {
        let (labels, values) = self.causes(&self.report.stats.reasons.deferrals)?;
        Some(self.bars("deferrals", "deferrals", Paint::Waiting, labels, values))
    }

    fn refusals(&self) -> Option<Chart> {
        let (labels, values) = self.causes(&self.report.stats.refusals.reasons)?;
        Some(self.bars("refusals", "refusals", Paint::Refused, labels, values))
    }

    fn failed_clients(&self) -> Option<Chart> {
        let clients = &self.report.stats.authentication.failed_clients;
        self.top("failed-clients", clients, |client| client.count)
    }

    fn failed_users(&self) -> Option<Chart> {
        self.top("failed-users", &self.report.stats.authentication.failed_users, |users| *users)
    }

    fn top<C: Counted>(
        &self,
        id: &'static str,
        list: &Top<C>,
        number: fn(&C) -> u64,
    ) -> Option<Chart> {
        let bars = list.top(BARS).into_iter().map(|(name, counts)| {
            let number = number(counts);
            ((printable(name), count(number)), number)
        });
        let (labels, values): (Vec<_>, Vec<_>) = bars.unzip();
        (!labels.is_empty()).then(|| self.bars(id, "logins", Paint::Bad, labels, values))
    }

    fn bars(
        &self,
        id: &'static str,
        section: &'static str,
        paint: Paint,
        labels: Vec<(String, String)>,
        values: Vec<u64>,
    ) -> Chart {
        let series = vec![Series { name: String::new(), paint, values }];
        self.chart(id, section, &format!("chart-{id}"), Plot::Bars { labels, series })
    }

    fn destinations(&self) -> Option<Chart> {
        let domains = self.report.stats.destinations.domains.top(BARS);
        if domains.is_empty() {
            return None;
        }
        let flows: Vec<(i64, Flow)> = domains
            .iter()
            .map(|(_, to)| {
                let sent = to.counts;
                let (delivered, deferred, bounced) = (sent.sent, sent.deferred, sent.bounced);
                (0, Flow { delivered, deferred, bounced, ..Flow::default() })
            })
            .collect();
        let labels = domains
            .iter()
            .map(|(domain, to)| (printable(domain), count(to.counts.rank())))
            .collect();
        let series = outcomes(&flows, false, self.language);
        let plot = Plot::Bars { labels, series };
        Some(self.chart("destinations", "destinations", "chart-destinations", plot))
    }

    fn delays(&self) -> Option<Chart> {
        let stages = self.report.stats.delays.stages();
        let ranges: Vec<Range> = stages
            .into_iter()
            .filter_map(|(name, stage)| {
                let marks = [stage.quantile(0.5)?, stage.quantile(0.95)?, stage.max()];
                let marks = marks.map(|mark| (mark.seconds(), delay(mark)));
                Some(Range { label: self.words(&format!("delay-{name}")), marks })
            })
            .collect();
        (!ranges.is_empty())
            .then(|| self.chart("delays", "delays", "chart-delays", Plot::Ranges(ranges)))
    }
}

/// Every span between the first and the last, also those without mail.
fn filled(span: Span, flows: &std::collections::BTreeMap<i64, Flow>) -> Vec<(i64, Flow)> {
    let step = match span {
        Span::Minute => 60,
        Span::Hour => 3600,
        Span::Day | Span::Weekday => DAY,
        Span::Week => 7 * DAY,
        // Months are of different lengths, and each of a long log has mail.
        Span::Month => return flows.iter().map(|(second, flow)| (*second, *flow)).collect(),
    };
    let (Some(first), Some(last)) = (flows.keys().next(), flows.keys().next_back()) else {
        return Vec::new();
    };
    let count = (last - first) / step;
    (0..=count)
        .map(|index| first + index * step)
        .map(|second| (second, flows.get(&second).copied().unwrap_or_default()))
        .collect()
}

fn time_label(span: Span, second: i64) -> String {
    let (year, month, day) = civil_from_days(second.div_euclid(DAY));
    let at = Time::on_wall(second).civil();
    match span {
        Span::Minute | Span::Hour => format!("{month:02}-{day:02} {:02}:{:02}", at.hour, at.minute),
        Span::Day | Span::Week | Span::Weekday => format!("{month:02}-{day:02}"),
        Span::Month => format!("{year:04}-{month:02}"),
    }
}

/// What is highest, in words.
pub(crate) fn describe(plot: &Plot, language: &Language) -> String {
    let highest = |labels: &mut dyn Iterator<Item = &String>, values: &[u64]| {
        let best = labels.zip(values).max_by_key(|(_, value)| **value);
        best.map_or(String::new(), |(label, value)| {
            language.with("chart-highest", &[("label", label.clone()), ("count", count(*value))])
        })
    };
    match plot {
        Plot::Columns { labels, series } => {
            highest(&mut labels.iter(), &sums(series, labels.len()))
        }
        Plot::Bars { labels, series } => {
            highest(&mut labels.iter().map(|(label, _)| label), &sums(series, labels.len()))
        }
        Plot::Ranges(ranges) => {
            let parts = ranges.iter().map(|range| {
                let [median, most, longest] = range.marks.clone().map(|(_, words)| words);
                let values = [
                    ("stage", range.label.clone()),
                    ("median", median),
                    ("most", most),
                    ("longest", longest),
                ];
                language.with("chart-range", &values)
            });
            parts.collect::<Vec<_>>().join(&language.text("separator-parts"))
        }
        Plot::Heat { rows, cells } => {
            let values: Vec<u64> = cells.iter().flatten().copied().collect();
            let labels: Vec<String> = rows
                .iter()
                .flat_map(|row| (0..24).map(move |hour| format!("{row} {hour:02}:00")))
                .collect();
            highest(&mut labels.iter(), &values)
        }
    }
}

/// The sum of all series at each place.
pub(super) fn sums(series: &[Series], places: usize) -> Vec<u64> {
    let at = |place: usize| series.iter().filter_map(|series| series.values.get(place)).sum();
    (0..places).map(at).collect()
}
