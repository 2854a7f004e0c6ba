//! Starts, stops and restarts; silences of the log and lost lines.

use postlens_syntax::Delay;

use super::page::Page;
use crate::escape::printable;
use crate::finding::minute;
use crate::number::{count, delay};
use crate::report::Report;

/// Starts, stops and reloads that are shown without `--detail`.
const SHOWN: usize = 5;

pub(super) fn events(page: &mut Page<'_>, report: &Report<'_>) {
    let services = &report.stats.services;
    if services.kinds.total() == 0 {
        return;
    }
    page.heading("section-services");
    for (kind, number) in services.kinds.sorted().iter() {
        page.row(0, number, &page.words(kind));
        if kind == "table_changed" {
            for (table, number) in services.tables.top(report.top) {
                page.row(1, *number, &printable(table));
            }
        }
    }
    for (text, number) in services.failures.top(report.top) {
        page.row(1, *number, &printable(text));
    }
    let most = if report.view.detail { services.events.len() } else { SHOWN };
    for event in services.events.iter().take(most) {
        let program = printable(event.program.as_ref());
        let words = page.words(&format!("did-{}", event.kind));
        page.cells(0, "", &format!("{}  {program}: {words}", minute(event.time)));
    }
    page.more_rows(0, services.events.len().saturating_sub(most));
}

pub(super) fn gaps(page: &mut Page<'_>, report: &Report<'_>) {
    let gaps = &report.stats.gaps;
    let silences = gaps.unusual();
    if silences.is_empty() && gaps.lost.is_empty() {
        return;
    }
    page.heading("section-gaps");
    for (from, to) in silences.iter().take(report.top) {
        let micros = u64::try_from(to.micros - from.micros).unwrap_or_default();
        let length = delay(Delay::from_micros(micros));
        let words = page.words_with("gap", &[("from", minute(*from)), ("to", minute(*to))]);
        page.cells(0, &length, &words);
    }
    for (logger, lost) in gaps.lost.top(report.top) {
        let values = [("logger", printable(logger)), ("notes", count(lost.notes))];
        let words = page.words_with("lines-lost", &values);
        page.row(0, lost.lines, &words);
    }
}
