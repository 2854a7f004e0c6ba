//! Sessions of smtpd(8) and qmqpd(8).
//!
//! ```text
//! connect from NAME[ADDR]
//! disconnect from NAME[ADDR][ cmd=ok[/total]]… [commands=ok[/total]][ notes=…]
//! QID|NOQUEUE: client=NAME[ADDR][, sasl_method=][, sasl_username=][, sasl_sender=]
//!     [, orig_queue_id=][, orig_client=NAME[ADDR]]
//! [QID|NOQUEUE: ]lost connection|timeout|… after CMD[ (N bytes)] from NAME[ADDR]
//! ```
//! By smtpd.c. Counters in disconnect lines came with 3.0, the queue ID before
//! `lost connection` with 3.10.

use bstr::BStr;

use crate::address::Client;
use crate::field::FieldSink;
use crate::queue_id::QueueId;
use crate::scan::{cut, number, position, rcut};

/// A client connected.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Connect<'a> {
    /// The client.
    pub client: Client<'a>,
}

impl<'a> Connect<'a> {
    /// Reads `connect from CLIENT`.
    #[inline]
    pub fn parse(text: &'a [u8]) -> Option<Self> {
        let client = text.strip_prefix(b"connect from ")?;
        Some(Self { client: Client::parse(client.trim_ascii_end())? })
    }
}

/// A connection ended.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Disconnect<'a> {
    /// The client.
    pub client: Client<'a>,
    /// The command counters as written, `ehlo=1 mail=1 rcpt=0/1 … commands=2/3`.
    pub counters: &'a BStr,
}

impl<'a> Disconnect<'a> {
    /// Reads `disconnect from CLIENT` with or without counters.
    #[inline]
    pub fn parse(text: &'a [u8]) -> Option<Self> {
        let (client, rest) = Client::split(text.strip_prefix(b"disconnect from ")?)?;
        let counters = match rest {
            b"" => rest,
            _ => rest.strip_prefix(b" ").filter(|rest| rest.contains(&b'='))?,
        };
        Some(Self { client, counters: BStr::new(counters) })
    }

    /// Successful and total uses of one command (`rcpt`, `auth`, `commands`, …).
    pub fn counter(&self, command: &str) -> Option<(u64, u64)> {
        let counters: &'a [u8] = self.counters;
        counters.split(|byte| *byte == b' ').find_map(|word| {
            let (name, value) = cut(word, b"=")?;
            if name != command.as_bytes() {
                return None;
            }
            match cut(value, b"/") {
                Some((ok, total)) => Some((number(ok)?, number(total)?)),
                None => number(value).map(|ok| (ok, ok)),
            }
        })
    }

    /// Sends the client and `counters`.
    pub fn fields(&self, sink: &mut dyn FieldSink) {
        self.client.fields(sink);
        if !self.counters.is_empty() {
            sink.text("counters", self.counters);
        }
    }
}

/// A client began a message: its queue file was opened at the first accepted recipient.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Accepted<'a> {
    /// The message; `None` (`NOQUEUE`) before a before-queue filter.
    pub queue_id: Option<QueueId<'a>>,
    /// The client.
    pub client: Client<'a>,
    /// SASL mechanism.
    pub sasl_method: Option<&'a BStr>,
    /// SASL login name.
    pub sasl_username: Option<&'a BStr>,
    /// `AUTH=` of MAIL FROM (RFC 4954).
    pub sasl_sender: Option<&'a BStr>,
    /// The queue ID before a content filter (XFORWARD IDENT).
    pub orig_queue_id: Option<&'a BStr>,
    /// The client before a content filter (XFORWARD NAME, ADDR).
    pub orig_client: Option<Client<'a>>,
}

impl<'a> Accepted<'a> {
    /// Reads `client=…` from what follows the queue ID or `NOQUEUE: `.
    pub fn parse(queue_id: Option<QueueId<'a>>, text: &'a [u8]) -> Option<Self> {
        let (client, mut rest) = Client::split(text.strip_prefix(b"client=")?)?;
        let mut line = Self {
            queue_id,
            client,
            sasl_method: None,
            sasl_username: None,
            sasl_sender: None,
            orig_queue_id: None,
            orig_client: None,
        };
        // In Postfix's order; a value ends only where a later field begins, so that a
        // login name with a comma in it stays whole.
        const NAMES: [&[u8]; 5] = [
            b", sasl_method=",
            b", sasl_username=",
            b", sasl_sender=",
            b", orig_queue_id=",
            b", orig_client=",
        ];
        for (index, name) in NAMES.iter().enumerate() {
            if rest.is_empty() {
                break;
            }
            let Some(after) = rest.strip_prefix(*name) else { continue };
            let later = NAMES.get(index + 1..).unwrap_or_default();
            let (value, after) = after.split_at_checked(first_of(after, later))?;
            let text = Some(BStr::new(value));
            match index {
                0 => line.sasl_method = text,
                1 => line.sasl_username = text,
                2 => line.sasl_sender = text,
                3 => line.orig_queue_id = text,
                _ => line.orig_client = Client::parse(value),
            }
            rest = after;
        }
        rest.is_empty().then_some(line)
    }

