//! Rounds of delivery: qmgr(8) takes a message up, the delivery agents log their
//! attempts, and the message leaves or waits for its next turn.

mod mailbox;
mod onward;
mod outside;

use super::{Action, Simulation, line};
use crate::clock::{Micros, SECOND};
use crate::config::Flavour;
use crate::format::{number, put};
use crate::kind::Kind;
use crate::ledger::{Effect, What};
use crate::mail::{Draft, Home, Mail, Rcpt};
use crate::process::Who;
use crate::service::Service;
use crate::truth::{Ended, Origin, Outcome, Relation};

/// Where a recipient goes from here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hop {
    Filter,
    /// Another instance of ours.
    Next(usize),
    Last(Home),
}

/// One agent's work on some recipients of a message: the common part of their lines.
#[derive(Debug)]
struct Work {
    agent: Who,
    /// When the agent began.
    from: Micros,
    relay: String,
    conn_use: u32,
    connecting: Micros,
    sending: Micros,
    /// How late its lines get into the log.
    late: Micros,
}

/// What a line says about one recipient.
#[derive(Debug)]
struct Said<'a> {
    outcome: Outcome,
    dsn: &'static str,
    reply: &'a str,
    child: Option<u64>,
}

impl Simulation {
    /// The queue manager takes a message up.
    pub(crate) fn activate(&mut self, mut mail: Mail, at: Micros) {
        let qmgr = self.brief(mail.instance, Service::Qmgr, at);
        let active = Effect::Message(mail.serial, What::Active);
        line!(
            self,
            at,
            qmgr,
            QueueActive,
            active,
            "{}: from=<{}>, size={}, nrcpt={} (queue active)",
            mail.id,
            mail.draft.sender,
            mail.draft.size,
            mail.open_count()
        );
        let mut recipients = std::mem::take(&mut mail.draft.recipients);
        let mut last = at;
        let mut bounced = false;
        let mut rest = recipients.as_mut_slice();
        while let Some(first) = rest.first() {
            let hop = self.hop(&mail, first.home);
            let same = rest
                .iter()
                .take(50)
                .take_while(|next| self.hop(&mail, next.home) == hop && next.done == first.done)
                .count();
            let Some((group, others)) = rest.split_at_mut_checked(same.max(1)) else { break };
            rest = others;
            if group.first().is_some_and(|recipient| !recipient.done) {
                let (end, failed) = self.attempt(&mail, group, hop, at);
                bounced |= failed;
                last = last.max(end);
            }
        }
        mail.draft.recipients = recipients;
        mail.tries += 1;
        self.after_round(mail, last, bounced);
    }

    fn hop(&self, mail: &Mail, home: Home) -> Hop {
        match home {
            _ if mail.filter => Hop::Filter,
            Home::Outside(_) if mail.instance == 0 && self.second_instance() => Hop::Next(1),
            Home::Outside(_) => Hop::Last(home),
            _ if mail.instance != 0 => Hop::Next(0),
            _ => Hop::Last(home),
        }
    }

    fn second_instance(&self) -> bool {
        self.instances.get(1).is_some_and(|second| second.host == 0)
    }

    fn attempt(&mut self, mail: &Mail, group: &mut [Rcpt], hop: Hop, at: Micros) -> (Micros, bool) {
        let from = at + self.random.between(1_000, 30_000);
        match hop {
            Hop::Filter => self.try_filter(mail, group, from),
            Hop::Next(instance) => self.try_instance(mail, group, instance, from),
            Hop::Last(Home::Outside(domain)) => self.try_outside(mail, group, domain, from),
            Hop::Last(home) => self.try_mailbox(mail, group, home, from),
        }
    }

    /// All recipients had their attempt.
    fn after_round(&mut self, mut mail: Mail, last: Micros, bounced: bool) {
        let qmgr = self.brief(mail.instance, Service::Qmgr, last);
        let mut at = last + self.random.between(100, 4_000);
        let age = at - mail.arrival;
        if mail.open_count() > 0 {
            let lifetime = i64::from(self.config.queue_lifetime) * SECOND;
            if age < lifetime && !mail.force_expired && !mail.draft.probe {
                if age > 4 * 3_600 * SECOND && !mail.warned {
                    mail.warned = true;
                    self.notify(&mail, at, "delay");
                }
                self.wait(mail, at);
                return;
            }
            if !mail.draft.probe {
                let word = if mail.force_expired { "force-expired" } else { "expired" };
                let effect = Effect::Message(mail.serial, What::All(Outcome::Expired));
                line!(
                    self,
                    at,
                    qmgr,
                    Expired,
                    effect,
                    "{}: from=<{}>, status={word}, returned to sender",
                    mail.id,
                    mail.draft.sender
                );
                at = self.notify(&mail, at + 500, "non-delivery") + 300;
            }
        } else if bounced && !mail.draft.probe {
            at = self.notify(&mail, at, "non-delivery") + 300;
        }
        let effect = Effect::Message(mail.serial, What::End(Ended::Removed, Outcome::InQueue));
        line!(self, at, qmgr, Removed, effect, "{}: removed", mail.id);
        self.forget(&mail, at);
    }

