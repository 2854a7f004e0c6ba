//! What the tracker hands out.

use std::fmt;

use bstr::BStr;
use postlens_syntax::delay::Delay;
use postlens_syntax::postfix::decision::Decision;
use postlens_syntax::postfix::delivery::DeliveryLine;
use postlens_syntax::{Client, Daemon, Tag, Time};

use crate::observation::{LineId, Observation};
use crate::outcome::{Link, Origin, Outcome};
use crate::queue_key::QueueKey;

/// Takes the tracker's records, in the order in which they become known.
pub trait RecordSink {
    /// One more record.
    fn record(&mut self, record: &Record<'_>);
}

/// Takes in the whole log: every line as it comes, and what the tracker makes of them.
/// Reports, stores and detectors are consumers.
pub trait Consumer: RecordSink {
    /// One more line.
    fn line(&mut self, line: &Observation<'_>);

    /// No more lines are at hand, and the next may be long in coming: what has been held
    /// back for speed should go out.
    fn pause(&mut self) {}

    /// Whether the consumer can take no more, such as when its reader has gone away: the
    /// run then ends early.
    fn broken(&self) -> bool {
        false
    }
}

/// One thing that the tracker found out.
#[derive(Debug)]
pub enum Record<'a> {
    /// A delivery attempt, as soon as it is logged.
    Delivery(Delivery<'a>),
    /// A message, when its end is known or given up.
    Message(Message<'a>),
    /// A client connection, when it ended.
    Session(Session<'a>),
    /// A refusal or another decision, as soon as it is logged.
    Refusal(Refusal<'a>),
}

/// One delivery attempt with what is known of its message.
#[derive(Debug)]
pub struct Delivery<'a> {
    /// When it was logged.
    pub time: Time,
    /// The daemon that tried.
    pub daemon: Option<Daemon>,
    /// The line's tag: instance and service of that daemon.
    pub tag: Tag<'a>,
    /// The host field of the line.
    pub host: Option<&'a BStr>,
    /// The line.
    pub line: &'a DeliveryLine<'a>,
    /// Where it stands: the attempt's stable name.
    pub line_id: LineId,
    /// The message.
    pub message: MessageName<'a>,
    /// Envelope sender, if seen.
    pub sender: Option<&'a BStr>,
    /// Size in bytes, if seen.
    pub size: Option<u64>,
    /// Which attempt for this recipient it is, from 1.
    pub attempt: u32,
    /// Whether it only hands the message to another one that we see.
    pub handed_over: bool,
    /// The part of `delays=a` that the message spent deferred, if its first activation
    /// was seen.
    pub deferred_for: Option<Delay>,
    /// How many lines it stands for.
    pub weight: u32,
}

/// A message: the life of one queue ID in one queue.
#[derive(Debug)]
pub struct Message<'a> {
    /// Its queue ID.
    pub queue_id: QueueKey,
    /// The host field of the first line seen of it.
    pub host: Option<&'a BStr>,
    /// The instance in that line's tag.
    pub instance: Option<&'a BStr>,
    /// Its arrival, or the first line seen of it.
    pub arrival: Time,
    /// Whether it arrived in the period that was asked for.
    pub arrived_in_period: bool,
    /// Whether its beginning is in the log.
    pub seen_arrival: bool,
    /// The last line seen of it.
    pub last_seen: Time,
    /// How it came.
    pub origin: Origin,
    /// The earlier message that it belongs to.
    pub parent: Option<(Link, QueueKey)>,
    /// Envelope sender; the null sender is empty.
    pub sender: Option<&'a BStr>,
    /// Size in bytes.
    pub size: Option<u64>,
    /// Recipients as qmgr counts them, before local expansion.
    pub recipient_count: Option<u32>,
    /// Client name.
    pub client_name: Option<&'a BStr>,
    /// Client address.
    pub client_address: Option<&'a BStr>,
    /// SASL login name.
    pub sasl_username: Option<&'a BStr>,
    /// Message-ID as written.
    pub message_id: Option<&'a BStr>,
    /// Submitting user's ID, for local mail.
    pub uid: Option<u32>,
    /// Whether it is an address probe (verify(8), `sendmail -bv`), not mail.
    pub probe: bool,
    /// How often it was put into the active queue.
    pub activations: u32,
    /// Its recipients, each with its outcome.
    pub recipients: &'a [Recipient<'a>],
    /// Recipients that qmgr counted and no line named: their number and outcome. A
    /// message without any recipient has one of these.
    pub unseen: Option<(u32, Outcome)>,
    /// Whether its end was seen in the log.
    pub ended: bool,
}

impl<'a> Message<'a> {
    /// What names it for good.
    pub fn name(&self) -> MessageName<'a> {
        MessageName {
            host: self.host,
            instance: self.instance,
            queue_id: self.queue_id,
            arrival: self.arrival,
        }
    }
}

/// A message's stable name: the same whenever its beginning is among the lines read. Queue
/// IDs are used again, so the time of arrival belongs to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MessageName<'a> {
    /// The host field of the first line seen of it.
    pub host: Option<&'a BStr>,
    /// The instance in that line's tag.
    pub instance: Option<&'a BStr>,
    /// Its queue ID.
    pub queue_id: QueueKey,
    /// Its arrival, or the first line seen of it.
    pub arrival: Time,
}

