//! Trouble of smtp(8) and lmtp(8) with remote hosts.
//!
//! ```text
//! connect to HOST[ADDR]:PORT: REASON
//! QID: host HOST[ADDR] said: REPLY (in reply to COMMAND command)
//! QID: host HOST[ADDR] refused to talk to me: REPLY
//! QID: lost connection with HOST[ADDR] while DOING
//! QID: conversation with HOST[ADDR] timed out while DOING
//! ```
//! By smtp_connect.c and smtp_trouble.c, before the next host is tried. The first has no
//! queue ID: the connection serves whatever waits for the destination.

use bstr::BStr;

use crate::address::{Client, Relay};
use crate::field::FieldSink;
use crate::queue_id::QueueId;
use crate::scan::{rcut, reply_codes};

/// No connection to a remote host.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ConnectFailure<'a> {
    /// The host.
    pub relay: Relay<'a>,
    /// The system's error text, `Connection refused`, `Connection timed out`, …
    pub reason: &'a BStr,
}

impl<'a> ConnectFailure<'a> {
    /// Reads `connect to …`.
    pub fn parse(text: &'a [u8]) -> Option<Self> {
        let (peer, rest) = Client::split(text.strip_prefix(b"connect to ")?)?;
        Some(Self { relay: relay_of(peer), reason: BStr::new(rest.strip_prefix(b": ")?) })
    }

    /// Sends the relay and `reason`.
    pub fn fields(&self, sink: &mut dyn FieldSink) {
        self.relay.fields(sink);
        sink.text("reason", self.reason);
    }
}

fn relay_of(peer: Client<'_>) -> Relay<'_> {
    Relay { name: peer.name.unwrap_or_default(), address: Some(peer.address), port: peer.port }
}

/// A remote host refused for now, or a conversation broke.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RemoteTrouble<'a> {
    /// The message.
    pub queue_id: QueueId<'a>,
    /// The host.
    pub relay: Relay<'a>,
    /// What happened.
    pub trouble: RemoteTroubleKind,
    /// The reply, or what was being done (`receiving the initial server greeting`).
    pub text: &'a BStr,
    /// The command that the reply answers.
    pub command: Option<&'a BStr>,
}

/// What happened with a remote host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RemoteTroubleKind {
    /// It replied with an error.
    Said,
    /// It refused in its greeting.
    RefusedToTalk,
    /// The connection broke.
    LostConnection,
    /// It was silent too long.
    TimedOut,
    /// It broke the protocol.
    ProtocolError,
}

impl<'a> RemoteTrouble<'a> {
    /// Reads remote trouble from what follows the queue ID.
    pub fn parse(queue_id: QueueId<'a>, text: &'a [u8]) -> Option<Self> {
        use RemoteTroubleKind as Kind;
        let from = |rest: &'a [u8], needle: &[u8], trouble| {
            let (peer, rest) = Client::split(rest)?;
            let rest = rest.strip_prefix(needle)?;
            Some(Self {
                queue_id,
                relay: relay_of(peer),
                trouble,
                text: BStr::new(rest),
                command: None,
            })
        };
        if let Some(rest) = text.strip_prefix(b"host ") {
            let mut line = from(rest, b" said: ", Kind::Said)
                .or_else(|| from(rest, b" refused to talk to me: ", Kind::RefusedToTalk))?;
            let reply: &'a [u8] = line.text;
            if let Some((reply, command)) =
                reply.strip_suffix(b" command)").and_then(|reply| rcut(reply, b" (in reply to "))
            {
                line.text = BStr::new(reply);
                line.command = Some(BStr::new(command));
            }
            return Some(line);
        }
        if let Some(rest) = text.strip_prefix(b"lost connection with ") {
            return from(rest, b" while ", Kind::LostConnection);
        }
        if let Some(rest) = text.strip_prefix(b"conversation with ") {
            return from(rest, b" timed out while ", Kind::TimedOut);
        }
        let rest = text.strip_prefix(b"Protocol error: host ")?;
        from(rest, b" said: ", Kind::ProtocolError)
    }

    /// The event's kind.
    pub fn kind(&self) -> &'static str {
        match self.trouble {
            RemoteTroubleKind::Said => "host_said",
            RemoteTroubleKind::RefusedToTalk => "host_refused",
            RemoteTroubleKind::LostConnection => "host_lost_connection",
            RemoteTroubleKind::TimedOut => "host_timed_out",
            RemoteTroubleKind::ProtocolError => "host_protocol_error",
        }
    }

    /// Sends the relay, `reply` or `reason`, `reply_code`, `dsn`, `stage`.
    pub fn fields(&self, sink: &mut dyn FieldSink) {
        self.relay.fields(sink);
        if matches!(self.trouble, RemoteTroubleKind::LostConnection | RemoteTroubleKind::TimedOut) {
            sink.text("reason", self.text);
            return;
        }
        sink.text("reply", self.text);
        let codes = reply_codes(self.text);
        sink.opt_int("reply_code", codes.code.map(i64::from));
        sink.opt_text("dsn", codes.dsn);
        sink.opt_text("stage", self.command);
    }
}
