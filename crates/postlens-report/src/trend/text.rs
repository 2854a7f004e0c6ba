//! Trends as text.

use bstr::BStr;
use postlens_stats::stats::destinations::Sent;
use postlens_stats::stats::traffic::{Flow, Span};
use postlens_stats::{Counted, Top};
use postlens_syntax::Time;

use super::{FIGURES, Trends};
use crate::escape::printable;
use crate::finding::minute;
use crate::language::Language;
use crate::number::count;
use crate::text::block::Block;
use crate::text::compare::percent;
use crate::text::page::{Fit, Page};
use crate::text::{Look, layout};

/// Writes trends for a place that can show them as `look` says.
pub fn write(trends: &Trends<'_>, language: &Language, look: Look) -> String {
    let mut page = Page::new(language);
    title(&mut page, trends);
    let mut blocks = page.finish();
    blocks.extend(sections(trends, language, true));
    layout::lines(&blocks, look)
}

/// What the trends are of.
pub(super) fn title(page: &mut Page<'_>, trends: &Trends<'_>) {
    page.bold(&page.words("trend-title"));
    let spans = trends.now.traffic.flow.spans();
    let ends = spans.keys().next().zip(spans.keys().next_back());
    let seen = ends.map(|(first, last)| (Time::on_wall(*first), Time::on_wall(last + 3600)));
    let (from, to) = trends.period;
    let from = from.or(seen.map(|(first, _)| first)).map(minute).unwrap_or_default();
    let to = to.or(seen.map(|(_, last)| last)).map(minute).unwrap_or_default();
    page.line(&page.words_with("trend-period", &[("from", from), ("to", to)]));
}

/// All sections; `heat` puts the hours of the week among them in digits.
pub(super) fn sections(trends: &Trends<'_>, language: &Language, heat: bool) -> Vec<Block> {
    let mut page = Page::new(language);
    if trends.now.total() == Flow::default() {
        page.space();
        page.line(&page.words("trend-nothing"));
        return page.finish();
    }
    changes(&mut page, trends);
    hours(&mut page, trends);
    weekdays(&mut page, trends);
    if heat {
        week(&mut page, trends);
    }
    campaigns(&mut page, trends);
    let domains = |trend: &postlens_stats::trend::Trend, name: &BStr| {
        trend.destinations.domains.get(name).map(|it| it.counts)
    };
    let list = &trends.now.destinations.domains;
    destinations(&mut page, trends, "trend-domains", list, |it| it.counts, domains);
    let providers = |trend: &postlens_stats::trend::Trend, name: &BStr| {
        trend.destinations.providers.get(name).copied()
    };
    let list = &trends.now.destinations.providers;
    destinations(&mut page, trends, "section-providers", list, |it| *it, providers);
    capacity(&mut page, trends);
    page.finish()
}

fn changes(page: &mut Page<'_>, trends: &Trends<'_>) {
    let Some(earlier) = &trends.earlier else { return };
    let (from, to) =
        earlier.ends.map_or_else(Default::default, |(from, to)| (minute(from), minute(to)));
    let heading = page.words_with("compared-with", &[("from", &from), ("to", &to)]);
    page.heading_of(heading);
    if earlier.trend.total() == Flow::default() {
        page.paragraph(2, &page.words("compare-nothing"), Fit::Wrap);
        return;
    }
    let total = trends.now.total();
    let rows = FIGURES.iter().filter_map(|(name, figure)| {
        let change = trends.change(figure(&total), |trend| figure(&trend.total()))?;
        let mark = if change.stands_out() { "!" } else { " " };
        let words = page.words(&format!("measure-{name}"));
        Some(vec![
            count(change.now),
            count(change.then),
            percent(page, &change),
            format!("{mark} {words}"),
        ])
    });
    let rows = rows.collect();
    page.table(&["column-now", "column-then", "column-change", ""], rows);
}

/// A table of flows with bars for the mails that came in.
fn flows(page: &mut Page<'_>, flows: &[(Flow, String)]) {
    let row = |(flow, label): &(Flow, String)| {
        let numbers = FIGURES.iter().map(|(_, figure)| count(figure(flow)));
        numbers.chain([label.clone()]).collect()
    };
    let heads: Vec<String> = FIGURES.iter().map(|(name, _)| format!("column-{name}")).collect();
    let heads: Vec<&str> = heads.iter().map(String::as_str).chain([""]).collect();
    let bars = flows.iter().map(|(flow, _)| flow.received).collect();
    page.charted(&heads, flows.iter().map(row).collect(), bars);
}

