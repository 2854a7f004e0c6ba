//! What is judged: lines and records, by their fields' public names.

use bstr::{BStr, ByteSlice};
use postlens_explain::{Failure, Verdict};
use postlens_syntax::{Client, Entry, Event, FieldSink, QueueId, Severity};
use postlens_track::{Delivery, Message, Observation, Record, Refusal, Session};

/// Anything that a query can judge.
pub trait Facts {
    /// Sends what is known under the names of the event schema. A field that has several
    /// values, such as the recipients of a message, is sent several times.
    fn send(&self, sink: &mut dyn FieldSink);

    /// The text that regular expressions are tried on.
    fn text(&self) -> Option<&BStr> {
        None
    }

    /// Why something failed, if something did.
    fn verdict(&self) -> Option<Verdict> {
        None
    }
}

/// A line, understood.
#[derive(Debug, Clone, Copy)]
pub struct Line<'a> {
    /// The framed line.
    pub entry: &'a Entry<'a>,
    /// Its meaning.
    pub event: &'a Event<'a>,
}

impl<'a> From<&Observation<'a>> for Line<'a> {
    fn from(line: &Observation<'a>) -> Self {
        Self { entry: line.entry, event: line.event }
    }
}

impl Facts for Line<'_> {
    fn send(&self, sink: &mut dyn FieldSink) {
        let (entry, event) = (self.entry, self.event);
        sink.opt_text("host", entry.host);
        if !entry.tag.program.is_empty() {
            sink.text("program", entry.tag.program);
            sink.opt_text("instance", entry.tag.instance());
            sink.opt_text("service", entry.tag.service());
            sink.text("daemon", entry.tag.daemon());
        }
        sink.opt_int("pid", entry.pid.map(i64::from));
        let severity = event.severity().or(entry.priority).unwrap_or(Severity::Info);
        sink.text("severity", BStr::new(severity.name()));
        sink.text("kind", BStr::new(event.kind()));
        event.fields(sink);
    }

    fn text(&self) -> Option<&BStr> {
        Some(self.entry.text)
    }

    fn verdict(&self) -> Option<Verdict> {
        verdict(self.event)
    }
}

/// Why what a line tells of failed; `None` where nothing did.
pub fn verdict(event: &Event<'_>) -> Option<Verdict> {
    Failure::of(event).map(|failure| failure.verdict())
}

impl Facts for Record<'_> {
    fn send(&self, sink: &mut dyn FieldSink) {
        match self {
            Self::Delivery(delivery) => delivery.send(sink),
            Self::Message(message) => message.send(sink),
            Self::Session(session) => session.send(sink),
            Self::Refusal(refusal) => refusal.send(sink),
        }
    }

    fn text(&self) -> Option<&BStr> {
        match self {
            Self::Delivery(delivery) => delivery.text(),
            Self::Refusal(refusal) => refusal.text(),
            Self::Message(_) | Self::Session(_) => None,
        }
    }

    fn verdict(&self) -> Option<Verdict> {
        match self {
            Self::Delivery(delivery) => delivery.verdict(),
            Self::Refusal(refusal) => refusal.verdict(),
            Self::Message(_) | Self::Session(_) => None,
        }
    }
}

impl Facts for Delivery<'_> {
    fn send(&self, sink: &mut dyn FieldSink) {
        sink.text("kind", BStr::new("delivery"));
        sink.text("severity", BStr::new(Severity::Info.name()));
        sink.text("program", self.tag.program);
        sink.opt_text("instance", self.tag.instance());
        sink.opt_text("service", self.tag.service());
        sink.text("daemon", self.tag.daemon());
        sink.text("queue_id", self.line.queue_id.as_bstr());
        sink.opt_text("sender", self.sender);
        sink.opt_int("size", self.size.and_then(|size| i64::try_from(size).ok()));
        self.line.fields(sink);
    }

    fn text(&self) -> Option<&BStr> {
        Some(self.line.reply)
    }

    fn verdict(&self) -> Option<Verdict> {
        verdict(&Event::Delivery(*self.line))
    }
}

impl Facts for Message<'_> {
    fn send(&self, sink: &mut dyn FieldSink) {
        sink.text("kind", BStr::new("message"));
        sink.text("queue_id", self.queue_id.as_bstr());
        sink.opt_text("orig_queue_id", self.parent.as_ref().map(|(_, id)| id.as_bstr()));
        sink.opt_text("sender", self.sender);
        sink.opt_int("size", self.size.and_then(|size| i64::try_from(size).ok()));
        sink.opt_int("recipient_count", self.recipient_count.map(i64::from));
        sink.opt_text("client_name", self.client_name);
        sink.opt_text("client_address", self.client_address);
        sink.opt_text("sasl_username", self.sasl_username);
        sink.opt_text("message_id", self.message_id);
        sink.opt_int("uid", self.uid.map(i64::from));
        for recipient in self.recipients {
            sink.text("recipient", recipient.address);
            sink.opt_text("orig_recipient", recipient.orig);
            sink.text("status", BStr::new(recipient.outcome.name()));
        }
        if let Some((_, outcome)) = self.unseen {
            sink.text("status", BStr::new(outcome.name()));
        }
    }
}

impl Facts for Session<'_> {
    fn send(&self, sink: &mut dyn FieldSink) {
        sink.text("kind", BStr::new("session"));
        sink.text("daemon", BStr::new(self.daemon.name()));
        sink.opt_text("service", self.service);
        sink.opt_text("client_name", self.client_name);
        sink.text("client_address", self.client_address);
        sink.opt_text("sasl_username", self.sasl_username);
        sink.text("status", BStr::new(self.ended.name()));
    }
}

impl Facts for Refusal<'_> {
    fn send(&self, sink: &mut dyn FieldSink) {
        let decision = self.decision;
        sink.text("kind", BStr::new(decision.action.kind()));
        sink.text("severity", BStr::new(Severity::Info.name()));
        sink.opt_text("daemon", self.daemon.map(|daemon| BStr::new(daemon.name())));
        sink.opt_text("queue_id", decision.queue_id.map(QueueId::as_bstr));
        decision.fields(sink);
        if decision.client.is_none() {
            self.client.iter().for_each(|client: &Client<'_>| client.fields(sink));
        }
        if decision.envelope.sasl_username.is_none() {
            sink.opt_text("sasl_username", self.sasl_username);
        }
    }

    fn text(&self) -> Option<&BStr> {
        Some(self.decision.text)
    }

    fn verdict(&self) -> Option<Verdict> {
        verdict(&Event::Decision(*self.decision))
    }
}

/// What follows the last `@` of an address; empty without one.
pub fn domain_of(address: &[u8]) -> &[u8] {
    address.rfind_byte(b'@').and_then(|at| address.get(at + 1..)).unwrap_or_default()
}
