//! Reasons grouped by their cause.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use bstr::BStr;
use postlens_explain::{Actor, Cause, Verdict};

use crate::stats::reasons::Reason;
use crate::stats::refusals::RefusalReason;
use crate::top::{Counted, Top};

/// A reason with a verdict on it.
pub trait Judged: Counted {
    /// How often it was given.
    fn count(&self) -> u64;
    /// The verdict on it.
    fn verdict(&self) -> Option<Verdict>;
}

impl Judged for Reason {
    fn count(&self) -> u64 {
        self.count
    }

    fn verdict(&self) -> Option<Verdict> {
        self.verdict
    }
}

impl Judged for RefusalReason {
    fn count(&self) -> u64 {
        self.count
    }

    fn verdict(&self) -> Option<Verdict> {
        self.verdict
    }
}

/// All reasons of one cause for which the same people must act.
#[derive(Debug)]
pub struct CauseGroup<'a, C> {
    /// Why.
    pub cause: Cause,
    /// Who must act.
    pub actor: Actor,
    /// How often.
    pub count: u64,
    /// The reasons, the most frequent first.
    pub reasons: Vec<(&'a BStr, &'a C)>,
}

/// Groups a list of reasons, the most frequent causes first.
pub fn by_cause<C: Judged>(list: &Top<C>) -> Vec<CauseGroup<'_, C>> {
    let mut groups = BTreeMap::<(Cause, Actor), CauseGroup<'_, C>>::new();
    for (text, reason) in list.top(list.len()) {
        let verdict = reason.verdict();
        let cause = verdict.map_or(Cause::Unknown, |verdict| verdict.cause);
        let actor = verdict.map_or(Actor::Unclear, |verdict| verdict.actor());
        let group = groups.entry((cause, actor)).or_insert_with(|| CauseGroup {
            cause,
            actor,
            count: 0,
            reasons: Vec::new(),
        });
        group.count += reason.count();
        group.reasons.push((text, reason));
    }
    let mut groups: Vec<_> = groups.into_values().collect();
    groups.sort_by_key(|group| Reverse(group.count));
    groups
}
