//! What to say first: which of the findings matters most, and whether all was read.

use std::cmp::Reverse;

use postlens_detect::{Finding, FindingKind, Gravity};

use crate::report::Report;

/// The verdict on a log.
#[derive(Debug)]
pub struct Verdict<'a> {
    /// What was found, what must be looked at first in front.
    pub problems: Vec<&'a Finding>,
    /// Whether all that was asked for was read and followed to its end.
    pub complete: bool,
}

impl<'a> Verdict<'a> {
    /// Judges a log. Graver problems come first; of equally grave ones those that still go
    /// on at the log's end, and those that must be acted on even when they are over.
    pub fn of(report: &Report<'a>) -> Self {
        let mut problems: Vec<&Finding> = report.findings.iter().collect();
        problems.sort_by_key(|finding| {
            (finding.follows.is_some(), Reverse(finding.gravity), !is_pressing(finding))
        });
        let tracker = report.source.tracker;
        let complete = report.source.problems.is_empty() && tracker.messages_evicted == 0;
        Self { problems, complete }
    }

    /// The problem to be told first.
    pub fn first(&self) -> Option<&'a Finding> {
        self.problems.first().copied()
    }

    /// How many problems still go on at the log's end.
    pub fn open(&self) -> u64 {
        number(self.problems.iter().filter(|finding| finding.open).count())
    }

    /// How many problems there are of each gravity that has any, the gravest first.
    pub fn by_gravity(&self) -> impl Iterator<Item = (Gravity, u64)> + '_ {
        Gravity::ALL.into_iter().rev().filter_map(|gravity| {
            let grave = self.problems.iter().filter(|finding| finding.gravity == gravity);
            Some((gravity, number(grave.count()))).filter(|(_, count)| *count > 0)
        })
    }

    /// The place among the problems, from 0, of the one that a problem follows from: of its
    /// kind, and at the same time for the longest.
    pub fn origin(&self, problem: &Finding) -> Option<usize> {
        let kind = problem.follows?;
        let shared = |other: &Finding| {
            other.last.micros.min(problem.last.micros)
                - other.onset.micros.max(problem.onset.micros)
        };
        let all = self.problems.iter().enumerate();
        let shared = all.map(|(place, other)| (place, other.kind, shared(other)));
        let of_kind = shared.filter(|(_, other, shared)| *other == kind && *shared >= 0);
        of_kind.max_by_key(|(place, _, shared)| (*shared, Reverse(*place))).map(|(place, ..)| place)
    }
}

/// Whether something is to be done at once: it goes on, or somebody knows a password.
fn is_pressing(finding: &Finding) -> bool {
    finding.open || finding.kind == FindingKind::AccountHijacked
}

fn number(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
