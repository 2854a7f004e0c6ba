//! One destination defers our mail, or does not answer.

use postlens_syntax::Time;

use crate::detector::Detector;
use crate::finding::{Finding, FindingKind, Gravity, Subject, kept};
use crate::signal::{Failure, Symptom};
use crate::subjects::{Held, Subjects};
use crate::watch::{Clock, MINUTE, Rule, Watch};

/// First attempts that fail for now, beyond one in 20 minutes and three times what is
/// usual. Only first attempts count: how often Postfix tries again says more about our
/// queue than about the destination.
pub(crate) const RULE: Rule = Rule { least: 8.0, pace: 0.05, times: 3.0, ..Rule::OPEN };

/// A destination must have taken so many at the first attempt before: one that never did is
/// not news.
const TAKEN: u64 = 3;

/// Where little mail goes, first attempts that fail one after the other for so long; more of
/// them where that happens by chance more often than once in a thousand times.
pub(crate) const SLOW: Rule = Rule { least: 3.0, pace: 0.0, times: 0.0, ..Rule::OPEN };
const LONG: i64 = 120 * MINUTE;
const CHANCE: f64 = 0.001;

/// A destination of which this share always fails is not news.
const USUAL_SHARE: f64 = 0.4;

/// How much a success weighs against a failure.
const SUCCESS: f64 = 1.0;

/// Watches the domains that mail goes to.
#[derive(Debug, Default)]
pub(crate) struct Destination {
    domains: Subjects<Domain>,
}

#[derive(Debug, Default)]
struct Domain {
    watch: Watch,
    /// Failures without a success between them.
    slow: Watch,
    /// Deliveries at the first attempt.
    sent: u64,
    /// Failures of what goes on now, further attempts included.
    attempts: u64,
    last: Time,
}

impl Held for Domain {
    fn last(&self) -> Time {
        self.last
    }

    fn matters(&self) -> bool {
        self.watch.has_episodes() || self.slow.has_episodes()
    }
}

impl Domain {
    /// The share of failures before what goes on now.
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
    fn usual_share(&self) -> f64 {
        let failed = self.watch.before() as f64;
        // A failure and a success are assumed before anything is known (Laplace).
        (failed + 1.0) / (failed + self.sent as f64 + 2.0)
    }

    /// The rule for failures without a success between them.
    fn slow_rule(&self) -> Rule {
        Rule { least: SLOW.least.max((CHANCE.ln() / self.usual_share().ln()).ceil()), ..SLOW }
    }
}

impl Detector for Destination {
    fn failure(&mut self, failure: &Failure<'_>, clock: Clock) {
        let counts = failure.symptom == Symptom::Remote && !failure.permanent;
        if !counts || failure.domain.is_empty() || failure.greylisted() {
            return;
        }
        let domain = self.domains.entry(failure.domain);
        domain.last = failure.time;
        if domain.slow.has_just_begun(0) && domain.watch.has_just_begun(0) {
            domain.attempts = 0;
        }
        domain.attempts += u64::from(failure.weight);
        if !failure.first {
            return;
        }
        let is_news = domain.sent >= TAKEN && domain.usual_share() < USUAL_SHARE;
        if is_news || domain.watch.is_alarmed() {
            let rule = domain.slow_rule();
            domain.slow.add(rule, clock, &failure.sight, failure.weight);
            domain.watch.add(RULE, clock, &failure.sight, failure.weight);
        } else {
            domain.watch.dismiss(failure.time, failure.weight);
        }
    }

    fn success(&mut self, domain: &[u8], first: bool, clock: Clock) {
        let domain = self.domains.entry(domain);
        domain.last = clock.now;
        domain.sent += u64::from(first);
        domain.watch.calm(SUCCESS, clock);
        domain.slow.calm(f64::MAX, clock);
    }

    fn findings(&self, clock: Clock, out: &mut Vec<Finding>) {
        for (name, domain) in self.domains.iter() {
            let subject = Subject::Domain(kept(name));
            let from = out.len();
            let kind = FindingKind::DestinationDeferring;
            domain.watch.report((kind, &subject), RULE, clock, out);
            let mut slow = Vec::new();
            domain.slow.report((kind, &subject), SLOW, clock, &mut slow);
            slow.retain(|slow| {
                let told = out.iter_mut().skip(from).find(|told| told.overlaps(slow));
                if let Some(told) = told {
                    // It began when the last success was over.
                    told.onset = told.onset.min(slow.onset);
                    return false;
                }
                slow.last.micros - slow.onset.micros >= LONG
            });
            for slow in &mut slow {
                slow.gravity = Gravity::Moderate;
            }
            out.extend(slow);
            for finding in out.iter_mut().skip(from) {
                finding.figures.push(("attempts", domain.attempts.max(finding.amount)));
                finding.figures.push(("delivered_before", domain.sent));
            }
        }
    }
}
