//! Content filters, sender checks, greylisting.

use postlens_stats::stats::filters::{CheckName, CheckResult};

use super::page::Page;
use crate::escape::printable;
use crate::number::count;
use crate::report::Report;

pub(super) fn verdicts(page: &mut Page<'_>, report: &Report<'_>) {
    let filters = &report.stats.filters;
    let verdicts = filters.all_verdicts();
    if !verdicts.is_empty() {
        page.heading("section-filters");
        page.list(&verdicts, report.top, |number| *number, |_, _, _| {});
        page.took("filter-took", &filters.took);
    }
    if !filters.names.is_empty() {
        page.heading("section-filter-names");
        page.list(&filters.names, report.top, |number| *number, |_, _, _| {});
    }
}

pub(super) fn checks(page: &mut Page<'_>, report: &Report<'_>) {
    let filters = &report.stats.filters;
    if filters.checks.total() == 0 {
        return;
    }
    page.heading("section-checks");
    for check in [CheckName::Dkim, CheckName::Spf, CheckName::Dmarc] {
        let results = filters.checks.iter().filter(|((of, _), _)| *of == check);
        let results: Vec<(CheckResult, u64)> =
            results.map(|((_, result), number)| (result, number)).collect();
        let total: u64 = results.iter().map(|(_, number)| number).sum();
        if total == 0 {
            continue;
        }
        let words = |result: CheckResult| page.words(&format!("check-{}", result.name()));
        let parts =
            page.counted(results.into_iter().map(|(result, number)| (words(result), number)));
        page.row(0, total, &format!("{}: {parts}", check.name().to_uppercase()));
    }
    if !filters.failed_domains.is_empty() {
        page.heading("section-failed-domains");
        page.list(&filters.failed_domains, report.top, |number| *number, |_, _, _| {});
    }
}

pub(super) fn greylisting(page: &mut Page<'_>, report: &Report<'_>) {
    let filters = &report.stats.filters;
    if filters.greylisting.total() == 0 {
        return;
    }
    page.heading("section-greylisting");
    for (decision, number) in filters.greylisting.iter() {
        page.row(0, number, &page.words(&format!("greylisting-{}", decision.name())));
    }
    page.took("greylisting-waited", &filters.waited);
}

/// postscreen's tests, and blocklists.
pub(super) fn screening(page: &mut Page<'_>, report: &Report<'_>) {
    let screening = &report.stats.screening;
    if screening.events.total() > 0 {
        page.heading("section-screening");
        let mut events: Vec<_> = screening.events.sorted().iter().collect();
        events.sort_by_key(|(_, number)| std::cmp::Reverse(*number));
        for (kind, number) in events {
            page.row(0, number, &page.words(kind));
        }
        if !screening.clients.is_empty() {
            page.heading("section-screened-clients");
            page.list(&screening.clients, report.top, |number| *number, |_, _, _| {});
        }
        if report.view.detail && screening.ranks.total() > 0 {
            page.heading("section-dnsbl-ranks");
            for (rank, number) in screening.ranks.iter() {
                page.row(0, number, &rank.to_string());
            }
        }
    }
    if !screening.lists.is_empty() {
        page.heading("section-dnsbl");
        let rows: Vec<_> = screening
            .lists
            .top(report.top)
            .into_iter()
            .map(|(list, hits)| vec![count(hits.listed), count(hits.refused), printable(list)])
            .collect();
        page.table(&["column-listed", "column-refusals", ""], rows);
        page.rest(&screening.lists, report.top);
    }
}