    /// The message waits longer each time; some catch the admin's eye.
    fn wait(&mut self, mail: Mail, at: Micros) {
        let minimum = 300 * SECOND;
        let backoff = minimum.saturating_mul(1 << mail.tries.min(4)).min(4_000 * SECOND);
        let wait = backoff + self.random.between(0, minimum);
        if self.random.chance(0.004) {
            let sooner = self.random.between(SECOND, backoff);
            self.later(at + sooner, Action::Admin(Box::new(mail)));
        } else {
            self.later(at + wait, Action::Activate(Box::new(mail)));
        }
    }

    fn child_draft(mail: &Mail, recipients: Vec<Rcpt>, relation: Relation) -> Draft {
        Draft {
            sender: mail.draft.sender.clone(),
            sender_home: mail.draft.sender_home,
            recipients,
            origin: Origin::Internal,
            message_id: Some(mail.message_id.clone()),
            parent: Some((mail.serial, relation)),
            old_list: mail.draft.old_list,
            size: mail.draft.size + 420,
            ..Draft::default()
        }
    }

    fn work(&mut self, mail: &Mail, (service, relay): (Service, String), from: Micros) -> Work {
        let agent = self.acquire(mail.instance, service, from);
        let late = self.lateness();
        Work { agent, from, relay, conn_use: 0, connecting: 0, sending: 0, late }
    }

    /// Writes the line about one recipient; gives when the attempt ended.
    fn delivered(
        &mut self,
        mail: &Mail,
        recipient: &mut Rcpt,
        work: &Work,
        said: &Said<'_>,
    ) -> Micros {
        let at = work.from + work.connecting + work.sending;
        recipient.done = said.outcome.is_final();
        let status = match said.outcome {
            Outcome::Deferred => "deferred",
            Outcome::Bounced => "bounced",
            Outcome::Deliverable => "deliverable",
            Outcome::Undeliverable => "undeliverable",
            _ => "sent",
        };
        let mut text = self.spare.pop().unwrap_or_default();
        put!(text, "{}: to=<{}>", mail.id, recipient.address);
        if let Some(orig_to) = &recipient.orig_to {
            put!(text, ", orig_to=<{orig_to}>");
        }
        put!(text, ", relay={}", work.relay);
        if work.conn_use > 0 {
            put!(text, ", conn_use={}", work.conn_use);
        }
        text.extend_from_slice(b", delay=");
        seconds(&mut text, at - mail.arrival);
        text.extend_from_slice(b", delays=");
        seconds(&mut text, work.from - 20_000 - mail.arrival);
        text.push(b'/');
        seconds(&mut text, 20_000);
        text.push(b'/');
        seconds(&mut text, work.connecting);
        text.push(b'/');
        seconds(&mut text, work.sending);
        if self.since(Flavour::V3_11) && work.relay.ends_with(":25") {
            text.extend_from_slice(b", tls=may");
        }
        put!(text, ", dsn={}, status={status} (", said.dsn);
        let (tag, _) = self.processes.origin(work.agent);
        if tag.ends_with("/error") && said.outcome == Outcome::Deferred {
            text.extend_from_slice(b"delivery temporarily suspended: ");
        }
        text.extend_from_slice(said.reply.as_bytes());
        text.push(b')');
        let what = What::Attempt {
            recipient: recipient.index,
            outcome: said.outcome,
            dsn: said.dsn,
            child: said.child,
        };
        let effect = Effect::Message(mail.serial, what);
        self.plan(at + work.late, work.agent, Kind::Delivery, effect, text);
        at
    }
}

/// Seconds as Postfix writes delays: two significant digits, at most two decimals.
fn seconds(out: &mut Vec<u8>, micros: Micros) {
    let micros = micros.max(0).unsigned_abs();
    if micros >= 9_950_000 {
        number(out, (micros + 500_000) / 1_000_000);
        return;
    }
    let hundredths = if micros >= 995_000 {
        (micros + 50_000) / 100_000 * 10
    } else {
        (micros + 5_000) / 10_000
    };
    number(out, hundredths / 100);
    let rest = hundredths % 100;
    if rest > 0 {
        out.push(b'.');
        number(out, rest / 10);
        if rest % 10 > 0 {
            number(out, rest % 10);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::seconds;

    #[test]
    fn delays_have_two_significant_digits() {
        let check = |micros, expected: &str| {
            let mut text = Vec::new();
            seconds(&mut text, micros);
            assert_eq!(String::from_utf8(text).unwrap(), expected);
        };
        check(0, "0");
        check(44_000, "0.04");
        check(110_000, "0.11");
        check(500_000, "0.5");
        check(1_000_000, "1");
        check(1_740_000, "1.7");
        check(11_200_000, "11");
        check(18_041_300_000, "18041");
    }
}
