//! Mailboxes of ours are full.

use crate::detector::Detector;
use crate::finding::{Finding, FindingKind, Subject};
use crate::signal::{Failure, Symptom};
use crate::subjects::Distinct;
use crate::watch::{Clock, Rule, Watch};
use postlens_syntax::Daemon;

/// Attempts that fail for it, beyond three an hour and three times what is usual.
/// Tries again count: a mailbox that stays full is worse than one that was.
pub(crate) const RULE: Rule = Rule { least: 8.0, pace: 0.05, times: 3.0, ..Rule::OPEN };

/// Watches deliveries to our own mailboxes.
#[derive(Debug, Default)]
pub(crate) struct Mailbox {
    watch: Watch,
    recipients: Distinct,
    most: u64,
}

impl Detector for Mailbox {
    fn failure(&mut self, failure: &Failure<'_>, clock: Clock) {
        let ours = failure.delivery.daemon != Some(Daemon::Smtp);
        if failure.symptom != Symptom::MailboxFull || !ours {
            return;
        }
        let alarmed = self.watch.is_alarmed();
        let now = self.watch.add(RULE, clock, &failure.sight, failure.weight);
        if self.watch.has_just_begun(failure.weight) {
            self.recipients.clear();
        }
        self.recipients.add(failure.delivery.line.recipient);
        if now {
            let count = self.recipients.count();
            self.most = if alarmed { self.most.max(count) } else { count };
        }
    }

    fn findings(&self, clock: Clock, out: &mut Vec<Finding>) {
        let from = out.len();
        self.watch.report((FindingKind::MailboxesFull, &Subject::System), RULE, clock, out);
        for finding in out.iter_mut().skip(from) {
            finding.figures.push(("recipients", self.most));
        }
    }
}
