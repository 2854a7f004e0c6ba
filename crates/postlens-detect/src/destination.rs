//! One destination defers our mail, or does not answer.

use postlens_syntax::Time;

use crate::detector::Detector;
use crate::finding::{Finding, FindingKind, Gravity, Subject, kept};
use crate::signal::{Failure, Symptom};
use crate::subjects::{Held, Subjects};
use crate::watch::{Clock, MINUTE, Rule, Watch};

/// First attempts that fail for now, beyond one in five minutes and three times what is
/// usual. Only first attempts count: how often Postfix tries again says more about our
/// queue than about the destination.
const RULE: Rule = Rule { least: 12.0, pace: 0.2, times: 3.0 };

/// Where little mail goes, first attempts that fail one after the other for so long, if it
/// took so many before.
const SLOW: Rule = Rule { least: 3.0, pace: 0.0, times: 0.0 };
const LONG: i64 = 120 * MINUTE;
const TAKEN: u64 = 3;

/// A destination of which this share always fails is not news.
const USUAL_SHARE: f64 = 0.4;

/// How much a success weighs against a failure.
const SUCCESS: f64 = 1.0;

/// Successes that a destination is credited with before anything is known of it.
const CREDIT: f64 = 4.0;

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
    /// Deliveries.
    sent: u64,
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
        failed / (failed + self.sent as f64 + CREDIT)
    }
}

impl Detector for Destination {
    fn failure(&mut self, failure: &Failure<'_>, clock: Clock) {
        let counts = failure.symptom == Symptom::Remote && !failure.permanent && failure.first;
        if !counts || failure.domain.is_empty() || failure.greylisted() {
            return;
        }
        let domain = self.domains.entry(failure.domain);
        domain.last = failure.time;
        if domain.sent >= TAKEN {
            domain.slow.add(SLOW, clock, &failure.sight, failure.weight);
        }
        if domain.usual_share() < USUAL_SHARE || domain.watch.is_alarmed() {
            domain.watch.add(RULE, clock, &failure.sight, failure.weight);
        } else {
            domain.watch.dismiss(failure.time, failure.weight);
        }
    }

    fn success(&mut self, domain: &[u8], clock: Clock) {
        let domain = self.domains.entry(domain);
        domain.last = clock.now;
        domain.sent += 1;
        domain.watch.calm(SUCCESS);
        domain.slow.calm(f64::MAX);
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
                let told = out.iter().skip(from).any(|told| told.overlaps(slow));
                !told && slow.last.micros - slow.onset.micros >= LONG
            });
            for slow in &mut slow {
                slow.gravity = Gravity::Moderate;
            }
            out.extend(slow);
            for finding in out.iter_mut().skip(from) {
                finding.figures.push(("delivered_before", domain.sent));
            }
        }
    }
}
