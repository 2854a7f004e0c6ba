//! What became of one mail.

use bstr::BString;
use postlens_explain::Verdict;
use postlens_syntax::postfix::delivery::Delays;
use postlens_syntax::{Delay, Time};
use postlens_track::{LineId, Link, Origin, Outcome};

use crate::trail::KeptLine;

/// One mail: its messages under each queue ID it had, or a refusal before it had any.
#[derive(Debug, Clone, Default)]
pub struct Journey {
    /// Its messages, each after the one that it came from.
    pub messages: Vec<Traced>,
    /// Refusals that belong to no message.
    pub refused: Vec<Refused>,
    /// Its lines in the order of time.
    pub lines: Vec<KeptLine>,
}

/// A message of a journey.
#[derive(Debug, Clone)]
pub struct Traced {
    /// Its queue ID.
    pub queue_id: String,
    /// Where its first line stands among those of the trail: what happened within one second
    /// is in the order of the log.
    pub place: usize,
    /// The host that logged it.
    pub host: Option<BString>,
    /// Its instance, the tag's first part.
    pub instance: Option<BString>,
    /// Its arrival, or the first line seen of it.
    pub arrival: Time,
    /// Whether its beginning is in the log.
    pub seen_arrival: bool,
    /// The last line seen of it.
    pub last_seen: Time,
    /// Whether its end is in the log.
    pub ended: bool,
    /// How it came.
    pub origin: Origin,
    /// The earlier message that it comes from.
    pub parent: Option<(Link, String)>,
    /// Envelope sender; the null sender is empty.
    pub sender: Option<BString>,
    /// Size in bytes.
    pub size: Option<u64>,
    /// Message-ID as written.
    pub message_id: Option<BString>,
    /// The submitting user's ID, for local mail.
    pub uid: Option<u32>,
    /// The client that brought it.
    pub connection: Option<Connection>,
    /// Its recipients.
    pub recipients: Vec<TracedRecipient>,
    /// Recipients that qmgr counted and no line names, and what became of them.
    pub unseen: Option<(u32, Outcome)>,
    /// What else is known, in the order of time.
    pub notes: Vec<Note>,
}

/// A client's connection.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Connection {
    /// The client's name.
    pub name: Option<BString>,
    /// The client's address.
    pub address: BString,
    /// The name that it gave, where a line tells it.
    pub helo: Option<BString>,
    /// Protocol and cipher, where it used TLS.
    pub tls: Option<BString>,
    /// Its login.
    pub username: Option<BString>,
    /// When it connected, if that is in the log.
    pub start: Option<Time>,
}

/// One recipient of a message.
#[derive(Debug, Clone)]
pub struct TracedRecipient {
    /// The recipient.
    pub address: BString,
    /// The recipient before aliasing, where it differs.
    pub orig: Option<BString>,
    /// What became of it.
    pub outcome: Outcome,
    /// When that was logged.
    pub time: Time,
    /// Every attempt, in order.
    pub attempts: Vec<Attempt>,
}

/// One delivery attempt.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// When it was logged.
    pub time: Time,
    /// Where its line stands among those of the trail.
    pub place: usize,
    /// The daemon, as in the tag.
    pub daemon: BString,
    /// `sent`, `deferred`, `bounced`…
    pub status: BString,
    /// Where it went, `name[address]:port`.
    pub relay: BString,
    /// Enhanced status code.
    pub dsn: Option<BString>,
    /// The reply.
    pub reply: BString,
    /// From arrival to the end of this attempt.
    pub delay: Delay,
    /// In its four parts.
    pub delays: Option<Delays>,
    /// The part of it that the message spent deferred.
    pub deferred_for: Option<Delay>,
    /// Why it failed; `None` where it did not.
    pub verdict: Option<Verdict>,
    /// The queue ID under which the mail went on.
    pub queued_as: Option<String>,
}

