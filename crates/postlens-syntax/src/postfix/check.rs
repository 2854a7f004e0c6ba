//! Header and body checks, by tables and by milters, and the envelope tail that they
//! share with other decisions.
//!
//! ```text
//! QID: ACTION: header|body|… CONTENT from NAME[ADDR]|local; from=<A> to=<B> proto=P helo=<H>[: TEXT]
//! QID: milter-WHERE-ACTION: WHERE LINE from NAME[ADDR]; from=<A> … helo=<H>[: TEXT]
//! QID: reject: mime-error REASON: CONTENT from NAME[ADDR]; from=<A> to=<B>
//! ```
//! By cleanup(8), cleanup_message.c and cleanup_milter.c. The content is the sender's
//! and may imitate anything, so the tail is looked for from the right.

use bstr::BStr;

use crate::address::Client;
use crate::field::FieldSink;
use crate::postfix::decision::Action;
use crate::queue_id::QueueId;
use crate::scan::{bracketed, cut, find, leading_dsn, rcut, rfind};

/// A content check that matched.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ContentCheck<'a> {
    /// The message.
    pub queue_id: QueueId<'a>,
    /// What was done.
    pub action: Action,
    /// Whether a milter's header check (`milter_header_checks`) did it.
    pub milter: bool,
    /// `header`, `mime-header`, `nested header`, `body` or `mime-error`.
    pub part: &'a BStr,
    /// The matched line, cut by Postfix at 200 bytes.
    pub content: &'a BStr,
    /// The client; `None` for local submissions.
    pub client: Option<Client<'a>>,
    /// Sender, recipient, protocol and HELO name.
    pub envelope: Envelope<'a>,
    /// The table's own text.
    pub text: Option<&'a BStr>,
}

const PARTS: [&[u8]; 5] = [b"header", b"mime-header", b"nested header", b"body", b"mime-error"];

impl<'a> ContentCheck<'a> {
    /// Reads a content check from what follows the queue ID.
    pub fn parse(queue_id: QueueId<'a>, text: &'a [u8]) -> Option<Self> {
        let (word, rest) = cut(text, b": ")?;
        let (milter, action) = match word.strip_prefix(b"milter-") {
            Some(word) => (true, rcut(word, b"-")?.1),
            None => (false, word),
        };
        let action = Action::parse(action)?;
        let part = PARTS.iter().find(|part| {
            rest.strip_prefix(**part).is_some_and(|rest| rest.first() == Some(&b' '))
        })?;
        let (part, rest) = rest.split_at_checked(part.len())?;
        let rest = rest.get(1..)?;
        let (content, client, envelope, text) = split_content(rest)?;
        let part = BStr::new(part);
        Some(Self { queue_id, action, milter, part, content, client, envelope, text })
    }

    /// Sends the fields of a content check.
    pub fn fields(&self, sink: &mut dyn FieldSink) {
        sink.text("action", BStr::new(self.action.name()));
        if self.milter {
            sink.text("by", BStr::new("milter"));
        }
        sink.text("part", self.part);
        sink.text("content", self.content);
        if let Some(client) = self.client {
            client.fields(sink);
        }
        self.envelope.fields(sink);
        let dsn = self.text.and_then(|text| leading_dsn(text));
        sink.opt_text("dsn", dsn);
        sink.opt_text("reply", self.text);
    }
}

type Content<'a> = (&'a BStr, Option<Client<'a>>, Envelope<'a>, Option<&'a BStr>);

/// Finds the last ` from CLIENT;` that a whole envelope follows.
fn split_content(rest: &[u8]) -> Option<Content<'_>> {
    let mut end = rest.len();
    for _ in 0..CANDIDATES {
        let at = rfind(rest.get(..end)?, b" from ")?;
        let (content, source) = (rest.get(..at)?, rest.get(at + 6..)?);
        let (client, after) = match source.strip_prefix(b"local;") {
            Some(after) => (None, Some(after)),
            None => match Client::split(source) {
                Some((client, after)) => (Some(client), after.strip_prefix(b";")),
                None => (None, None),
            },
        };
        if let Some((envelope, rest)) = after.and_then(Envelope::read) {
            let text = rest.strip_prefix(b": ");
            if rest.is_empty() || text.is_some() {
                return Some((BStr::new(content), client, envelope, text.map(BStr::new)));
            }
        }
        end = at;
    }
    None
}

/// How many places are tried before a line counts as hostile; a real line has few.
const CANDIDATES: usize = 24;

/// The envelope at the end of a decision: ` from=<A> to=<B> proto=P helo=<H>`, with
/// spaces (smtpd, cleanup) or commas (postscreen) between the fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Envelope<'a> {
    /// `from=`; the null sender is empty.
    pub sender: Option<&'a BStr>,
    /// `to=`.
    pub recipient: Option<&'a BStr>,
    /// `proto=`: `SMTP`, `ESMTP`.
    pub protocol: Option<&'a BStr>,
    /// `helo=`.
    pub helo: Option<&'a BStr>,
    /// `sasl_method=`, since 3.10.
    pub sasl_method: Option<&'a BStr>,
    /// `sasl_username=`, since 3.10.
    pub sasl_username: Option<&'a BStr>,
    /// `sasl_sender=`, since 3.10.
    pub sasl_sender: Option<&'a BStr>,
}

