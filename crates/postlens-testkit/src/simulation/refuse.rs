//! Refusals: by access rules at RCPT, by content checks and milters at the message's end.

use super::session::{Command, Goodbye, Session};
use super::{Simulation, line};
use crate::clock::{Micros, SECOND};
use crate::config::{Flavour, Hostility};
use crate::format::put;
use crate::kind::Kind;
use crate::ledger::{Effect, What};
use crate::mail::Mail;
use crate::service::Service;
use crate::truth::{Ended, Outcome, RefusalTruth};

/// What smtpd(8) says about a recipient; `{r}`, `{s}`, `{c}`, `{n}` and `{h}` stand for
/// recipient, sender, client address, client name and HELO name.
const REFUSALS: [(&str, bool); 13] = [
    ("550 5.1.1 <{r}>: Recipient address rejected: User unknown in local recipient table", false),
    ("550 5.1.1 <{r}>: Recipient address rejected: User unknown in virtual mailbox table", false),
    ("554 5.7.1 <{r}>: Relay access denied", false),
    (
        "554 5.7.1 Service unavailable; Client host [{c}] blocked using bl.example.net; https://bl.example.net/q/{c}",
        false,
    ),
    ("450 4.7.1 <{h}>: Helo command rejected: Host not found", false),
    ("504 5.5.2 <{h}>: Helo command rejected: need fully-qualified hostname", false),
    ("450 4.1.8 <{s}>: Sender address rejected: Domain not found", false),
    ("450 4.7.25 Client host rejected: cannot find your hostname, [{c}]", false),
    (
        "450 4.2.0 <{r}>: Recipient address rejected: Greylisted, see http://greylist.example/help/{c}.html",
        true,
    ),
    ("451 4.7.1 Greylisting in action, please come back later", true),
    ("554 5.7.1 <{n}[{c}]>: Client host rejected: Access denied", false),
    (
        "550 5.7.23 <{r}>: Recipient address rejected: Message rejected due to: SPF fail - not authorized",
        false,
    ),
    (
        "450 4.1.1 <{r}>: Recipient address rejected: unverified address: Address verification in progress",
        false,
    ),
];

/// Refusals whose text imitates the fields after it.
const NASTY: [&str; 2] = [
    "550 5.1.1 <{r}>: Recipient address rejected: mailbox gone; from=<not@example.net> status=sent (250 ok); from=<x@example.net> to=<y@example.net> proto=ESMTP helo=<x>",
    "554 5.7.1 <{h}>: Helo command rejected: so; helo=<a> it (is; to=<b@example.net>",
];
use crate::world::World;

impl Simulation {
    /// Refuses a recipient in a session.
    pub(crate) fn refuse_recipient(&mut self, session: &mut Session, sender: &str) {
        let relay = self.random.chance(0.2);
        let recipient = if relay {
            let domain = self.world.outside(&mut self.random);
            self.world.address(domain, &mut self.random)
        } else {
            self.world.nobody(&mut self.random)
        };
        let (template, greylisted) =
            if self.config.hostility != Hostility::None && self.random.chance(0.1) {
                (self.random.pick(&NASTY), false)
            } else {
                self.random.pick(&REFUSALS)
            };
        let text = fill(template, session, sender, &recipient);
        let times = if self.random.chance(0.04) { self.random.between(2, 5) } else { 1 };
        for _ in 0..times {
            session.count(Command::Rcpt, false);
        }
        let warn = self.random.chance(0.03);
        let action = if warn { "reject_warning" } else { "reject" };
        let kind = if warn { Kind::RejectWarning } else { Kind::Reject };
        let mut line = self.spare.pop().unwrap_or_default();
        put!(
            line,
            "NOQUEUE: {action}: RCPT from {}[{}]: {text}; from=<{sender}> to=<{recipient}> proto=ESMTP helo=<{}>",
            session.client.name,
            session.client.address,
            session.helo
        );
        self.login_fields(&mut line, session);
        let refusal = RefusalTruth {
            stage: "RCPT".to_owned(),
            sender: Some(sender.to_owned()),
            recipient: Some(recipient),
            greylisted,
            ..self.refusal(session, action, &text)
        };
        let effect = Effect::Refusal(Box::new(refusal), None);
        let times = u32::try_from(times).unwrap_or(1);
        self.plan_times(session.at, session.who, (kind, times), effect, line);
        session.at += self.random.between(20_000, 2 * SECOND);
    }

    /// `sasl_*` after a refusal's tail, where the version writes them.
    fn login_fields(&self, line: &mut Vec<u8>, session: &Session) {
        if let Some((method, user)) = &session.login
            && self.since(Flavour::V3_10)
        {
            put!(line, " sasl_method={method} sasl_username={user}");
        }
    }

