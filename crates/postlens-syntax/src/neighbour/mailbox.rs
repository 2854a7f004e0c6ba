//! What happened to a message at its mailbox: Dovecot's LMTP server and LDA, with and
//! without Sieve. The grammar is in `dovecot/delivery.rs`.

use bstr::BStr;

use crate::field::FieldSink;

/// What was done with a message for one user. A message may get several such lines
/// (stored and forwarded, stored and answered).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MailboxDelivery<'a> {
    /// The user whose mailbox it is.
    pub user: Option<&'a BStr>,
    /// The delivery session's name in the program's other lines.
    pub session: Option<&'a BStr>,
    /// The Message-ID header as written, `unspecified` or nothing without one.
    pub message_id: &'a BStr,
    /// What was done.
    pub action: MailboxAction,
    /// The mailbox (folder) it went to or did not go to.
    pub mailbox: Option<&'a BStr>,
    /// The address of a forward, a rejection or a vacation response.
    pub recipient: Option<&'a BStr>,
    /// Why it failed or was left undone.
    pub reason: Option<&'a BStr>,
}

/// What was done with a message at its mailbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MailboxAction {
    /// Stored in a mailbox.
    Stored,
    /// Left where it is (Sieve in IMAP).
    Left,
    /// Forwarded to another address.
    Forwarded,
    /// Discarded, unless another rule stored it.
    Discarded,
    /// Rejected, with a message to the sender.
    Rejected,
    /// Answered by a vacation response.
    Vacation,
    /// Something was left undone on purpose: a repeated forward or response, a
    /// rejection of a bounce.
    Skipped,
    /// Not stored, forwarded or answered, because of an error.
    Failed,
}

impl MailboxAction {
    /// The word used in JSON, CSV and filters.
    pub fn name(self) -> &'static str {
        match self {
            Self::Stored => "stored",
            Self::Left => "left",
            Self::Forwarded => "forwarded",
            Self::Discarded => "discarded",
            Self::Rejected => "rejected",
            Self::Vacation => "vacation",
            Self::Skipped => "skipped",
            Self::Failed => "failed",
        }
    }
}

impl MailboxDelivery<'_> {
    /// Sends `user`, `session`, `message_id`, `action`, `mailbox`, `recipient`, `reason`.
    pub fn fields(&self, sink: &mut dyn FieldSink) {
        sink.opt_text("user", self.user);
        sink.opt_text("session", self.session);
        sink.text("message_id", self.message_id);
        sink.text("action", BStr::new(self.action.name()));
        sink.opt_text("mailbox", self.mailbox);
        sink.opt_text("recipient", self.recipient);
        sink.opt_text("reason", self.reason);
    }
}
