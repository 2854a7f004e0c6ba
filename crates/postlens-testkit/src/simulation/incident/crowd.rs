//! Too much of what is otherwise good: mail of a stolen account, of a list, of a program,
//! connections.

use super::{FLOODING_CLIENT, FLOODING_UID, HIJACKED_USER, LIST, NEWSLETTER_USER};
use crate::clock::Micros;
use crate::mail::{Draft, Home, Rcpt};
use crate::service::Service;
use crate::simulation::Simulation;
use crate::simulation::session::{Command, Goodbye};
use crate::truth::Origin;
use crate::world::{Client, LOCAL_DOMAIN, World};

impl Simulation {
    /// Strangers send with the stolen password.
    pub(super) fn hijack(&mut self, at: Micros, index: usize) {
        let client = self.stranger();
        let messages = self.submission(at, Some((HIJACKED_USER, client)));
        self.suffer(index, at, messages);
    }

    /// A user sends one more message of a newsletter, from where the user always sends.
    pub(super) fn user_newsletter(&mut self, at: Micros, index: usize) {
        let client = World::device(NEWSLETTER_USER);
        let mut session = self.connect((0, Service::Submission), client, at);
        self.greet(&mut session, true, false);
        session.count(Command::Auth, true);
        session.login = Some(("PLAIN", NEWSLETTER_USER.to_owned()));
        let mut draft = self.user_draft(NEWSLETTER_USER, false);
        draft.recipients = vec![self.outside_recipient()];
        self.transaction(&mut session, draft, false);
        self.disconnect(session, Goodbye::Quit);
        self.suffer(index, at, 1);
    }

    /// Somebody writes to the list.
    pub(super) fn hammer_list(&mut self, at: Micros, index: usize) {
        let domain = self.world.outside(&mut self.random);
        let client = self.world.server(domain, &mut self.random);
        let mut draft = self.inbound_draft(domain);
        draft.recipients = vec![Rcpt::new(LIST.to_owned(), Home::Pipe)];
        self.one_message(at, client, draft);
        self.suffer(index, at, 1);
    }

    /// A client without login sends one more.
    pub(super) fn client_flood(&mut self, at: Micros, index: usize) {
        let client =
            Client { name: "app.example.com".to_owned(), address: FLOODING_CLIENT.to_owned() };
        let draft = Draft {
            sender: format!("alerts@{LOCAL_DOMAIN}"),
            sender_home: Some(Home::Local),
            recipients: vec![self.our_recipient()],
            origin: Origin::Inbound,
            message_id: Some(self.make_message_id(LOCAL_DOMAIN)),
            size: 1_204,
            ..Draft::default()
        };
        self.one_message(at, client, draft);
        self.suffer(index, at, 1);
    }

    fn one_message(&mut self, at: Micros, client: Client, draft: Draft) {
        let mut session = self.connect((0, Service::Smtpd), client, at);
        self.greet(&mut session, true, false);
        self.transaction(&mut session, draft, false);
        let how = if session.current.is_some() { Goodbye::Lost("DATA") } else { Goodbye::Quit };
        self.disconnect(session, how);
    }

    /// A program on the host sends one more.
    pub(super) fn local_flood(&mut self, at: Micros, index: usize) {
        let recipient = self.outside_recipient();
        self.pickup(at, (FLOODING_UID, "www-data"), vec![recipient], false);
        self.suffer(index, at, 1);
    }

    /// Somebody connects and hangs up.
    pub(super) fn crowd(&mut self, at: Micros, index: usize) {
        let client = self.stranger();
        let session = self.connect((0, Service::Smtpd), client, at);
        self.disconnect(session, Goodbye::Lost("CONNECT"));
        self.suffer(index, at, 1);
    }
}
