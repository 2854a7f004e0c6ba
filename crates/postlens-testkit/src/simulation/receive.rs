//! Messages enter a queue: queue ID, Message-ID, first activation.

use std::collections::HashSet;

use super::{Action, Simulation, line};
use crate::clock::Micros;
use crate::ledger::{Effect, What};
use crate::mail::{Draft, Home, Mail, Rcpt};
use crate::service::Service;
use crate::truth::{MessageTruth, Origin, Parent, RecipientTruth};
use crate::world::{LMTP_DOMAIN, LOCAL_DOMAIN, PIPE_DOMAIN, VIRTUAL_DOMAIN};

impl Simulation {
    /// Gives a message a queue ID and opens its account.
    pub(crate) fn accept(&mut self, instance: usize, at: Micros, mut draft: Draft) -> Mail {
        if instance == 0 {
            self.expand(&mut draft.recipients);
        }
        // cleanup(8) delivers once to an address that is named twice.
        let mut seen = HashSet::new();
        draft.recipients.retain(|recipient| seen.insert(recipient.address.clone()));
        for (index, recipient) in draft.recipients.iter_mut().enumerate() {
            recipient.index = index;
        }
        let (id, inode) = self.queue_id(instance, at);
        let host = self.host_of(instance).to_owned();
        let message_id = draft.message_id.clone().unwrap_or_else(|| {
            format!("<{}.{id}@{host}.{LOCAL_DOMAIN}>", at.div_euclid(1_000_000))
        });
        let serial = self.ledger.number();
        let parent = draft.parent.and_then(|(serial, relation)| {
            let parent = self.ledger.message(serial)?;
            let (queue_id, instance, host) =
                (parent.queue_id.clone(), parent.instance.clone(), parent.host.clone());
            Some(Parent { serial, queue_id, instance, host, relation })
        });
        let recipients = draft.recipients.iter().map(|recipient| RecipientTruth {
            address: recipient.address.clone(),
            orig_to: recipient.orig_to.clone(),
            ..RecipientTruth::default()
        });
        self.ledger.open(MessageTruth {
            serial,
            host,
            instance: self.name_of(instance).to_owned(),
            queue_id: id.clone(),
            arrival: at,
            origin: draft.origin,
            sender: draft.sender.clone(),
            size: Some(draft.size),
            client_name: draft.client.as_ref().map(|client| client.name.clone()),
            client_address: draft.client.as_ref().map(|client| client.address.clone()),
            sasl_username: draft.sasl_username.clone(),
            uid: draft.uid,
            message_id: message_id.clone(),
            parent,
            probe: draft.probe,
            recipients: recipients.collect(),
            ..MessageTruth::default()
        });
        let outside = !matches!(draft.origin, Origin::Postfix | Origin::Internal);
        self.arrivals += u64::from(outside && at >= self.config.start);
        Mail {
            serial,
            instance,
            id,
            inode,
            arrival: at,
            message_id,
            draft,
            tries: 0,
            warned: false,
            filter: false,
            force_expired: false,
        }
    }

    fn queue_id(&mut self, instance: usize, at: Micros) -> (String, u64) {
        let reuse = self.random.chance(self.config.reuse_ids);
        let collide = self.instances.len() > 1 && self.random.chance(self.config.collide_ids);
        let other = (instance + 1) % self.instances.len().max(1);
        let latest = self.instances.get(other).map(|other| other.mint.latest().to_owned());
        let Some(queue) = self.instances.get_mut(instance) else {
            return (String::new(), 0);
        };
        if reuse && let Some(id) = queue.mint.reuse(at, &mut self.random) {
            return id;
        }
        if collide && let Some(id) = latest.and_then(|id| queue.mint.collide(id)) {
            return id;
        }
        queue.mint.make(at)
    }

    /// Virtual aliases: `team` becomes some of its members.
    fn expand(&mut self, recipients: &mut Vec<Rcpt>) {
        let mut expanded = Vec::with_capacity(recipients.len());
        for recipient in recipients.drain(..) {
            if recipient.home != Home::Local || !recipient.address.starts_with("team") {
                expanded.push(recipient);
                continue;
            }
            for member in 0..=self.random.below(3) {
                let user = usize::try_from(member).unwrap_or_default() * 7;
                let user = self.world.users.get(user).map_or("alice", |user| user);
                let mut member = Rcpt::new(format!("{user}@{LOCAL_DOMAIN}"), Home::Local);
                member.orig_to = Some(recipient.address.clone());
                expanded.push(member);
            }
        }
        *recipients = expanded;
    }

    /// A recipient of ours.
    pub(crate) fn our_recipient(&mut self) -> Rcpt {
        let user = self.world.user(&mut self.random);
        match self.random.below(100) {
            0..=54 => Rcpt::new(format!("{user}@{LOCAL_DOMAIN}"), Home::Local),
            55..=61 => Rcpt::new(format!("team{}@{LOCAL_DOMAIN}", user.len()), Home::Local),
            62..=79 => Rcpt::new(format!("{user}@{LMTP_DOMAIN}"), Home::Lmtp),
            80..=89 => Rcpt::new(format!("{user}@{VIRTUAL_DOMAIN}"), Home::Virtual),
            90..=93 => Rcpt::new(format!("{user}@{PIPE_DOMAIN}"), Home::Pipe),
            94..=96 => {
                let domain = user.len() % 3;
                Rcpt::new(format!("fwd.{user}@{LOCAL_DOMAIN}"), Home::Forward(domain))
            }
            97..=98 => Rcpt::new(format!("nulled@{LOCAL_DOMAIN}"), Home::Discard),
            _ => Rcpt::new(format!("old.{user}@{LOCAL_DOMAIN}"), Home::Error),
        }
    }

    /// A recipient outside.
    pub(crate) fn outside_recipient(&mut self) -> Rcpt {
        let domain = self.world.outside(&mut self.random);
        Rcpt::new(self.world.address(domain, &mut self.random), Home::Outside(domain))
    }

    /// cleanup(8) logs the Message-ID and queues the message.
    pub(crate) fn enqueue(&mut self, mail: Mail, at: Micros) -> Micros {
        let cleanup = self.brief(mail.instance, Service::Cleanup, at);
        let late = self.lateness();
        let seen = Effect::Message(mail.serial, What::Seen);
        line!(
            self,
            at + late,
            cleanup,
            MessageId,
            seen,
            "{}: message-id={}",
            mail.id,
            mail.message_id
        );
        let queued = at + self.random.between(3_000, 90_000);
        match self.stuck(queued) {
            // The queue manager gets to it much later.
            Some(later) => self.later(later, Action::Activate(Box::new(mail))),
            None => self.activate(mail, queued),
        }
        queued
    }

    /// A Message-ID as a mail program at `domain` makes it, sometimes a strange one.
    pub(crate) fn make_message_id(&mut self, domain: &str) -> String {
        let (high, low) = (self.random.below(1 << 40), self.random.below(1 << 32));
        match self.random.below(200) {
            0 => "<>".to_owned(),
            1 => format!("no brackets {high:x}"),
            2 => format!("<{high:x} with space@{domain}> (added by {domain})"),
            3..=40 => format!("<CA{high:010x}+{low:08x}@mail.{domain}>"),
            41..=90 => format!("<{high:08X}.{low}@{domain}>"),
            _ => format!("<{high:x}.{low:x}@{domain}>"),
        }
    }

    /// A size in bytes: most are small.
    pub(crate) fn make_size(&mut self) -> u64 {
        let widest = self.random.below(14);
        let exponent = self.random.below(1 + widest);
        700 + self.random.below(1_500 << exponent)
    }
}
