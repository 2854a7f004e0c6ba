//! Warnings, errors, fatal and panic lines.

use postlens_syntax::Class;

use super::page::Page;
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
    let classes: Vec<_> =
        trouble.classes.iter().map(|(of, number)| (class(page, of), number)).collect();
    page.counted_lines(classes.into_iter());
    for (text, found) in trouble.texts.top(report.top) {
        let class = found.of.map_or(String::new(), |(_, of)| class(page, of));
        page.row(0, found.count, &format!("[{class}] {}", printable(text)));
    }
    page.rest(&trouble.texts, report.top);
}

/// What a warning is about, in words.
fn class(page: &Page<'_>, class: Class) -> String {
    page.words(&format!("class-{}", class.name()))
}
