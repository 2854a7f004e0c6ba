//! Mail per day and hour, and connections.

use postlens_stats::stats::traffic::Flow;

use super::page::Page;
use crate::number::count;
use crate::report::Report;

const HEADS: [&str; 6] = [
    "column-received",
    "column-delivered",
    "column-deferred",
    "column-bounced",
    "column-refused",
    "",
];

fn row(flow: &Flow, label: String) -> Vec<String> {
    let mut row: Vec<String> =
        [flow.received, flow.delivered, flow.deferred, flow.bounced, flow.refused]
            .into_iter()
            .map(count)
            .collect();
    row.push(label);
    row
}

pub(super) fn days(page: &mut Page<'_>, report: &Report<'_>) {
    let days = report.stats.traffic.days();
    if days.len() < 2 {
        return;
    }
    page.heading("section-days");
    let rows: Vec<_> = days
        .iter()
        .map(|((year, month, day), flow)| row(flow, format!("{year:04}-{month:02}-{day:02}")))
        .collect();
    page.table(&HEADS, &rows);
}

pub(super) fn hours(page: &mut Page<'_>, report: &Report<'_>) {
    let hours = report.stats.traffic.hours();
    let rows: Vec<_> = (0..)
        .zip(&hours)
        .filter(|(_, flow)| **flow != Flow::default())
        .map(|(hour, flow): (usize, _)| row(flow, format!("{hour:02}:00")))
        .collect();
    if !rows.is_empty() {
        page.heading("section-hours");
        page.table(&HEADS, &rows);
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
    page.list(&connections.clients, report.top.min(5), |number| *number, |_, _, _| {});
}
