//! Delivery on the spot: mailboxes, files, programs, and mail that local(8) sends on.

use super::Said;
use crate::clock::Micros;
use crate::config::IncidentKind;
use crate::mail::{Home, Mail, Rcpt};
use crate::service::Service;
use crate::simulation::Simulation;
use crate::truth::{Outcome, Relation};

impl Simulation {
    pub(super) fn try_mailbox(
        &mut self,
        mail: &Mail,
        group: &mut [Rcpt],
        home: Home,
        from: Micros,
    ) -> (Micros, bool) {
        let (service, relay) = match home {
            Home::Virtual => (Service::Virtual, "virtual".to_owned()),
            Home::Lmtp => {
                (Service::Lmtp, format!("{}.example.com[private/dovecot-lmtp]", self.host_of(0)))
            }
            Home::Pipe => (Service::Pipe, "listpipe".to_owned()),
            Home::Discard => (Service::Discard, "none".to_owned()),
            Home::Error => (Service::Error, "none".to_owned()),
            _ => (Service::Local, "local".to_owned()),
        };
        let mut work = self.work(mail, (service, relay), from);
        work.sending = self.random.between(2_000, 60_000);
        let mut end = from;
        let mut failed = false;
        for recipient in group {
            let trouble = self.mailbox_trouble(home, recipient, from);
            let (outcome, dsn, reply) =
                trouble.unwrap_or_else(|| self.mailbox_result(mail, home, recipient));
            let mut child = None;
            let mut text = reply;
            if let (Home::Forward(domain), Outcome::HandedOver) = (home, outcome) {
                let (id, serial) = self.forward(mail, recipient, domain, from + 2_000);
                text = format!("forwarded as {id}");
                child = Some(serial);
            }
            let said = Said { outcome, dsn, reply: &text, child };
            end = self.delivered(mail, recipient, &work, &said);
            failed |= outcome == Outcome::Bounced;
            work.sending += self.random.between(1_000, 20_000);
        }
        self.processes.release(work.agent, end);
        (end, failed)
    }

    /// What an incident makes of a delivery to a mailbox.
    fn mailbox_trouble(
        &mut self,
        home: Home,
        recipient: &Rcpt,
        at: Micros,
    ) -> Option<(Outcome, &'static str, String)> {
        let address = &recipient.address;
        let full = self.going_on(IncidentKind::MailboxesFull, at);
        if let Some(index) = full.filter(|_| home == Home::Lmtp) {
            self.suffer(index, at, 1);
            let text = format!(
                "host {}.example.com[private/dovecot-lmtp] said: 452 4.2.2 <{address}> Quota exceeded (mailbox for user is full) (in reply to end of DATA command)",
                self.host_of(0)
            );
            return Some((Outcome::Deferred, "4.2.2", text));
        }
        let disk = self.going_on(IncidentKind::DiskFull, at);
        if let Some(index) = disk.filter(|_| home == Home::Local) {
            self.suffer(index, at, 1);
            let user = address.split('@').next().unwrap_or("user");
            let text = format!(
                "cannot update mailbox /var/mail/{user} for user {user}. error writing message: No space left on device"
            );
            return Some((Outcome::Deferred, "4.3.0", text));
        }
        None
    }

    fn mailbox_result(
        &mut self,
        mail: &Mail,
        home: Home,
        recipient: &Rcpt,
    ) -> (Outcome, &'static str, String) {
        let address = &recipient.address;
        if mail.draft.probe {
            return match home {
                Home::Local if address.starts_with("nobody") => {
                    (Outcome::Undeliverable, "5.1.1", "unknown user: \"nobody\"".to_owned())
                }
                _ => (Outcome::Deliverable, "2.0.0", "delivers to mailbox".to_owned()),
            };
        }
        let chance = self.random.below(100);
        let token = self.random.below(1 << 48);
        let (outcome, dsn, reply) = match (home, chance) {
            (Home::Local, 0) => (Outcome::Bounced, "5.1.1", "unknown user: \"gone\""),
            (Home::Local, 1) => (
                Outcome::Deferred,
                "4.3.0",
                "temporary failure. Command output: program says try later ",
            ),
            (Home::Local, 2..=5) => {
                (Outcome::Delivered, "2.0.0", "delivered to command: /usr/bin/procmail")
            }
            (Home::Local, 6) => {
                (Outcome::Delivered, "2.0.0", "delivered to file: /var/mail/archive")
            }
            (Home::Virtual, 0) => {
                (Outcome::Bounced, "5.2.2", "maildir delivery failed: Disk quota exceeded")
            }
            (Home::Virtual, _) => (Outcome::Delivered, "2.0.0", "delivered to maildir"),
            (Home::Pipe, 0..=3) => (
                Outcome::Deferred,
                "4.3.0",
                "temporary failure. Command output: temporary failure in helper ",
            ),
            (Home::Pipe, 4..=5) => {
                (Outcome::Bounced, "5.1.1", "user unknown. Command output: no such user here ")
            }
            (Home::Pipe, _) => (Outcome::Delivered, "2.0.0", "delivered via listpipe service"),
            (Home::Discard, _) => (Outcome::Discarded, "2.0.0", "silently"),
            (Home::Error, _) => {
                (Outcome::Bounced, "5.1.6", "mail to this address is no longer accepted")
            }
            (Home::Forward(_), _) => (Outcome::HandedOver, "2.0.0", ""),
            (Home::Lmtp, 0) => {
                let text = format!(
                    "host {}.example.com[private/dovecot-lmtp] said: 452 4.2.2 <{address}> Quota exceeded (mailbox for user is full) (in reply to end of DATA command)",
                    self.host_of(0)
                );
                return (Outcome::Deferred, "4.2.2", text);
            }
            (Home::Lmtp, _) => {
                let text = format!("250 2.0.0 <{address}> {token:012x}AAA5JlaLA Saved");
                return (Outcome::Delivered, "2.0.0", text);
            }
            _ => (Outcome::Delivered, "2.0.0", "delivered to mailbox"),
        };
        (outcome, dsn, reply.to_owned())
    }

    /// local(8) sends a copy on as another message.
    fn forward(
        &mut self,
        mail: &Mail,
        recipient: &Rcpt,
        domain: usize,
        at: Micros,
    ) -> (String, u64) {
        let name = self.world.domain(domain);
        let address = recipient.address.replacen("fwd.", "", 1);
        let user = address.split('@').next().unwrap_or("user");
        let mut next = Rcpt::new(format!("{user}@{name}"), Home::Outside(domain));
        next.orig_to = Some(recipient.address.clone());
        let draft = Self::child_draft(mail, vec![next], Relation::Forward);
        let child = self.accept(mail.instance, at, draft);
        let named = (child.id.clone(), child.serial);
        self.enqueue(child, at);
        named
    }
}
