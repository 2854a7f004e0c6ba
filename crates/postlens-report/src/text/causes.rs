//! Reasons by their cause, each with who must act.

use postlens_stats::causes::Judged;
use postlens_stats::{Top, by_cause};

use super::page::Page;
use crate::escape::printable;
use crate::number::count;
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
        more: impl Fn(&C) -> String,
    ) {
        let groups = by_cause(list);
        let most = if report.view.detail { report.top } else { report.top.min(REASONS) };
        for group in groups.iter().take(report.top) {
            let cause = self.words(group.cause.key());
            let actor = self.words(group.actor.key());
            let values = [("cause", cause.as_str()), ("actor", actor.as_str())];
            let label = self.words_with("reason-cause", &values);
            self.row(0, group.count, &label);
            for (text, reason) in group.reasons.iter().take(most) {
                self.row(1, reason.count(), &printable(text));
                self.cells(2, "", &more(reason));
            }
            self.left(1, group.reasons.len().saturating_sub(most));
        }
        self.left(0, groups.len().saturating_sub(report.top));
        if list.dropped() > 0 {
            let words = self.words_with("approximate", &[("count", &count(list.dropped()))]);
            self.cells(0, "", &words);
        }
    }

    /// Says how many entries are not shown.
    fn left(&mut self, depth: usize, left: usize) {
        if left > 0 {
            let left = u64::try_from(left).unwrap_or(u64::MAX);
            let words = self.words_with("more", &[("count", &count(left))]);
            self.cells(depth, "", &words);
        }
    }
}
