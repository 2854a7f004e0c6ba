//! Local submissions.
//!
//! ```text
//! QID: uid=N from=<ADDR>[ orig_id=QID]
//! ```
//! By pickup.c, for mail from sendmail(1).

use bstr::BStr;

use crate::field::FieldSink;
use crate::queue_id::QueueId;
use crate::scan::{bracketed, leading_number};

/// A message submitted on this host.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pickup<'a> {
    /// The message.
    pub queue_id: QueueId<'a>,
    /// The submitting user's numeric ID.
    pub uid: u32,
    /// Envelope sender.
    pub sender: &'a BStr,
    /// The queue ID before `postsuper -r`.
    pub orig_queue_id: Option<QueueId<'a>>,
}

impl<'a> Pickup<'a> {
    /// Reads `uid=…` from what follows the queue ID.
    pub fn parse(queue_id: QueueId<'a>, text: &'a [u8]) -> Option<Self> {
        let (uid, rest) = leading_number(text.strip_prefix(b"uid=")?)?;
        let ends = |rest: &[u8]| rest.is_empty() || rest.starts_with(b" orig_id=");
        let (sender, rest) = bracketed(rest.strip_prefix(b" from=")?, b"", ends)?;
        let orig_queue_id = rest.strip_prefix(b" orig_id=").and_then(QueueId::new);
        Some(Self { queue_id, uid: u32::try_from(uid).ok()?, sender, orig_queue_id })
    }

    /// Sends `uid`, `sender`, `orig_queue_id`.
    pub fn fields(&self, sink: &mut dyn FieldSink) {
        sink.int("uid", i64::from(self.uid));
        sink.text("sender", self.sender);
        sink.opt_text("orig_queue_id", self.orig_queue_id.map(QueueId::as_bstr));
    }
}
