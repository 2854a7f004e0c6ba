//! The books: what each written line changes in the truth.
//!
//! The simulation plans lines ahead of time; only a line that is really written
//! changes the truth, so that the truth is right wherever the log is cut.

use std::collections::HashMap;

use crate::clock::Micros;
use crate::kind::Kind;
use crate::truth::{
    AuthFailureTruth, Ended, MessageTruth, Outcome, RefusalTruth, SessionTruth, Totals, Truth,
};

/// Where finished records go.
pub(crate) type Sink<'s> = &'s mut dyn FnMut(Truth);

/// What a line changes.
#[derive(Debug)]
pub(crate) enum Effect {
    None,
    Message(u64, What),
    Refusal(Box<RefusalTruth>, Option<(u64, What)>),
    SessionStart(u64),
    SessionEnd(u64),
    AuthFailure(Box<AuthFailureTruth>),
}

/// What a line says about a message.
#[derive(Debug, Clone)]
pub(crate) enum What {
    /// It exists.
    Seen,
    /// It entered the active queue.
    Active,
    /// A delivery attempt for one recipient.
    Attempt { recipient: usize, outcome: Outcome, dsn: &'static str, child: Option<u64> },
    /// All recipients that are not settled get this outcome.
    All(Outcome),
    /// The same, and the life in the queue ends.
    End(Ended, Outcome),
    /// The same, told by a line that does not name the message.
    EndUnnamed(Ended, Outcome),
    /// It goes on as another message; its life in the queue ends.
    Requeued(u64),
    /// A notification about it was sent.
    Notified,
}

#[derive(Debug)]
struct Open {
    truth: MessageTruth,
    /// Planned lines that are not written yet.
    pending: u32,
    /// No further lines will be planned.
    closing: bool,
}

/// Messages and sessions in progress, and sums of all that is written.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    open: HashMap<u64, Open>,
    sessions: HashMap<u64, SessionTruth>,
    serial: u64,
    kinds: HashMap<Kind, u64>,
    totals: Totals,
}

impl Ledger {
    /// A new number for a message or session.
    pub(crate) fn number(&mut self) -> u64 {
        self.serial += 1;
        self.serial
    }

    /// Opens a message's account.
    pub(crate) fn open(&mut self, truth: MessageTruth) {
        self.open.insert(truth.serial, Open { truth, pending: 0, closing: false });
    }

    /// Opens a session's account.
    pub(crate) fn open_session(&mut self, truth: SessionTruth) {
        self.sessions.insert(truth.serial, truth);
    }

    /// The queue ID, instance and host of a message whose account is open.
    pub(crate) fn message(&self, serial: u64) -> Option<&MessageTruth> {
        self.open.get(&serial).map(|open| &open.truth)
    }

    /// A line with this effect is planned.
    pub(crate) fn plan(&mut self, effect: &Effect) {
        if let Some(open) = message_of(effect).and_then(|serial| self.open.get_mut(&serial)) {
            open.pending += 1;
        }
    }

    /// No further lines about this message will be planned.
    pub(crate) fn close(&mut self, serial: u64, sink: Sink<'_>) {
        if let Some(open) = self.open.get_mut(&serial) {
            open.closing = true;
            self.settle(serial, sink);
        }
    }

    /// A line was written, or would have been if the log had begun earlier (`hidden`).
    /// It stands for `count` events of its kind.
    pub(crate) fn write(
        &mut self,
        at: Micros,
        (kind, count): (Kind, u32),
        effect: Effect,
        hidden: bool,
        sink: Sink<'_>,
    ) {
        if !hidden {
            *self.kinds.entry(kind).or_default() += u64::from(count);
            self.totals.events += u64::from(count);
            self.totals.lines += 1;
        }
        match effect {
            Effect::None => {}
            Effect::Message(serial, what) => self.tell(at, serial, &what, hidden, sink),
            Effect::Refusal(mut truth, message) => {
                if !hidden {
                    truth.time = at;
                    truth.count = count;
                    *self.totals.refusals.entry(truth.action.clone()).or_default() +=
                        u64::from(count);
                    sink(Truth::Refusal(*truth));
                }
                if let Some((serial, what)) = message {
                    self.tell(at, serial, &what, hidden, sink);
                }
            }
            Effect::SessionStart(serial) => {
                if let Some(session) = self.sessions.get_mut(&serial).filter(|_| !hidden) {
                    session.start = Some(at);
                }
            }
            Effect::SessionEnd(serial) => {
                if let Some(mut session) = self.sessions.remove(&serial).filter(|_| !hidden) {
                    session.end = Some(at);
                    self.totals.sessions += 1;
                    sink(Truth::Session(session));
                }
            }
            Effect::AuthFailure(mut truth) => {
                if !hidden {
                    truth.time = at;
                    truth.count = count;
                    self.totals.auth_failures += u64::from(count);
                    sink(Truth::AuthFailure(*truth));
                }
            }
        }
    }

