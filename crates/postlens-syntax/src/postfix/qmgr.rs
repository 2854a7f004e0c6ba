//! The queue manager's view of a message.
//!
//! ```text
//! QID: from=<ADDR>, size=N, nrcpt=N (queue active)
//! QID: removed[ (REASON)]
//! QID: from=<ADDR>, status=expired|force-expired, returned to sender
//! ```
//! The first by global/opened.c, once per activation and so again at each retry; the
//! second by qmgr_active.c, by cleanup_api.c with a reason since 3.10 and by postsuper(1);
//! the third by qmgr_active.c, without recipients.

use bstr::BStr;

use crate::field::FieldSink;
use crate::queue_id::QueueId;
use crate::scan::{cut, leading_number, rcut};

/// A message entered the active queue, or was opened otherwise.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Active<'a> {
    /// The message.
    pub queue_id: QueueId<'a>,
    /// Envelope sender; empty for the null sender.
    pub sender: &'a BStr,
    /// Size in bytes.
    pub size: u64,
    /// Recipients not yet delivered.
    pub recipient_count: u32,
    /// `queue active`, or the name of another reason to open the file.
    pub state: Option<&'a BStr>,
}

impl<'a> Active<'a> {
    /// Reads `from=…, size=…, nrcpt=…` from what follows the queue ID. The sender is
    /// what stands before the fixed tail.
    pub fn parse(queue_id: QueueId<'a>, text: &'a [u8]) -> Option<Self> {
        let text = text.strip_prefix(b"from=")?;
        let (sender, rest) = usual_tail(text).or_else(|| rcut(text, b", size="))?;
        let (size, rest) = leading_number(rest)?;
        let (recipients, rest) = leading_number(rest.strip_prefix(b", nrcpt=")?)?;
        let state = if rest.is_empty() {
            None
        } else {
            Some(BStr::new(rest.strip_prefix(b" (")?.strip_suffix(b")")?))
        };
        let sender = unbracket(sender);
        Some(Self {
            queue_id,
            sender,
            size,
            recipient_count: u32::try_from(recipients).ok()?,
            state,
        })
    }

    /// Sends `sender`, `size`, `recipient_count`.
    pub fn fields(&self, sink: &mut dyn FieldSink) {
        sink.text("sender", self.sender);
        sink.opt_int("size", i64::try_from(self.size).ok());
        sink.int("recipient_count", i64::from(self.recipient_count));
    }
}

/// Cuts before the digits of `, size=N, nrcpt=N (queue active)`, read from the right.
fn usual_tail(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let before = without_digits(text.strip_suffix(b" (queue active)")?);
    let before = without_digits(before.strip_suffix(b", nrcpt=")?);
    Some((before.strip_suffix(b", size=")?, text.get(before.len()..)?))
}

fn without_digits(mut text: &[u8]) -> &[u8] {
    while let [before @ .., b'0'..=b'9'] = text {
        text = before;
    }
    text
}

fn unbracket(text: &[u8]) -> &BStr {
    BStr::new(text.strip_prefix(b"<").and_then(|text| text.strip_suffix(b">")).unwrap_or(text))
}

/// A message left the queue.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Removed<'a> {
    /// The message.
    pub queue_id: QueueId<'a>,
    /// `canceled`, `discarded`: by cleanup(8) since 3.10, before it was queued.
    pub reason: Option<&'a BStr>,
}

impl<'a> Removed<'a> {
    /// Reads `removed` from what follows the queue ID.
    pub fn parse(queue_id: QueueId<'a>, text: &'a [u8]) -> Option<Self> {
        let rest = text.strip_prefix(b"removed")?;
        if rest.is_empty() {
            return Some(Self { queue_id, reason: None });
        }
        let reason = rest.strip_prefix(b" (")?.strip_suffix(b")")?;
        Some(Self { queue_id, reason: Some(BStr::new(reason)) })
    }

    /// Sends `reason`.
    pub fn fields(&self, sink: &mut dyn FieldSink) {
        sink.opt_text("reason", self.reason);
    }
}

/// A message was given up; those of its recipients that were deferred have expired.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Expired<'a> {
    /// The message.
    pub queue_id: QueueId<'a>,
    /// Envelope sender.
    pub sender: &'a BStr,
    /// `expired`, or `force-expired` by `postsuper -e`.
    pub status: &'a BStr,
}

impl<'a> Expired<'a> {
    /// Reads `from=…, status=…, returned to sender` from what follows the queue ID.
    pub fn parse(queue_id: QueueId<'a>, text: &'a [u8]) -> Option<Self> {
        let rest = text.strip_prefix(b"from=")?.strip_suffix(b", returned to sender")?;
        let (sender, status) = rcut(rest, b", status=")?;
        (cut(status, b" ").is_none()).then_some(())?;
        Some(Self { queue_id, sender: unbracket(sender), status: BStr::new(status) })
    }

    /// Sends `sender`, `status`.
    pub fn fields(&self, sink: &mut dyn FieldSink) {
        sink.text("sender", self.sender);
        sink.text("status", self.status);
    }
}
