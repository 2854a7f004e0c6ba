//! What smtpd(8), postscreen(8) and milters decided about a command or a message.
//!
//! ```text
//! QID|NOQUEUE: ACTION: STAGE from NAME[ADDR]: TEXT; from=<A> to=<B> proto=P helo=<H>[ sasl_…]
//! QID: milter-ACTION: EVENT from NAME[ADDR]: TEXT; from=<A> to=<B> proto=P helo=<H>
//! proxy-accept|proxy-reject: END-OF-MESSAGE: REPLY; from=<A> to=<B> proto=P helo=<H>
//! NOQUEUE: reject: RCPT from [ADDR]:PORT: TEXT; from=<A>, to=<B>, proto=P, helo=<H>
//! ```
//! The first by smtpd_check.c and smtpd.c, the second by cleanup_milter.c, the third by
//! smtpd.c for a before-queue filter, the last by postscreen_smtpd.c. The tail's fields
//! are each left out when unknown; `sasl_*` came with 3.10.

use bstr::{BStr, ByteSlice};

use crate::address::Client;
use crate::field::FieldSink;
use crate::postfix::check::Envelope;
use crate::queue_id::QueueId;
use crate::scan::{cut, reply_codes};

/// A decision about one command, recipient or message.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Decision<'a> {
    /// The message, if it has a queue ID yet.
    pub queue_id: Option<QueueId<'a>>,
    /// What was decided.
    pub action: Action,
    /// Whose decision it was.
    pub by: DecisionBy,
    /// The protocol stage: `CONNECT`, `EHLO`, `MAIL`, `RCPT`, `DATA`, `END-OF-MESSAGE`, …
    pub stage: &'a BStr,
    /// The client; a before-queue filter's line has none.
    pub client: Option<Client<'a>>,
    /// The reply or the reason.
    pub text: &'a BStr,
    /// Sender, recipient, protocol, HELO name and SASL login.
    pub envelope: Envelope<'a>,
}

/// Whose decision it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DecisionBy {
    /// smtpd's or postscreen's own restrictions.
    Access,
    /// A milter.
    Milter,
    /// The before-queue filter behind `smtpd_proxy_filter`.
    ProxyFilter,
}

macro_rules! actions {
    ($($(#[$doc:meta])* $name:ident = $word:literal $kind:literal;)*) => {
        /// An action of an access table, a restriction, a milter or a content check.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
        pub enum Action { $($(#[$doc])* $name,)* }
        impl Action {
            /// Every action.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];
            /// Reads the word as Postfix writes it.
            pub fn parse(word: &[u8]) -> Option<Self> {
                match std::str::from_utf8(word).ok()? { $($word => Some(Self::$name),)* _ => None }
            }
            /// The word as Postfix writes it.
            pub fn name(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }
            /// The event kind of a decision with this action.
            pub fn kind(self) -> &'static str {
                match self { $(Self::$name => $kind,)* }
            }
        }
    };
}

actions! {
    /// Refused, permanently or temporarily: the code tells.
    Reject = "reject" "reject";
    /// Would have been refused (`warn_if_reject`, `soft_bounce`-like trials).
    RejectWarning = "reject_warning" "reject_warning";
    /// Accepted and thrown away.
    Discard = "discard" "discard";
    /// Put on hold.
    Hold = "hold" "hold";
    /// Sent through a content filter.
    Filter = "filter" "filter";
    /// Sent to another recipient.
    Redirect = "redirect" "redirect";
    /// A header was prepended.
    Prepend = "prepend" "prepend";
    /// A header or line was replaced.
    Replace = "replace" "replace";
    /// A header or line was removed with a log line.
    Strip = "strip" "strip";
    /// A blind copy was added.
    Bcc = "bcc" "bcc";
    /// Only noted (`WARN`).
    Warn = "warn" "warn";
    /// Only noted (`WARN` of a header or body check).
    Warning = "warning" "warn";
    /// Only noted (`INFO`).
    Info = "info" "info";
    /// Explicitly let through, logged by `smtpd_log_access_permit_actions`.
    Permit = "permit" "permit";
    /// Let through without further checks.
    Pass = "pass" "pass";
    /// The reply was delayed.
    Delay = "delay" "delay";
    /// Deferred by an access rule.
    Defer = "defer" "defer";
    /// Disconnected without a reply.
    Hangup = "hangup" "hangup";
    /// The connection was aborted.
    Abort = "abort" "abort";
    /// Put aside by a milter.
    Quarantine = "quarantine" "hold";
    /// Accepted by the before-queue filter.
    Accept = "accept" "proxy_accept";
    /// A recipient was added by a milter or table.
    Add = "add" "add";
}

impl<'a> Decision<'a> {
    /// Reads a decision from what follows the queue ID or `NOQUEUE: `.
    pub fn parse(queue_id: Option<QueueId<'a>>, text: &'a [u8]) -> Option<Self> {
        let (word, rest) = cut(text, b": ")?;
        let (by, action) = if let Some(word) = word.strip_prefix(b"milter-") {
            (DecisionBy::Milter, Action::parse(word)?)
        } else if let Some(word) = word.strip_prefix(b"proxy-") {
            (DecisionBy::ProxyFilter, Action::parse(word)?)
        } else {
            (DecisionBy::Access, Action::parse(word)?)
        };
        if by == DecisionBy::ProxyFilter {
            let (stage, rest) = cut(rest, b": ")?;
            let (text, envelope) = Envelope::split_tail(rest);
            return Self {
                queue_id,
                action,
                by,
                stage: is_stage(stage)?,
                client: None,
                text,
                envelope,
            }
            .into();
        }
        let (stage, rest) = cut(rest, b" from ")?;
        let (client, rest) = Client::split(rest)?;
        let rest = rest.strip_prefix(b": ").or_else(|| rest.strip_prefix(b":"))?;
        let (text, envelope) = Envelope::split_tail(rest);
        Some(Self {
            queue_id,
            action,
            by,
            stage: is_stage(stage)?,
            client: Some(client),
            text,
            envelope,
        })
    }

    /// Sends the fields of a decision.
    pub fn fields(&self, sink: &mut dyn FieldSink) {
        sink.text("action", BStr::new(self.action.name()));
        match self.by {
            DecisionBy::Access => {}
            DecisionBy::Milter => sink.text("by", BStr::new("milter")),
            DecisionBy::ProxyFilter => sink.text("by", BStr::new("proxy_filter")),
        }
        sink.text("stage", self.stage);
        if let Some(client) = self.client {
            client.fields(sink);
        }
        let codes = reply_codes(self.text);
        sink.opt_int("reply_code", codes.code.map(i64::from));
        sink.opt_text("dsn", codes.dsn);
        sink.text("reply", self.text);
        self.envelope.fields(sink);
    }
}

/// Stages are one or two words without punctuation that could belong to another line.
fn is_stage(stage: &[u8]) -> Option<&BStr> {
    let fits = !stage.is_empty()
        && stage.len() <= 40
        && stage
            .iter()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b' ' | b'.' | b'_'));
    fits.then(|| stage.as_bstr())
}
