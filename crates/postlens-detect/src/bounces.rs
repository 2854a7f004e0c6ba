//! Mail of one sender, or to one domain, bounces far more than usual.

use postlens_syntax::Time;

use crate::detector::Detector;
use crate::finding::{Finding, FindingKind, Subject, kept};
use crate::signal::{Failure, Symptom};
use crate::subjects::{Distinct, Held, Subjects};
use crate::watch::{Clock, Rule, Watch};

/// Bounces, beyond one in three minutes and four times what is usual.
pub(crate) const RULE: Rule = Rule { least: 20.0, pace: 0.3, times: 4.0, ..Rule::OPEN };

/// To one domain they must come from this many senders; else the sender is the story.
const SENDERS: u64 = 4;

/// Watches senders, and domains that mail goes to.
#[derive(Debug, Default)]
pub(crate) struct Bounces {
    senders: Subjects<Bounced>,
    domains: Subjects<Bounced>,
}

#[derive(Debug, Default)]
struct Bounced {
    watch: Watch,
    /// The other ends in this episode: domains of a sender, senders to a domain.
    others: Distinct,
    most: u64,
}

impl Held for Bounced {
    fn last(&self) -> Time {
        self.watch.last()
    }

    fn matters(&self) -> bool {
        self.watch.has_episodes()
    }
}

impl Bounced {
    fn add(&mut self, failure: &Failure<'_>, other: &[u8], clock: Clock) {
        let alarmed = self.watch.is_alarmed();
        let now = self.watch.add(RULE, clock, &failure.sight, failure.weight);
        if self.watch.has_just_begun(failure.weight) {
            self.others.clear();
        }
        self.others.add(other);
        if now {
            let count = self.others.count();
            self.most = if alarmed { self.most.max(count) } else { count };
        }
    }
}

impl Detector for Bounces {
    fn failure(&mut self, failure: &Failure<'_>, clock: Clock) {
        if !failure.permanent || failure.symptom == Symptom::NoSpace {
            return;
        }
        let sender: &[u8] = failure.delivery.sender.map_or(b"", |sender| &**sender);
        if !sender.is_empty() {
            self.senders.entry(sender).add(failure, failure.domain, clock);
        }
        if !failure.domain.is_empty() {
            self.domains.entry(failure.domain).add(failure, sender, clock);
        }
    }

    fn findings(&self, clock: Clock, out: &mut Vec<Finding>) {
        let kind = FindingKind::BouncesRising;
        for (sender, bounced) in self.senders.iter() {
            let from = out.len();
            bounced.watch.report((kind, &Subject::Sender(kept(sender))), RULE, clock, out);
            for finding in out.iter_mut().skip(from) {
                finding.figures.push(("domains", bounced.most));
            }
        }
        for (domain, bounced) in self.domains.iter().filter(|(_, all)| all.most >= SENDERS) {
            let from = out.len();
            bounced.watch.report((kind, &Subject::Domain(kept(domain))), RULE, clock, out);
            for finding in out.iter_mut().skip(from) {
                finding.figures.push(("senders", bounced.most));
            }
        }
    }
}
