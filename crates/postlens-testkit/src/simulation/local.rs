//! Mail of programs on the host, newsletters, and Postfix's own address probes.

use super::{Simulation, line};
use crate::clock::Micros;
use crate::ledger::{Effect, What};
use crate::mail::{Draft, Home, Rcpt};
use crate::service::Service;
use crate::truth::Origin;
use crate::world::LOCAL_DOMAIN;

impl Simulation {
    /// cron or a web application sends mail by sendmail(1).
    pub(crate) fn local_mail(&mut self, at: Micros) {
        let (uid, user) = self.random.pick(&[(0, "root"), (33, "www-data"), (1000, "alice")]);
        let recipient =
            if user == "www-data" { self.outside_recipient() } else { self.our_recipient() };
        self.pickup(at, (uid, user), vec![recipient], false);
    }

    /// A newsletter; an old list has many dead addresses.
    pub(crate) fn newsletter(&mut self, at: Micros, old_list: bool) {
        let most = i64::from(self.config.max_recipients.max(2));
        let count = self.random.between(most / 2, most);
        let mut recipients: Vec<Rcpt> = (0..count).map(|_| self.outside_recipient()).collect();
        // The queue manager hands over by destination.
        recipients.sort_by_key(|recipient| match recipient.home {
            Home::Outside(domain) => domain,
            _ => 0,
        });
        self.pickup(at, (1001, "news"), recipients, old_list);
    }

    pub(crate) fn pickup(
        &mut self,
        at: Micros,
        (uid, user): (u32, &str),
        rcpts: Vec<Rcpt>,
        old_list: bool,
    ) {
        let draft = Draft {
            sender: format!("{user}@{LOCAL_DOMAIN}"),
            sender_home: Some(Home::Local),
            recipients: rcpts,
            origin: Origin::Local,
            uid: Some(uid),
            old_list,
            size: self.make_size(),
            ..Draft::default()
        };
        let mail = self.accept(0, at, draft);
        let pickup = self.brief(0, Service::Pickup, at);
        let seen = Effect::Message(mail.serial, What::Seen);
        line!(self, at, pickup, Pickup, seen, "{}: uid={uid} from=<{user}>", mail.id);
        self.enqueue(mail, at + 3_000);
    }

    /// verify(8) asks whether an address can be delivered to.
    pub(crate) fn probe(&mut self, at: Micros) {
        let recipient = match self.random.below(3) {
            0 => Rcpt::new(format!("nobody@{LOCAL_DOMAIN}"), Home::Local),
            1 => Rcpt::new(format!("alice@{LOCAL_DOMAIN}"), Home::Local),
            _ => self.outside_recipient(),
        };
        let second = self.instances.get(1).is_some_and(|second| second.host == 0);
        let instance = usize::from(second && matches!(recipient.home, Home::Outside(_)));
        let draft = Draft {
            sender: format!("double-bounce@{LOCAL_DOMAIN}"),
            recipients: vec![recipient],
            origin: Origin::Postfix,
            probe: true,
            size: 216,
            ..Draft::default()
        };
        let mail = self.accept(instance, at, draft);
        self.enqueue(mail, at);
    }
}
