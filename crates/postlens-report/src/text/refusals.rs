//! What was refused, and whom.

use super::page::{Page, cut};
use crate::escape::printable;
use crate::number::count;
use crate::report::Report;

pub(super) fn reasons(page: &mut Page<'_>, report: &Report<'_>) {
    let refusals = &report.stats.refusals;
    if refusals.actions.total() == 0 {
        return;
    }
    page.heading("section-refusals");
    page.list(
        &refusals.reasons,
        report.top,
        |reason| reason.count,
        |page, _, reason| {
            let named = |list: &postlens_stats::Top<u64>, most| {
                let mut names: Vec<String> = list
                    .top(most)
                    .into_iter()
                    .map(|(name, number)| format!("{} {}", printable(name), count(*number)))
                    .collect();
                if list.len() > most {
                    names.push("…".to_owned());
                }
                names.join(", ")
            };
            let line = format!("{}; {}", named(&reason.stages, 2), named(&reason.clients, 3));
            page.cells(1, "", &cut(&line));
        },
    );
    let other = refusals.actions.iter().filter(|(action, _)| action.name() != "reject");
    let other: Vec<String> =
        other.map(|(action, number)| format!("{} {}", action.name(), count(number))).collect();
    if !other.is_empty() {
        let words = page.words("other-actions");
        page.cells(0, "", &format!("{words}: {}", other.join(", ")));
    }
}

pub(super) fn clients(page: &mut Page<'_>, report: &Report<'_>) {
    let clients = &report.stats.refusals.clients;
    if !clients.is_empty() {
        page.heading("section-refused-clients");
        page.list(clients, report.top, |number| *number, |_, _, _| {});
    }
}
