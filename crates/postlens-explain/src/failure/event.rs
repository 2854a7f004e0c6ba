//! Failures as events of the log tell them.

use bstr::{BStr, ByteSlice};
use postlens_syntax::Event;
use postlens_syntax::postfix::check::ContentCheck;
use postlens_syntax::postfix::decision::{Action, Decision, DecisionBy};
use postlens_syntax::postfix::delivery::{DeliveryLine, DeliveryStatus};

use super::Failure;

impl<'a> Failure<'a> {
    /// The failure that a line of the log tells of: a delivery that did not succeed, a
    /// refusal, a content check that refused.
    pub fn of(event: &Event<'a>) -> Option<Self> {
        match event {
            Event::Delivery(line) => {
                let good =
                    matches!(line.status, DeliveryStatus::Sent | DeliveryStatus::Deliverable);
                (!good).then(|| line.into())
            }
            Event::Decision(decision) => refuses(decision.action).then(|| decision.into()),
            Event::ContentCheck(check) => refuses(check.action).then(|| check.into()),
            _ => None,
        }
    }
}

/// Whether an action keeps mail from its way.
fn refuses(action: Action) -> bool {
    use Action::{Abort, Defer, Delay, Discard, Hangup, Hold, Quarantine, Reject, RejectWarning};
    matches!(
        action,
        Reject | RejectWarning | Discard | Hold | Quarantine | Defer | Delay | Hangup | Abort
    )
}

impl<'a> From<&DeliveryLine<'a>> for Failure<'a> {
    fn from(line: &DeliveryLine<'a>) -> Self {
        Self::delivery(line.dsn, line.reply).with_host(line.relay.name)
    }
}

impl<'a> From<&Decision<'a>> for Failure<'a> {
    fn from(decision: &Decision<'a>) -> Self {
        let failure = match decision.by {
            DecisionBy::Access => Self::refusal(decision.text),
            DecisionBy::Milter | DecisionBy::ProxyFilter => Self::filter_refusal(decision.text),
        };
        let envelope = &decision.envelope;
        failure.with_names([envelope.helo, envelope.sender, envelope.recipient])
    }
}

impl<'a> From<&ContentCheck<'a>> for Failure<'a> {
    /// The text is the table's own; without one Postfix says the same to all clients. What
    /// the check matched is the sender's, and is not read.
    fn from(check: &ContentCheck<'a>) -> Self {
        let usual = match check.part.as_bytes() {
            b"mime-error" => check.part,
            _ => BStr::new("message content rejected"),
        };
        let failure = Self::refusal(check.text.unwrap_or(usual));
        let envelope = &check.envelope;
        failure.with_names([envelope.helo, envelope.sender, envelope.recipient])
    }
}
