//! What really happened: the records that a generated log is to be compared with.
//!
//! Times are microseconds since 1970 UTC. Everything is told as of the log's end and as
//! far as its lines show it: a delivery whose line is not in the log has not happened.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// One record of truth; in JSON lines `record` names its kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "record", rename_all = "snake_case")]
pub enum Truth {
    /// A message with its recipients; written when nothing more can happen to it.
    Message(MessageTruth),
    /// A refusal.
    Refusal(RefusalTruth),
    /// A client's connection; written when it ends.
    Session(SessionTruth),
    /// A failed authentication.
    AuthFailure(AuthFailureTruth),
    /// Something that went wrong for a while; written at the end.
    Incident(IncidentTruth),
}

/// Something that went wrong for a while.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct IncidentTruth {
    /// [`IncidentKind::name`](crate::IncidentKind::name).
    pub kind: String,
    /// When the first thing suffered from it.
    pub onset: i64,
    /// When the last did.
    pub last: i64,
    /// How many attempts, sessions, messages or lines.
    pub amount: u64,
    /// The domain outside that it is about.
    pub domain: Option<String>,
    /// The login name.
    pub user: Option<String>,
    /// The client's address.
    pub client: Option<String>,
    /// The sender.
    pub sender: Option<String>,
    /// The recipient.
    pub recipient: Option<String>,
    /// The service of ours, as Postfix names it.
    pub service: Option<String>,
    /// The host.
    pub host: Option<String>,
    /// The user ID of the host.
    pub uid: Option<u32>,
}

/// The life of one queue ID in one queue.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageTruth {
    /// Number of the message, unique in the run.
    pub serial: u64,
    /// Host name, as the log has it.
    pub host: String,
    /// `syslog_name` of the instance that owns the queue.
    pub instance: String,
    /// Queue ID; not unique, since IDs are reused and collide.
    pub queue_id: String,
    /// When it arrived: the time of its first line, in the log or before it.
    pub arrival: i64,
    /// Where it came from.
    pub origin: Origin,
    /// Envelope sender as logged; `""` is the null sender.
    pub sender: String,
    /// Size in bytes, `None` if no line of the log tells it.
    pub size: Option<u64>,
    /// Client's name.
    pub client_name: Option<String>,
    /// Client's address.
    pub client_address: Option<String>,
    /// SASL login name.
    pub sasl_username: Option<String>,
    /// User ID of a local submission.
    pub uid: Option<u32>,
    /// The Message-ID as logged, with brackets.
    pub message_id: String,
    /// The message this one was made from.
    pub parent: Option<Parent>,
    /// It is an address probe, not mail.
    pub probe: bool,
    /// How its life in the queue ended.
    pub ended: Ended,
    /// The time of the line that says so.
    pub ended_at: Option<i64>,
    /// Times it entered the active queue, as logged.
    pub activations: u32,
    /// A notification about it was sent.
    pub notified: bool,
    /// Its first lines came before the log begins.
    pub cut_start: bool,
    /// Lines of it in the log, repeated ones counted once.
    pub lines: u32,
    /// Its recipients.
    pub recipients: Vec<RecipientTruth>,
}

/// Where a message came from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// From another host, by SMTP.
    #[default]
    Inbound,
    /// From a user, by authenticated submission.
    Submission,
    /// From a program on the host, by sendmail(1) and pickup(8).
    Local,
    /// Made by Postfix: notifications and probes.
    Postfix,
    /// Made from another message of ours: see its parent.
    Internal,
}

/// The message that another message was made from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parent {
    /// The parent's [`MessageTruth::serial`].
    pub serial: u64,
    /// The parent's queue ID.
    pub queue_id: String,
    /// The parent's instance.
    pub instance: String,
    /// The parent's host.
    pub host: String,
    /// How the child came from it.
    pub relation: Relation,
}

/// How one message came from another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// Back from a content filter.
    Filter,
    /// Forwarded by local(8).
    Forward,
    /// A bounce, delay notice or other notification about the parent.
    Notification,
    /// Relayed to another of our instances or hosts.
    NextHop,
    /// Requeued by the admin.
    Requeue,
}

/// How a message's life in the queue ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    /// Not yet, as of the log's end.
    #[default]
    Open,
    /// `removed` by the queue manager.
    Removed,
    /// It was refused or lost before it was queued; a line says so since Postfix 3.10.
    Canceled,
    /// Deleted by the admin.
    Deleted,
    /// Requeued by the admin: it goes on under another queue ID.
    Requeued,
}

