//! What was refused, and whom.

use super::page::Page;
use crate::escape::printable;
use crate::number::count;
use crate::report::Report;

pub(super) fn reasons(page: &mut Page<'_>, report: &Report<'_>) {
    let refusals = &report.stats.refusals;
    if refusals.actions.total() == 0 {
        return;
    }
    page.heading("section-refusals");
    page.causes(&refusals.reasons, report, |reason| {
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
        format!("{}; {}", named(&reason.stages, 2), named(&reason.clients, 3))
    });
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
