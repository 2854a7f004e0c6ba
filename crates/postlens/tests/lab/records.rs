//! What Postlens makes of a log, as owned values to compare with.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use bstr::ByteSlice;
use postlens_engine::{Order, Run};
use postlens_source::Options;
use postlens_source::discover::{Arguments, discover};
use postlens_source::zone::Zone;
use postlens_syntax::Event;
use postlens_syntax::postfix::decision::{Action, Decision, DecisionBy};
use postlens_syntax::postfix::delivery::DeliveryStatus;
use postlens_track::{
    Consumer, Limits, Link, Observation, Origin, Outcome, Record, RecordSink, record,
};

/// The lab's Postfix instances.
pub(crate) const INSTANCES: [&str; 5] =
    ["postfix", "postfix-bulk", "postfix-full", "postfix-mx", "postfix-out"];

/// A message as the tracker tells it.
#[derive(Debug)]
#[allow(clippy::struct_field_names, reason = "a Message-ID is called so")]
pub(crate) struct Message {
    pub(crate) queue_id: String,
    pub(crate) message_id: Option<String>,
    pub(crate) origin: Origin,
    pub(crate) parent: Option<(Link, String)>,
    pub(crate) sender: Option<String>,
    pub(crate) client: Option<String>,
    pub(crate) login: Option<String>,
    pub(crate) recipients: Vec<Recipient>,
    pub(crate) unseen: Option<(u32, Outcome)>,
}

/// A recipient of a message.
#[derive(Debug)]
pub(crate) struct Recipient {
    pub(crate) address: String,
    pub(crate) orig: Option<String>,
    pub(crate) outcome: Outcome,
}

/// A refused command, recipient or message.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) by_milter: bool,
    pub(crate) stage: String,
    pub(crate) client: String,
    pub(crate) text: String,
    pub(crate) sender: Option<String>,
    pub(crate) recipient: Option<String>,
}

/// All of them, of one variant's logs.
#[derive(Debug, Default)]
pub(crate) struct Records {
    pub(crate) messages: Vec<Message>,
    pub(crate) refusals: Vec<Refusal>,
    /// Clients whose login failed, once per failure.
    pub(crate) failed_logins: Vec<String>,
    /// Clients beyond a rate limit, once per line.
    pub(crate) over_limit: Vec<String>,
    /// Replies of `status=sent` lines by queue ID and recipient.
    sent: BTreeMap<(String, String), Vec<String>>,
}

impl Records {
    /// Reads logs, merged by time, as `postlens report` does.
    pub(crate) fn read(logs: &[PathBuf]) -> Self {
        let arguments = Arguments { paths: logs.to_vec(), ..Arguments::default() };
        let found = discover(&arguments);
        assert!(found.problems.is_empty(), "{:?}", found.problems);
        let mut records = Self::default();
        let now = jiff::Timestamp::now().as_microsecond();
        let run = Run {
            streams: found.streams,
            options: Options::new(Zone::UTC, now),
            tracking: Some(Limits::default()),
            order: Order::Time,
            threads: 1,
        };
        let summary = run.run(&mut records, &mut |_| {});
        assert!(summary.problems.is_empty(), "{:?}", summary.problems);
        records
    }

    /// What the next hop or the mailbox said when it took the message.
    pub(crate) fn reply(&self, message: &Message, recipient: &Recipient) -> &str {
        let key = (message.queue_id.clone(), recipient.address.clone());
        // The last line says it: a mail may be deferred first.
        let replies = self.sent.get(&key).map(Vec::as_slice).unwrap_or_default();
        let forward = |reply: &&String| !reply.starts_with("forwarded as");
        replies.iter().rfind(forward).map(String::as_str).unwrap_or_default()
    }
}

/// The logs of one variant, as Postfix and syslog wrote them.
pub(crate) fn logs(variant: &Path) -> Vec<PathBuf> {
    if variant.ends_with("syslog") {
        return vec![variant.join("mail-rfc3339.log")];
    }
    INSTANCES.iter().chain(&["dovecot"]).map(|name| variant.join(format!("{name}.log"))).collect()
}

fn text(bytes: &[u8]) -> String {
    bytes.to_str_lossy().into_owned()
}

impl Consumer for Records {
    fn line(&mut self, line: &Observation<'_>) {
        match line.event {
            Event::Delivery(line) if line.status == DeliveryStatus::Sent => {
                let key = (text(line.queue_id.as_bstr()), text(line.recipient));
                self.sent.entry(key).or_default().push(text(line.reply));
            }
            Event::SaslFailure(line) => self.failed_logins.push(text(line.client.address)),
            Event::Notice(line) if line.kind == "rate_limit_exceeded" => {
                let client = line.captures().find(|(name, _)| *name == "client_address");
                self.over_limit.push(client.map(|(_, client)| text(client)).unwrap());
            }
            _ => {}
        }
    }
}

impl RecordSink for Records {
    fn record(&mut self, record: &Record<'_>) {
        match record {
            Record::Message(it) => self.messages.push(message(it)),
            Record::Refusal(it) if it.decision.action == Action::Reject => {
                let Decision { by, stage, text: reply, envelope, .. } = it.decision;
                self.refusals.push(Refusal {
                    by_milter: *by == DecisionBy::Milter,
                    stage: text(stage),
                    client: it.client.map(|client| text(client.address)).unwrap_or_default(),
                    text: text(reply),
                    sender: envelope.sender.map(|it| text(it)),
                    recipient: envelope.recipient.map(|it| text(it)),
                });
            }
            _ => {}
        }
    }
}

fn message(message: &record::Message<'_>) -> Message {
    let recipient = |to: &record::Recipient<'_>| Recipient {
        address: text(to.address),
        orig: to.orig.map(|orig| text(orig)),
        outcome: to.outcome,
    };
    Message {
        queue_id: message.queue_id.to_string(),
        message_id: message.message_id.map(|id| text(id)),
        origin: message.origin,
        parent: message.parent.map(|(link, id)| (link, id.to_string())),
        sender: message.sender.map(|sender| text(sender)),
        client: message.client_address.map(|client| text(client)),
        login: message.sasl_username.map(|login| text(login)),
        recipients: message.recipients.iter().map(recipient).collect(),
        unseen: message.unseen,
    }
}