    /// A line of syslogd's own.
    pub(crate) fn count(&mut self, kind: Kind) {
        *self.kinds.entry(kind).or_default() += 1;
    }

    /// The sums of bytes and lines so far.
    pub(crate) fn totals(&mut self) -> &mut Totals {
        &mut self.totals
    }

    /// The log has ended: whatever is open is told as it stands.
    pub(crate) fn finish(&mut self, sink: Sink<'_>) -> Totals {
        let mut open: Vec<_> = self.open.drain().map(|(_, open)| open.truth).collect();
        open.sort_unstable_by_key(|truth| truth.serial);
        for truth in open {
            self.publish(truth, sink);
        }
        let mut sessions: Vec<_> = self.sessions.drain().map(|(_, session)| session).collect();
        sessions.retain(|session| session.start.is_some());
        sessions.sort_unstable_by_key(|session| session.serial);
        for session in sessions {
            self.totals.sessions += 1;
            sink(Truth::Session(session));
        }
        for kind in Kind::ALL {
            if let Some(count) = self.kinds.get(kind) {
                self.totals.kinds.insert(kind.name().to_owned(), *count);
            }
        }
        std::mem::take(&mut self.totals)
    }

    fn tell(&mut self, at: Micros, serial: u64, what: &What, hidden: bool, sink: Sink<'_>) {
        let Some(open) = self.open.get_mut(&serial) else { return };
        open.pending = open.pending.saturating_sub(1);
        let truth = &mut open.truth;
        let shown = u32::from(!hidden);
        truth.cut_start |= hidden;
        truth.lines += if matches!(what, What::EndUnnamed(..)) { 0 } else { shown };
        match *what {
            What::Seen => {}
            What::Active => truth.activations += shown,
            What::Attempt { recipient, outcome, dsn, child } => {
                if let Some(recipient) = truth.recipients.get_mut(recipient) {
                    recipient.attempts += shown;
                    recipient.named |= !hidden;
                    recipient.outcome = outcome;
                    recipient.child = child.or(recipient.child);
                    recipient.dsn = Some(dsn.to_owned());
                }
                if !hidden {
                    count_status(&mut self.totals, outcome);
                }
            }
            What::All(outcome) => settle_all(truth, outcome),
            What::End(ended, outcome) | What::EndUnnamed(ended, outcome) => {
                settle_all(truth, outcome);
                truth.ended = ended;
                truth.ended_at = Some(at);
            }
            What::Requeued(child) => {
                for recipient in &mut truth.recipients {
                    if !recipient.outcome.is_final() {
                        recipient.outcome = Outcome::HandedOver;
                        recipient.child = Some(child);
                    }
                }
                truth.ended = Ended::Requeued;
                truth.ended_at = Some(at);
            }
            What::Notified => truth.notified |= !hidden,
        }
        self.settle(serial, sink);
    }

    fn settle(&mut self, serial: u64, sink: Sink<'_>) {
        if self.open.get(&serial).is_none_or(|open| !open.closing || open.pending > 0) {
            return;
        }
        if let Some(open) = self.open.remove(&serial) {
            self.publish(open.truth, sink);
        }
    }

    fn publish(&mut self, mut truth: MessageTruth, sink: Sink<'_>) {
        if truth.lines == 0 {
            return;
        }
        if truth.activations == 0 {
            truth.size = None;
        }
        self.totals.messages += 1;
        *self.totals.ended.entry(truth.ended.name().to_owned()).or_default() += 1;
        for recipient in &truth.recipients {
            *self.totals.outcomes.entry(recipient.outcome).or_default() += 1;
        }
        sink(Truth::Message(truth));
    }
}

fn message_of(effect: &Effect) -> Option<u64> {
    match effect {
        Effect::Message(serial, _) | Effect::Refusal(_, Some((serial, _))) => Some(*serial),
        _ => None,
    }
}

/// Gives the recipients that are not settled an outcome. The queue manager's `removed`
/// comes with [`Outcome::InQueue`]: it changes nobody, since a delivery line may still
/// be on its way into the log.
fn settle_all(truth: &mut MessageTruth, outcome: Outcome) {
    if outcome == Outcome::InQueue && truth.ended == Ended::Open {
        // A release from hold puts the held back.
        for recipient in &mut truth.recipients {
            if recipient.outcome == Outcome::Held {
                recipient.outcome = Outcome::InQueue;
            }
        }
        return;
    }
    for recipient in &mut truth.recipients {
        if !recipient.outcome.is_final() {
            recipient.outcome = outcome;
        }
    }
}

fn count_status(totals: &mut Totals, outcome: Outcome) {
    let status = match outcome {
        Outcome::Deferred => "deferred",
        Outcome::Bounced => "bounced",
        Outcome::Deliverable => "deliverable",
        Outcome::Undeliverable => "undeliverable",
        _ => "sent",
    };
    match totals.deliveries.get_mut(status) {
        Some(count) => *count += 1,
        None => {
            totals.deliveries.insert(status.to_owned(), 1);
        }
    }
}
