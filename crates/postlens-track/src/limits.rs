//! What the tracker may hold, and what it had to let go.

/// Limits of the tracker's memory. Times are microseconds of log time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Limits {
    /// Messages held at once; beyond that the longest unseen are let go.
    pub messages: usize,
    /// Sessions held at once; beyond that the longest unseen are let go.
    pub sessions: usize,
    /// How long a finished message waits for lines that come late and for the parent
    /// that hands it over.
    pub linger: i64,
    /// After how long without a line a message counts as lost from view. Postfix tries
    /// deferred mail again within `maximal_backoff_time` (4000 s by default), but mail
    /// on hold may rest for days.
    pub message_idle: i64,
    /// After how long without a line a session counts as lost from view.
    pub session_idle: i64,
}

impl Default for Limits {
    fn default() -> Self {
        const SECOND: i64 = 1_000_000;
        Self {
            messages: 1_000_000,
            sessions: 200_000,
            linger: 30 * SECOND,
            message_idle: 6 * 86_400 * SECOND,
            session_idle: 3600 * SECOND,
        }
    }
}

/// What a limit made the tracker let go before its end was seen. Never silent: these
/// are shown beside every result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Counters {
    /// Messages let go because [`Limits::messages`] was reached.
    pub messages_evicted: u64,
    /// Messages without a line for [`Limits::message_idle`].
    pub messages_idle: u64,
    /// Sessions let go because [`Limits::sessions`] was reached.
    pub sessions_evicted: u64,
    /// Sessions without a line for [`Limits::session_idle`].
    pub sessions_idle: u64,
    /// Lines of a queue ID that began another message while the last was still open.
    pub queue_ids_reused: u64,
}