    /// Sends the fields of a `client=` line.
    pub fn fields(&self, sink: &mut dyn FieldSink) {
        self.client.fields(sink);
        sink.opt_text("sasl_method", self.sasl_method);
        sink.opt_text("sasl_username", self.sasl_username);
        sink.opt_text("sasl_sender", self.sasl_sender);
        sink.opt_text("orig_queue_id", self.orig_queue_id);
        if let Some(client) = self.orig_client {
            sink.opt_text("orig_client_name", client.name);
            sink.text("orig_client_address", client.address);
        }
    }
}

/// Where the first of some fields begins; the text's end where none does.
fn first_of(text: &[u8], fields: &[&[u8]]) -> usize {
    let mut from = 0;
    while let Some(comma) = text.get(from..).and_then(|rest| position(b',', rest)) {
        let field = text.get(from + comma..).unwrap_or_default();
        if fields.iter().any(|name| field.starts_with(name)) {
            return from + comma;
        }
        from += comma + 1;
    }
    text.len()
}

/// A session that ended or went wrong in the middle.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SessionTrouble<'a> {
    /// The message that was being received (3.10 and later).
    pub queue_id: Option<QueueId<'a>>,
    /// What went wrong.
    pub trouble: Trouble,
    /// The command after which it went wrong: `CONNECT`, `EHLO`, `DATA`, …
    pub after: &'a BStr,
    /// Bytes received, in DATA.
    pub bytes: Option<u64>,
    /// The client.
    pub client: Client<'a>,
    /// What the client had sent already, for command pipelining.
    pub detail: Option<&'a BStr>,
}

/// What went wrong in a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// The client hung up without QUIT.
    LostConnection,
    /// The client was silent too long (`smtpd_timeout`).
    Timeout,
    /// The client made too many errors (`smtpd_hard_error_limit`).
    TooManyErrors,
    /// The client sent commands before it was their turn.
    Pipelining,
    /// The client sent a bare line feed.
    BareNewline,
}

const TROUBLES: [(&[u8], Trouble); 5] = [
    (b"lost connection after ", Trouble::LostConnection),
    (b"timeout after ", Trouble::Timeout),
    (b"too many errors after ", Trouble::TooManyErrors),
    (b"improper command pipelining after ", Trouble::Pipelining),
    (b"bare <LF> received after ", Trouble::BareNewline),
];

impl<'a> SessionTrouble<'a> {
    /// Reads a session's trouble from what follows the queue ID, if there is one.
    pub fn parse(queue_id: Option<QueueId<'a>>, text: &'a [u8]) -> Option<Self> {
        let (rest, trouble) = TROUBLES
            .iter()
            .find_map(|(prefix, trouble)| Some((text.strip_prefix(*prefix)?, *trouble)))?;
        let (after, client, detail) = if trouble == Trouble::Pipelining {
            let (after, rest) = cut(rest, b" from ")?;
            let (client, rest) = Client::split(rest)?;
            let detail = if rest.is_empty() { None } else { Some(rest.strip_prefix(b": ")?) };
            (after, client, detail.map(BStr::new))
        } else {
            let (after, client) = rcut(rest, b" from ")?;
            (after, Client::parse(client)?, None)
        };
        let (after, bytes) = match after.strip_suffix(b" bytes)").and_then(|rest| rcut(rest, b" ("))
        {
            Some((after, bytes)) => {
                // Postfix before 2.6 was not sure.
                let bytes = bytes.strip_prefix(b"approximately ").unwrap_or(bytes);
                (after, Some(number(bytes)?))
            }
            None => (after, None),
        };
        Some(Self { queue_id, trouble, after: BStr::new(after), bytes, client, detail })
    }

    /// The event's kind.
    pub fn kind(&self) -> &'static str {
        match self.trouble {
            Trouble::LostConnection => "lost_connection",
            Trouble::Timeout => "timeout",
            Trouble::TooManyErrors => "too_many_errors",
            Trouble::Pipelining => "improper_pipelining",
            Trouble::BareNewline => "bare_newline",
        }
    }

    /// Sends the client, `stage` (the command), `bytes` and `detail`.
    pub fn fields(&self, sink: &mut dyn FieldSink) {
        self.client.fields(sink);
        sink.text("stage", self.after);
        sink.opt_int("bytes", self.bytes.and_then(|bytes| i64::try_from(bytes).ok()));
        sink.opt_text("detail", self.detail);
    }
}
