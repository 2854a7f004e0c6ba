//! Notifications: bounces and delay notices, which are messages themselves.

use super::{Simulation, line};
use crate::clock::Micros;
use crate::ledger::{Effect, What};
use crate::mail::{Draft, Mail, Rcpt};
use crate::service::Service;
use crate::truth::{Origin, Relation};

impl Simulation {
    /// bounce(8) tells the sender; gives when it has. The null sender is told nothing.
    pub(crate) fn notify(&mut self, mail: &Mail, at: Micros, subject: &str) -> Micros {
        let Some(home) = mail.draft.sender_home.filter(|_| !mail.draft.sender.is_empty()) else {
            return at;
        };
        let recipients = vec![Rcpt::new(mail.draft.sender.clone(), home)];
        let draft = Draft {
            recipients,
            origin: Origin::Postfix,
            parent: Some((mail.serial, Relation::Notification)),
            size: self.make_size() + 2_000,
            ..Draft::default()
        };
        let notice = self.accept(mail.instance, at, draft);
        let bounce = self.brief(mail.instance, Service::Bounce, at);
        let told = at + self.random.between(1_000, 20_000);
        let effect = Effect::Message(mail.serial, What::Notified);
        line!(
            self,
            told,
            bounce,
            Notification,
            effect,
            "{}: sender {subject} notification: {}",
            mail.id,
            notice.id
        );
        self.enqueue(notice, at);
        told
    }
}
