//! What was refused, and whom.

use postlens_syntax::postfix::decision::Action;

use super::page::{Fit, Page};
use crate::report::Report;

pub(super) fn reasons(page: &mut Page<'_>, report: &Report<'_>) {
    let refusals = &report.stats.refusals;
    if refusals.actions.total() == 0 {
        return;
    }
    page.heading("section-refusals");
    page.causes(&refusals.reasons, report, |page, reason| {
        let (stages, clients) = (&reason.stages, &reason.clients);
        format!("{}; {}", page.named(stages, 2, true), page.named(clients, 3, true))
    });
    let other = refusals.actions.iter().filter(|(action, _)| *action != Action::Reject);
    let words = |action: Action| page.words(&format!("action-{}", action.name()));
    let other = page.counted(other.map(|(action, number)| (words(action), number)));
    if !other.is_empty() {
        let words = page.words_with("other-actions", &[("actions", other)]);
        page.paragraph(14, &words, Fit::Wrap);
    }
}

pub(super) fn clients(page: &mut Page<'_>, report: &Report<'_>) {
    let clients = &report.stats.refusals.clients;
    if !clients.is_empty() {
        page.heading("section-refused-clients");
        page.list(clients, report.top, |number| *number, |_, _, _| {});
    }
}
