//! Reasons by their cause, each with who must act.

use postlens_stats::causes::{CauseGroup, Judged};
use postlens_stats::{Top, by_cause};

use super::page::Page;
use crate::escape::printable;
use crate::report::Report;

/// Reasons shown of one cause, where no details are asked for.
const REASONS: usize = 3;

impl Page<'_> {
    /// The most frequent causes of a list of reasons: each with its own most frequent
    /// reasons, and `more` about these.
    pub(crate) fn causes<C: Judged>(
        &mut self,
        list: &Top<C>,
        report: &Report<'_>,
        more: impl Fn(&Self, &C) -> String,
    ) {
        let groups = by_cause(list);
        let most = if report.view.detail { report.top } else { report.top.min(REASONS) };
        let groups_shown = groups.iter().take(report.top);
        let label = |group: &CauseGroup<'_, C>| {
            let (cause, actor) = (self.words(group.cause.key()), self.words(group.actor.key()));
            self.words_with("reason-cause", &[("cause", cause), ("actor", actor)])
        };
        let shown: Vec<_> = groups_shown.map(|group| (label(group), group)).collect();
        for (label, group) in shown {
            self.bar_row(group.count, &label);
            for (text, reason) in group.reasons.iter().take(most) {
                self.row(1, reason.count(), &printable(text));
                let more = more(self, reason);
                self.cells(2, "", &more);
                if let Some(verdict) = reason.verdict().filter(|_| report.view.detail) {
                    let basis = self.words(verdict.basis.key());
                    let words = self.words_with("reason-basis", &[("basis", basis)]);
                    self.cells(2, "", &words);
                }
            }
            self.more_rows(1, group.reasons.len().saturating_sub(most));
        }
        self.more_rows(0, groups.len().saturating_sub(report.top));
        self.approximate(list.dropped());
    }
}
