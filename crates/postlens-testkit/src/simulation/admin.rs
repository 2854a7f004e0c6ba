//! The admin and the queue: postsuper(1).

use super::{Action, Simulation, line};
use crate::clock::{Micros, SECOND};
use crate::ledger::{Effect, What};
use crate::mail::Mail;
use crate::service::Service;
use crate::truth::{Ended, Origin, Outcome, Relation};

impl Simulation {
    /// Something is done to a deferred message.
    pub(crate) fn admin(&mut self, mut mail: Mail, at: Micros) {
        let who = self.brief(mail.instance, Service::Postsuper, at);
        let id = mail.id.clone();
        let serial = mail.serial;
        let message = |what| Effect::Message(serial, what);
        match self.random.below(4) {
            0 => {
                let effect = message(What::All(Outcome::Held));
                line!(self, at, who, Postsuper, effect, "{id}: placed on hold");
                line!(self, at + 50, who, Postsuper, Effect::None, "Placed on hold: 1 message");
                let wait = self.random.between(600, 20_000) * SECOND;
                self.later(at + wait, Action::Release(Box::new(mail)));
            }
            1 => {
                let effect = message(What::End(Ended::Deleted, Outcome::Deleted));
                line!(self, at, who, Removed, effect, "{id}: removed");
                line!(self, at + 50, who, Postsuper, Effect::None, "Deleted: 1 message");
                self.forget(&mail, at + 100);
            }
            2 => {
                line!(self, at, who, Postsuper, message(What::Seen), "{id}: expired");
                line!(self, at + 50, who, Postsuper, Effect::None, "Force-expired: 1 message");
                mail.force_expired = true;
                let wait = self.random.between(10, 900) * SECOND;
                self.later(at + wait, Action::Activate(Box::new(mail)));
            }
            _ => self.requeue(&mail, at),
        }
    }

    /// The message gets a new queue ID by way of pickup(8).
    fn requeue(&mut self, mail: &Mail, at: Micros) {
        let who = self.brief(mail.instance, Service::Postsuper, at);
        let mut draft = mail.draft.clone();
        draft.recipients.retain(|recipient| !recipient.done);
        draft.origin = Origin::Internal;
        draft.client = None;
        draft.sasl_username = None;
        draft.uid = Some(103);
        draft.message_id = Some(mail.message_id.clone());
        draft.parent = Some((mail.serial, Relation::Requeue));
        let again = at + self.random.between(1, 60) * SECOND;
        let child = self.accept(mail.instance, again, draft);
        let gone = Effect::Message(mail.serial, What::Requeued(child.serial));
        line!(self, at, who, Postsuper, gone, "{}: requeued", mail.id);
        line!(self, at + 50, who, Postsuper, Effect::None, "Requeued: 1 message");
        let pickup = self.brief(mail.instance, Service::Pickup, again);
        let seen = Effect::Message(child.serial, What::Seen);
        line!(
            self,
            again,
            pickup,
            Pickup,
            seen,
            "{}: uid=103 from=<{}> orig_id={}",
            child.id,
            child.draft.sender,
            mail.id
        );
        self.enqueue(child, again + 2_000);
        self.forget(mail, at + 100);
    }

    /// A held message goes on.
    pub(crate) fn release(&mut self, mail: Mail, at: Micros) {
        let who = self.brief(mail.instance, Service::Postsuper, at);
        if self.random.chance(0.2) {
            let effect = Effect::Message(mail.serial, What::End(Ended::Deleted, Outcome::Deleted));
            line!(self, at, who, Removed, effect, "{}: removed", mail.id);
            line!(self, at + 50, who, Postsuper, Effect::None, "Deleted: 1 message");
            self.forget(&mail, at + 100);
            return;
        }
        let effect = Effect::Message(mail.serial, What::All(Outcome::InQueue));
        line!(self, at, who, Postsuper, effect, "{}: released from hold", mail.id);
        line!(self, at + 50, who, Postsuper, Effect::None, "Released from hold: 1 message");
        self.activate(mail, at + SECOND);
    }
}
