//! What content filters and authentication checks found out about a message.

use bstr::BStr;

use crate::field::FieldSink;
use crate::queue_id::QueueId;

/// A content filter's verdict on one message: amavis, rspamd, SpamAssassin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FilterVerdict<'a> {
    /// The queue ID under which the filter got the message.
    pub queue_id: Option<QueueId<'a>>,
    /// What it is: `CLEAN`, `SPAM`, `INFECTED`… (amavis), `spam`, `clean` (SpamAssassin,
    /// rspamd).
    pub verdict: &'a BStr,
    /// What was done: `Passed`, `Blocked` (amavis), `reject`, `add header`… (rspamd).
    pub action: Option<&'a BStr>,
    /// The score as written.
    pub score: Option<&'a BStr>,
    /// The score from which on it is spam, as written.
    pub score_required: Option<&'a BStr>,
    /// Rules that matched, as written.
    pub tests: Option<&'a BStr>,
    /// Names of viruses or of banned parts, as written.
    pub detail: Option<&'a BStr>,
    /// The client's address.
    pub client_address: Option<&'a BStr>,
    /// The SASL user name, or the user for whom SpamAssassin checked.
    pub username: Option<&'a BStr>,
    /// The envelope sender without angle brackets.
    pub sender: Option<&'a BStr>,
    /// The envelope recipients; several are separated by commas, as written.
    pub recipient: Option<&'a BStr>,
    /// The Message-ID header as written.
    pub message_id: Option<&'a BStr>,
    /// The filter's own name for the message: amavis' `mail_id`, rspamd's task.
    pub filter_id: Option<&'a BStr>,
    /// Where it was quarantined.
    pub quarantine: Option<&'a BStr>,
    /// The queue ID, or several separated by slashes, that it got behind the filter.
    pub queued_as: Option<&'a BStr>,
    /// Size in bytes.
    pub size: Option<u64>,
    /// How long the filter took, in microseconds.
    pub took_micros: Option<u64>,
}

impl FilterVerdict<'_> {
    /// Sends the verdict's fields; `delay` is the time the filter took, in seconds.
    pub fn fields(&self, sink: &mut dyn FieldSink) {
        sink.text("verdict", self.verdict);
        sink.opt_text("action", self.action);
        sink.opt_text("score", self.score);
        sink.opt_text("score_required", self.score_required);
        sink.opt_text("tests", self.tests);
        sink.opt_text("detail", self.detail);
        sink.opt_text("client_address", self.client_address);
        sink.opt_text("sasl_username", self.username);
        sink.opt_text("sender", self.sender);
        sink.opt_text("recipient", self.recipient);
        sink.opt_text("message_id", self.message_id);
        sink.opt_text("filter_id", self.filter_id);
        sink.opt_text("quarantine", self.quarantine);
        sink.opt_text("queued_as", self.queued_as);
        sink.opt_int("size", self.size.and_then(|size| i64::try_from(size).ok()));
        if let Some(micros) = self.took_micros {
            sink.delay("delay", crate::delay::Delay::from_micros(micros));
        }
    }
}

/// The result of checking who sent a message: DKIM, SPF, DMARC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Authentication<'a> {
    /// The message, where the program knows it.
    pub queue_id: Option<QueueId<'a>>,
    /// The method that was checked.
    pub check: Check,
    /// The result in the words of RFC 8601, section 2.7: `pass`, `fail`, `softfail`,
    /// `neutral`, `none`, `temperror`, `permerror`; `signed` where OpenDKIM signed.
    /// Programs differ in the case of letters; this is as written.
    pub result: &'a BStr,
    /// What was checked: `mailfrom` or `helo` (SPF).
    pub identity: Option<&'a BStr>,
    /// The domain that signed, or that was checked.
    pub domain: Option<&'a BStr>,
    /// The DKIM selector.
    pub selector: Option<&'a BStr>,
    /// The client's address.
    pub client_address: Option<&'a BStr>,
    /// What the client said in HELO or EHLO.
    pub helo: Option<&'a BStr>,
    /// The envelope sender.
    pub sender: Option<&'a BStr>,
    /// The recipient or the receiving host, as the program names it.
    pub recipient: Option<&'a BStr>,
    /// What the mail server was told to do: `prepend`, `reject`, `defer_if_permit`…
    pub action: Option<&'a BStr>,
    /// The program's explanation.
    pub reason: Option<&'a BStr>,
}

/// A method to check who sent a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Check {
    /// DomainKeys Identified Mail, RFC 6376.
    Dkim,
    /// Sender Policy Framework, RFC 7208.
    Spf,
    /// Domain-based Message Authentication, Reporting, and Conformance, RFC 7489.
    Dmarc,
}

impl Check {
    /// The word used in JSON, CSV and filters.
    pub fn name(self) -> &'static str {
        match self {
            Self::Dkim => "dkim",
            Self::Spf => "spf",
            Self::Dmarc => "dmarc",
        }
    }
}

impl<'a> Authentication<'a> {
    /// A bare result.
    pub(super) fn new(check: Check, result: &'a [u8]) -> Self {
        Self {
            queue_id: None,
            check,
            result: BStr::new(result),
            identity: None,
            domain: None,
            selector: None,
            client_address: None,
            helo: None,
            sender: None,
            recipient: None,
            action: None,
            reason: None,
        }
    }

    /// Sends `check`, `result` and what else is known.
    pub fn fields(&self, sink: &mut dyn FieldSink) {
        sink.text("check", BStr::new(self.check.name()));
        sink.text("result", self.result);
        sink.opt_text("identity", self.identity);
        sink.opt_text("domain", self.domain);
        sink.opt_text("selector", self.selector);
        sink.opt_text("client_address", self.client_address);
        sink.opt_text("helo", self.helo);
        sink.opt_text("sender", self.sender);
        sink.opt_text("recipient", self.recipient);
        sink.opt_text("action", self.action);
        sink.opt_text("reason", self.reason);
    }
}