/// A refusal without a queue ID.
#[derive(Debug, Clone)]
pub struct Refused {
    /// When.
    pub time: Time,
    /// Where its line stands: its stable name.
    pub line: LineId,
    /// What was decided: `reject`, `hold`, `discard`…
    pub action: &'static str,
    /// The stage: `CONNECT`, `RCPT`…
    pub stage: BString,
    /// The client.
    pub connection: Option<Connection>,
    /// Envelope sender.
    pub sender: Option<BString>,
    /// Envelope recipient.
    pub recipient: Option<BString>,
    /// The reply.
    pub text: BString,
    /// Why.
    pub verdict: Verdict,
}

/// Something else that a line says about a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// When.
    pub time: Time,
    /// Where its line stands among those of the trail.
    pub place: usize,
    /// What kind of thing.
    pub kind: NoteKind,
    /// The program that says it.
    pub program: BString,
    /// What it says, in the words of the line.
    pub text: BString,
}

/// What kind of thing a line says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoteKind {
    /// A header or body check matched: also how subjects are logged.
    ContentCheck,
    /// A restriction, a milter or a filter decided something.
    Decision,
    /// A content filter's verdict.
    Filter,
    /// A result of DKIM, SPF or DMARC.
    Authentication,
    /// A greylister's decision.
    Greylisting,
    /// The mail store put it into a mailbox, or not.
    Mailbox,
    /// The sender or the postmaster was told.
    Notification,
    /// The admin did something to it.
    Admin,
    /// A host could not be reached, or refused for now.
    Trouble,
    /// Any other line.
    Other,
}

impl NoteKind {
    /// The word used in JSON and in the keys of the words for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::ContentCheck => "content_check",
            Self::Decision => "decision",
            Self::Filter => "filter",
            Self::Authentication => "authentication",
            Self::Greylisting => "greylisting",
            Self::Mailbox => "mailbox",
            Self::Notification => "notification",
            Self::Admin => "admin",
            Self::Trouble => "trouble",
            Self::Other => "other",
        }
    }

    /// Every kind.
    pub const ALL: [Self; 10] = [
        Self::ContentCheck,
        Self::Decision,
        Self::Filter,
        Self::Authentication,
        Self::Greylisting,
        Self::Mailbox,
        Self::Notification,
        Self::Admin,
        Self::Trouble,
        Self::Other,
    ];
}

impl Journey {
    /// Its first message; of a refusal without one there is none.
    pub fn first(&self) -> Option<&Traced> {
        self.messages.first()
    }

    /// When it began, as far as the log tells.
    pub fn begin(&self) -> Time {
        let messages = self.messages.iter().map(|message| message.arrival);
        messages.chain(self.refused.iter().map(|refused| refused.time)).min().unwrap_or_default()
    }

    /// Recipients whose fate is final for this mail, with the message that they belong to:
    /// not those that went on under another queue ID. Notices about the mail are mails of
    /// their own.
    pub fn outcomes(&self) -> impl Iterator<Item = (&Traced, &TracedRecipient)> {
        self.messages
            .iter()
            .filter(|message| !message.is_notification())
            .flat_map(|message| message.recipients.iter().map(move |to| (message, to)))
            .filter(|(_, recipient)| recipient.outcome.is_final())
    }

    /// Whether its beginning is not in the log.
    pub fn begins_before(&self) -> bool {
        self.first().is_some_and(|first| !first.seen_arrival)
    }

    /// Whether its end is not in the log.
    pub fn is_open(&self) -> bool {
        self.messages.iter().any(|message| !message.ended)
    }
}

impl TracedRecipient {
    /// The attempt that decided, the last one; where local(8) both delivered a mail and
    /// forwarded it, the delivery.
    pub fn decisive(&self) -> Option<&Attempt> {
        let stays = |attempt: &&Attempt| !attempt.reply.starts_with(b"forwarded as ");
        self.attempts.iter().rev().find(stays).or(self.attempts.last())
    }
}

impl Traced {
    /// Whether it tells somebody about an earlier message.
    pub fn is_notification(&self) -> bool {
        matches!(self.parent, Some((Link::Notification, _)))
    }
}
