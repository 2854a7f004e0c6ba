//! Hand-over to our own: the content filter and back, other instances and hosts.

use super::Said;
use crate::clock::{Micros, SECOND};
use crate::config::IncidentKind;
use crate::format::put;
use crate::kind::Kind;
use crate::ledger::{Effect, What};
use crate::mail::{Draft, Mail, Rcpt};
use crate::service::Service;
use crate::simulation::session::Goodbye;
use crate::simulation::{Simulation, line};
use crate::truth::{Outcome, Relation};
use crate::world::Client;

impl Simulation {
    /// The content filter takes the message and gives it back as another one.
    pub(super) fn try_filter(
        &mut self,
        mail: &Mail,
        group: &mut [Rcpt],
        from: Micros,
    ) -> (Micros, bool) {
        if let Some(index) = self.going_on(IncidentKind::FilterDown, from) {
            return (self.filter_down(mail, group, from, index), false);
        }
        let relay = "127.0.0.1[127.0.0.1]:10024".to_owned();
        let mut work = self.work(mail, (Service::Smtp, relay), from);
        work.connecting = self.random.between(500, 5_000);
        let scanning = self.random.between(60_000, 3 * SECOND);
        let chance = self.random.below(100);
        let (outcome, dsn, text, child) = match chance {
            0 => (Outcome::Bounced, "5.7.0", "host 127.0.0.1[127.0.0.1] said: 554 5.7.0 Reject, id=01234-05 - spam (in reply to end of DATA command)".to_owned(), None),
            1 => (Outcome::Discarded, "2.7.0", "250 2.7.0 Ok, discarded, id=01234-05 - spam".to_owned(), None),
            2 => (Outcome::Deferred, "4.5.0", "host 127.0.0.1[127.0.0.1] said: 451 4.5.0 Error in processing, id=01234-05, try again later (in reply to end of DATA command)".to_owned(), None),
            _ => {
                let next: Vec<Rcpt> = group
                    .iter()
                    .map(|recipient| Rcpt::new(recipient.address.clone(), recipient.home))
                    .collect();
                let draft = Self::child_draft(mail, next, Relation::Filter);
                let known = mail.draft.client.clone().map(|client| (Some(mail.id.clone()), client));
                let known = known.filter(|_| chance < 70);
                let (id, serial, end) = self.reinject(draft, from + scanning, known);
                work.sending = end - from - work.connecting;
                let text = format!(
                    "250 2.0.0 from MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok: queued as {id}"
                );
                (Outcome::HandedOver, "2.0.0", text, Some(serial))
            }
        };
        work.sending = work.sending.max(scanning);
        let mut end = from;
        for recipient in group {
            let said = Said { outcome, dsn, reply: &text, child };
            end = self.delivered(mail, recipient, &work, &said);
        }
        self.processes.release(work.agent, end + work.late);
        (end, outcome == Outcome::Bounced)
    }

    /// Nothing listens where the content filter should.
    fn filter_down(
        &mut self,
        mail: &Mail,
        group: &mut [Rcpt],
        from: Micros,
        incident: usize,
    ) -> Micros {
        let mut work = self.work(mail, (Service::Smtp, "none".to_owned()), from);
        work.connecting = self.random.between(500, 5_000);
        let reply = "connect to 127.0.0.1[127.0.0.1]:10024: Connection refused";
        let at = from + work.connecting + work.late;
        line!(self, at, work.agent, ConnectFailed, Effect::None, "{reply}");
        let mut end = from;
        for recipient in group {
            let outcome = Outcome::Deferred;
            end = self.delivered(
                mail,
                recipient,
                &work,
                &Said { outcome, dsn: "4.4.1", reply, child: None },
            );
            self.suffer(incident, end, 1);
        }
        self.processes.release(work.agent, end + work.late);
        end
    }

    /// A filter sends a message back on the port behind it; gives its queue ID and
    /// number, and when it was taken. `known` is the queue ID before the filter and the
    /// client, where the filter passes them on (XFORWARD).
    pub(crate) fn reinject(
        &mut self,
        mut draft: Draft,
        at: Micros,
        known: Option<(Option<String>, Client)>,
    ) -> (String, u64, Micros) {
        let local = Client { name: "localhost".to_owned(), address: "127.0.0.1".to_owned() };
        let mut session = self.connect((0, Service::Reinject), local.clone(), at);
        self.greet(&mut session, false, false);
        draft.client = Some(local);
        let mail = self.accept(0, session.at, draft);
        let mut text = self.spare.pop().unwrap_or_default();
        put!(text, "{}: client=localhost[127.0.0.1]", mail.id);
        if let Some((id, client)) = known {
            if let Some(id) = id {
                put!(text, ", orig_queue_id={id}");
            }
            put!(text, ", orig_client={}[{}]", client.name, client.address);
        }
        let seen = Effect::Message(mail.serial, What::Seen);
        self.plan(session.at, session.who, Kind::Client, seen, text);
        session.count_message(mail.draft.recipients.len());
        let named = (mail.id.clone(), mail.serial);
        let taken = self.enqueue(mail, session.at + 3_000);
        session.at = taken + self.random.between(500, 9_000);
        let end = self.disconnect(session, Goodbye::Quit);
        (named.0, named.1, end.max(taken))
    }

    /// The message goes on to another instance of ours, which logs here too.
    pub(super) fn try_instance(
        &mut self,
        mail: &Mail,
        group: &mut [Rcpt],
        instance: usize,
        from: Micros,
    ) -> (Micros, bool) {
        let near = instance == 1 && self.second_instance();
        let (service, relay) = if near {
            (Service::Smtp, "127.0.0.1[127.0.0.1]:10028".to_owned())
        } else {
            (Service::Relay, "mx1.example.com[192.0.2.10]:25".to_owned())
        };
        let mut work = self.work(mail, (service, relay), from);
        let own = self.instances.get(mail.instance).map_or(0, |own| own.host);
        let client = if near {
            Client { name: "localhost".to_owned(), address: "127.0.0.1".to_owned() }
        } else {
            Client {
                name: format!("{}.example.com", self.host_of(mail.instance)),
                address: format!("192.0.2.{}", 10 + own),
            }
        };
        work.connecting = self.random.between(1_000, 40_000);
        let mut session = self.connect((instance, Service::Smtpd), client.clone(), from + 500);
        self.greet(&mut session, !near, false);
        let next: Vec<Rcpt> = group
            .iter()
            .map(|recipient| Rcpt::new(recipient.address.clone(), recipient.home))
            .collect();
        session.count_message(next.len());
        let mut draft = Self::child_draft(mail, next, Relation::NextHop);
        draft.client = Some(client);
        draft.probe = mail.draft.probe;
        let child = self.accept(instance, session.at, draft);
        let seen = Effect::Message(child.serial, What::Seen);
        line!(
            self,
            session.at,
            session.who,
            Client,
            seen,
            "{}: client={}[{}]",
            child.id,
            session.client.name,
            session.client.address
        );
        let text = format!("250 2.0.0 Ok: queued as {}", child.id);
        let serial = child.serial;
        let taken = self.enqueue(child, session.at + 4_000);
        work.sending = (taken - from - work.connecting).max(2_000);
        session.at = taken + self.random.between(500, 9_000);
        self.disconnect(session, Goodbye::Quit);
        let mut end = from;
        for recipient in group {
            let said = Said {
                outcome: Outcome::HandedOver,
                dsn: "2.0.0",
                reply: &text,
                child: Some(serial),
            };
            end = self.delivered(mail, recipient, &work, &said);
        }
        self.processes.release(work.agent, end + work.late);
        (end, false)
    }
}
