//! Destinations, why mail waits or came back, and how long it took.

use postlens_stats::stats::destinations::Sent;
use postlens_stats::stats::reasons::Reason;
use postlens_stats::{Counted, Top};

use super::page::Page;
use crate::escape::printable;
use crate::number::{bytes, count, delay, percent};
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
    page.causes(list, report, |page, reason| page.named(&reason.domains, 3, true));
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
                count(to.counts.sent),
                count(to.counts.deferred),
                count(to.counts.bounced),
                bytes(to.bytes),
                time(to.delay.quantile(0.5)),
                time((to.delay.count() > 0).then(|| to.delay.max())),
                printable(domain),
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
    let values: Vec<u64> =
        domains.top(report.top).into_iter().map(|(_, to)| to.counts.rank()).collect();
    page.charted(&heads, rows, values);
    page.rest(domains, report.top);
    if report.view.detail {
        stages(page, report);
    }
    let destinations = &report.stats.destinations;
    sent(page, "section-providers", &destinations.providers, report.top);
    // Where there is but one service, it sends everything.
    if destinations.services.len() > 1 {
        sent(page, "section-sending-services", &destinations.services, report.top);
    }
}

/// Median and 95 % of each stage, by domain.
fn stages(page: &mut Page<'_>, report: &Report<'_>) {
    page.heading("section-destination-stages");
    let domains = report.stats.destinations.domains.top(report.top);
    let rows: Vec<_> = domains
        .into_iter()
        .filter(|(_, to)| to.counts.sent > 0)
        .map(|(domain, to)| {
            let stages = [&to.before_qmgr, &to.in_qmgr, &to.connection, &to.transmission];
            let mut row: Vec<String> = stages
                .into_iter()
                .map(|stage| match (stage.quantile(0.5), stage.quantile(0.95)) {
                    (Some(median), Some(most)) => format!("{}/{}", delay(median), delay(most)),
                    _ => String::new(),
                })
                .collect();
            row.push(printable(domain));
            row
        })
        .collect();
    let heads =
        ["column-before_qmgr", "column-in_qmgr", "column-connection", "column-transmission", ""];
    page.table(&heads, rows);
}

fn sent(page: &mut Page<'_>, heading: &str, list: &Top<Sent>, most: usize) {
    if list.is_empty() {
        return;
    }
    page.heading(heading);
    let rows: Vec<_> = list
        .top(most)
        .into_iter()
        .map(|(name, sent)| {
            let all = sent.rank();
            vec![
                count(sent.sent),
                count(sent.deferred),
                count(sent.bounced),
                percent(sent.sent, all),
                printable(name),
            ]
        })
        .collect();
    let heads = ["column-sent", "column-deferred", "column-bounced", "column-accepted", ""];
    page.table(&heads, rows);
    page.rest(list, most);
}

pub(super) fn delays(page: &mut Page<'_>, report: &Report<'_>) {
    let delays = &report.stats.delays;
    if delays.total.count() == 0 {
        return;
    }
    page.heading("section-delays");
    let rows: Vec<_> = delays
        .stages()
        .into_iter()
        .filter(|(_, stage)| stage.count() > 0)
        .map(|(name, stage)| {
            let at = |quantile| stage.quantile(quantile).map_or(String::new(), delay);
            vec![
                count(stage.count()),
                at(0.5),
                at(0.95),
                delay(stage.max()),
                page.words(&format!("delay-{name}")),
            ]
        })
        .collect();
    page.table(&["column-count", "column-median", "column-p95", "column-max", ""], rows);
}
