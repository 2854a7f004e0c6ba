//! A message that waits, whichever way it was read.

use bstr::BString;

use crate::name::QueueName;

/// A message that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Where.
    pub queue: QueueName,
    /// Queue ID.
    pub id: String,
    /// Arrival in seconds since 1970.
    pub arrival: i64,
    /// Size of the content in bytes; what postdrop(1) left has none yet.
    pub size: Option<u64>,
    /// Envelope sender; empty for bounces.
    pub sender: BString,
    /// Recipients that wait, in the queue file's order.
    pub recipients: Vec<Recipient>,
    /// Whether the admin has ordered that it be given back at the next attempt
    /// (`postsuper -e`, Postfix 3.5).
    pub expires: bool,
    /// When it will be tried next, in seconds since 1970: the modification time of a
    /// deferred message's file.
    pub next_attempt: Option<i64>,
    /// What only the queue file tells.
    pub origin: Option<Box<Origin>>,
}

/// Where a message came from, as its queue file tells.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origin {
    /// Client's name.
    pub client_name: Option<BString>,
    /// Client's address.
    pub client_address: Option<BString>,
    /// Login name.
    pub sasl_username: Option<BString>,
    /// Content filter that the message still has to go through.
    pub filter: Option<BString>,
}

/// A recipient that waits.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recipient {
    /// Address.
    pub address: BString,
    /// Address before rewriting.
    pub original: Option<BString>,
    /// Why it still waits: what the last attempt gave.
    pub reason: Option<BString>,
    /// Enhanced status code of the last attempt; only the defer log has it.
    pub dsn: Option<BString>,
}

impl Message {
    /// Age in seconds, never negative.
    pub fn age(&self, now: i64) -> i64 {
        now.saturating_sub(self.arrival).max(0)
    }
}

/// The part after the last `@`, in small letters without dots at its ends: what mail is
/// grouped by. A null sender is `MAILER-DAEMON`; an address without `@` stays whole.
pub fn domain(address: &[u8]) -> BString {
    if address.is_empty() {
        return BString::from("MAILER-DAEMON");
    }
    let lower = address.to_ascii_lowercase();
    let domain = lower.rsplitn(2, |byte| *byte == b'@').next().unwrap_or(&lower);
    let mut name = Vec::with_capacity(domain.len());
    let mut bytes = domain.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        name.push(byte);
        // Two dots become one; a third stays, as s/\.\././g leaves it.
        if byte == b'.' && bytes.peek() == Some(&b'.') {
            bytes.next();
        }
    }
    let inner = match name.strip_prefix(b".") {
        Some(rest) if !rest.is_empty() => rest,
        _ => &name,
    };
    let inner = match inner.strip_suffix(b".") {
        Some(rest) if !rest.is_empty() => rest,
        _ => inner,
    };
    BString::from(inner)
}
