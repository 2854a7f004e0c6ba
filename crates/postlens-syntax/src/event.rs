//! The typed meaning of an entry.

use bstr::BStr;

use crate::entry::Entry;
use crate::field::FieldSink;
use crate::neighbour::{self, Neighbour};
use crate::postfix;
use crate::postfix::bounce::Notification;
use crate::postfix::check::ContentCheck;
use crate::postfix::cleanup::MessageIdLine;
use crate::postfix::decision::Decision;
use crate::postfix::delivery::DeliveryLine;
use crate::postfix::notice::Notice;
use crate::postfix::pickup::Pickup;
use crate::postfix::postscreen::Postscreen;
use crate::postfix::postsuper::Postsuper;
use crate::postfix::qmgr::{Active, Expired, Removed};
use crate::postfix::sasl::SaslFailure;
use crate::postfix::smtp::{ConnectFailure, RemoteTrouble};
use crate::postfix::smtpd::{Accepted, Connect, Disconnect, SessionTrouble};
use crate::postfix::tls::TlsSession;
use crate::queue_id::QueueId;
use crate::scan::leading_number;
use crate::severity::Severity;

/// What a line means. Grouped by daemon; see each type for the format it comes from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Event<'a> {
    /// One delivery attempt for one recipient: smtp, lmtp, local, virtual, pipe, error,
    /// retry, discard.
    Delivery(DeliveryLine<'a>),
    /// smtpd, qmqpd: a client connected.
    Connect(Connect<'a>),
    /// smtpd, qmqpd: a client's connection ended.
    Disconnect(Disconnect<'a>),
    /// smtpd, qmqpd: a client began a message (`client=`).
    Accepted(Accepted<'a>),
    /// smtpd: `lost connection after …`, `timeout after …`, `too many errors after …`.
    SessionTrouble(SessionTrouble<'a>),
    /// smtpd, cleanup: reject, hold, discard and other actions, by access rules, milters
    /// or a proxy filter; postscreen rejects too.
    Decision(Decision<'a>),
    /// smtpd and others: SASL authentication failed.
    SaslFailure(SaslFailure<'a>),
    /// smtpd, smtp, lmtp: a TLS session summary.
    TlsSession(TlsSession<'a>),
    /// cleanup: `message-id=`, `resent-message-id=`.
    MessageId(MessageIdLine<'a>),
    /// cleanup: a header or body check matched.
    ContentCheck(ContentCheck<'a>),
    /// pickup: a local submission.
    Pickup(Pickup<'a>),
    /// qmgr: the message entered the active queue, once per activation.
    Active(Active<'a>),
    /// qmgr, cleanup, postsuper: the message left the queue.
    Removed(Removed<'a>),
    /// qmgr: the message expired and went back to its sender.
    Expired(Expired<'a>),
    /// bounce: a notification about a message was sent as another message.
    Notification(Notification<'a>),
    /// smtp, lmtp: no connection to a remote host.
    ConnectFailure(ConnectFailure<'a>),
    /// smtp, lmtp: a remote host's temporary refusal or a broken conversation, before
    /// the next host is tried.
    RemoteTrouble(RemoteTrouble<'a>),
    /// postscreen: its tests and their results.
    Postscreen(Postscreen<'a>),
    /// postsuper: what the admin did to one message or to many.
    Postsuper(Postsuper<'a>),
    /// A program beside Postfix: a login, a mailbox delivery, a filter's verdict, …
    Neighbour(Neighbour<'a>),
    /// A warning, error, fatal or panic line, a statistic, or another daemon's line, by
    /// the pattern tables.
    Notice(Notice<'a>),
    /// Verbose output (`-v`, `debug_peer_list`) of a mail daemon.
    Debug,
    /// syslogd's `last message repeated N times`: the line before, N times more.
    Repeated(u32),
    /// A mail daemon's line that nobody understands; its severity word may still be clear.
    Unrecognized(Severity),
    /// A line of a program that is no mail daemon, or of none.
    Foreign,
}

impl<'a> Event<'a> {
    /// Understands an entry. Never fails.
    pub fn parse(entry: &Entry<'a>) -> Self {
        match entry.tag.known {
            Some(daemon) if daemon.is_postfix() => postfix::parse(daemon, entry.text),
            Some(daemon) => neighbour::parse(entry, daemon)
                .map_or_else(|| neighbour::other(entry, daemon), Self::Neighbour),
            None => repeated(entry)
                .map(Self::Repeated)
                .or_else(|| postfix::child(entry))
                .unwrap_or(Self::Foreign),
        }
    }

    /// The queue ID that the line is about; `None` without one and for `NOQUEUE`.
    pub fn queue_id(&self) -> Option<QueueId<'a>> {
        match self {
            Self::Delivery(line) => Some(line.queue_id),
            Self::Accepted(line) => line.queue_id,
            Self::SessionTrouble(line) => line.queue_id,
            Self::Decision(line) => line.queue_id,
            Self::MessageId(line) => Some(line.queue_id),
            Self::ContentCheck(line) => Some(line.queue_id),
            Self::Pickup(line) => Some(line.queue_id),
            Self::Active(line) => Some(line.queue_id),
            Self::Removed(line) => Some(line.queue_id),
            Self::Expired(line) => Some(line.queue_id),
            Self::Notification(line) => Some(line.queue_id),
            Self::RemoteTrouble(line) => Some(line.queue_id),
            Self::Postsuper(line) => line.queue_id,
            Self::Notice(line) => line.queue_id,
            Self::Neighbour(line) => line.queue_id(),
            Self::TlsSession(_)
            | Self::SaslFailure(_)
            | Self::Connect(_)
            | Self::Disconnect(_)
            | Self::ConnectFailure(_)
            | Self::Postscreen(_)
            | Self::Debug
            | Self::Repeated(_)
            | Self::Unrecognized(_)
            | Self::Foreign => None,
        }
    }

    /// The line's kind, in snake_case.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Delivery(_) => "delivery",
            Self::Connect(_) => "connect",
            Self::Disconnect(_) => "disconnect",
            Self::Accepted(_) => "client",
            Self::SessionTrouble(line) => line.kind(),
            Self::Decision(line) => line.action.kind(),
            Self::SaslFailure(_) => "auth_failed",
            Self::TlsSession(_) => "tls_session",
            Self::MessageId(_) => "message_id",
            Self::ContentCheck(_) => "content_check",
            Self::Pickup(_) => "pickup",
            Self::Active(_) => "queue_active",
            Self::Removed(_) => "removed",
            Self::Expired(_) => "expired",
            Self::Notification(_) => "notification",
            Self::ConnectFailure(_) => "connect_failed",
            Self::RemoteTrouble(line) => line.kind(),
            Self::Postscreen(line) => line.kind(),
            Self::Postsuper(_) => "postsuper",
            Self::Notice(line) => line.kind,
            Self::Neighbour(line) => line.kind(),
            Self::Debug => "debug",
            Self::Repeated(_) => "repeated",
            Self::Unrecognized(_) => "unrecognized",
            Self::Foreign => "foreign",
        }
    }

    /// The severity that the line's text states, if it states one.
    pub fn severity(&self) -> Option<Severity> {
        match self {
            Self::SaslFailure(_) => Some(Severity::Warning),
            Self::Notice(line) => Some(line.severity),
            Self::Unrecognized(Severity::Info) => None,
            Self::Unrecognized(severity) => Some(*severity),
            Self::Debug => Some(Severity::Debug),
            _ => None,
        }
    }

    /// Sends the event's own fields (not the entry's) to `sink`, `queue_id` first.
    pub fn fields(&self, sink: &mut dyn FieldSink) {
        sink.opt_text("queue_id", self.queue_id().map(QueueId::as_bstr));
        self.own_fields(sink);
    }

    /// The same without `queue_id`, which every kind may have.
    pub fn own_fields(&self, sink: &mut dyn FieldSink) {
        match self {
            Self::Delivery(line) => line.fields(sink),
            Self::Connect(line) => line.client.fields(sink),
            Self::Disconnect(line) => line.fields(sink),
            Self::Accepted(line) => line.fields(sink),
            Self::SessionTrouble(line) => line.fields(sink),
            Self::Decision(line) => line.fields(sink),
            Self::SaslFailure(line) => line.fields(sink),
            Self::TlsSession(line) => line.fields(sink),
            Self::MessageId(line) => line.fields(sink),
            Self::ContentCheck(line) => line.fields(sink),
            Self::Pickup(line) => line.fields(sink),
            Self::Active(line) => line.fields(sink),
            Self::Removed(line) => line.fields(sink),
            Self::Expired(line) => line.fields(sink),
            Self::Notification(line) => line.fields(sink),
            Self::ConnectFailure(line) => line.fields(sink),
            Self::RemoteTrouble(line) => line.fields(sink),
            Self::Postscreen(line) => line.fields(sink),
            Self::Postsuper(line) => line.fields(sink),
            Self::Notice(line) => line.fields(sink),
            Self::Neighbour(line) => line.fields(sink),
            Self::Repeated(count) => sink.int("count", i64::from(*count)),
            Self::Debug | Self::Unrecognized(_) | Self::Foreign => {}
        }
    }
}

/// syslogd's `last message repeated N times`, which has no tag.
fn repeated(entry: &Entry<'_>) -> Option<u32> {
    let text: &[u8] = entry.text;
    let rest = text.strip_prefix(b"last message repeated ")?;
    let (count, rest) = leading_number(rest)?;
    matches!(rest, b" times" | b" time").then(|| u32::try_from(count).ok())?
}

/// A reply's leading numbers: `550 5.1.1 text` is code 550, DSN `5.1.1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ReplyCodes<'a> {
    /// The three-digit SMTP reply code (RFC 5321, section 4.2).
    pub code: Option<u16>,
    /// The enhanced status code (RFC 3463).
    pub dsn: Option<&'a BStr>,
}