impl<'a> Envelope<'a> {
    /// Splits `TEXT; envelope` at the last `;` that a whole envelope follows. HELO names
    /// hold no brackets, quotes or semicolons (smtpd neuters them), so what imitates a
    /// tail further left, in a reply text or an address, is not taken for it.
    pub fn split_tail(text: &'a [u8]) -> (&'a BStr, Self) {
        let mut end = text.len();
        for _ in 0..CANDIDATES {
            let Some(at) = text.get(..end).and_then(|text| memchr::memrchr(b';', text)) else {
                break;
            };
            let tail = text.get(at + 1..).unwrap_or_default();
            if let Some((envelope, rest)) = Self::read(tail)
                && rest.is_empty()
                && (!tail.is_empty() || end == text.len())
            {
                return (BStr::new(text.get(..at).unwrap_or_default()), envelope);
            }
            end = at;
        }
        (BStr::new(text), Self::default())
    }

    /// Reads the fields from the left, in Postfix's order, and returns what follows.
    /// `None` where something else than a field stands between them.
    pub fn read(text: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let mut envelope = Self::default();
        let mut rest = text;
        if let Some(value) = field(rest, b"from=") {
            // With `info_log_address_format = internal` a sender may hold what looks like
            // the end of one; the recipient after it settles it.
            let (address, after) = bracketed(value, b" ", before_recipient)
                .or_else(|| bracketed(value, b" ", ends_address))?;
            envelope.sender = Some(address);
            rest = after;
        }
        if let Some(value) = field(rest, b"to=") {
            let (address, after) = bracketed(value, b" ", ends_address)?;
            envelope.recipient = Some(address);
            rest = after;
        }
        if let Some(value) = field(rest, b"proto=") {
            let end = value.iter().position(|b| !b.is_ascii_alphanumeric()).unwrap_or(value.len());
            let (protocol, after) = value.split_at_checked(end)?;
            envelope.protocol = Some(BStr::new(protocol));
            rest = after;
        }
        if let Some(value) = field(rest, b"helo=<") {
            let close = memchr::memchr(b'>', value)?;
            envelope.helo = Some(BStr::new(value.get(..close)?));
            rest = value.get(close + 1..)?;
        }
        rest = envelope.read_sasl(rest);
        Some((envelope, rest))
    }

    fn read_sasl(&mut self, mut rest: &'a [u8]) -> &'a [u8] {
        if let Some(value) = field(rest, b"sasl_method=") {
            let end = value.iter().position(|b| matches!(b, b' ' | b',')).unwrap_or(value.len());
            self.sasl_method = value.get(..end).map(BStr::new);
            rest = value.get(end..).unwrap_or_default();
        }
        if let Some(value) = field(rest, b"sasl_username=") {
            let end = find(value, b" sasl_sender=").unwrap_or(value.len());
            self.sasl_username = value.get(..end).map(BStr::new);
            rest = value.get(end..).unwrap_or_default();
        }
        if let Some(value) = field(rest, b"sasl_sender=") {
            self.sasl_sender = Some(BStr::new(value));
            rest = b"";
        }
        rest
    }

    /// Sends `sender`, `recipient`, `protocol`, `helo` and the SASL fields.
    pub fn fields(&self, sink: &mut dyn FieldSink) {
        sink.opt_text("sender", self.sender);
        sink.opt_text("recipient", self.recipient);
        sink.opt_text("protocol", self.protocol);
        sink.opt_text("helo", self.helo);
        sink.opt_text("sasl_method", self.sasl_method);
        sink.opt_text("sasl_username", self.sasl_username);
        sink.opt_text("sasl_sender", self.sasl_sender);
    }
}

/// Takes ` name=` or `, name=` off the left.
fn field<'a>(text: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    let text = text.strip_prefix(b",").unwrap_or(text);
    text.strip_prefix(b" ")?.strip_prefix(name)
}

/// Whether the recipient follows.
fn before_recipient(rest: &[u8]) -> bool {
    field(rest, b"to=").is_some()
}

/// What may follow an address in the tail.
fn ends_address(rest: &[u8]) -> bool {
    const NEXT: [&[u8]; 4] = [b"to=<", b"proto=", b"helo=<", b"sasl_"];
    if rest.is_empty() || rest.starts_with(b": ") {
        return true;
    }
    let rest = rest.strip_prefix(b",").unwrap_or(rest);
    rest.strip_prefix(b" ").is_some_and(|rest| NEXT.iter().any(|next| rest.starts_with(next)))
}
