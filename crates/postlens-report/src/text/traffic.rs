//! Mail per day and hour, and connections.

use std::collections::BTreeMap;

use postlens_stats::stats::traffic::{Flow, Span};
use postlens_syntax::Time;
use postlens_syntax::time::{DAY, civil_from_days, weekday};

use super::page::Page;
use crate::escape::printable;
use crate::finding::minute;
use crate::number::{count, delay};
use crate::report::Report;

const HEADS: [&str; 7] = [
    "column-received",
    "column-delivered",
    "column-deferred",
    "column-bounced",
    "column-refused",
    "column-connections",
    "",
];

fn row(flow: &Flow, label: &str) -> Vec<String> {
    let mut row: Vec<String> = [
        flow.received,
        flow.delivered,
        flow.deferred,
        flow.bounced,
        flow.refused,
        flow.connections,
    ]
    .into_iter()
    .map(count)
    .collect();
    row.push(label.to_owned());
    row
}

/// The table, with bars for the mails that came in.
fn charted(page: &mut Page<'_>, flows: &[(&Flow, String)]) {
    let rows: Vec<_> = flows.iter().map(|(flow, label)| row(flow, label)).collect();
    let values: Vec<_> = flows.iter().map(|(flow, _)| flow.received).collect();
    page.charted(&HEADS, rows, values);
}

/// By the span that was asked for.
pub(super) fn spans(page: &mut Page<'_>, report: &Report<'_>) {
    let Some(by) = report.view.by else { return };
    let spans = report.stats.traffic.by(by);
    if !spans.is_empty() {
        table(page, &format!("section-by-{}", by.name()), by, &spans);
    }
}

fn table(page: &mut Page<'_>, heading: &str, by: Span, spans: &BTreeMap<i64, Flow>) {
    page.heading(heading);
    let label = |second: &i64| span_label(page, by, *second);
    let flows: Vec<_> = spans.iter().map(|(second, flow)| (flow, label(second))).collect();
    charted(page, &flows);
}

fn span_label(page: &Page<'_>, by: Span, second: i64) -> String {
    let days = second.div_euclid(DAY);
    let (year, month, day) = civil_from_days(days);
    match by {
        Span::Minute | Span::Hour => minute(Time::on_wall(second)),
        Span::Day => format!("{year:04}-{month:02}-{day:02}"),
        Span::Week => {
            let week = format!("{year:04}-{month:02}-{day:02}");
            page.words_with("week-from", &[("day", &week)])
        }
        Span::Weekday => page.words(&format!("weekday-{}", weekday(days) + 1)),
        Span::Month => format!("{year:04}-{month:02}"),
    }
}

pub(super) fn days(page: &mut Page<'_>, report: &Report<'_>) {
    let days = report.stats.traffic.by(Span::Day);
    if days.len() >= 2 && report.view.by != Some(Span::Day) {
        table(page, "section-days", Span::Day, &days);
    }
}

pub(super) fn hours(page: &mut Page<'_>, report: &Report<'_>) {
    let hours = report.stats.traffic.hours();
    let flows: Vec<_> = (0..)
        .zip(&hours)
        .filter(|(_, flow)| **flow != Flow::default())
        .map(|(hour, flow): (usize, _)| (flow, format!("{hour:02}:00")))
        .collect();
    if !flows.is_empty() {
        page.heading("section-hours");
        charted(page, &flows);
    }
}

pub(super) fn connections(page: &mut Page<'_>, report: &Report<'_>) {
    let connections = &report.stats.connections;
    if connections.total == 0 {
        return;
    }
    page.heading("section-connections");
    page.row(0, connections.total, &page.words("connections-total"));
    page.row(1, connections.tls, &page.words("connections-tls"));
    for (end, number) in connections.ends.iter() {
        page.row(1, number, &page.words(&format!("end-{}", end.name())));
    }
    if let (Some(mean), Some(most)) =
        (connections.duration.mean(), connections.duration.quantile(0.95))
    {
        let times = [("mean", delay(mean)), ("most", delay(most))];
        let words = page.words_with("connections-duration", &times);
        page.cells(0, "", &words);
    }
    page.list(&connections.clients, report.top.min(5), |number| *number, |_, _, _| {});
    if !connections.broken.is_empty() {
        page.heading("section-broken");
        for (text, broken) in connections.broken.top(report.top) {
            let text = printable(text);
            let (kind, stage) = text.split_once(' ').unwrap_or((&text, ""));
            let words = page.words_with(&format!("broken-{kind}"), &[("stage", stage)]);
            page.row(0, broken.count, &words);
            for (client, number) in broken.clients.top(if report.view.detail { 5 } else { 2 }) {
                page.row(1, *number, &printable(client));
            }
        }
        page.rest(&connections.broken, report.top);
    }
}

/// Hosts that could not be connected to.
pub(super) fn unreached(page: &mut Page<'_>, report: &Report<'_>) {
    let hosts = &report.stats.connections.unreached;
    if !hosts.is_empty() {
        page.heading("section-unreached");
        page.list(hosts, report.top, |number| *number, |_, _, _| {});
    }
}