    /// The truth about a refusal of this session's client.
    pub(crate) fn refusal(&self, session: &Session, action: &str, text: &str) -> RefusalTruth {
        let (code, dsn) = codes(text);
        RefusalTruth {
            host: self.host_of(session.instance).to_owned(),
            instance: self.name_of(session.instance).to_owned(),
            action: action.to_owned(),
            client_name: Some(session.client.name.clone()),
            client_address: session.client.address.clone(),
            code,
            dsn,
            text: text.to_owned(),
            ..RefusalTruth::default()
        }
    }

    /// A session in which nothing is accepted.
    pub(crate) fn refused_session(&mut self, at: Micros) {
        let client = World::bot(&mut self.random);
        let instance = self.front_instance();
        if self.config.postscreen && self.random.chance(0.3) {
            self.screened_out(instance, &client, at);
            return;
        }
        let at = self.before_smtpd(instance, &client, at);
        let mut session = self.connect((instance, Service::Smtpd), client, at);
        let tls = self.random.chance(0.3);
        self.greet(&mut session, tls, false);
        session.count(Command::Mail, true);
        let domain = self.world.outside(&mut self.random);
        let sender = self.world.address(domain, &mut self.random);
        let refusals = if self.random.chance(0.8) { 1 } else { self.random.between(2, 6) };
        for _ in 0..refusals {
            self.refuse_recipient(&mut session, &sender);
        }
        let how = match self.random.below(10) {
            0 | 1 => Goodbye::Lost("RCPT"),
            2 if refusals > 3 => Goodbye::Errors("RCPT"),
            _ => Goodbye::Quit,
        };
        self.disconnect(session, how);
    }

    /// What checks and milters make of a message's content; false if it is refused.
    pub(crate) fn content_verdict(&mut self, session: &Session, mail: Mail, verdict: u64) -> bool {
        let cleanup = self.brief(mail.instance, Service::Cleanup, session.at);
        let (action, place, text) = match verdict {
            0 => ("reject", "header", "5.7.1 executable attachment"),
            1 => ("reject", "body", "5.7.1 no such content here"),
            2 => ("milter-reject", "END-OF-MESSAGE", "5.7.1 Command rejected"),
            3 => ("hold", "header", "held by header check"),
            4 => ("discard", "header", "discarded"),
            5 => ("warning", "header", "looks odd"),
            6 => ("milter-reject", "END-OF-MESSAGE", "4.7.1 Try again later"),
            _ => {
                self.enqueue(mail, session.at);
                return true;
            }
        };
        let seen = Effect::Message(mail.serial, What::Seen);
        let id = &mail.id;
        line!(self, session.at, cleanup, MessageId, seen, "{id}: message-id={}", mail.message_id);
        let sender = &mail.draft.sender;
        let recipient = mail
            .draft
            .recipients
            .last()
            .map_or("", |last| last.orig_to.as_deref().unwrap_or(&last.address));
        let (name, address) = (&session.client.name, &session.client.address);
        let tail = format!("from=<{sender}> to=<{recipient}> proto=ESMTP helo=<{}>", session.helo);
        let at = session.at + 400;
        let mut line = self.spare.pop().unwrap_or_default();
        put!(line, "{id}: {action}: {place}");
        let kind = complaint(&mut line, (place, text), (name, address), &tail);
        let refusal = RefusalTruth {
            stage: place.to_owned(),
            queue_id: Some(id.clone()),
            sender: Some(sender.clone()),
            recipient: Some(recipient.to_owned()),
            ..self.refusal(session, action, text)
        };
        let named = self.since(Flavour::V3_10);
        let what = match action {
            "hold" => What::All(Outcome::Held),
            "warning" => What::Seen,
            _ => {
                let outcome =
                    if action == "discard" { Outcome::Discarded } else { Outcome::Rejected };
                if named { What::All(outcome) } else { What::End(Ended::Canceled, outcome) }
            }
        };
        let effect = Effect::Refusal(Box::new(refusal), Some((mail.serial, what)));
        self.plan(at, cleanup, kind, effect, line);
        match action {
            "hold" => {
                let wait = self.random.between(600, 36_000) * SECOND;
                self.later(at + wait, super::Action::Release(Box::new(mail)));
                return true;
            }
            "warning" => {
                self.activate(mail, at + 5_000);
                return true;
            }
            _ => {}
        }
        let discarded = action == "discard";
        if named {
            let (outcome, word) = if discarded {
                (Outcome::Discarded, "discarded")
            } else {
                (Outcome::Rejected, "canceled")
            };
            self.canceled(&mail, at + 200, outcome, word);
        }
        self.forget(&mail, at + 1_000);
        discarded
    }

