//! Where the figures come from: what was read, what was not, what nobody understands.

use super::page::Page;
use crate::escape::printable;
use crate::finding::{duration, minute};
use crate::number::{bytes, count};
use crate::report::{Filter, Learned, Report};

pub(super) fn head(page: &mut Page<'_>, report: &Report<'_>) {
    let lines = &report.stats.lines;
    let hosts: Vec<String> =
        lines.hosts.iter().take(5).map(|host| printable(host.as_ref())).collect();
    let hosts = if hosts.is_empty() { page.words("no-host") } else { hosts.join(", ") };
    let title = page.words_with("title", &[("hosts", &hosts)]);
    page.bold(&title);
    if let Some((from, to)) = lines.period {
        let (from, to) = (minute(from), minute(to));
        let words = page.words_with("period", &[("from", &from), ("to", &to)]);
        page.line(&words);
    }
    if report.period != (None, None) {
        let open = page.words("open-end");
        let end = |time: Option<_>| time.map_or(open.clone(), minute);
        let (from, to) = (end(report.period.0), end(report.period.1));
        let words = page.words_with("asked-period", &[("from", &from), ("to", &to)]);
        page.line(&words);
    }
    if let Some(filter) = &report.filter {
        let words = filtered(filter, page);
        page.warning(&words);
    }
    let source = &report.source;
    let (lines, files) = (count(source.lines), source.files.to_string());
    let values = [("lines", lines.as_str()), ("files", &files), ("bytes", &bytes(source.bytes))];
    let words = page.words_with("read", &values);
    page.line(&words);
    if source.outside > 0 {
        let words = page.words_with("outside", &[("count", &count(source.outside))]);
        page.line(&words);
    }
    if let Some(learned) = &report.learned {
        let words = learned_from(learned, page);
        page.line(&words);
    }
    for (log, copies) in source.copies.iter().filter(|(_, copies)| *copies > 0) {
        let log = printable(log.as_str().into());
        let words = page.words_with("copies", &[("count", &count(*copies)), ("log", &log)]);
        page.line(&words);
    }
}

/// What the report is about, and how much it is not about.
fn filtered(filter: &Filter, page: &Page<'_>) -> String {
    let part = |(name, values): &(&str, Vec<String>)| {
        let values = values.iter().map(|value| printable(value.as_str().into()));
        let values: Vec<_> =
            values.map(|value| if value.is_empty() { "<>".into() } else { value }).collect();
        let values = values.join(&page.words("separator-or"));
        page.words_with(&format!("filter-{name}"), &[("values", values)])
    };
    let parts: Vec<_> = filter.words.iter().map(part).collect();
    let parts = parts.join(&page.words("separator-parts"));
    page.words_with("filter", &[("filters", parts), ("count", count(filter.left_out))])
}

/// From how much before the period problems know what is usual.
fn learned_from(learned: &Learned, page: &Page<'_>) -> String {
    let (Some(from), Some(to)) = (learned.from, learned.to) else {
        return page.words("learned-nothing");
    };
    let seconds = (to.micros - from.micros).div_euclid(1_000_000);
    let lasted = duration(seconds, page.language());
    page.words_with("learned", &[("lasted", lasted), ("count", count(learned.lines))])
}

pub(super) fn problems(page: &mut Page<'_>, report: &Report<'_>) {
    let source = &report.source;
    if !source.problems.is_empty() {
        page.heading("problems-input");
        for (problem, hint) in &source.problems {
            page.alarm(&printable(problem.as_str().into()));
            if let Some(hint) = hint {
                let words = page.words_with("problem-hint", &[("hint", hint)]);
                page.line(&format!("  {words}"));
            }
        }
    }
    let limits = source.tracker;
    if limits.queue_ids_reused > 0 {
        let number = count(limits.queue_ids_reused);
        let words = page.words_with("reused", &[("count", &number)]);
        page.line(&words);
    }
}

pub(super) fn unrecognized(page: &mut Page<'_>, report: &Report<'_>) {
    let lines = &report.stats.lines;
    if lines.samples.is_empty() {
        return;
    }
    page.heading("section-unrecognized");
    page.row(0, lines.by_kind.get("unrecognized"), "");
    for sample in &lines.samples {
        let text = format!("{}: {}", sample.program, sample.text);
        page.cells(0, "", &printable(text.as_str().into()));
    }
}

pub(super) fn counts(page: &mut Page<'_>, report: &Report<'_>) {
    let kinds = report.stats.lines.by_kind.sorted();
    page.heading("section-lines");
    let apart = ["foreign", "debug", "unrecognized"];
    let understood = kinds.total() - apart.iter().map(|kind| kinds.get(*kind)).sum::<u64>();
    page.row(0, understood, &page.words("lines-understood"));
    for kind in apart {
        let number = kinds.get(kind);
        if number > 0 {
            page.row(0, number, &page.words(&format!("lines-{kind}")));
        }
    }
}