/// `host/instance/queue-id/arrival`, the arrival in UTC. The queue ID has no slash and the
/// arrival neither, so that the parts can be told apart from the right.
impl fmt::Display for MessageName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (host, instance) = (self.host.unwrap_or_default(), self.instance.unwrap_or_default());
        let arrival = Time { offset: 0, ..self.arrival };
        write!(f, "{host}/{instance}/{}/{arrival}", self.queue_id)
    }
}

/// One recipient of a message.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Recipient<'a> {
    /// The recipient.
    pub address: &'a BStr,
    /// The recipient before aliasing, where it differs.
    pub orig: Option<&'a BStr>,
    /// What became of it.
    pub outcome: Outcome,
    /// When that was logged.
    pub time: Time,
    /// Delivery attempts.
    pub attempts: u32,
}

/// One client connection.
#[derive(Debug)]
pub struct Session<'a> {
    /// Where its first line stands: the session's stable name.
    pub line: LineId,
    /// The host field of that line.
    pub host: Option<&'a BStr>,
    /// When the client connected, or the first line seen.
    pub start: Time,
    /// When it disconnected, or the last line seen.
    pub end: Time,
    /// The daemon that served it last.
    pub daemon: Daemon,
    /// The tag's service (`submission`, …).
    pub service: Option<&'a BStr>,
    /// Client name.
    pub client_name: Option<&'a BStr>,
    /// Client address.
    pub client_address: &'a BStr,
    /// SASL login name, once it had logged in.
    pub sasl_username: Option<&'a BStr>,
    /// Messages it began.
    pub messages: u32,
    /// Commands of it that were refused.
    pub refusals: u32,
    /// Failed logins.
    pub auth_failures: u32,
    /// Whether it used TLS.
    pub tls: bool,
    /// How it ended.
    pub ended: SessionEnd,
    /// How many connections it stands for.
    pub weight: u32,
}

/// How a session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum SessionEnd {
    /// With a disconnect line and no trouble before it.
    Closed,
    /// The client hung up without QUIT.
    LostConnection,
    /// The client was silent too long.
    Timeout,
    /// The client made too many errors.
    TooManyErrors,
    /// postscreen refused or dropped it.
    Screened,
    /// No end in the log.
    Lost,
}

impl SessionEnd {
    /// The word used in JSON, CSV and filters.
    pub fn name(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::LostConnection => "lost_connection",
            Self::Timeout => "timeout",
            Self::TooManyErrors => "too_many_errors",
            Self::Screened => "screened",
            Self::Lost => "lost",
        }
    }
}

/// A refusal or another decision about a command.
#[derive(Debug)]
pub struct Refusal<'a> {
    /// When it was logged.
    pub time: Time,
    /// The daemon.
    pub daemon: Option<Daemon>,
    /// The line's tag: instance and service of that daemon.
    pub tag: Tag<'a>,
    /// The host field of the line.
    pub host: Option<&'a BStr>,
    /// The line.
    pub decision: &'a Decision<'a>,
    /// The client; also where the line has none but the session does.
    pub client: Option<Client<'a>>,
    /// The login of the session.
    pub sasl_username: Option<&'a BStr>,
    /// Where the line stands: the refusal's stable name.
    pub line: LineId,
    /// How many lines it stands for.
    pub weight: u32,
}
