//! Warnings, errors, fatal and panic lines.

use super::page::{Page, cut};
use crate::escape::printable;
use crate::report::Report;

pub(super) fn warnings(page: &mut Page<'_>, report: &Report<'_>) {
    let trouble = &report.stats.trouble;
    if trouble.texts.is_empty() {
        return;
    }
    page.heading("section-warnings");
    for (severity, number) in trouble.severities.iter() {
        page.row(0, number, &page.words(&format!("severity-{}", severity.name())));
    }
    let classes: Vec<String> = trouble
        .classes
        .iter()
        .map(|(class, number)| format!("{} {number}", class.name()))
        .collect();
    page.cells(0, "", &classes.join(", "));
    for (text, found) in trouble.texts.top(report.top) {
        let class = found.of.map_or("", |(_, class)| class.name());
        page.row(0, found.count, &cut(&format!("[{class}] {}", printable(text))));
    }
    page.rest(&trouble.texts, report.top);
}
