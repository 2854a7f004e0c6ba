//! Notifications about a message, which are messages themselves.
//!
//! ```text
//! QID: sender non-delivery|delay|delivery status notification: QID2
//! QID: postmaster non-delivery|delay notification: QID2
//! ```
//! By bounce(8): bounce_notify_service.c, bounce_warn_service.c, bounce_trace_service.c,
//! bounce_one_service.c, bounce_notify_verp.c.

use bstr::BStr;

use crate::field::FieldSink;
use crate::queue_id::QueueId;
use crate::scan::cut;

/// A notification was queued.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Notification<'a> {
    /// The message that the notification is about.
    pub queue_id: QueueId<'a>,
    /// To the postmaster, not to the sender.
    pub to_postmaster: bool,
    /// What it says.
    pub subject: NotificationKind,
    /// The notification's own queue ID.
    pub notification_id: QueueId<'a>,
}

/// What a notification says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotificationKind {
    /// Not delivered: a bounce.
    NonDelivery,
    /// Not delivered yet.
    Delay,
    /// Delivered or tried, as asked for (RFC 3461).
    DeliveryStatus,
}

impl NotificationKind {
    /// The words as Postfix writes them.
    pub fn name(self) -> &'static str {
        match self {
            Self::NonDelivery => "non-delivery",
            Self::Delay => "delay",
            Self::DeliveryStatus => "delivery status",
        }
    }
}

impl<'a> Notification<'a> {
    /// Reads a notification from what follows the queue ID.
    pub fn parse(queue_id: QueueId<'a>, text: &'a [u8]) -> Option<Self> {
        let (what, id) = cut(text, b" notification: ")?;
        let (to_postmaster, what) = match what.strip_prefix(b"postmaster ") {
            Some(what) => (true, what),
            None => (false, what.strip_prefix(b"sender ")?),
        };
        let subject = match what {
            b"non-delivery" => NotificationKind::NonDelivery,
            b"delay" => NotificationKind::Delay,
            b"delivery status" => NotificationKind::DeliveryStatus,
            _ => return None,
        };
        let notification_id = QueueId::new(id)?;
        Some(Self { queue_id, to_postmaster, subject, notification_id })
    }

    /// Sends `notification` (what it says), `notified` (to whom), `notification_id`.
    pub fn fields(&self, sink: &mut dyn FieldSink) {
        sink.text("notification", BStr::new(self.subject.name()));
        let to = if self.to_postmaster { "postmaster" } else { "sender" };
        sink.text("notified", BStr::new(to));
        sink.text("notification_id", self.notification_id.as_bstr());
    }
}
