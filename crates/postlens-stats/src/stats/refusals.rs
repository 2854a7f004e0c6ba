//! What smtpd, postscreen, cleanup, milters and the before-queue filter refused.

use postlens_explain::{Cause, Failure, Verdict};
use postlens_syntax::postfix::decision::Action;
use postlens_track::{Record, Refusal};

use super::{Scratch, Section};
use crate::counts::Counts;
use crate::reason::normalize;
use crate::top::{Counted, Top};

/// Refusals and other decisions.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Refusals {
    /// Decisions by action.
    pub actions: Counts<Action>,
    /// Refusals (`reject` only) by whether they are for good: code 5xx or 4xx.
    pub permanent: u64,
    /// Refusals with a 4xx code, greylisting aside.
    pub temporary: u64,
    /// Refusals that ask to come back later because the client is new.
    pub greylisted: u64,
    /// Refusals by reason.
    pub reasons: Top<RefusalReason>,
    /// Refusals by client address.
    pub clients: Top<u64>,
    text: Scratch,
}

/// One reason of refusals.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RefusalReason {
    /// How often.
    pub count: u64,
    /// The stages at which it was given.
    pub stages: Top<u64>,
    /// By client, `name[address]` without the name `unknown`.
    pub clients: Top<u64>,
    /// Why, and who must act: judged by the first line that gave the reason.
    pub verdict: Option<Verdict>,
}

impl Counted for RefusalReason {
    fn rank(&self) -> u64 {
        self.count
    }

    fn merge(&mut self, other: &Self) {
        self.count += other.count;
        self.stages.merge(&other.stages);
        self.clients.merge(&other.clients);
        self.verdict = self.verdict.or(other.verdict);
    }
}

impl Section for Refusals {
    fn record(&mut self, record: &Record<'_>) {
        let Record::Refusal(refusal) = record else { return };
        let weight = u64::from(refusal.weight);
        self.actions.add(refusal.decision.action, weight);
        if refusal.decision.action == Action::Reject {
            self.reject(refusal, weight);
        }
    }

    fn merge(&mut self, other: &Self) {
        self.actions.merge(&other.actions);
        self.permanent += other.permanent;
        self.temporary += other.temporary;
        self.greylisted += other.greylisted;
        self.reasons.merge(&other.reasons);
        self.clients.merge(&other.clients);
    }
}

impl Refusals {
    fn reject(&mut self, refusal: &Refusal<'_>, weight: u64) {
        let text: &[u8] = refusal.decision.text;
        normalize(text, &mut self.text.0);
        let reason = self.reasons.entry(&self.text.0);
        reason.count += weight;
        *reason.stages.entry(refusal.decision.stage) += weight;
        let verdict =
            reason.verdict.get_or_insert_with(|| Failure::from(refusal.decision).verdict());
        // A greylister's words with a code for good are no greylisting.
        let sum = match (text.starts_with(b"4"), verdict.cause) {
            (true, Cause::Greylisted) => &mut self.greylisted,
            (true, _) => &mut self.temporary,
            (false, _) => &mut self.permanent,
        };
        *sum += weight;
        let Some(client) = refusal.client else { return };
        *self.clients.entry(client.address) += weight;
        self.text.0.clear();
        if let Some(name) = client.name.filter(|name| *name != "unknown") {
            self.text.0.extend_from_slice(name);
        }
        self.text.0.push(b'[');
        self.text.0.extend_from_slice(client.address);
        self.text.0.push(b']');
        *reason.clients.entry(&self.text.0) += weight;
    }
}
