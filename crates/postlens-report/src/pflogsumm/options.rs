//! What pflogsumm's options choose.

use bstr::BString;

/// Options that change what is counted under which name.
#[derive(Debug, Clone, Default)]
pub struct Counting {
    /// Fold whole addresses to lower case, not only their domains.
    pub ignore_case: bool,
    /// Turn `a!b@c` into `c!a@b`.
    pub uucp_mung: bool,
    /// Put the numbers of mailing lists' sender addresses together; more so above 1.
    pub verp_mung: Option<i64>,
    /// Tell the sender beside refused recipients and clients.
    pub rej_add_from: bool,
    /// Leave reasons whole.
    pub verbose: bool,
    /// Keep senders and recipients of every message.
    pub message_detail: bool,
    /// Give all five columns to every day that has a line.
    pub zero_fill: bool,
    /// Count connections.
    pub smtpd_stats: bool,
    /// Leave deliveries without a size out of their list.
    pub no_no_msg_size: bool,
    /// Leave out the warnings of smtpd(8).
    pub no_smtpd_warnings: bool,
}

impl Counting {
    /// A reason as it is shown: whole if so asked for, else made shorter.
    pub(super) fn reason(&self, text: &[u8], shorten: impl FnOnce(&[u8]) -> Vec<u8>) -> BString {
        if self.verbose { text.into() } else { shorten(text).into() }
    }
}

/// Options that change what is shown.
#[derive(Debug, Clone, Default)]
pub struct Layout {
    /// The day that was asked for, for the first line.
    pub date: Option<String>,
    /// How long lists may be.
    pub limits: Limits,
    /// Dates as `YYYY-MM-DD`.
    pub iso: bool,
    /// The problems directly after the totals.
    pub problems_first: bool,
    /// No headings of empty sections.
    pub quiet: bool,
    /// Connections.
    pub smtpd_stats: bool,
    /// Every message.
    pub message_detail: bool,
}

/// How many rows lists have: all if negative, and no such section if 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Hosts and domains.
    pub hosts: i64,
    /// Senders and recipients.
    pub users: i64,
    /// Deferrals.
    pub deferrals: i64,
    /// Bounces.
    pub bounces: i64,
    /// Refusals.
    pub rejects: i64,
    /// Failures to reach a host.
    pub smtp: i64,
    /// Warnings.
    pub warnings: i64,
}

impl Default for Limits {
    fn default() -> Self {
        let all = -1;
        Self {
            hosts: all,
            users: all,
            deferrals: all,
            bounces: all,
            rejects: all,
            smtp: all,
            warnings: all,
        }
    }
}

/// A limit as a length.
pub(super) fn rows(limit: i64) -> usize {
    usize::try_from(limit).ok().filter(|limit| *limit > 0).unwrap_or(usize::MAX)
}
