//! What the admin did to the queue.
//!
//! ```text
//! QID: requeued|placed on hold|released from hold|expired|removed
//! Deleted|Requeued|Placed on hold|Released from hold|Force-expired|Renamed to match inode number: N message[s]
//! ```
//! By postsuper(1). `removed` is read as [`Removed`](super::qmgr::Removed).

use bstr::BStr;

use crate::field::FieldSink;
use crate::queue_id::QueueId;
use crate::scan::{cut, leading_number};

/// An action of postsuper on one message, or the count of many.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Postsuper<'a> {
    /// The message; `None` in a count.
    pub queue_id: Option<QueueId<'a>>,
    /// What was done.
    pub action: QueueAction,
    /// To how many messages, in a count.
    pub count: Option<u64>,
}

/// What postsuper did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum QueueAction {
    /// Deleted.
    Deleted,
    /// Requeued: it gets a new queue ID.
    Requeued,
    /// Placed on hold.
    Held,
    /// Released from hold.
    Released,
    /// Expired by force: goes back to its sender at the next attempt.
    Expired,
    /// Its file was renamed to its inode number.
    Renamed,
}

impl QueueAction {
    /// The word in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Deleted => "deleted",
            Self::Requeued => "requeued",
            Self::Held => "held",
            Self::Released => "released",
            Self::Expired => "expired",
            Self::Renamed => "renamed",
        }
    }
}

impl<'a> Postsuper<'a> {
    /// Reads an action from what follows the queue ID, or a count.
    pub fn parse(queue_id: Option<QueueId<'a>>, text: &'a [u8]) -> Option<Self> {
        if queue_id.is_some() {
            let action = match text {
                b"requeued" => QueueAction::Requeued,
                b"placed on hold" => QueueAction::Held,
                b"released from hold" => QueueAction::Released,
                b"expired" => QueueAction::Expired,
                _ => return None,
            };
            return Some(Self { queue_id, action, count: None });
        }
        let (what, rest) = cut(text, b": ")?;
        let action = match what {
            b"Deleted" => QueueAction::Deleted,
            b"Requeued" => QueueAction::Requeued,
            b"Placed on hold" => QueueAction::Held,
            b"Released from hold" => QueueAction::Released,
            b"Force-expired" => QueueAction::Expired,
            b"Renamed to match inode number" => QueueAction::Renamed,
            _ => return None,
        };
        let (count, rest) = leading_number(rest)?;
        matches!(rest, b" message" | b" messages").then_some(())?;
        Some(Self { queue_id, action, count: Some(count) })
    }

    /// Sends `action` and `count`.
    pub fn fields(&self, sink: &mut dyn FieldSink) {
        sink.text("action", BStr::new(self.action.name()));
        sink.opt_int("count", self.count.and_then(|count| i64::try_from(count).ok()));
    }
}