/// One recipient of a message.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecipientTruth {
    /// The address as logged, after aliases.
    pub address: String,
    /// The address before aliases, where a line names it.
    pub orig_to: Option<String>,
    /// Delivery attempts in the log.
    pub attempts: u32,
    /// What became of it.
    pub outcome: Outcome,
    /// The child message it went on in.
    pub child: Option<u64>,
    /// Enhanced status code of the last attempt.
    pub dsn: Option<String>,
    /// Some line of the message names it.
    pub named: bool,
}

/// What became of a recipient.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Accepted, no attempt yet.
    #[default]
    InQueue,
    /// In a mailbox, file or program of ours.
    Delivered,
    /// Accepted by a host outside.
    Relayed,
    /// Went on in another message of ours.
    HandedOver,
    /// The last attempt failed for now.
    Deferred,
    /// Refused for good.
    Bounced,
    /// Too long in the queue.
    Expired,
    /// The whole message was refused after it had a queue ID.
    Rejected,
    /// On hold.
    Held,
    /// Accepted and thrown away.
    Discarded,
    /// Never queued, without a refusal: the connection was lost.
    Canceled,
    /// Deleted by the admin.
    Deleted,
    /// A probe: the address is good.
    Deliverable,
    /// A probe: the address is bad.
    Undeliverable,
}

/// One refusal.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusalTruth {
    /// Time of its line.
    pub time: i64,
    /// Host name.
    pub host: String,
    /// The tag's instance.
    pub instance: String,
    /// `reject`, `milter-reject`, `proxy-reject`, `hold`, `discard`, `warn`, …
    pub action: String,
    /// `CONNECT`, `RCPT`, `END-OF-MESSAGE`, …; `header` or `body` for content checks.
    pub stage: String,
    /// Queue ID, if the message has one.
    pub queue_id: Option<String>,
    /// Client's name; `None` where only the address is logged.
    pub client_name: Option<String>,
    /// Client's address.
    pub client_address: String,
    /// Sender as logged.
    pub sender: Option<String>,
    /// Recipient as logged.
    pub recipient: Option<String>,
    /// SMTP reply code.
    pub code: Option<u16>,
    /// Enhanced status code.
    pub dsn: Option<String>,
    /// The text after client and colon, as logged.
    pub text: String,
    /// It is greylisting.
    pub greylisted: bool,
    /// Lines it stands for.
    pub count: u32,
}

/// One client connection to smtpd.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionTruth {
    /// Number of the session, unique in the run.
    pub serial: u64,
    /// Host name.
    pub host: String,
    /// Instance and service, as the tag has them: `postfix` or `postfix/submission`.
    pub service: String,
    /// Process ID.
    pub pid: u32,
    /// Client's name.
    pub client_name: String,
    /// Client's address.
    pub client_address: String,
    /// Time of its `connect`; `None` if the log begins later.
    pub start: Option<i64>,
    /// Time of its `disconnect`; `None` if the log ends sooner.
    pub end: Option<i64>,
}

/// One failed authentication.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthFailureTruth {
    /// Time of its line.
    pub time: i64,
    /// Host name.
    pub host: String,
    /// Instance and service as the tag has them; `dovecot` for IMAP and POP3.
    pub service: String,
    /// Client's name; Dovecot logs none.
    pub client_name: Option<String>,
    /// Client's address.
    pub client_address: String,
    /// SASL mechanism.
    pub method: String,
    /// Login name, where the line has it.
    pub username: Option<String>,
    /// Lines it stands for.
    pub count: u32,
}

/// Sums over the log. Lines that a repeat wrapper stands for count one by one, except
/// in `lines` and `bytes`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// Lines (records in the journal's export format).
    pub lines: u64,
    /// Bytes.
    pub bytes: u64,
    /// What the lines stand for, repeats unfolded.
    pub events: u64,
    /// Events by kind.
    pub kinds: BTreeMap<String, u64>,
    /// Delivery lines by status, probes included.
    pub deliveries: BTreeMap<String, u64>,
    /// Messages with a line in the log.
    pub messages: u64,
    /// Messages by how they ended.
    pub ended: BTreeMap<String, u64>,
    /// Recipients by outcome, probes included.
    pub outcomes: BTreeMap<Outcome, u64>,
    /// Refusals by action.
    pub refusals: BTreeMap<String, u64>,
    /// Sessions with a line in the log.
    pub sessions: u64,
    /// Failed authentications.
    pub auth_failures: u64,
}

impl Ended {
    /// The word in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Removed => "removed",
            Self::Canceled => "canceled",
            Self::Deleted => "deleted",
            Self::Requeued => "requeued",
        }
    }
}

impl Outcome {
    /// Nothing more happens to the recipient under this queue ID.
    pub fn is_final(self) -> bool {
        !matches!(self, Self::InQueue | Self::Deferred | Self::Held)
    }
}
