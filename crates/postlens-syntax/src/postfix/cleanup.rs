//! Message-IDs.
//!
//! ```text
//! QID: message-id=<ID>
//! QID: resent-message-id=<ID>
//! ```
//! By cleanup_message.c. The ID is the sender's: it may lack brackets, hold spaces or
//! be empty.

use bstr::BStr;

use crate::field::FieldSink;
use crate::queue_id::QueueId;

/// The Message-ID of a message, as written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MessageIdLine<'a> {
    /// The message.
    pub queue_id: QueueId<'a>,
    /// The ID with its brackets, as written.
    pub message_id: &'a BStr,
    /// Whether it is the `Resent-Message-ID`.
    pub resent: bool,
}

impl<'a> MessageIdLine<'a> {
    /// Reads `message-id=…` from what follows the queue ID.
    pub fn parse(queue_id: QueueId<'a>, text: &'a [u8]) -> Option<Self> {
        let (rest, resent) = match text.strip_prefix(b"resent-") {
            Some(rest) => (rest, true),
            None => (text, false),
        };
        let message_id = BStr::new(rest.strip_prefix(b"message-id=")?);
        Some(Self { queue_id, message_id, resent })
    }

    /// The ID without its brackets, where they enclose it whole.
    pub fn bare(&self) -> &'a BStr {
        let id: &'a [u8] = self.message_id;
        BStr::new(id.strip_prefix(b"<").and_then(|id| id.strip_suffix(b">")).unwrap_or(id))
    }

    /// Sends `message_id` or `resent_message_id`.
    pub fn fields(&self, sink: &mut dyn FieldSink) {
        let name = if self.resent { "resent_message_id" } else { "message_id" };
        sink.text(name, self.message_id);
    }
}
