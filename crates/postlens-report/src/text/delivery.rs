//! Destinations, why mail waits or came back, and how long it took.

use postlens_stats::stats::reasons::Reason;
use postlens_stats::{Histogram, Top};

use super::page::{Page, cut};
use crate::escape::printable;
use crate::number::{bytes, count, delay};
use crate::report::Report;

pub(super) fn deferrals(page: &mut Page<'_>, report: &Report<'_>) {
    reasons(page, "section-deferrals", &report.stats.reasons.deferrals, report);
}

pub(super) fn bounces(page: &mut Page<'_>, report: &Report<'_>) {
    reasons(page, "section-bounces", &report.stats.reasons.bounces, report);
}

pub(super) fn expired(page: &mut Page<'_>, report: &Report<'_>) {
    let (known, unseen) = (&report.stats.reasons.expired, report.stats.reasons.expired_unseen());
    reasons(page, "section-expired", known, report);
    if unseen > 0 {
        if known.is_empty() {
            page.heading("section-expired");
        }
        page.row(0, unseen, &page.words("expired-unseen"));
    }
}

fn reasons(page: &mut Page<'_>, heading: &str, list: &Top<Reason>, report: &Report<'_>) {
    if list.is_empty() {
        return;
    }
    page.heading(heading);
    page.causes(list, report, |reason| {
        let domains = reason.domains.top(3);
        let mut domains: Vec<String> = domains
            .into_iter()
            .map(|(domain, number)| format!("{} {}", printable(domain), count(*number)))
            .collect();
        if reason.domains.len() > domains.len() {
            domains.push("…".to_owned());
        }
        domains.join(", ")
    });
}

pub(super) fn destinations(page: &mut Page<'_>, report: &Report<'_>) {
    let domains = &report.stats.destinations.domains;
    if domains.is_empty() {
        return;
    }
    page.heading("section-destinations");
    let time = |value: Option<_>| value.map_or(String::new(), delay);
    let rows: Vec<_> = domains
        .top(report.top)
        .into_iter()
        .map(|(domain, to)| {
            vec![
                count(to.sent),
                count(to.deferred),
                count(to.bounced),
                bytes(to.bytes),
                time(to.delay.quantile(0.5)),
                time((to.delay.count() > 0).then(|| to.delay.max())),
                cut(&printable(domain)),
            ]
        })
        .collect();
    let heads = [
        "column-sent",
        "column-deferred",
        "column-bounced",
        "column-bytes",
        "column-median",
        "column-max",
        "",
    ];
    page.table(&heads, &rows);
    page.rest(domains, report.top);
}

pub(super) fn delays(page: &mut Page<'_>, report: &Report<'_>) {
    let delays = &report.stats.delays;
    if delays.total.count() == 0 {
        return;
    }
    page.heading("section-delays");
    let stages: [(&str, &Histogram); 6] = [
        ("delay-total", &delays.total),
        ("delay-before_qmgr", &delays.before_qmgr),
        ("delay-deferred", &delays.deferred),
        ("delay-in_qmgr", &delays.in_qmgr),
        ("delay-connection", &delays.connection),
        ("delay-transmission", &delays.transmission),
    ];
    let rows: Vec<_> = stages
        .into_iter()
        .filter(|(_, stage)| stage.count() > 0)
        .map(|(key, stage)| {
            let at = |quantile| stage.quantile(quantile).map_or(String::new(), delay);
            vec![count(stage.count()), at(0.5), at(0.95), delay(stage.max()), page.words(key)]
        })
        .collect();
    page.table(&["column-count", "column-median", "column-p95", "column-max", ""], &rows);
}
