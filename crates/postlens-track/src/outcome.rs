//! What became of mail.

/// What a person wants to know about one recipient of one mail. Exactly one per
/// recipient of every journey; a message without known recipients has one of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Outcome {
    /// Put into a mailbox on one of our hosts, or given to a command (local, virtual,
    /// lmtp, pipe).
    Delivered,
    /// Accepted by a host that is not ours (smtp).
    Relayed,
    /// Not delivered yet; Postfix tries again.
    Deferred,
    /// Failed for good; the sender was told.
    Bounced,
    /// Given up after the queue's lifetime.
    Expired,
    /// Refused after the message had a queue ID: by a milter or a content check.
    Rejected,
    /// On hold until an admin releases it.
    Held,
    /// Accepted and thrown away.
    Discarded,
    /// Put aside by a filter.
    Quarantined,
    /// The client broke off before the message was complete.
    Canceled,
    /// Deleted from the queue by an admin.
    Deleted,
    /// In the queue, not tried yet.
    InQueue,
    /// Its end is not in the log.
    Lost,
    /// Gone on as another message that we see: not final, that one's recipients count.
    HandedOver,
}

impl Outcome {
    /// Every outcome, final ones first.
    pub const ALL: [Self; 14] = [
        Self::Delivered,
        Self::Relayed,
        Self::Deferred,
        Self::Bounced,
        Self::Expired,
        Self::Rejected,
        Self::Held,
        Self::Discarded,
        Self::Quarantined,
        Self::Canceled,
        Self::Deleted,
        Self::InQueue,
        Self::Lost,
        Self::HandedOver,
    ];

    /// The word used in JSON, CSV and filters.
    pub fn name(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Relayed => "relayed",
            Self::Deferred => "deferred",
            Self::Bounced => "bounced",
            Self::Expired => "expired",
            Self::Rejected => "rejected",
            Self::Held => "held",
            Self::Discarded => "discarded",
            Self::Quarantined => "quarantined",
            Self::Canceled => "canceled",
            Self::Deleted => "deleted",
            Self::InQueue => "in_queue",
            Self::Lost => "lost",
            Self::HandedOver => "handed_over",
        }
    }

    /// Whether it is an end of a journey, to be counted.
    pub fn is_final(self) -> bool {
        self != Self::HandedOver
    }

    /// Whether nothing that comes later in the queue can change it.
    pub(crate) fn is_settled(self) -> bool {
        !matches!(self, Self::Deferred | Self::InQueue | Self::Held | Self::Lost)
    }
}

/// How a message came into being.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Origin {
    /// By SMTP from another host or a client without login.
    Smtp,
    /// By SMTP from a client that had logged in.
    Submission,
    /// By sendmail(1) on this host.
    Local,
    /// Its beginning is not in the log.
    Unknown,
}

impl Origin {
    /// The word used in JSON, CSV and filters.
    pub fn name(self) -> &'static str {
        match self {
            Self::Smtp => "smtp",
            Self::Submission => "submission",
            Self::Local => "local",
            Self::Unknown => "unknown",
        }
    }
}

/// What ties a message to an earlier one of the same journey.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Link {
    /// A hop of ours took it over: a content filter, another instance, another host.
    NextHop,
    /// local(8) forwarded it (aliases, `.forward`).
    Forward,
    /// It tells the sender or the postmaster about the earlier one.
    Notification,
    /// The admin requeued it (`postsuper -r`).
    Requeue,
}

impl Link {
    /// The word used in JSON, CSV and filters.
    pub fn name(self) -> &'static str {
        match self {
            Self::NextHop => "next_hop",
            Self::Forward => "forward",
            Self::Notification => "notification",
            Self::Requeue => "requeue",
        }
    }
}