fn hours(page: &mut Page<'_>, trends: &Trends<'_>) {
    page.heading("section-hours");
    let hours = trends.now.traffic.hours().into_iter().enumerate();
    let rows: Vec<_> = hours.map(|(hour, flow)| (flow, format!("{hour:02}:00"))).collect();
    flows(page, &rows);
}

fn weekdays(page: &mut Page<'_>, trends: &Trends<'_>) {
    page.heading("section-by-weekday");
    let days = trends.now.traffic.by(Span::Weekday);
    // Monday of the first week of 1970 was its fifth day.
    let day = |number: i64| days.get(&((3 + number) * 86_400)).copied().unwrap_or_default();
    let rows: Vec<_> =
        (1..=7).map(|number| (day(number), page.words(&format!("weekday-{number}")))).collect();
    flows(page, &rows);
}

/// Hours of the week: a digit for each, 9 for the highest, a dot for none.
fn week(page: &mut Page<'_>, trends: &Trends<'_>) {
    page.heading("chart-heat");
    let week = trends.now.week();
    let most = week.iter().flatten().map(|flow| flow.received).max().unwrap_or_default();
    page.line(&format!(
        "  00    06    12    18      {}",
        page.words_with("trend-heat-scale", &[("count", count(most))])
    ));
    for (number, hours) in week.iter().enumerate() {
        let digits: String = hours.iter().map(|flow| digit(flow.received, most)).collect();
        page.line(&format!("  {digits}  {}", page.words(&format!("weekday-{}", number + 1))));
    }
}

/// A part of the highest count as a digit.
fn digit(value: u64, most: u64) -> char {
    if value == 0 {
        return '.';
    }
    let tenth = (u128::from(value) * 9).div_ceil(u128::from(most.max(1)));
    u32::try_from(tenth).ok().and_then(|digit| char::from_digit(digit, 10)).unwrap_or('9')
}

fn campaigns(page: &mut Page<'_>, trends: &Trends<'_>) {
    let campaigns = trends.now.campaigns.largest(trends.top, trends.hours());
    if campaigns.is_empty() {
        return;
    }
    page.heading("trend-campaigns");
    let rows = campaigns.iter().map(|campaign| {
        let kind = if campaign.is_subject { "trend-subject" } else { "trend-sender" };
        let name = printable(campaign.name.as_ref());
        vec![
            minute(Time::on_wall(campaign.start)),
            campaign.hours.to_string(),
            count(campaign.sent.sent),
            count(campaign.sent.deferred),
            count(campaign.sent.bounced),
            page.words_with(kind, &[("name", name)]),
        ]
    });
    let rows = rows.collect();
    let heads =
        ["column-start", "column-hours", "column-sent", "column-deferred", "column-bounced", ""];
    page.table(&heads, rows);
}

fn destinations<C: Counted>(
    page: &mut Page<'_>,
    trends: &Trends<'_>,
    heading: &str,
    list: &Top<C>,
    sent: impl Fn(&C) -> Sent,
    then: impl Fn(&postlens_stats::trend::Trend, &BStr) -> Option<Sent>,
) {
    if list.is_empty() {
        return;
    }
    page.heading(heading);
    let rows = list.top(trends.top).into_iter().map(|(name, counts)| {
        let now = sent(counts);
        let before = |trend: &_| then(trend, name).map_or(0, |sent| sent.rank());
        let change = trends.change(now.rank(), before);
        vec![
            count(now.sent),
            count(now.deferred),
            count(now.bounced),
            change.map(|change| percent(page, &change)).unwrap_or_default(),
            printable(name),
        ]
    });
    let rows = rows.collect();
    let heads = ["column-sent", "column-deferred", "column-bounced", "column-change", ""];
    page.table(&heads, rows);
    page.rest(list, trends.top);
}

fn capacity(page: &mut Page<'_>, trends: &Trends<'_>) {
    let capacities = trends.capacities();
    if capacities.is_empty() {
        return;
    }
    page.heading("trend-capacity");
    let rows = capacities.iter().map(|it| {
        vec![
            format!("{:.1}", it.peak),
            minute(Time::on_wall(it.at)),
            format!("{:.1}", it.usual),
            if it.limit > 0 { count(it.limit) } else { String::new() },
            it.headroom().map(|part| format!("{:.0} %", part * 100.0)).unwrap_or_default(),
            page.words(&format!("trend-capacity-{}", it.name)),
        ]
    });
    let rows = rows.collect();
    let heads = [
        "column-peak",
        "column-peak-at",
        "column-usual-peak",
        "column-limit",
        "column-headroom",
        "",
    ];
    page.table(&heads, rows);
    page.paragraph(2, &page.words("trend-capacity-about"), Fit::Wrap);
    if trends.limits.assumed {
        page.paragraph(2, &page.words("trend-capacity-assumed"), Fit::Wrap);
    }
}