    /// cleanup(8) says that a message was never queued (since 3.10).
    pub(crate) fn canceled(&mut self, mail: &Mail, at: Micros, outcome: Outcome, word: &str) {
        let cleanup = self.brief(mail.instance, Service::Cleanup, at);
        let effect = Effect::Message(mail.serial, What::End(Ended::Canceled, outcome));
        line!(self, at, cleanup, Removed, effect, "{}: removed ({word})", mail.id);
    }

    /// A session on a port with a before-queue filter: its messages get their queue IDs
    /// behind the filter.
    pub(crate) fn proxied(&mut self, domain: usize, client: crate::world::Client, at: Micros) {
        let mut session = self.connect((0, Service::Smtpd), client, at);
        self.greet(&mut session, true, false);
        session.count(Command::Mail, true);
        session.count(Command::Rcpt, true);
        let draft = self.inbound_draft(domain);
        let recipient =
            draft.recipients.first().map_or(String::new(), |first| first.address.clone());
        let sender = draft.sender.clone();
        let (name, address) = (session.client.name.clone(), session.client.address.clone());
        line!(
            self,
            session.at,
            session.who,
            Client,
            Effect::None,
            "NOQUEUE: client={name}[{address}]"
        );
        session.at += self.random.between(50_000, 2 * SECOND);
        let tail = format!("from=<{sender}> to=<{recipient}> proto=ESMTP helo=<{}>", session.helo);
        let good = self.random.chance(0.85);
        if good {
            let outer = draft.client.clone().unwrap_or_else(|| session.client.clone());
            let (id, _, at) = self.reinject(draft, session.at, Some((None, outer)));
            session.at = at + self.random.between(1_000, 5_000);
            line!(
                self,
                session.at,
                session.who,
                ProxyAccept,
                Effect::None,
                "proxy-accept: END-OF-MESSAGE: 250 2.0.0 from MTA(smtp:[127.0.0.1]:10026): 250 2.0.0 Ok: queued as {id}; {tail}"
            );
        } else {
            let text = "550 5.7.1 id=00042-01 - Rejected by content filter, SPAM";
            let refusal = RefusalTruth {
                stage: "END-OF-MESSAGE".to_owned(),
                sender: Some(sender),
                recipient: Some(recipient),
                ..self.refusal(&session, "proxy-reject", text)
            };
            let effect = Effect::Refusal(Box::new(refusal), None);
            line!(
                self,
                session.at,
                session.who,
                Reject,
                effect,
                "proxy-reject: END-OF-MESSAGE: {text}; {tail}"
            );
        }
        session.count(Command::Data, good);
        session.at += self.random.between(1_000, 5_000);
        self.disconnect(session, Goodbye::Quit);
    }
}

/// What follows a check's action and place: milters and checks differ.
fn complaint(
    line: &mut Vec<u8>,
    (place, text): (&str, &str),
    (name, address): (&str, &str),
    tail: &str,
) -> Kind {
    let content = match place {
        "END-OF-MESSAGE" => {
            put!(line, " from {name}[{address}]: {text}; {tail}");
            return Kind::Reject;
        }
        "body" => "Click here: http://bad.example/?a=1; from=<forged@example.net>",
        _ => "Subject: Re: win from unknown[192.0.2.9]; from=<x@example.net> to=<y@example.net>",
    };
    put!(line, " {content} from {name}[{address}]; {tail}: {text}");
    Kind::ContentCheck
}

/// The reply code and enhanced status code that a text begins with.
pub(crate) fn codes(text: &str) -> (Option<u16>, Option<String>) {
    let mut words = text.split(' ');
    let first = words.next().unwrap_or_default();
    let is_dsn = |word: &str| word.bytes().filter(|byte| *byte == b'.').count() == 2;
    if is_dsn(first) {
        return (None, Some(first.to_owned()));
    }
    let code = first.parse().ok();
    (code, words.next().filter(|word| is_dsn(word)).map(str::to_owned))
}

fn fill(template: &str, session: &Session, sender: &str, recipient: &str) -> String {
    let mut text = String::with_capacity(template.len() + 40);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        let (name, after) = after.split_once('}').unwrap_or((after, ""));
        text.push_str(match name {
            "r" => recipient,
            "s" => sender,
            "c" => &session.client.address,
            "n" => &session.client.name,
            _ => &session.helo,
        });
        rest = after;
    }
    text.push_str(rest);
    text
}
